-- Asks the running turn to stop.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash
-- Reply: 1 if one runs, else 0
local s, c = openChat(ARGV[1])
if not s then return c end
if not busy(readTurn(KEYS[2], c)) then return 0 end
call('HSET', KEYS[2], 'ir', 1)
return 1
