-- Reads a page of a chat. Every element goes through Lua, which costs ten times what LRANGE does: see readNewest for the usual page.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, newest | before | after | offset, the place, messages at most
-- Reply: firstSeq, lastSeq, the elements
local f, problem = fieldsOf(KEYS[1], ARGV[1], fieldOf(KEYS[2]))
if not f then return problem end
if not f[2] then return '!CHAT_NOT_FOUND' end
local c, place, limit = chatIn(f[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local from = c.q - limit + 1
if ARGV[2] == 'before' then
  from = math.min(place, c.q + 1) - limit
elseif ARGV[2] == 'after' then
  from = math.max(place + 1, c.f)
elseif ARGV[2] == 'offset' then
  from = c.f + place
end
local to = math.min(from + limit - 1, c.q)
from = math.max(from, c.f)
local reply = { digits(c.f), digits(c.q), {} }
if to >= from then reply[3] = call('LRANGE', keyOf('m', string.sub(KEYS[2], -36)), from - c.p, to - c.p) end
return reply
