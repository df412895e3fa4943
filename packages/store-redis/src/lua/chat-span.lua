-- From where to where the messages of a chat are.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash
-- Reply: "firstSeq lastSeq"
local f, problem = fieldsOf(KEYS[1], ARGV[1], fieldOf(KEYS[2]))
if not f then return problem end
if not f[2] then return '!CHAT_NOT_FOUND' end
local c = chatIn(f[2])
return digits(c.f) .. ' ' .. digits(c.q)
