-- What every script begins with: the server's clock in milliseconds, and the prefix of all keys.
local call, format = redis.call, string.format
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local prefix = string.match(KEYS[1], '^[^{]*')

-- A whole number as text. Lua's own conversion would round from 14 digits on.
local function digits(number) return format('%d', number) end

local nowText = digits(now)

-- Instants are numbers here and never is math.huge; in a hash never is ''.
local function instant(text)
  if text == '' then return math.huge end
  return tonumber(text)
end

local function written(at)
  if at == math.huge then return '' end
  return digits(at)
end

-- The key of a kind that belongs to a session or chat.
local function keyOf(kind, id) return prefix .. '{' .. string.sub(id, -4) .. '}:' .. kind .. ':' .. id end
