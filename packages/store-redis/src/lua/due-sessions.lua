-- Sessions of an index that have to be looked at: expired, or thought to be.
-- KEYS: <index>:i
-- ARGV: ids at most
-- Reply: the ids
local ids = {}
for _, status in ipairs({ 'lapsed', 'pending', 'active', 'paused', 'archived', 'closed' }) do
  local most = tonumber(ARGV[1]) - #ids
  if most > 0 then
    for _, id in ipairs(call('ZRANGEBYSCORE', index .. ':e:' .. status, '-inf', now, 'LIMIT', 0, most)) do ids[#ids + 1] = id end
  end
end
return ids
