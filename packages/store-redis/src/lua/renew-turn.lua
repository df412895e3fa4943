-- Holds a turn for another lease, and counts as activity.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, fence, length of the lease
-- Reply: 1 if it is asked to stop, else 0
local s, problem = openChat(ARGV[1])
if not s then return problem end
local f = call('HMGET', KEYS[2], 'rf', 'ir')
if f[1] ~= ARGV[2] then return '!TURN_LOST' end
call('HSET', KEYS[2], 'le', now + ARGV[3])
recordActivity(s)
if s.st == 'archived' or s.st == 'closed' or f[2] == '1' then return finished(1) end
return finished(0)
