-- Cuts off what a chat has too many before its first seq: 32 or more at a time, as each cut costs, but not too many at once.
local function cut(c)
  local some = math.min(c.f - c.p, 1000)
  if some < 32 then return end
  call('LTRIM', c.list, some, -1)
  c.p = c.p + some
  call('ZREMRANGEBYSCORE', c.ids, '-inf', c.p - 1)
end
