-- Claims expired sessions of the store. For one server that has all slots.
-- KEYS: {g0}:i
-- ARGV: token of this call, sessions at most, length of the lease
-- Reply: for each session its id, claim and record; !AGAIN
local store, token, most, lease = string.sub(KEYS[1], 1, -3), ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local claims, reply = store .. ':q:' .. token, {}

local function give(id) reply[#reply + 1] = { id, call('HGET', keyOf('s', id), 'cl'), (record(keyOf('s', id))) } end

-- Sent again because the answer was lost: the same answer.
for id in string.gmatch(call('GET', claims) or '', '%S+') do
  if string.find(call('HGET', keyOf('s', id), 'cl') or '', token, 1, true) == 1 then give(id) end
end
if #reply > 0 then return reply end

for _, status in ipairs({ 'pending', 'active', 'paused', 'archived', 'closed' }) do heal(store, status, most) end
local ids = call('ZRANGEBYSCORE', store .. ':e:lapsed', '-inf', now, 'LIMIT', 0, most)
if #ids == 0 then return finished(reply) end
-- First, because a full server refuses scripts that begin by adding.
call('ZREM', store .. ':e:lapsed', unpack(ids))
local entries, last, unfinished = {}, 0, false
for i, id in ipairs(ids) do
  local f, s = record(keyOf('s', id))
  if s and s.o == nobody and not purge(id) then
    entries[#entries + 1], entries[#entries + 2], unfinished = now, id, true
  elseif s and s.o ~= nobody then
    local claim = token .. '-' .. i
    call('HSET', keyOf('s', id), 'cl', claim, 'cu', now + lease)
    entries[#entries + 1], entries[#entries + 2], last = now + lease, id, math.max(last, s.x)
    reply[#reply + 1] = { id, claim, f }
  end
end
if #entries > 0 then
  call('ZADD', store .. ':e:lapsed', unpack(entries))
  prolong(store, last, { 'e:lapsed' })
end
call('SET', claims, table.concat(ids, ' '), 'PX', 60000)
if #reply == 0 or unfinished then return finished(#reply == 0 and '!AGAIN' or reply) end
return finished(reply)
