-- KEYS: s:<session>
-- ARGV: owner's hash
-- Reply: the keys of its codec, '' if it has none
local f = call('HMGET', KEYS[1], 'o', 'ks')
if not f[1] or f[1] ~= ARGV[1] then return '!SESSION_NOT_FOUND' end
return f[2] or ''
