-- Keeps a place in an index for a session that is about to count.
-- KEYS: <index>:i
-- ARGV: id, owner's hash, status, sessions at most or '', length of the reservation
-- Reply: kept, now, 1 if the place is new; or look, ids of sessions that may be dead; !FULL
local before = told(ARGV[1])
for _, status in ipairs(counted) do
  if before and before.st == status then return { 'kept', digits(now), 0 } end
end
if ARGV[4] ~= '' then
  local sum, due = 0, { 'look' }
  for _, status in ipairs(counted) do sum = sum + call('ZCARD', index .. ':e:' .. status) end
  if sum >= tonumber(ARGV[4]) then
    for _, status in ipairs(counted) do
      for _, id in ipairs(call('ZRANGEBYSCORE', index .. ':e:' .. status, '-inf', now, 'LIMIT', 0, 64)) do due[#due + 1] = id end
    end
    if #due > 1 then return due end
    return '!FULL'
  end
end
local e = { id = ARGV[1], o = ARGV[2], at = '0', st = ARGV[3], due = digits(now + ARGV[5]), la = digits(now), nc = 0, nm = 0 }
if before then
  withdraw(before)
  e.at, e.la, e.nc, e.nm = digits(before.at), before.la, before.nc, before.nm
end
place(e)
finished(1)
return { 'kept', digits(now), 1 }
