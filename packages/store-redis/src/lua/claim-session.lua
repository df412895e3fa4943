-- Claims one session if it is expired. An index that thought it due is told what it is.
-- KEYS: s:<session>
-- ARGV: owner's hash or '' for whoever owns it, token of this call, length of the lease
-- Reply: its claim and record; nil if it is gone, 0 if it is not for this call
local s = read(KEYS[1])
if not s then return false end
if ARGV[1] ~= '' and s.o ~= ARGV[1] then return 0 end
if s.o == nobody then
  s.px, s.soon, s.gone = now, '!', purge(s.id) and 'gone' or 'lapsed'
  changed[s.id] = s
  return finished(0)
end
if s.x > now then
  date(s, s.x)
  s.soon = '!'
  return finished(0)
end
local f = call('HMGET', s.key, 'cl', 'cu')
local claimUntil = tonumber(f[2] or '') or 0
if f[1] ~= ARGV[2] and claimUntil > now then
  s.px, s.soon, s.gone = claimUntil, '!', 'lapsed'
  changed[s.id] = s
  return finished(0)
end
lapse({ s })
call('HSET', s.key, 'cl', ARGV[2], 'cu', now + ARGV[3])
s.px = now + ARGV[3]
if SINGLE then call('ZADD', prefix .. '{g0}:e:lapsed', s.px, s.id) end
return finished({ ARGV[2], (record(s.key)) })
