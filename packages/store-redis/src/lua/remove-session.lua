-- Removes a session and all it has. It is gone at once; where it has very many chats, the call is repeated until they are gone too.
-- KEYS: s:<session>
-- ARGV: owner's hash, operation, claim that has to hold or ''
-- Reply: 1 if there was one or this operation removed it, else 0; !AGAIN
local function one(KEYS, ARGV)
  local id, tag = string.sub(KEYS[1], -36), string.sub(KEYS[1], -4)
  local grave, epitaph = keyOf('t', ARGV[2] .. tag), id .. ' ' .. ARGV[1]
  local s, isMine = read(KEYS[1]), call('GET', grave) == epitaph
  if not s or (s.o ~= ARGV[1] and not (s.o == '' and isMine)) then return isMine and 1 or 0 end
  if s.o ~= '' then
    local f = call('HMGET', s.key, 'k', 'cl')
    if ARGV[3] ~= '' and f[2] ~= ARGV[3] then return 0 end
    leave(s)
    local keys = indexesOf(s)[1] .. ':k'
    if f[1] and call('HGET', keys, f[1]) == id then call('HDEL', keys, f[1]) end
  end
  changed[id] = s
  s.px, s.soon, s.gone = now, '!', 'gone'
  if purge(id) then
    if SINGLE then call('ZREM', prefix .. '{g0}:e:lapsed', id) end
    call('SET', grave, epitaph, 'PX', 600000)
    return 1
  end
  -- Whoever sweeps goes on with it, should this process not.
  s.gone = 'lapsed'
  call('HSET', s.key, 'o', '')
  if SINGLE then call('ZADD', prefix .. '{g0}:e:lapsed', now, id) end
  call('SET', grave, epitaph, 'PX', 600000)
  return '!AGAIN'
end

return finished(each(one))
