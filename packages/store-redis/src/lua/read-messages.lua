-- Reads a page of a chat. Every element goes through Lua, which costs ten times what LRANGE does: see readNewest for the usual page.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, newest | before | after | offset, the place, messages at most
-- Reply: firstSeq, lastSeq, the elements
local problem = absent(KEYS[1], ARGV[1])
if problem then return problem end
local f = call('HMGET', KEYS[2], 's', 'f', 'q', 'p')
if f[1] ~= string.sub(KEYS[1], -36) then return '!CHAT_NOT_FOUND' end
local first, newest, place, limit = tonumber(f[2]), tonumber(f[3]), tonumber(ARGV[3]), tonumber(ARGV[4])
local from = newest - limit + 1
if ARGV[2] == 'before' then
  from = math.min(place, newest + 1) - limit
elseif ARGV[2] == 'after' then
  from = math.max(place + 1, first)
elseif ARGV[2] == 'offset' then
  from = first + place
end
local to = math.min(from + limit - 1, newest)
from = math.max(from, first)
if to < from then return { f[2], f[3], {} } end
return { f[2], f[3], call('LRANGE', keyOf('m', string.sub(KEYS[2], -36)), from - f[4], to - f[4]) }
