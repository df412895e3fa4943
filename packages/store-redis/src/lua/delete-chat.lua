-- Removes a chat with its messages.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, operation
-- Reply: 1 if there was one, else 0
local s, problem = open(KEYS[1], ARGV[1])
if not s then return problem end
local own = call('HMGET', s.key, 'v', 'ac', 'ops')
if isDone(own[3], ARGV[2]) then return finished(1) end
problem = refusal(s.st)
if problem then return problem end
local id = string.sub(KEYS[2], -36)
local f = call('HMGET', KEYS[2], 's', 'f', 'q', 'k')
if f[1] ~= s.id then return finished(0) end
call('UNLINK', KEYS[2], keyOf('m', id))
call('ZREM', keyOf('h', s.id), id)
call('ZREM', keyOf('z', s.id), id)
if f[4] then call('HDEL', keyOf('k', s.id), f[4]) end
local active = own[2]
if active == id then active = call('ZRANGE', keyOf('h', s.id), 0, 0)[1] or '' end
countContent(s, -1, f[2] - f[3] - 1)
recordChange(s, 'v', own[1] + 1, 'ua', now, 'nc', s.nc, 'mm', digits(s.mm), 'ac', active, 'ops', (withDone(own[3], ARGV[2])))
return finished(1)
