-- Activity and expiry: exact in the session's hash, by steps in indexes and key lifetimes.

-- Brings the lifetimes of a session's keys up to s.px; `before` is what they were set for. Chats follow slowly, those with the least
-- left first, but so many each time that none is left behind: all of them for every half grace that the expiry moves.
local function prolongKeys(s, before)
  local life, chats = lifeOf(s.px), keyOf('z', s.id)
  for _, kind in ipairs({ 's', 'h', 'k', 'x', 'z' }) do liveUntil(keyOf(kind, s.id), life) end
  local moved, some = s.px - before, nil
  if moved >= 0 and moved < GRACE / 2 then
    local most = 32 + math.ceil(call('ZCARD', chats) * moved / (GRACE / 2))
    some = call('ZRANGEBYSCORE', chats, '-inf', life - GRACE / 2, 'LIMIT', 0, most)
  else
    some = call('ZRANGE', chats, 0, -1)
  end
  for _, id in ipairs(some) do
    for _, kind in ipairs({ 'c', 'm', 'i' }) do liveUntil(keyOf(kind, id), life) end
    call('ZADD', chats, scoreOf(life), id)
  end
end

-- Sets index entries and key lifetimes for an expiry.
local function date(s, at)
  local before = s.px
  -- Other slots, which think it is later, must learn it now.
  if at < before then s.soon = '!' end
  s.px = at
  changed[s.id] = s
  call('HSET', s.key, 'h', headOf(s))
  for _, index in ipairs(indexesOf(s)) do
    put(index, s)
    prolong(index, at)
  end
  prolongKeys(s, before)
end

-- Follows activity and expiry that were written.
local function follow(s, at)
  local isDue = isStep(now, s.px, at, s.sl)
  s.x = at
  moveToNow(s)
  if isDue then date(s, at) end
end

-- Writes that a session was active, together with the given fields and values.
local function recordActivity(s, ...)
  local at = slid(s.x, s.sl, s.e)
  call('HSET', s.key, 'h', headOf(s, at, now), ...)
  if isStep(s.la, s.px, at, s.sl) then follow(s, at) end
end

-- Writes fields of a session. That is no activity, but keeps one that is being made from expiring.
local function recordChange(s, ...)
  local at = s.x
  if s.st == 'pending' then at = slid(s.x, s.sl, s.e) end
  call('HSET', s.key, 'h', headOf(s, at), ...)
  s.x = at
  if isStep(now, s.px, at, s.sl) then date(s, at) end
end

-- Counts chats and messages that came or went. s.nc and the head are written by the caller.
local function countContent(s, chats, messages)
  local wasCounted = s.mm == 0
  s.nc, s.mm = s.nc + chats, s.mm + messages
  changed[s.id] = s
  if s.st == 'pending' then return end
  if chats ~= 0 then
    for _, index in ipairs(indexesOf(s)) do count(index, 'chats', chats) end
  end
  if messages ~= 0 and wasCounted then uncount(s) end
end
