-- The latest activity among the sessions of an index, of those after a place.
-- KEYS: <index>:i
-- ARGV: the place
-- Reply: the instant or '', the place to go on after or ''
return latestIn(string.sub(KEYS[1], 1, -3), ARGV[1], 1000)
