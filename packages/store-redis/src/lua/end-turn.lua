-- Ends a turn.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, fence, response time or ''
-- Reply: 1
local s, c = openChat(ARGV[1])
if not s then return c end
local newest = readTurn(KEYS[2], c).newest
if c.rf == 0 and newest ~= 0 and newest == tonumber(ARGV[2]) then return 1 end
if not holds(c, ARGV[2]) then return '!TURN_LOST' end
c.rf = 0
call('HSET', s.key, fieldOf(KEYS[2]), chatHead(c))
if ARGV[3] == '' then return 1 end
local f = call('HMGET', KEYS[2], 'tc', 'tt', 'rt')
local times = f[3]
-- The last 50 are kept.
if tonumber(f[1]) >= 50 then times = string.match(times, '^%S+ (.*)$') end
call('HSET', KEYS[2], 'tc', f[1] + 1, 'tt', format('%.17g', f[2] + ARGV[3]), 'rt', times .. ARGV[3] .. ' ')
return 1
