-- Chats. Hash c:<chat>: s session, k key, v version, d data, mx messages at most, ov overflow, ca, ua created and changed at, fe newest
-- fence, ti newest turn, le its lease ends at, ir it was interrupted, tc, tt, rt response times, ops operations, r:<operation> what it answered.
-- A head, which the session's hash has: f first seq, q last seq, p seq of the first element of the list m:<chat>, oc open calls, mk newest
-- seq where a history may not begin, b the newest before it where one may, li the limit (negative if the chat rejects, 0 if there is none),
-- rf fence of the running turn or 0, lm last message at or 0.
local chatForm = '<ddddddddd'

local function chatIn(text)
  local f, q, p, oc, mk, b, li, rf, lm = struct.unpack(chatForm, text)
  return { f = f, q = q, p = p, oc = oc, mk = mk, b = b, li = li, rf = rf, lm = lm }
end

local function chatHead(c) return struct.pack(chatForm, c.f, c.q, c.p, c.oc, c.mk, c.b, c.li, c.rf, c.lm) end

local function fieldOf(chatKey) return 'c:' .. string.sub(chatKey, -36) end

-- Whether a fence is that of the running turn.
local function holds(c, fence) return c.rf ~= 0 and c.rf == tonumber(fence) end

-- The fields of the record, in the order of rows.ts.
local function chatRecord(key, c)
  local f = call('HMGET', key, 'k', 'v', 'd', 'mx', 'ov', 'ca', 'ua', 'tc', 'tt', 'rt', 'le')
  if c.rf == 0 then f[11] = '' end
  f[12] = digits(c.f) .. ' ' .. digits(c.q) .. ' ' .. digits(c.oc) .. ' ' .. (c.lm > 0 and digits(c.lm) or '')
  return f
end

-- The session and the head of the chat with this key, or nil and why not.
local function openChat(owner)
  local s, problem = open(KEYS[1], owner)
  if not s then return nil, problem end
  local head = call('HGET', s.key, fieldOf(KEYS[2]))
  if not head then return nil, '!CHAT_NOT_FOUND' end
  return s, chatIn(head)
end

local function limitOf(most, overflow)
  if most == '' then return 0 end
  return overflow == 'reject' and -tonumber(most) or tonumber(most)
end
