-- Notes activity.
-- KEYS: s:<session>
-- ARGV: owner's hash, length from now on until it expires or ''
-- Reply: the record
local function one(KEYS, ARGV)
  local f, s = record(KEYS[1])
  if not s or s.o ~= ARGV[1] then return '!SESSION_NOT_FOUND' end
  if now >= s.x then return '!SESSION_EXPIRED' end
  local at, la = slid(s.x, s.sl, s.e), s.la
  if ARGV[2] ~= '' then at = expiryAfter(ARGV[2], s.e) end
  f[1] = shown(s.st, now, at)
  call('HSET', KEYS[1], 'h', headOf(s, at, now))
  if isStep(la, s.px, at, s.sl) then
    s = read(KEYS[1])
    s.la = la
    rest().follow(s, at)
  end
  return f
end

return rested(each(one))
