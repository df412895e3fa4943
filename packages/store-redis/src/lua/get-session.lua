-- KEYS: s:<session>
-- ARGV: owner's hash, or '' for whoever owns it
-- Reply: the record
local function one(KEYS, ARGV)
  local f = record(KEYS[1], 'o')
  if not f[16] or f[16] == '' or (ARGV[1] ~= '' and f[16] ~= ARGV[1]) then return '!SESSION_NOT_FOUND' end
  if f[14] ~= '' and now >= tonumber(f[14]) then return '!SESSION_EXPIRED' end
  return f
end

return each(one)
