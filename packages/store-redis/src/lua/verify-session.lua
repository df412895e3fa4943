-- Has the indexes of other slots told what a session is.
-- KEYS: s:<session>
-- Reply: the shard of the store's index it belongs to, or nil if it is gone
local s = read(KEYS[1])
if not s then return false end
if s.o == nobody then
  s.px, s.gone = now, 'lapsed'
elseif s.x <= now then
  lapse({ s })
else
  date(s, s.x)
end
s.soon = '!'
changed[s.id] = s
return finished(s.g)
