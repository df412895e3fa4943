-- Changes a session that is still at a version.
-- KEYS: s:<session>
-- ARGV: owner's hash, operation, version, status or '', tags or '', data or '', limits of user, organisation and store or '', commit | probe,
--   new shard of the store's index or ''
-- Reply: the record; !WOULD_COUNT to a probe that would make it count again
local function one(KEYS, ARGV)
  local s, problem = open(KEYS[1], ARGV[1])
  if not s then return problem end
  local f = call('HMGET', s.key, 'v', 'ops')
  if isDone(f[2], ARGV[2]) then return record(s.key) end
  if f[1] ~= ARGV[3] then return '!VERSION_CONFLICT ' .. f[1] end
  local before, status = s.st, ARGV[4]
  if status == '' then status = before end
  local counting = { pending = true, active = true, paused = true }
  if counting[status] and not counting[before] then
    local full = overflow(indexesOf(s), { ARGV[7], ARGV[8], ARGV[9] })
    if full then return full end
    if ARGV[10] == 'probe' then return '!WOULD_COUNT' end
  end

  local set = { 'v', f[1] + 1, 'ua', now, 'st', status, 'ops', (withDone(f[2], ARGV[2])) }
  if ARGV[5] ~= '' then set[#set + 1], set[#set + 2] = 'tg', ARGV[5] end
  if ARGV[6] ~= '' then set[#set + 1], set[#set + 2] = 'd', ARGV[6] end
  if ARGV[11] ~= '' then s.g, set[#set + 1], set[#set + 2] = ARGV[11], 'g', ARGV[11] end
  recordChange(s, unpack(set))
  if status ~= before then
    leave(s)
    s.soon = '!'
    -- Who enters is counted with all it has.
    s.st, s.nm, s.mm = status, s.nm + s.mm, 0
    call('HSET', s.key, 'nm', digits(s.nm), 'mm', 0)
    local px = s.px
    if before == 'pending' then
      s.sl = call('HGET', s.key, 'il')
      s.px = expiryAfter(s.sl, s.e)
      call('HSET', s.key, 'sl', s.sl, 'x', written(s.px), 'px', written(s.px))
    end
    enter(s)
    if s.px ~= px then prolongKeys(s, px) end
  end
  return record(s.key)
end

return finished(each(one))
