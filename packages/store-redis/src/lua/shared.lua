-- Calls of one script that go together. Each has its keys, its arguments and its answer, and stands for itself. The last of ARGV says how
-- many arguments each has: "3 3 7".

-- The answers of `one`, which takes the keys and the arguments of a call.
local function each(one)
  local sizes, replies, at = {}, {}, 0
  for size in string.gmatch(table.remove(ARGV), '%d+') do sizes[#sizes + 1] = tonumber(size) end
  if #sizes == 1 then return { one(KEYS, ARGV) } end
  -- On a cluster there is one key more, which is nothing.
  local keys = math.floor(#KEYS / #sizes)
  for i, size in ipairs(sizes) do
    local ok, reply = pcall(one, { unpack(KEYS, keys * (i - 1) + 1, keys * i) }, { unpack(ARGV, at + 1, at + size) })
    if not ok then
      -- A key of a wrong type is no trouble of the other calls; what hinders them all is an error of the whole.
      if not string.find(type(reply) == 'table' and reply.err or reply, 'WRONGTYPE', 1, true) then error(reply, 0) end
      reply = '!WRONGTYPE'
    end
    replies[i], at = reply, at + size
  end
  return replies
end
