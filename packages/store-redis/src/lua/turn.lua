-- Turns: what a chat's hash and head say of the newest one.
local function readTurn(key, c)
  local f = call('HMGET', key, 'fe', 'le', 'ti')
  return { newest = tonumber(f[1]), running = c.rf, leaseEnds = tonumber(f[2]), id = f[3] }
end

-- Why another one may not begin, if it holds its lease.
local function busy(turn)
  if turn.running ~= 0 and now < turn.leaseEnds then return '!TURN_IN_PROGRESS ' .. digits(turn.leaseEnds - now) end
end
