-- Begins a turn.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, turn, length of the lease, reject | take-over
-- Reply: fence, the session's record, the chat's record
local s, c = openChat(ARGV[1])
if not s then return c end
local turn = readTurn(KEYS[2], c)
-- Also of a turn that ended: a call that was sent again and comes late must not begin one that nobody holds.
if turn.id ~= ARGV[2] then
  local problem = refusal(s.st) or (s.st == 'pending' and '!SESSION_NOT_FOUND') or (ARGV[4] == 'reject' and busy(turn)) or nil
  if problem then return problem end
  turn.newest = turn.newest + 1
  c.rf = turn.newest
  call('HSET', KEYS[2], 'fe', digits(turn.newest), 'ti', ARGV[2], 'le', now + ARGV[3], 'ir', 0)
  call('HSET', s.key, fieldOf(KEYS[2]), chatHead(c))
end
return { digits(turn.newest), (record(s.key)), chatRecord(KEYS[2], c) }
