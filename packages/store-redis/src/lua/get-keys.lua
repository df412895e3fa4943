-- KEYS: s:<session>
-- ARGV: owner's hash
-- Reply: the keys of its codec, '' if it has none
if ownerOf(KEYS[1]) ~= ARGV[1] then return '!SESSION_NOT_FOUND' end
return call('HGET', KEYS[1], 'ks') or ''
