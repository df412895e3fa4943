-- Figures of an index whose sessions live in other slots: as it was told.
-- KEYS: <index>:i
-- Reply: active, paused, archived, closed, chats, messages, users, the ids of the oldest and newest session and of the one last active
local reply = {}
for i, status in ipairs({ 'active', 'paused', 'archived', 'closed' }) do reply[i] = call('ZCOUNT', index .. ':e:' .. status, '(' .. digits(now), '+inf') end
local n = call('HMGET', index .. ':n', 'chats', 'messages')
reply[5], reply[6], reply[7] = n[1] or 0, n[2] or 0, call('HLEN', index .. ':u')
reply[8] = call('ZRANGE', KEYS[1], 0, 0)[1] or ''
reply[9] = call('ZRANGE', KEYS[1], -1, -1)[1] or ''
reply[10] = string.sub(call('ZRANGE', index .. ':a', -1, -1)[1] or '', 10)
return reply
