-- Holds a turn for another lease, and counts as activity.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, fence, length of the lease
-- Reply: 1 if it is asked to stop, else 0
local s, c = openChat(ARGV[1])
if not s then return c end
if not holds(c, ARGV[2]) then return '!TURN_LOST' end
local isInterrupted = call('HGET', KEYS[2], 'ir') == '1'
call('HSET', KEYS[2], 'le', now + ARGV[3])
recordActivity(s)
if s.st == 'archived' or s.st == 'closed' or isInterrupted then return finished(1) end
return finished(0)
