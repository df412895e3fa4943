-- Removes what comes after a seq and puts messages in its place.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, operation, fence or '', last seq to keep, newest seq that is expected or '', number of messages, their arguments
-- Reply: as of an append
local s, problem = open(KEYS[1], ARGV[1])
if not s then return problem end
local operation, fence, n, ids = ARGV[2], ARGV[3], tonumber(ARGV[6]), {}
for i = 1, n do ids[i] = ARGV[7 + 4 * (i - 1)] end
local c, known = readChat(KEYS[2], unpack(ids))
if c.s ~= s.id then return '!CHAT_NOT_FOUND' end
local done = call('HGET', c.key, 'r:' .. operation)
if done then return done end
problem = (fence == '' and refusal(s.st)) or (fence ~= '' and c.fence ~= fence and '!TURN_LOST') or (fence == '' and busy(readTurn(c.key)))
if problem then return problem end
if ARGV[5] ~= '' and tonumber(ARGV[5]) ~= c.q then return '!VERSION_CONFLICT ' .. digits(c.q) end

local before, newest = c.q - c.f + 1, c.q
local last = math.min(math.max(tonumber(ARGV[4]), c.f - 1), newest)
local beginning = last
if last < newest then
  c.oc = tonumber(string.match(call('LINDEX', c.list, last + 1 - c.p), '^%[[^,]+,(%d+)'))
  -- The newest place to begin that is left. Where there is none, any before the oldest says so.
  while beginning >= c.f and marksOf(c, beginning) do beginning = beginning - 1 end
  c.q, c.mk = last, beginning == last and math.min(c.mk, last - 1) or last
end
local p = plan(c, known, ARGV, 7, n)
problem = p.conflict or (#p.elements > 0 and refusalOfLength(c, p.q))
if problem then return problem end

local list, dropped = withDone(call('HGET', c.key, 'ops'), operation)
call('HSET', c.key, 'q', digits(last), 'oc', c.oc, 'mk', digits(c.mk), 'pl', c.oc == 0 and c.limit == 0 and '' or 1, 'ops', list)
if last < newest then
  call('HSET', c.key, 'b', digits(beginning))
  -- Beyond ten thousand, ids stay behind in the hash; they are told from good ones by what the list has in their place.
  for from = newest, math.max(last + 1, newest - 9999), -500 do
    forget(c, call('LRANGE', c.list, math.max(last + 1, from - 499) - c.p, from - c.p))
  end
  if last < c.p then call('UNLINK', c.list) else call('LTRIM', c.list, 0, last - c.p) end
end
write(c, p, s.px)
if dropped then call('HDEL', c.key, 'r:' .. dropped) end
call('HSET', c.key, 'r:' .. operation, answerOf(c, p))
countContent(s, 0, c.q - c.f + 1 - before)
recordActivity(s, 'mm', digits(s.mm))
return finished(answerOf(c, p))
