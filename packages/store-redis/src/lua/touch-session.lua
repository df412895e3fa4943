-- Notes activity.
-- KEYS: s:<session>
-- ARGV: owner's hash, length from now on until it expires or ''
-- Reply: the record
local function one(KEYS, ARGV)
  local f = record(KEYS[1], 'o', 'px', 'sl', 'e')
  if not f[16] or f[16] ~= ARGV[1] then return '!SESSION_NOT_FOUND' end
  local la, x, px, length, absoluteEnd = f[13], instant(f[14]), instant(f[17]), f[18], f[19]
  if now >= x then return '!SESSION_EXPIRED' end
  local at = slid(x, length, absoluteEnd)
  if ARGV[2] ~= '' then at = expiryAfter(ARGV[2], absoluteEnd) end
  f[13], f[14] = digits(now), written(at)
  call('HSET', KEYS[1], 'la', f[13], 'x', f[14])
  if isStep(la, px, at, length) then
    local s = read(KEYS[1])
    s.la = tonumber(la)
    rest().follow(s, at)
  end
  return f
end

return rested(each(one))
