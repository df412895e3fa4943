-- A page of an index, newest first. Who was not filtered out by status may still lack the tag: the text is searched, not parsed.
-- KEYS: <index>:i
-- ARGV: i | a, member to go on after or '', records at most, entries to look at at most, status or '', tag as JSON or ''
-- Reply: 1 if more follow, the last member that was looked at, then for each session its id and record
local entries = string.sub(KEYS[1], 1, -2) .. ARGV[1]
local after, most, scan = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local members = call('ZREVRANGEBYLEX', entries, after == '' and '+' or '(' .. after, '-', 'LIMIT', 0, scan + 1)
local reply, last, looked = { 0, after }, after, 0
for _, member in ipairs(members) do
  if #reply - 2 == most or looked == scan then
    reply[1] = 1
    break
  end
  looked, last = looked + 1, member
  local id = string.sub(member, -36)
  local f, s = record(keyOf('s', id))
  local matches = s and now < s.x and (ARGV[5] == '' or s.st == ARGV[5])
  if matches and (ARGV[6] == '' or string.find(f[5], ARGV[6], 1, true)) then reply[#reply + 1] = { id, f } end
  -- Its keys went without a sweep.
  if not s then call('ZREM', entries, member) end
end
reply[2] = last
return reply
