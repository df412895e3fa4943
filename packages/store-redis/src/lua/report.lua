-- Tells an index what became of sessions. What is older than what it knows is left out.
-- KEYS: <index>:i
-- ARGV: for each session id, owner's hash, instant, status (or gone | dead), when to look at it, last activity, chats, messages
-- Reply: 1
for i = 1, #ARGV, 8 do
  local e = { id = ARGV[i], o = ARGV[i + 1], at = ARGV[i + 2], st = ARGV[i + 3], due = ARGV[i + 4], la = ARGV[i + 5], nc = ARGV[i + 6], nm = ARGV[i + 7] }
  local before = told(e.id)
  if e.st == 'dead' then
    -- Not there when it was asked for. It may be made just now, unless its time to be looked at is over.
    local due = before and call('ZSCORE', index .. ':e:' .. before.st, e.id)
    if due and tonumber(due) <= now then withdraw(before) end
  elseif not before or before.at <= tonumber(e.at) then
    if before then withdraw(before) end
    if e.st ~= 'gone' then place(e) end
  end
end
finished(1)
return 1
