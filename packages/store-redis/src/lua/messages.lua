-- Messages. An element of the list m:<chat> is JSON: [seq, open calls before it, mark, created at, name, role, content …]. Its mark is 1 if it
-- answers earlier calls, else 0; where a body has a digest it is a string of that and the digest. The list holds the seqs from p to q
-- without a gap; what is before f was trimmed, and is cut off some at a time. The sorted set i:<chat> has the name and seq of each.
-- Messages come as one argument that says of each its name, the digest of its body and its marks ('' or "results calls createdAt"), each
-- ended by a zero byte, and one argument for each that is its element from the fifth item on. A body without a digest is the same if that is.

-- What `text` says of messages from a place on, whose elements are args[at] and those behind it.
local function batchIn(text, place, args, at)
  local batch = {}
  for i = at, #args do
    local name, digest, marks, behind = struct.unpack('sss', text, place)
    batch[#batch + 1], place = { name = name, digest = digest, marks = marks, tail = args[i] }, behind
  end
  return batch
end

-- The seqs of those that are there already, false for the others.
local function knownOf(c, batch)
  local names = {}
  for i, message in ipairs(batch) do names[i] = message.name end
  return #names > 0 and call('ZMSCORE', c.ids, unpack(names)) or {}
end

-- Where a message is that is there already, and whether it has the same body; or nil.
local function find(c, message, known)
  local seq = tonumber(known)
  if seq < c.f or seq > c.q then return nil end
  local mark, tail = string.match(call('LINDEX', c.list, seq - c.p), '^%[%d+,%d+,([^,]+),[^,]+(,.*)$')
  if string.sub(tail, 3, 3 + #message.name) ~= message.name .. '"' then return nil end
  if string.sub(mark, 3, -2) ~= message.digest then return seq, false end
  return seq, message.digest ~= '' or tail == message.tail
end

-- What stands before the tail of a message.
local function stemOf(seq, oc, answers, digest, createdAt)
  local mark = answers
  if digest ~= '' then mark = '"' .. answers .. digest .. '"' end
  return '[' .. digits(seq) .. ',' .. oc .. ',' .. mark .. ',' .. createdAt
end

-- What it would be to put messages behind c.q.
local function plan(c, batch)
  local seqs, elements, entries, own, known = {}, {}, {}, {}, knownOf(c, batch)
  local q, oc, mk, b, conflict = c.q, c.oc, c.mk, c.b, nil
  for i, message in ipairs(batch) do
    local first, seq, isSame = own[message.name], nil, nil
    if first then
      seq, isSame = first.seq, first.digest == message.digest and (message.digest ~= '' or first.tail == message.tail)
    elseif known[i] then
      seq, isSame = find(c, message, known[i])
    end
    if seq then
      seqs[i] = 'k' .. digits(seq)
      if not isSame then conflict = conflict or '!MESSAGE_CONFLICT ' .. i end
    else
      local results, calls, createdAt = 0, 0, nowText
      if message.marks ~= '' then
        results, calls, createdAt = string.match(message.marks, '^(%d+) (%d+) (.*)$')
        results, calls = tonumber(results), tonumber(calls)
        if createdAt == '' then createdAt = nowText end
      end
      q = q + 1
      seqs[i], message.seq, own[message.name] = digits(q), q, message
      elements[#elements + 1] = stemOf(q, oc, results > 0 and 1 or 0, message.digest, createdAt) .. message.tail
      entries[#entries + 1], entries[#entries + 2] = q, message.name
      if oc > 0 or results > 0 then
        -- A history may not begin with it. Where the newest is such a one, b says where the last one is that may.
        if mk < q - 1 then b = q - 1 end
        mk = q
      end
      oc = math.max(0, oc - results) + calls
    end
  end
  return { seqs = seqs, elements = elements, entries = entries, q = q, oc = oc, mk = mk, b = b, conflict = conflict }
end

-- Whether a history may not begin with a message, and whether that is because it answers an earlier call.
local function marksOf(c, seq)
  if seq > c.mk then return false, false end
  local open, answers = string.match(call('LINDEX', c.list, seq - c.p), '^%[[^,]+,(%d+),"?(%d)')
  return open ~= '0' or answers == '1', answers == '1'
end

-- The rule of MessageLog: where a chat that keeps c.li messages begins.
local function historyStart(c)
  local seq, beginning = c.q - c.li + 1, c.q
  if c.mk == c.q then beginning = c.b end
  if beginning >= seq then
    while marksOf(c, seq) do seq = seq + 1 end
    return seq
  end
  if beginning >= c.f and c.q - beginning + 1 < 2 * c.li then return beginning end
  while seq <= c.q and select(2, marksOf(c, seq)) do seq = seq + 1 end
  return seq
end

-- Writes what was planned behind c.q, but for the head.
local function write(c, p, px)
  if #p.elements > 0 then
    call('ZADD', c.ids, unpack(p.entries))
    if call('RPUSH', c.list, unpack(p.elements)) == #p.elements then
      for _, key in ipairs({ c.ids, c.list }) do liveUntil(key, lifeOf(px)) end
    end
    c.lm = now
  end
  c.q, c.oc, c.mk, c.b = p.q, p.oc, p.mk, p.b
  if c.li > 0 and c.q - c.f + 1 > c.li then
    c.f = historyStart(c)
    cut(c)
  end
end

-- Why there is no room up to seq q, or nil.
local function refusalOfLength(c, q)
  if c.li < 0 and q - c.f + 1 > -c.li then return '!MESSAGE_LIMIT_REACHED ' .. -c.li end
end

local function answerOf(c, p) return nowText .. ' ' .. digits(c.f) .. ' ' .. table.concat(p.seqs, ' ') end
