-- Changes a session that is still at a version.
-- KEYS: s:<session>
-- ARGV: owner's hash, operation, version, status or '', tags or '', data or '', limits of user, organisation and store or '', commit | probe,
--   new shard of the store's index or ''
-- Reply: the record; !WOULD_COUNT to a probe that would make it count again
local counting = { pending = true, active = true, paused = true }

-- Moves a session from one state to another in its indexes.
local function changeStatus(s, status)
  local before, px = s.st, s.px
  leave({ s })
  s.soon = '!'
  -- Who enters is counted with all it has.
  s.st, s.nm, s.mm = status, s.nm + s.mm, 0
  if before == 'pending' then
    s.sl = instant(call('HGET', s.key, 'il'))
    s.px = expiryAfter(s.sl, s.e)
    s.x = s.px
  end
  call('HSET', s.key, 'h', headOf(s), 'nm', digits(s.nm))
  enter(s)
  settle()
  if s.px ~= px then prolongKeys(s, px) end
end

local function one(KEYS, ARGV)
  local f, h = record(KEYS[1], 'ops')
  if not h or h.o ~= ARGV[1] then return '!SESSION_NOT_FOUND' end
  local before, version = h.st, f[4]
  if now >= h.x then return '!SESSION_EXPIRED' end
  if isDone(f[14], ARGV[2]) then return f end
  if version ~= ARGV[3] then return '!VERSION_CONFLICT ' .. version end
  local status = ARGV[4] == '' and before or ARGV[4]
  local s = (status ~= before or before == 'pending' or ARGV[11] ~= '' or isStep(now, h.px, h.x, h.sl)) and read(KEYS[1])
  if counting[status] and not counting[before] then
    local full = overflow(indexesOf(s), { ARGV[7], ARGV[8], ARGV[9] })
    if full then return full end
    if ARGV[10] == 'probe' then return '!WOULD_COUNT' end
  end

  f[4], f[12] = digits(version + 1), nowText
  local set = { 'v', f[4], 'ua', nowText, 'ops', (withDone(f[14], ARGV[2])) }
  if ARGV[5] ~= '' then f[5], set[#set + 1], set[#set + 2] = ARGV[5], 'tg', ARGV[5] end
  if ARGV[6] ~= '' then f[6], set[#set + 1], set[#set + 2] = ARGV[6], 'd', ARGV[6] end
  if ARGV[11] ~= '' then s.g, set[#set + 1], set[#set + 2] = ARGV[11], 'g', ARGV[11] end
  if not s then
    call('HSET', KEYS[1], unpack(set))
    return f
  end
  recordChange(s, unpack(set))
  if status ~= before then changeStatus(s, status) end
  return (record(s.key))
end

return finished(each(one))
