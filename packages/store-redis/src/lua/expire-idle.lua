-- Makes sessions of the store expire that were idle for long. For one server that has all slots.
-- KEYS: {g0}:i
-- ARGV: token of this call, idle length, place to go on after or '', sessions at most, entries to look at at most
-- Reply: 1 if more follow, the last place that was looked at, the ids
local store = string.sub(KEYS[1], 1, -3)
local memo, since, after, most, scan = store .. ':q:' .. ARGV[1], now - ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local before = call('LRANGE', memo, 0, -1)
if #before > 0 then return before end

-- '~' is behind every digit: the whole minute counts.
local bound = string.format('(%09d~', math.max(0, since) / 60000)
local places = call('ZRANGEBYLEX', store .. ':a', after == '' and '-' or '(' .. after, bound, 'LIMIT', 0, scan + 1)
local reply, idle, looked = { '0', after }, {}, 0
for _, place in ipairs(places) do
  if #reply - 2 == most or looked == scan then
    reply[1] = '1'
    break
  end
  looked, reply[2] = looked + 1, place
  local id = string.sub(place, -36)
  local s = read(keyOf('s', id))
  if not s then
    call('ZREM', store .. ':a', place)
  elseif s.x > now and s.la <= since then
    s.x, s.px = now, now
    idle[#idle + 1] = s
    call('HSET', s.key, 'h', headOf(s))
    reply[#reply + 1] = id
  end
end
lapse(idle)
if #reply > 2 then
  call('RPUSH', memo, unpack(reply))
  call('PEXPIRE', memo, 60000)
end
return finished(reply)
