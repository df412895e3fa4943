-- Sessions. Hash s:<session>: h head, c:<chat> head of a chat (see chat.lua), r organisation's hash, ow owner, k key, v version, tg tags,
-- d data, il idle length, am absolute length, ca, ua created and changed at, ac active chat, nc chats, nm messages that the indexes count,
-- cb bytes of context, ops operations, cl claim, cu claimed until, ks keys of its codec, g shard of the store's index.
-- A head is what nearly every script asks for, as one binary string: o owner's hash (`nobody` while it is being removed), x expires at,
-- px the expiry its key lifetimes and index entries were set for, sl the length that counts now, e absolute end, la active at, mm messages
-- that the indexes do not count yet, st status. What is never is infinite.
local headForm, nobody = '<c22dddddds', string.rep('-', 22)

local function headIn(text)
  local o, x, px, sl, e, la, mm, st = struct.unpack(headForm, text)
  return { o = o, x = x, px = px, sl = sl, e = e, la = la, mm = mm, st = st }
end

-- The head of a session, or of one that expires and was active at other instants.
local function headOf(s, x, la) return struct.pack(headForm, s.o, x or s.x, s.px, s.sl, s.e, la or s.la, s.mm, s.st) end

-- The session with this key, whoever owns it, expired or not.
local function read(key)
  local f = call('HMGET', key, 'h', 'r', 'nc', 'nm', 'g', 'k', 'cl')
  if not f[1] then return nil end
  local s = headIn(f[1])
  s.key, s.id, s.r, s.nc, s.nm, s.g, s.k, s.cl = key, string.sub(key, -36), f[2], tonumber(f[3]), tonumber(f[4]), f[5], f[6], f[7]
  return s
end

-- The hash of the owner of the session with this key, or nil.
local function ownerOf(key)
  local head = call('HGET', key, 'h')
  return head and string.sub(head, 1, 22)
end

-- The session if it is this owner's and lives, else nil and the error.
local function open(key, owner)
  local s = read(key)
  if not s or s.o ~= owner then return nil, '!SESSION_NOT_FOUND' end
  if now >= s.x then return nil, '!SESSION_EXPIRED' end
  return s
end

-- Fields of a session of which a script needs no more than that it lives, the first being its head; or nil and the error.
local function fieldsOf(key, owner, ...)
  local f = call('HMGET', key, 'h', ...)
  local s = f[1] and headIn(f[1])
  if not s or s.o ~= owner then return nil, '!SESSION_NOT_FOUND' end
  if s.x <= now then return nil, '!SESSION_EXPIRED' end
  return f
end

-- What a record shows of a head: status, active at, expires at or ''.
local function shown(st, la, x) return st .. ' ' .. digits(la) .. ' ' .. written(x) end

-- The fields of the record, in the order of rows.ts, and others behind them from the fourteenth on. And its head, or nil if it is not there.
local function record(key, ...)
  local f = call('HMGET', key, 'h', 'ow', 'k', 'v', 'tg', 'd', 'il', 'am', 'ac', 'nc', 'ca', 'ua', 'ks', ...)
  if not f[1] then return f, nil end
  local s = headIn(f[1])
  f[1] = shown(s.st, s.la, s.x)
  return f, s
end

-- Why a session in this state may not be written to, or nil.
local function refusal(status)
  if status ~= 'active' and status ~= 'pending' then return '!SESSION_' .. string.upper(status) end
end

-- What a value of the context counts: what a codec made of it says so itself, '~bytes~…'.
local function sizeOf(value)
  if string.byte(value, 1) ~= 126 then return #value end
  return tonumber(string.match(value, '^~(%d+)~'))
end
