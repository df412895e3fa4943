-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash
-- Reply: the record
local problem = absent(KEYS[1], ARGV[1])
if problem then return problem end
if call('HGET', KEYS[2], 's') ~= string.sub(KEYS[1], -36) then return '!CHAT_NOT_FOUND' end
return chatRecord(KEYS[2])
