-- Appends messages to a chat.
-- KEYS: s:<session>
-- ARGV: owner's hash, the chat and the fence or '', each of these two ended by a zero byte, and what messages.lua says of messages in the same
--   argument; the elements
-- Reply: "now firstSeq seq…", a seq that was there already with a 'k' before it

-- The usual case, in the fewest steps: one new message that has nothing to do with tools, where no call is open.
-- @return the reply, and by how many messages the chat grew; nil if it is another case.
local function appendedOne(c, text, place, tail, px)
  local name, digest, marks = struct.unpack('sss', text, place)
  local q, first = c.q + 1, c.f
  if marks ~= '' or c.oc ~= 0 then return nil end
  if c.li ~= 0 and q - first + 1 > math.abs(c.li) then
    if c.li < 0 or q - c.li < c.mk then return nil end
    first = q - c.li + 1
  end
  if call('ZADD', c.ids, 'NX', q, name) == 0 then return nil end
  local seq, mark = digits(q), '0'
  if digest ~= '' then mark = '"0' .. digest .. '"' end
  if call('RPUSH', c.list, '[' .. seq .. ',0,' .. mark .. ',' .. nowText .. tail) == 1 then
    for _, key in ipairs({ c.ids, c.list }) do rest().liveUntil(key, rest().lifeOf(px)) end
  end
  local gained = 1 + c.f - first
  c.q, c.f, c.lm = q, first, now
  cut(c)
  return nowText .. ' ' .. digits(first) .. ' ' .. seq, gained
end

-- @return the reply, and by how many messages the chat grew; or an error.
local function appendedAny(c, s, fence, text, place, args)
  local to = rest()
  local p = to.plan(c, to.batchIn(text, place, args, 2))
  -- A repeat is answered whatever happened since: what it asks for is there.
  if #p.elements == 0 and not p.conflict then return to.answerOf(c, p) end
  local problem = (fence == '' and refusal(s.st)) or (fence ~= '' and not holds(c, fence) and '!TURN_LOST')
  problem = problem or p.conflict or to.refusalOfLength(c, p.q)
  if problem then return problem end
  local before = c.q - c.f
  to.write(c, p, s.px)
  return to.answerOf(c, p), c.q - c.f - before
end

local function one(KEYS, ARGV)
  local skey, text = KEYS[1], ARGV[1]
  local owner, chat, fence, place = struct.unpack('c22ss', text)
  local field = 'c:' .. chat
  local f = call('HMGET', skey, 'h', field)
  local s = f[1] and headIn(f[1])
  if not s or s.o ~= owner then return '!SESSION_NOT_FOUND' end
  if now >= s.x then return '!SESSION_EXPIRED' end
  if not f[2] then return '!CHAT_NOT_FOUND' end
  local c, stem = chatIn(f[2]), string.sub(skey, 1, -39)
  c.list, c.ids = stem .. 'm:' .. chat, stem .. 'i:' .. chat
  local reply, gained
  if #ARGV == 2 and (fence == '' and not refusal(s.st) or holds(c, fence)) then reply, gained = appendedOne(c, text, place, ARGV[2], s.px) end
  if not reply then reply, gained = appendedAny(c, s, fence, text, place, ARGV) end
  if not gained then return reply end

  local la, wasCounted = s.la, s.mm == 0 and gained ~= 0
  s.x, s.la, s.mm = slid(s.x, s.sl, s.e), now, s.mm + gained
  call('HSET', skey, 'h', headOf(s), field, chatHead(c))
  local isDue = isStep(la, s.px, s.x, s.sl)
  if isDue or wasCounted or not SINGLE then
    s = read(skey)
    s.la = la
    rest().changed[s.id] = s
    if wasCounted and s.st ~= 'pending' then rest().uncount(s) end
    if isDue then rest().follow(s, s.x) end
  end
  return reply
end

return rested(each(one))
