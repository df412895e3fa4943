-- Indexes. A session is in those of its owner and, where one server has all slots (SINGLE), of its organisation and of the store;
-- elsewhere the client is told what changed, and keeps those in the other slots right. An index <i> has
-- <i>:e:<status> sessions by when they have to be looked at, which is never after they expire; pending ones are in no other part,
-- <i>:i sessions by id, <i>:a by minute of activity and id, <i>:n entries of each status, chats, messages, users, life of its keys,
-- <i>:d sessions with messages that are not counted yet; an owner's
-- <i>:k keys of sessions; the store's <i>:e:lapsed expired ones by when they may be claimed. Indexes that are kept from another slot
-- have <i>:r what each session was told to be, <i>:u sessions of each owner.
local parts = { 'i', 'a', 'n', 'd', 'r', 'u', 'k', 'e:pending', 'e:active', 'e:paused', 'e:archived', 'e:closed', 'e:lapsed' }
local counts, figures, left, entering, changed = {}, {}, {}, {}, {}

local function indexesOf(s)
  local own = prefix .. '{' .. string.sub(s.id, -4) .. '}:o:' .. s.o
  if not SINGLE then return { own } end
  return { own, prefix .. '{o' .. s.r .. '}', prefix .. '{g0}' }
end

local function placeOf(s) return format('%09d', s.la / 60000) .. s.id end

local function scoreOf(at)
  if at == math.huge then return '+inf' end
  return at
end

-- The instant until which the keys of what expires at `at` live: a minute is the longest that lifetimes lag.
local function lifeOf(at) return at + GRACE + 60000 end

local function liveUntil(key, at)
  if at == math.huge then call('PERSIST', key) else call('PEXPIREAT', key, at) end
end

-- Adds to a figure. Written once, in finished().
local function count(index, figure, delta)
  if delta == 0 then return end
  local of = counts[index] or {}
  counts[index] = of
  of[figure] = (of[figure] or 0) + delta
end

-- A figure of an index as it will be.
local function figureOf(index, figure)
  local n = figures[index]
  if not n then
    local f = call('HMGET', index .. ':n', 'life', 'pending', 'active', 'paused', 'archived', 'closed')
    n = { life = instant(f[1] or 0), pending = f[2], active = f[3], paused = f[4], archived = f[5], closed = f[6] }
    figures[index] = n
  end
  return tonumber(n[figure] or 0) + (counts[index] and counts[index][figure] or 0)
end

local function listedIn(index)
  return figureOf(index, 'active') + figureOf(index, 'paused') + figureOf(index, 'archived') + figureOf(index, 'closed')
end

-- Keeps an index as long as what expires at `at`; `fresh` are parts that may have come into being just now.
local function prolong(index, at, fresh)
  local life = figureOf(index, 'life')
  if lifeOf(at) > life then
    -- More than asked for, so that it is not moved by each session.
    life, fresh = lifeOf(at) + 600000, parts
    figures[index].life = life
    call('HSET', index .. ':n', 'life', written(life))
  end
  for _, part in ipairs(fresh or {}) do liveUntil(index .. ':' .. part, life) end
end

-- Sets or moves the entry of a session by when it has to be looked at.
local function put(index, s)
  if call('ZADD', index .. ':e:' .. s.st, scoreOf(s.px), s.id) == 1 then count(index, s.st, 1) end
end

