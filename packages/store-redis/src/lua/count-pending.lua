-- Sessions of an owner that are being made. Entries that are due are looked at first, so many at a time.
-- KEYS: <index>:i
-- Reply: how many; !AGAIN
local index = string.sub(KEYS[1], 1, -3)
if heal(index, 'pending', 100) > 0 then return finished('!AGAIN') end
return call('ZCARD', index .. ':e:pending')
