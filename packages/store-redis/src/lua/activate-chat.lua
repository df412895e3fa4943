-- Makes a chat the active one of its session.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, operation
-- Reply: the session's record
local s, problem = open(KEYS[1], ARGV[1])
if not s then return problem end
local f = call('HMGET', s.key, 'v', 'ac', 'ops')
if isDone(f[3], ARGV[2]) then return finished((record(s.key))) end
problem = refusal(s.st)
if problem then return problem end
if call('HGET', KEYS[2], 's') ~= s.id then return '!CHAT_NOT_FOUND' end
local id = string.sub(KEYS[2], -36)
if f[2] ~= id then recordChange(s, 'v', f[1] + 1, 'ua', now, 'ac', id, 'ops', (withDone(f[3], ARGV[2]))) end
return finished((record(s.key)))
