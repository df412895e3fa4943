-- Removes a value.
-- KEYS: s:<session>, x:<session>
-- ARGV: owner's hash, operation, key, bytes of the key as JSON
-- Reply: 1 if there was one, else 0
local s, problem = open(KEYS[1], ARGV[1])
if not s then return problem end
local f = call('HMGET', s.key, 'cb', 'ops')
if isDone(f[2], ARGV[2]) then return finished(1) end
problem = refusal(s.st)
if problem then return problem end
local value = call('HGET', KEYS[2], ARGV[3])
if not value then return finished(0) end
call('HDEL', KEYS[2], ARGV[3])
recordActivity(s, 'cb', digits(f[1] - sizeOf(value) - ARGV[4]), 'ops', (withDone(f[2], ARGV[2])))
return finished(1)
