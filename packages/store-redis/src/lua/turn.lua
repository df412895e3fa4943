-- Turns: what a chat's hash says of the newest one.
local function readTurn(key)
  local f = call('HMGET', key, 'fe', 'rf', 'le', 'ti')
  return { newest = f[1], running = f[2], leaseEnds = tonumber(f[3]), id = f[4] }
end

-- Why another one may not begin, if it holds its lease.
local function busy(turn)
  if turn.running ~= '' and now < turn.leaseEnds then return '!TURN_IN_PROGRESS ' .. digits(turn.leaseEnds - now) end
end
