-- KEYS: s:<session>, x:<session>
-- ARGV: owner's hash
-- Reply: key, value, key, value …
local f, problem = fieldsOf(KEYS[1], ARGV[1])
return problem or call('HGETALL', KEYS[2])
