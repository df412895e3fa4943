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
local head = call('HGET', s.key, fieldOf(KEYS[2]))
if not head then return finished(0) end
local c, key = chatIn(head), call('HGET', KEYS[2], 'k')
call('UNLINK', KEYS[2], keyOf('m', id), keyOf('i', id))
call('HDEL', s.key, fieldOf(KEYS[2]))
call('ZREM', keyOf('h', s.id), id)
call('ZREM', keyOf('z', s.id), id)
if key then call('HDEL', keyOf('k', s.id), key) end
local active = own[2]
if active == id then active = call('ZRANGE', keyOf('h', s.id), 0, 0)[1] or '' end
countContent(s, -1, c.f - c.q - 1)
recordChange(s, 'v', own[1] + 1, 'ua', now, 'nc', s.nc, 'ac', active, 'ops', (withDone(own[3], ARGV[2])))
return finished(1)
