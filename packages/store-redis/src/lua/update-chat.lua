-- Changes a chat that is still at a version.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, operation, version, then fields and values
-- Reply: the record
local s, c = openChat(ARGV[1])
if not s then return c end
local f = call('HMGET', KEYS[2], 'v', 'ops')
if isDone(f[2], ARGV[2]) then return finished(chatRecord(KEYS[2], c)) end
local problem = refusal(s.st)
if problem then return problem end
if f[1] ~= ARGV[3] then return '!VERSION_CONFLICT ' .. f[1] end
local done, dropped = withDone(f[2], ARGV[2])
local set = { 'v', f[1] + 1, 'ua', now, 'ops', done }
for i = 4, #ARGV do set[#set + 1] = ARGV[i] end
call('HSET', KEYS[2], unpack(set))
local limits = call('HMGET', KEYS[2], 'mx', 'ov')
c.li = limitOf(limits[1], limits[2])
call('HSET', s.key, fieldOf(KEYS[2]), chatHead(c))
if dropped then call('HDEL', KEYS[2], 'r:' .. dropped) end
if s.st == 'pending' then recordChange(s) end
return finished(chatRecord(KEYS[2], c))
