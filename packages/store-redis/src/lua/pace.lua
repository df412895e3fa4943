-- When a session expires, and whether anybody but its own hash has to know.

-- When a session expires that lives for `length` from now on: not after its absolute end.
local function expiryAfter(length, absoluteEnd) return math.floor(math.min(now + length, absoluteEnd)) end

-- Whether more follows from activity than its session's hash says. Most follows from none.
local function isStep(la, px, at, length)
  if math.floor(la / 60000) ~= math.floor(now / 60000) or at < px then return true end
  return at - px >= 60000 or at - px >= length / 20
end

-- When a session expires that was active now: not earlier than before.
local function slid(at, length, absoluteEnd)
  if length == math.huge then return at end
  return math.max(at, expiryAfter(length, absoluteEnd))
end
