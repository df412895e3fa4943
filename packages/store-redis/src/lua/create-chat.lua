-- Creates a chat, or answers the one that has its id or key.
-- KEYS: s:<session>, c:<chat>
-- ARGV: owner's hash, key or '', data, messages at most or '', overflow, first seq, created at or '', chats at most or '', open | reject
-- Reply: record, 1 if it was created, its id
local s, problem = open(KEYS[1], ARGV[1])
if not s then return problem end
local id, key, keys = string.sub(KEYS[2], -36), ARGV[2], keyOf('k', s.id)

local function recordOf(chatKey) return chatRecord(chatKey, chatIn(call('HGET', s.key, fieldOf(chatKey)))) end

local of = call('HGET', KEYS[2], 's')
if of == s.id then return finished({ recordOf(KEYS[2]), 1, id }) end
if of then return '!CHAT_EXISTS' end
local holder = key ~= '' and call('HGET', keys, key)
if holder then
  if ARGV[9] == 'reject' then return '!CHAT_EXISTS key' end
  return finished({ recordOf(keyOf('c', holder)), 0, holder })
end
problem = refusal(s.st)
if problem then return problem end
if ARGV[8] ~= '' and s.nc >= tonumber(ARGV[8]) then return '!CHAT_LIMIT_REACHED' end

local first, life = tonumber(ARGV[6]), lifeOf(s.px)
local c = { f = first, q = first - 1, p = first, oc = 0, mk = first - 1, b = first - 1, li = limitOf(ARGV[4], ARGV[5]), rf = 0, lm = 0 }
call('HSET', KEYS[2], 's', s.id, 'v', 1, 'd', ARGV[3], 'mx', ARGV[4], 'ov', ARGV[5], 'ca', ARGV[7] == '' and now or ARGV[7], 'ua', now,
  'fe', 0, 'le', 0, 'tc', 0, 'tt', 0, 'rt', '')
call('ZADD', keyOf('h', s.id), 0, id)
call('ZADD', keyOf('z', s.id), scoreOf(life), id)
if key ~= '' then
  call('HSET', KEYS[2], 'k', key)
  call('HSET', keys, key, id)
end
for _, made in ipairs({ KEYS[2], keys, keyOf('h', s.id), keyOf('z', s.id) }) do liveUntil(made, life) end
local f = call('HMGET', s.key, 'v', 'ac')
countContent(s, 1, 0)
recordChange(s, 'v', f[1] + 1, 'ua', now, 'nc', s.nc, 'ac', f[2] and f[2] ~= '' and f[2] or id, fieldOf(KEYS[2]), chatHead(c))
return finished({ chatRecord(KEYS[2], c), 1, id })
