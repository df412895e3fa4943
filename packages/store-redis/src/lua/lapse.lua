-- Expiry in the indexes: found out when somebody looks.

-- Takes expired sessions out of the lists of those that live; they wait for the sweep.
local function lapse(sessions)
  if #sessions == 0 then return end
  leave(sessions)
  local store, entries, last = prefix .. '{g0}', {}, 0
  for _, s in ipairs(sessions) do
    s.gone, s.soon, s.px = 'lapsed', '!', s.x
    entries[#entries + 1], entries[#entries + 2], last = scoreOf(s.x), s.id, math.max(last, s.x)
  end
  if not SINGLE then return end
  call('ZADD', store .. ':e:lapsed', unpack(entries))
  prolong(store, last, { 'e:lapsed' })
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
  local expired = {}
  for _, id in ipairs(due) do
    local s = read(keyOf('s', id))
    if not s then
      call('ZREM', index .. ':i', id)
    elseif s.o ~= nobody and s.st == status then
      if s.x <= now then expired[#expired + 1] = s else date(s, s.x) end
    end
  end
  lapse(expired)
  return #due
end

-- Counts what uncount() left. Returns how many sessions were looked at.
local function recount(index, most)
  local ids = call('SRANDMEMBER', index .. ':d', most)
  for _, id in ipairs(ids) do
    local s = read(keyOf('s', id))
    local indexes = s and s.o ~= nobody and indexesOf(s) or { index }
    for _, of in ipairs(indexes) do
      call('SREM', of .. ':d', id)
      if s and s.o ~= nobody then count(of, 'messages', s.mm) end
    end
    if s then
      s.nm, s.mm = s.nm + s.mm, 0
      call('HSET', s.key, 'h', headOf(s), 'nm', digits(s.nm))
    end
  end
  return #ids
end
