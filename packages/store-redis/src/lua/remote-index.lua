-- An index of an organisation or of the store whose sessions live in other slots. It knows what it was told last: <index>:r has for each
-- session the instant of that by the clock of the session's slot, its status, when to look at it, its last activity, chats, messages, owner.
local index = string.sub(KEYS[1], 1, -3)
local counted = { 'pending', 'active', 'paused' }

local function told(id)
  local at, status, due, la, nc, nm, own = string.match(call('HGET', index .. ':r', id) or '', '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S*)$')
  if at then return { at = tonumber(at), st = status, due = due, la = la, nc = nc, nm = nm, o = own, id = id } end
end

local function isListed(status) return status ~= 'pending' and status ~= 'lapsed' end

local function withdraw(e)
  left[index] = true
  call('ZREM', index .. ':e:' .. e.st, e.id)
  call('HDEL', index .. ':r', e.id)
  if not isListed(e.st) then return end
  call('ZREM', index .. ':i', e.id)
  call('ZREM', index .. ':a', placeOf(e))
  count(index, 'chats', -e.nc)
  count(index, 'messages', -e.nm)
  if call('HINCRBY', index .. ':u', e.o, -1) <= 0 then call('HDEL', index .. ':u', e.o) end
end

local function place(e)
  call('ZADD', index .. ':e:' .. e.st, e.due, e.id)
  call('HSET', index .. ':r', e.id, table.concat({ e.at, e.st, e.due, e.la, e.nc, e.nm, e.o }, ' '))
  if isListed(e.st) then
    call('ZADD', index .. ':i', 0, e.id)
    call('ZADD', index .. ':a', 0, placeOf(e))
    count(index, 'chats', tonumber(e.nc))
    count(index, 'messages', tonumber(e.nm))
    call('HINCRBY', index .. ':u', e.o, 1)
  end
  prolong(index, e.due == '+inf' and math.huge or tonumber(e.due), { 'i', 'a', 'n', 'r', 'u', 'e:' .. e.st })
end
