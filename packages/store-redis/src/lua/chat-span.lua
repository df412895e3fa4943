-- From where to where the messages of a chat are.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash
-- Reply: "firstSeq lastSeq"
local problem = absent(KEYS[1], ARGV[1])
if problem then return problem end
local f = call('HMGET', KEYS[2], 's', 'f', 'q')
if f[1] ~= string.sub(KEYS[1], -36) then return '!CHAT_NOT_FOUND' end
return f[2] .. ' ' .. f[3]
