-- Makes a session expire if it was idle for long.
-- KEYS: s:<session>
-- ARGV: idle length
-- Reply: 1 if it expired now, else 0
local s = read(KEYS[1])
if not s or s.o == nobody or s.x <= now or s.la > now - ARGV[1] then return 0 end
s.x = now
lapse({ s })
call('HSET', s.key, 'h', headOf(s))
return finished(1)
