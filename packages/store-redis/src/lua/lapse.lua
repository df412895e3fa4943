-- Expiry in the indexes: found out when somebody looks.

-- Takes an expired session out of the lists of those that live; it waits for the sweep.
local function lapse(s)
  leave(s)
  s.gone, s.soon, s.px = 'lapsed', '!', s.x
  if not SINGLE then return end
  local store = prefix .. '{g0}'
  call('ZADD', store .. ':e:lapsed', scoreOf(s.x), s.id)
  prolong(store, s.x, { 'e:lapsed' })
end

-- Looks at up to `most` sessions of an index that are due: the dead leave, the living are dated anew. Returns how many were due.
local function heal(index, status, most)
  local entries = index .. ':e:' .. status
  local due = call('ZRANGEBYSCORE', entries, '-inf', now, 'LIMIT', 0, most)
  -- First, because a full server refuses scripts that begin by adding.
  if #due > 0 then
    call('ZREM', entries, unpack(due))
    count(index, status, -#due)
  end
  for _, id in ipairs(due) do
    local s = read(keyOf('s', id))
    if not s then
      call('ZREM', index .. ':i', id)
    elseif s.o ~= '' and s.st == status then
      if s.x <= now then lapse(s) else date(s, s.x) end
    end
  end
  return #due
end

-- Counts what uncount() left. Returns how many sessions were looked at.
local function recount(index, most)
  local ids = call('SRANDMEMBER', index .. ':d', most)
  for _, id in ipairs(ids) do
    local s = read(keyOf('s', id))
    local indexes = s and s.o ~= '' and indexesOf(s) or { index }
    for _, of in ipairs(indexes) do
      call('SREM', of .. ':d', id)
      if s and s.o ~= '' then count(of, 'messages', s.mm) end
    end
    if s then call('HSET', s.key, 'nm', digits(s.nm + s.mm), 'mm', 0) end
  end
  return #ids
end
