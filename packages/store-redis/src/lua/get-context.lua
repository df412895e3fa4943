-- KEYS: s:<session>, x:<session>
-- ARGV: owner's hash, key
-- Reply: the value as JSON, or nil
return absent(KEYS[1], ARGV[1]) or call('HGET', KEYS[2], ARGV[2])
