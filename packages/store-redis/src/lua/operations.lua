-- Operations that were done, oldest first, 16 characters and a space each.
local function isDone(done, token) return done and string.find(done, token, 1, true) ~= nil end

-- The last 16 with this one, and the one that was dropped for it.
local function withDone(done, token)
  done = (done or '') .. token .. ' '
  if #done <= 272 then return done end
  return string.sub(done, -272), string.sub(done, 1, 16)
end
