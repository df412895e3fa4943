-- Removes what a session has, at most 500 chats at a time. Returns whether nothing is left.
local function purge(id)
  local list = keyOf('h', id)
  local chats = call('ZRANGE', list, 0, 499)
  for _, chat in ipairs(chats) do call('UNLINK', keyOf('c', chat), keyOf('m', chat)) end
  if #chats == 500 then
    call('ZREM', list, unpack(chats))
    return false
  end
  call('UNLINK', keyOf('s', id), list, keyOf('k', id), keyOf('x', id), keyOf('z', id))
  return true
end
