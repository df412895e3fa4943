-- Puts keys of a session's codec in the place of others.
-- KEYS: s:<session>
-- ARGV: owner's hash, the keys that are expected or '', the new ones
-- Reply: 1, or 0 if there are others by now
if ownerOf(KEYS[1]) ~= ARGV[1] then return '!SESSION_NOT_FOUND' end
local there = call('HGET', KEYS[1], 'ks') or ''
if there == ARGV[3] then return 1 end
if there ~= ARGV[2] then return 0 end
call('HSET', KEYS[1], 'ks', ARGV[3])
return 1
