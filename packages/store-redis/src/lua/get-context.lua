-- KEYS: s:<session>, x:<session>
-- ARGV: owner's hash, key
-- Reply: the value as JSON, or nil
local f, problem = fieldsOf(KEYS[1], ARGV[1])
return problem or call('HGET', KEYS[2], ARGV[2])
