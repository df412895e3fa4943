-- Sets values, all or none.
-- KEYS: s:<session>, x:<session>
-- ARGV: owner's hash, operation, keys at most or '', bytes at most or '', then for each value its key, the bytes of that as JSON, the value
-- Reply: 1
local s, problem = open(KEYS[1], ARGV[1])
if not s then return problem end
local f = call('HMGET', s.key, 'cb', 'ops')
if isDone(f[2], ARGV[2]) then return finished(1) end
problem = refusal(s.st)
if problem then return problem end
local names, values = {}, {}
for i = 5, #ARGV, 3 do
  names[#names + 1] = ARGV[i]
  values[#values + 1], values[#values + 2] = ARGV[i], ARGV[i + 2]
end
local keys, bytes = call('HLEN', KEYS[2]), tonumber(f[1])
local before = #names > 0 and call('HMGET', KEYS[2], unpack(names)) or {}
for i = 1, #names do
  if before[i] then bytes = bytes - sizeOf(before[i]) else keys, bytes = keys + 1, bytes + ARGV[3 * i + 3] end
  bytes = bytes + sizeOf(ARGV[3 * i + 4])
end
if ARGV[3] ~= '' and keys > tonumber(ARGV[3]) then return '!CONTEXT_LIMIT_REACHED keys' end
if ARGV[4] ~= '' and bytes > tonumber(ARGV[4]) then return '!CONTEXT_LIMIT_REACHED bytes' end
if #names > 0 then
  call('HSET', KEYS[2], unpack(values))
  liveUntil(KEYS[2], lifeOf(s.px))
end
recordActivity(s, 'cb', digits(bytes), 'ops', (withDone(f[2], ARGV[2])))
return finished(1)
