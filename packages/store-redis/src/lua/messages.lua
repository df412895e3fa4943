-- Messages. An element of the list m:<chat> is JSON: [seq, open calls before it, 1 if it answers earlier calls, created at, name, role,
-- content …]. The list holds the seqs from p to q without a gap; what is before f was trimmed, and is cut off some at a time.
-- There are four arguments for each message: the field of its id (i:<name>), the digest of its body, its marks ('' or "results calls
-- createdAt"), and the element from its fifth item on.
-- A chat, and the whole answer, which has the fields asked for from the ninth on.
local function readChat(key, ...)
  local f = call('HMGET', key, 's', 'f', 'q', 'p', 'oc', 'mk', 'li', 'rf', ...)
  if not f[1] then return {}, f end
  return {
    key = key, list = keyOf('m', string.sub(key, -36)), s = f[1], f = tonumber(f[2]), q = tonumber(f[3]), p = tonumber(f[4]),
    oc = tonumber(f[5]), mk = tonumber(f[6]), limit = tonumber(f[7]) or 0, fence = f[8],
  }, f
end

local function nameIn(element) return string.match(element, '^[^"]*"([^"]*)"') end

-- Where a message with this id is, and the digest of its body, or nil. What a long rewrite left in the hash is told by the element.
local function find(c, field, entry)
  local seq, digest = string.match(entry, '^(%S+) (.*)$')
  seq = tonumber(seq)
  if seq < c.f or seq > c.q then return nil end
  if 'i:' .. nameIn(call('LINDEX', c.list, seq - c.p)) ~= field then return nil end
  return seq, digest
end

-- What it would be to put `n` messages, whose arguments begin at args[at], behind c.q. `known` has the fields of their ids from the ninth on.
local function plan(c, known, args, at, n)
  local seqs, elements, fields, own = {}, {}, {}, {}
  local q, oc, mk, b, conflict = c.q, c.oc, c.mk, nil, nil
  for i = 1, n do
    local field, digest, marks = args[at], args[at + 1], args[at + 2]
    local entry, seq, body = known[8 + i], nil, nil
    if own[field] then
      seq, body = own[field][1], own[field][2]
    elseif entry then
      seq, body = find(c, field, entry)
    end
    if seq then
      seqs[i] = 'k' .. digits(seq)
      if body ~= digest then conflict = conflict or '!MESSAGE_CONFLICT ' .. i end
    else
      local results, calls, createdAt = 0, 0, nowText
      if marks ~= '' then
        results, calls, createdAt = string.match(marks, '^(%d+) (%d+) (.*)$')
        results, calls = tonumber(results), tonumber(calls)
        if createdAt == '' then createdAt = nowText end
      end
      local text = digits(q + 1)
      seqs[i] = text
      elements[#elements + 1] = '[' .. text .. ',' .. oc .. ',' .. (results > 0 and 1 or 0) .. ',' .. createdAt .. args[at + 3]
      fields[#fields + 1], fields[#fields + 2] = field, text .. ' ' .. digest
      if oc > 0 or results > 0 then
        -- A history may not begin with it. Where the newest is such a one, b says where the last one is that may.
        if mk < q then b = q end
        mk = q + 1
      end
      q = q + 1
      if n > 1 then own[field] = { q, digest } end
      oc = math.max(0, oc - results) + calls
    end
    at = at + 4
  end
  return { seqs = seqs, elements = elements, fields = fields, q = q, oc = oc, mk = mk, b = b, conflict = conflict }
end

-- Whether a history may not begin with a message, and whether that is because it answers an earlier call.
local function marksOf(c, seq)
  if seq > c.mk then return false, false end
  local open, answers = string.match(call('LINDEX', c.list, seq - c.p), '^%[[^,]+,(%d+),(%d)')
  return open ~= '0' or answers == '1', answers == '1'
end

-- The rule of MessageLog: where a chat that keeps c.limit messages begins.
local function historyStart(c)
  local seq, beginning = c.q - c.limit + 1, c.q
  if c.mk == c.q then beginning = tonumber(call('HGET', c.key, 'b')) end
  if beginning >= seq then
    while marksOf(c, seq) do seq = seq + 1 end
    return seq
  end
  if beginning >= c.f and c.q - beginning + 1 < 2 * c.limit then return beginning end
  while seq <= c.q and select(2, marksOf(c, seq)) do seq = seq + 1 end
  return seq
end

-- Forgets the ids of elements.
local function forget(c, elements)
  local fields = {}
  for i, element in ipairs(elements) do fields[i] = 'i:' .. nameIn(element) end
  if #fields > 0 then call('HDEL', c.key, unpack(fields)) end
end

-- Drops what a chat that keeps c.limit messages has too many. It is cut off the list 32 or more at a time, as each cut costs, but not
-- too many at once.
local function trim(c)
  c.f = historyStart(c)
  if c.f - c.p >= 32 then
    for _ = 1, 5 do
      local some = math.min(c.f - c.p, 200)
      if some == 0 then break end
      forget(c, call('LPOP', c.list, some))
      c.p = c.p + some
    end
  end
  call('HSET', c.key, 'f', digits(c.f), 'p', digits(c.p))
end

-- Writes what was planned behind c.q.
local function write(c, p, px)
  if #p.elements > 0 then
    if call('RPUSH', c.list, unpack(p.elements)) == #p.elements then liveUntil(c.list, lifeOf(px)) end
    call('HSET', c.key, 'q', digits(p.q), 'lm', nowText, unpack(p.fields))
  end
  if p.oc ~= c.oc or p.mk ~= c.mk then
    call('HSET', c.key, 'oc', p.oc, 'mk', digits(p.mk), 'pl', p.oc == 0 and c.limit == 0 and '' or 1)
  end
  if p.b then call('HSET', c.key, 'b', digits(p.b)) end
  c.q, c.oc, c.mk = p.q, p.oc, p.mk
  if c.limit > 0 and c.q - c.f + 1 > c.limit then trim(c) end
end

-- Why there is no room up to seq q, or nil.
local function refusalOfLength(c, q)
  if c.limit < 0 and q - c.f + 1 > -c.limit then return '!MESSAGE_LIMIT_REACHED ' .. -c.limit end
end

local function answerOf(c, p) return nowText .. ' ' .. digits(c.f) .. ' ' .. table.concat(p.seqs, ' ') end
