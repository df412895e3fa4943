-- Removes a session and all it has. It is gone at once; where it has very many chats, the call is repeated until they are gone too.
-- KEYS: s:<session>
-- ARGV: owner's hash, operation, claim that has to hold or ''
-- Reply: 1 if there was one or this operation removed it, else 0; !AGAIN
local function one(KEYS, ARGV)
  local id, tag = string.sub(KEYS[1], -36), string.sub(KEYS[1], -4)
  local grave, epitaph = keyOf('t', ARGV[2] .. tag), id .. ' ' .. ARGV[1]
  local s = read(KEYS[1])
  if not s or s.o ~= ARGV[1] then
    local isMine = call('GET', grave) == epitaph
    if not s or s.o ~= nobody or not isMine then return isMine and 1 or 0 end
  else
    if ARGV[3] ~= '' and s.cl ~= ARGV[3] then return 0 end
    -- Whoever claimed it took it out of the indexes.
    if not s.cl then rest().leave({ s }) end
    if s.k then rest().freeKey(s) end
  end
  s.px, s.soon, s.gone = now, '!', 'gone'
  rest().changed[id] = s
  local isGone, store = purge(id), prefix .. '{g0}'
  if not isGone then
    -- Whoever sweeps goes on with it, should this process not.
    s.gone = 'lapsed'
    s.o = nobody
    call('HSET', s.key, 'h', headOf(s))
  end
  if SINGLE then
    rest().left[store] = true
    if isGone then call('ZREM', store .. ':e:lapsed', id) else call('ZADD', store .. ':e:lapsed', now, id) end
  end
  call('SET', grave, epitaph, 'PX', 600000)
  return isGone and 1 or '!AGAIN'
end

return rested(each(one))
