-- A page of the chats of a session, oldest first.
-- KEYS: s:<session>
-- ARGV: owner's hash, chat to go on after or '', chats at most
-- Reply: 1 if more follow, then for each chat its id and record
local f, problem = fieldsOf(KEYS[1], ARGV[1])
if not f then return problem end
local list, most = keyOf('h', string.sub(KEYS[1], -36)), tonumber(ARGV[3])
local ids = call('ZRANGEBYLEX', list, ARGV[2] == '' and '-' or '(' .. ARGV[2], '+', 'LIMIT', 0, most + 1)
local reply = { #ids > most and 1 or 0 }
for i = 1, math.min(#ids, most) do
  local key = keyOf('c', ids[i])
  reply[i + 1] = { ids[i], chatRecord(key, chatIn(call('HGET', KEYS[1], fieldOf(key)))) }
end
return reply
