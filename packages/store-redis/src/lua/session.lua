-- Sessions. Hash s:<session>: o owner's hash ('' while it is being removed), r organisation's hash, ow owner, k key, st status,
-- v version, tg tags, d data, il idle length, am absolute length, pm pending length, sl the length that counts now, e absolute end,
-- ca, ua, la created, changed, active at, x expires at, px the expiry its key lifetimes and index entries were set for, ac active
-- chat, nc chats, nm messages that the indexes count, mm messages more than those, cb bytes of context, ops operations, cl claim, cu claimed until, ks keys of its codec,
-- g shard of the store's index.

-- The session with this key, whoever owns it, expired or not.
local function read(key)
  local f = call('HMGET', key, 'o', 'r', 'st', 'x', 'px', 'sl', 'e', 'la', 'nc', 'nm', 'mm', 'g', 'k', 'cl')
  if not f[1] then return nil end
  return {
    key = key, id = string.sub(key, -36), o = f[1], r = f[2], st = f[3], x = instant(f[4]), px = instant(f[5]), sl = f[6], e = f[7],
    la = tonumber(f[8]), nc = tonumber(f[9]), nm = tonumber(f[10]), mm = tonumber(f[11]), g = f[12], k = f[13], cl = f[14],
  }
end

-- The session if it is this owner's and lives, else nil and the error.
local function open(key, owner)
  local s = read(key)
  if not s or s.o ~= owner then return nil, '!SESSION_NOT_FOUND' end
  if now >= s.x then return nil, '!SESSION_EXPIRED' end
  return s
end

-- Why a script may not go on that needs no more of the session than that it lives, or nil.
local function absent(key, owner)
  local f = call('HMGET', key, 'o', 'x')
  if not f[1] or f[1] ~= owner then return '!SESSION_NOT_FOUND' end
  if now >= instant(f[2]) then return '!SESSION_EXPIRED' end
end

-- The fields of the record, in the order of rows.ts, and others behind them from the sixteenth on.
local function record(key, ...)
  return call('HMGET', key, 'ow', 'k', 'st', 'v', 'tg', 'd', 'il', 'am', 'ac', 'nc', 'ca', 'ua', 'la', 'x', 'ks', ...)
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
