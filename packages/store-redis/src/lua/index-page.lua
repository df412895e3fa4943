-- Entries of an index, without their sessions.
-- KEYS: <index>:i
-- ARGV: newest | idle, entry to go on after or '', entries at most, length of idleness
-- Reply: the entries
local after, most = ARGV[2], ARGV[3]
if ARGV[1] == 'newest' then return call('ZREVRANGEBYLEX', KEYS[1], after == '' and '+' or '(' .. after, '-', 'LIMIT', 0, most) end
-- '~' is behind every digit: the whole minute counts.
local bound = format('(%09d~', math.max(0, now - ARGV[4]) / 60000)
return call('ZRANGEBYLEX', index .. ':a', after == '' and '-' or '(' .. after, bound, 'LIMIT', 0, most)
