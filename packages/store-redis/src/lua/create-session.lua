-- Creates a session, or answers the one that has its id or key.
-- KEYS: s:<session>
-- ARGV: owner's hash, organisation's hash, owner, key or '', tags, data, idle length, absolute length, pending length or '', created at or '',
--   open | reject, limits of user, organisation and store or '', shard, commit | probe, not after that instant or '',
--   keys of its codec or ''
-- Reply: now and the expiry of the session that was made; or the record, 1 if it had this id, and the id of one that was there;
--   !WOULD_CREATE to a probe that would; !LATE
local function answer(at, created)
  local s = read(at)
  if now >= s.x then return '!SESSION_EXPIRED ' .. s.id end
  return { (record(at)), created, s.id }
end

local function one(KEYS, ARGV)
  local own, key = ARGV[1], ARGV[4]
  local index = prefix .. '{' .. string.sub(KEYS[1], -4) .. '}:o:' .. own
  local there = ownerOf(KEYS[1])
  if there and there ~= own then return '!SESSION_EXISTS' end
  if there then return answer(KEYS[1], 1) end
  local holder = key ~= '' and call('HGET', index .. ':k', key)
  -- A key whose session went without a sweep is free.
  if holder and ownerOf(keyOf('s', holder)) == own then
    local found = answer(keyOf('s', holder), 0)
    if ARGV[11] == 'reject' and type(found) == 'table' then return '!SESSION_EXISTS key' end
    return found
  end
  local s = { key = KEYS[1], id = string.sub(KEYS[1], -36), o = own, r = ARGV[2], st = 'active', sl = instant(ARGV[7]), e = math.huge, la = now, nc = 0, nm = 0, mm = 0, g = ARGV[15] }
  local createdAt = tonumber(ARGV[10]) or now
  if ARGV[9] ~= '' then s.st, s.sl = 'pending', tonumber(ARGV[9]) end
  if ARGV[8] ~= '' then s.e = createdAt + ARGV[8] end
  s.x = expiryAfter(s.sl, s.e)
  s.px = s.x
  local full = overflow(indexesOf(s), { ARGV[12], ARGV[13], ARGV[14] })
  if full then return full end
  if ARGV[16] == 'probe' then return '!WOULD_CREATE' end
  -- The places that other slots keep for it may be given to others by now.
  if ARGV[17] ~= '' and now > tonumber(ARGV[17]) then return '!LATE' end
  call('HSET', s.key, 'h', headOf(s), 'r', s.r, 'ow', ARGV[3], 'v', 1, 'tg', ARGV[5], 'd', ARGV[6], 'il', ARGV[7], 'am', ARGV[8], 'ca', createdAt,
    'ua', now, 'nc', 0, 'nm', 0, 'cb', 0, 'g', s.g)
  if ARGV[18] ~= '' then call('HSET', s.key, 'ks', ARGV[18]) end
  liveUntil(s.key, lifeOf(s.px))
  enter(s)
  -- The reservation in other slots outlasts it.
  if s.x - now < 60000 then s.soon = '!' end
  if key ~= '' then
    call('HSET', s.key, 'k', key)
    call('HSET', index .. ':k', key, s.id)
    prolong(index, s.px, { 'k' })
  end
  return { digits(now), written(s.x) }
end

return finished(each(one))
