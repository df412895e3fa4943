-- Ends a turn.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, fence, response time or ''
-- Reply: 1
local s, problem = openChat(ARGV[1])
if not s then return problem end
local turn = readTurn(KEYS[2])
if turn.running == '' and turn.newest ~= '0' and turn.newest == ARGV[2] then return 1 end
if turn.running ~= ARGV[2] then return '!TURN_LOST' end
call('HSET', KEYS[2], 'rf', '')
if ARGV[3] == '' then return 1 end
local f = call('HMGET', KEYS[2], 'tc', 'tt', 'rt')
local times = f[3]
-- The last 50 are kept.
if tonumber(f[1]) >= 50 then times = string.match(times, '^%S+ (.*)$') end
call('HSET', KEYS[2], 'tc', f[1] + 1, 'tt', format('%.17g', f[2] + ARGV[3]), 'rt', times .. ARGV[3] .. ' ')
return 1
