-- The latest activity among the sessions of an index, looking at `most` of those that were active in the latest minute: the instant or '', and
-- the place to go on after or ''.
local function latestIn(index, after, most)
  local places = call('ZREVRANGEBYLEX', index .. ':a', after == '' and '+' or '(' .. after, '-', 'LIMIT', 0, most)
  local minute, latest, last = string.sub(after == '' and places[1] or after, 1, 9), 0, ''
  for _, place in ipairs(places) do
    if string.sub(place, 1, 9) ~= minute then return { latest > 0 and digits(latest) or '', '' } end
    local head = call('HGET', keyOf('s', string.sub(place, -36)), 'h')
    if head then latest = math.max(latest, headIn(head).la) end
    last = place
  end
  return { latest > 0 and digits(latest) or '', #places == most and last or '' }
end