-- Puts sessions into one index, where they are counted by state already. Returns whether it had listed none.
local function putIn(index, group)
  local entries, shown, ids, members, fresh, last = {}, {}, {}, {}, {}, 0
  for _, s in ipairs(group) do
    local of = entries[s.st] or {}
    entries[s.st], of[#of + 1], of[#of + 2], last = of, scoreOf(s.px), s.id, math.max(last, s.px)
    if s.st ~= 'pending' then shown[#shown + 1], ids[#ids + 1], members[#members + 1], members[#members + 2] = s, s.id, 0, s.id end
  end
  local wasEmpty, places = listedIn(index) == #shown, {}
  for status, of in pairs(entries) do
    if figureOf(index, status) == #of / 2 then fresh[#fresh + 1] = 'e:' .. status end
    count(index, status, call('ZADD', index .. ':e:' .. status, unpack(of)) - #of / 2)
  end
  local there = #ids > 1 and call('ZMSCORE', index .. ':i', unpack(ids)) or {}
  if #ids > 0 and call('ZADD', index .. ':i', unpack(members)) > 0 then
    for i, s in ipairs(shown) do
      if not there[i] then
        places[#places + 1], places[#places + 2] = 0, placeOf(s)
        count(index, 'chats', s.nc)
        count(index, 'messages', s.nm)
      end
    end
    call('ZADD', index .. ':a', unpack(places))
    if wasEmpty then fresh[#fresh + 1], fresh[#fresh + 2] = 'i', 'a' end
  end
  prolong(index, last, fresh)
  return wasEmpty and #ids > 0
end

-- Puts a session into the index of its owner. The other indexes count it, and are given their entries by settle(), for many at once.
local function enter(s)
  changed[s.id] = s
  for at, index in ipairs(indexesOf(s)) do
    count(index, s.st, 1)
    if at == 1 then
      s.isFirst = putIn(index, { s })
    else
      entering[index] = entering[index] or {}
      table.insert(entering[index], s)
    end
  end
end

local function settle()
  for index, group in pairs(entering) do
    putIn(index, group)
    for _, s in ipairs(group) do
      if s.isFirst then count(index, 'users', 1) end
    end
  end
  entering = {}
end

-- Takes sessions out of one index. Returns those that were listed in it.
local function takeOut(index, group)
  local ids, places, byStatus, listed = {}, {}, {}, {}
  for i, s in ipairs(group) do
    ids[i], places[i] = s.id, placeOf(s)
    byStatus[s.st] = byStatus[s.st] or {}
    table.insert(byStatus[s.st], s.id)
  end
  left[index] = true
  for status, entries in pairs(byStatus) do count(index, status, -call('ZREM', index .. ':e:' .. status, unpack(entries))) end
  local there = #ids > 1 and call('ZMSCORE', index .. ':i', unpack(ids))
  if call('ZREM', index .. ':i', unpack(ids)) == 0 then return listed end
  call('ZREM', index .. ':a', unpack(places))
  call('SREM', index .. ':d', unpack(ids))
  for i, s in ipairs(group) do
    if not there or there[i] then
      listed[#listed + 1] = s
      count(index, 'chats', -s.nc)
      count(index, 'messages', -s.nm)
    end
  end
  return listed
end

local function leave(sessions)
  local groups, owners, others, lastOfOwner = {}, {}, {}, {}
  for _, s in ipairs(sessions) do
    changed[s.id] = s
    for at, index in ipairs(indexesOf(s)) do
      if not groups[index] then table.insert(at == 1 and owners or others, index) end
      groups[index] = groups[index] or {}
      table.insert(groups[index], s)
    end
  end
  for _, index in ipairs(owners) do
    local listed = takeOut(index, groups[index])
    if #listed > 0 and call('EXISTS', index .. ':i') == 0 then lastOfOwner[listed[#listed].id] = true end
  end
  for _, index in ipairs(others) do
    for _, s in ipairs(takeOut(index, groups[index])) do
      if lastOfOwner[s.id] then count(index, 'users', -1) end
    end
  end
end

-- Gives the key of a session to whoever asks for it next.
local function freeKey(s)
  local index = indexesOf(s)[1]
  left[index] = true
  if call('HGET', index .. ':k', s.k) == s.id then call('HDEL', index .. ':k', s.k) end
end

-- The session has other messages than its indexes count. They are told so, and count when they are asked: an append is asked for more often.
local function uncount(s)
  for _, index in ipairs(indexesOf(s)) do
    call('SADD', index .. ':d', s.id)
    prolong(index, s.px, { 'd' })
  end
end

-- Moves a session to the minute of now in the order by activity.
local function moveToNow(s)
  local before = placeOf(s)
  s.la = now
  if before == placeOf(s) then return end
  changed[s.id] = s
  if s.st == 'pending' then return end
  for _, index in ipairs(indexesOf(s)) do
    call('ZREM', index .. ':a', before)
    call('ZADD', index .. ':a', 0, placeOf(s))
  end
end

-- The figures of an index go with the last session that has an entry or a key in it.
local function isEmpty(index)
  local keys = {}
  for at = 7, #parts do keys[#keys + 1] = index .. ':' .. parts[at] end
  return call('EXISTS', unpack(keys)) == 0
end

-- Every script that changes something ends with this: figures are written; the client is told what other slots must know.
local function finished(reply)
  settle()
  for index in pairs(left) do
    if isEmpty(index) then
      call('UNLINK', index .. ':n')
      counts[index] = nil
    end
  end
  for index, of in pairs(counts) do
    for figure, delta in pairs(of) do
      if delta ~= 0 then call('HINCRBY', index .. ':n', figure, delta) end
    end
  end
  if SINGLE then return reply end
  local all = { '@', reply }
  for id, s in pairs(changed) do
    local told = { s.soon or '-', s.g, s.r, id, s.o, digits(now), s.gone or s.st, scoreOf(s.px), digits(s.la), s.nc, s.nm + s.mm }
    all[#all + 1] = table.concat(told, ' ')
  end
  return all
end
