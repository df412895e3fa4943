-- Removes what comes after a seq and puts messages in its place.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, operation, fence or '', last seq to keep, newest seq that is expected or '', what messages.lua says of messages, the elements
-- Reply: as of an append
local s, c = openChat(ARGV[1])
if not s then return c end
c.list, c.ids = keyOf('m', string.sub(KEYS[2], -36)), keyOf('i', string.sub(KEYS[2], -36))
local operation, fence, batch = ARGV[2], ARGV[3], batchIn(ARGV[6], 1, ARGV, 7)
local done = call('HGET', KEYS[2], 'r:' .. operation)
if done then return done end
local problem = (fence == '' and refusal(s.st)) or (fence ~= '' and not holds(c, fence) and '!TURN_LOST')
problem = problem or (fence == '' and busy(readTurn(KEYS[2], c)))
if problem then return problem end
if ARGV[5] ~= '' and tonumber(ARGV[5]) ~= c.q then return '!VERSION_CONFLICT ' .. digits(c.q) end

local before, newest = c.q - c.f + 1, c.q
local last = math.min(math.max(tonumber(ARGV[4]), c.f - 1), newest)
local beginning = last
if last < newest then
  c.oc = tonumber(string.match(call('LINDEX', c.list, last + 1 - c.p), '^%[[^,]+,(%d+)'))
  -- The newest place to begin that is left. Where there is none, any before the oldest says so.
  while beginning >= c.f and marksOf(c, beginning) do beginning = beginning - 1 end
  c.q, c.b, c.mk = last, beginning, beginning == last and math.min(c.mk, last - 1) or last
end
local p = plan(c, batch)
for i, seq in ipairs(p.seqs) do
  local there = tonumber(string.match(seq, '^k(%d+)$'))
  if there and there <= last then return '!MESSAGE_CONFLICT ' .. i end
end
problem = p.conflict or (#p.elements > 0 and refusalOfLength(c, p.q))
if problem then return problem end

local list, dropped = withDone(call('HGET', KEYS[2], 'ops'), operation)
call('HSET', KEYS[2], 'ops', list)
if last < newest then
  if last < c.p then
    call('UNLINK', c.list, c.ids)
  else
    call('LTRIM', c.list, 0, last - c.p)
    call('ZREMRANGEBYSCORE', c.ids, last + 1, '+inf')
  end
end
write(c, p, s.px)
if dropped then call('HDEL', KEYS[2], 'r:' .. dropped) end
call('HSET', KEYS[2], 'r:' .. operation, answerOf(c, p))
countContent(s, 0, c.q - c.f + 1 - before)
recordActivity(s, fieldOf(KEYS[2]), chatHead(c))
return finished(answerOf(c, p))
