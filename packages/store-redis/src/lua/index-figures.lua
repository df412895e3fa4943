-- Figures of an index. Entries that are due are looked at first, so many at a time.
-- KEYS: <index>:i
-- Reply: active, paused, archived, closed, chats, messages, users, created at of the oldest and newest, latest activity, and if that was
-- not all, the place to go on after; !AGAIN
local index = string.sub(KEYS[1], 1, -3)
local statuses = { 'active', 'paused', 'archived', 'closed' }
local due = 0
for _, status in ipairs(statuses) do due = due + heal(index, status, 100) end
if due + recount(index, 100) > 0 then return finished('!AGAIN') end
local reply = {}
for i, status in ipairs(statuses) do reply[i] = call('ZCARD', index .. ':e:' .. status) end
local n = call('HMGET', index .. ':n', 'chats', 'messages', 'users')
for i = 1, 3 do reply[4 + i] = n[i] or 0 end

local function field(member, name) return member and call('HGET', keyOf('s', string.sub(member, -36)), name) end

reply[8] = field(call('ZRANGE', KEYS[1], 0, 0)[1], 'ca') or ''
reply[9] = field(call('ZRANGE', KEYS[1], -1, -1)[1], 'ca') or ''
local latest = latestIn(index, '', 200)
reply[10], reply[11] = latest[1], latest[2]
return reply
