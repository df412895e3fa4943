-- Chats. Hash c:<chat>: s session, k key, v version, d data, mx messages at most, ov overflow, li both: the limit, negative if the chat
-- rejects, '' if there is none; ca, ua created and changed at,
-- f first seq, q last seq, p seq of the first element of the list m:<chat>, oc open calls, pl '1' where
-- the next message is not simply put behind the others: a call is open, or there is a limit; mk
-- newest seq where a history may not begin, b the newest before it where one may, lm last message at, fe newest fence, rf that of
-- the running turn or '', ti newest turn, le its lease ends at, ir it was interrupted, tc, tt, rt response times, ops operations, r:<operation> what it answered, i:<message id> seq and digest.

-- The fields of the record, in the order of rows.ts.
local function chatRecord(key)
  return call('HMGET', key, 'k', 'v', 'd', 'mx', 'ov', 'ca', 'ua', 'f', 'q', 'lm', 'oc', 'tc', 'tt', 'rt', 'rf', 'le')
end

-- The session and the key of the chat, or nil and why not.
local function openChat(owner)
  local s, problem = open(KEYS[1], owner)
  if s and call('HGET', KEYS[2], 's') ~= s.id then return nil, '!CHAT_NOT_FOUND' end
  return s, problem
end

local function limitOf(most, overflow)
  if most ~= '' and overflow == 'reject' then return '-' .. most end
  return most
end
