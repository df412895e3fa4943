-- KEYS: s:<session>, x:<session>
-- ARGV: owner's hash
-- Reply: key, value, key, value …
return absent(KEYS[1], ARGV[1]) or call('HGETALL', KEYS[2])
