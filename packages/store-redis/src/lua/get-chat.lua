-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash
-- Reply: the record
local f, problem = fieldsOf(KEYS[1], ARGV[1], fieldOf(KEYS[2]))
if not f then return problem end
if not f[2] then return '!CHAT_NOT_FOUND' end
return chatRecord(KEYS[2], chatIn(f[2]))
