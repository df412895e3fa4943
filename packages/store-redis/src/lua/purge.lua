-- Removes what a session has, at most 500 chats in a script. Returns whether nothing is left.
local chatsLeft = 500
local function purge(id)
  if chatsLeft == 0 then return false end
  local list, keys = keyOf('h', id), {}
  local chats = call('ZRANGE', list, 0, chatsLeft - 1)
  chatsLeft = chatsLeft - #chats
  for _, chat in ipairs(chats) do
    for _, kind in ipairs({ 'c', 'm', 'i' }) do keys[#keys + 1] = keyOf(kind, chat) end
  end
  if chatsLeft == 0 then
    call('UNLINK', unpack(keys))
    call('ZREM', list, unpack(chats))
    return false
  end
  for _, kind in ipairs({ 's', 'k', 'x', 'z' }) do keys[#keys + 1] = keyOf(kind, id) end
  call('UNLINK', list, unpack(keys))
  return true
end
