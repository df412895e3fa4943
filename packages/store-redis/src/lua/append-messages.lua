-- Appends messages to a chat.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, fence or '', number of messages, four arguments for each message (see messages.lua)
-- Reply: "now firstSeq seq…", a seq that was there already with a 'k' before it

-- The usual case, in the fewest steps: one new message that has nothing to do with tools, where no call is open and nothing is cut off
-- the list.
-- @return the reply, and by how many messages the chat grew; nil if it is another case.
local function appendedOne(ckey, sessionId, fence, px, field, digest, element)
  local f = call('HMGET', ckey, 's', 'f', 'q', 'pl', 'rf', field, 'li', 'oc', 'mk', 'p')
  if f[1] ~= sessionId or f[6] or (fence ~= '' and f[5] ~= fence) then return nil end
  local first, q, gained = f[2], f[3] + 1, 1
  if f[4] ~= '' then
    local limit = f[8] == '0' and tonumber(f[7] or '')
    if not limit then return nil end
    local start = q - math.abs(limit) + 1
    if start > tonumber(first) then
      if limit < 0 or start <= tonumber(f[9]) or start - f[10] >= 32 then return nil end
      gained, first = first - start + 1, digits(start)
    end
  end
  local seq, list = digits(q), string.sub(ckey, 1, -39) .. 'm' .. string.sub(ckey, -37)
  local length = call('RPUSH', list, '[' .. seq .. ',0,0,' .. nowText .. element)
  if length == 1 then rest().liveUntil(list, rest().lifeOf(px)) end
  call('HSET', ckey, 'q', seq, 'f', first, 'lm', nowText, field, seq .. ' ' .. digest)
  return nowText .. ' ' .. first .. ' ' .. seq, gained
end

-- @return the reply, and by how many messages the chat grew; or an error.
local function appendedAny(ckey, sessionId, status, fence, px, args, n)
  local ids, to = {}, rest()
  for i = 1, n do ids[i] = args[4 * i] end
  local c, known = to.readChat(ckey, unpack(ids))
  if c.s ~= sessionId then return '!CHAT_NOT_FOUND' end
  local p = to.plan(c, known, args, 4, n)
  -- A repeat is answered whatever happened since: what it asks for is there.
  if #p.elements == 0 and not p.conflict then return to.answerOf(c, p) end
  local problem = (fence == '' and refusal(status)) or (fence ~= '' and c.fence ~= fence and '!TURN_LOST')
  problem = problem or p.conflict or to.refusalOfLength(c, p.q)
  if problem then return problem end
  local before = c.q - c.f
  to.write(c, p, px)
  return to.answerOf(c, p), c.q - c.f - before
end

local function one(KEYS, ARGV)
  local skey, ckey, owner, fence, n = KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3])
  local f = call('HMGET', skey, 'o', 'st', 'x', 'px', 'sl', 'e', 'la', 'mm')
  if f[1] ~= owner then return '!SESSION_NOT_FOUND' end
  local expiresAt, px, id = instant(f[3]), instant(f[4]), string.sub(skey, -36)
  if now >= expiresAt then return '!SESSION_EXPIRED' end
  local reply, gained
  if n == 1 and ARGV[6] == '' and (fence ~= '' or not refusal(f[2])) then reply, gained = appendedOne(ckey, id, fence, px, ARGV[4], ARGV[5], ARGV[7]) end
  if not reply then reply, gained = appendedAny(ckey, id, f[2], fence, px, ARGV, n) end
  if not gained then return reply end

  expiresAt = slid(expiresAt, f[5], f[6])
  call('HSET', skey, 'la', nowText, 'x', written(expiresAt), 'mm', digits(f[8] + gained))
  local isDue, wasCounted = isStep(f[7], px, expiresAt, f[5]), f[8] == '0' and gained ~= 0
  if isDue or wasCounted or not SINGLE then
    local s = read(skey)
    s.la = tonumber(f[7])
    rest().changed[s.id] = s
    if wasCounted and s.st ~= 'pending' then rest().uncount(s) end
    if isDue then rest().follow(s, expiresAt) end
  end
  return reply
end

return rested(each(one))
