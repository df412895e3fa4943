-- KEYS: s:<session>
-- ARGV: owner's hash, or '' for whoever owns it
-- Reply: the record
local function one(KEYS, ARGV)
  local f, s = record(KEYS[1])
  if not s or s.o == nobody or (ARGV[1] ~= '' and s.o ~= ARGV[1]) then return '!SESSION_NOT_FOUND' end
  if now >= s.x then return '!SESSION_EXPIRED' end
  return f
end

return each(one)
