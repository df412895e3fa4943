-- Limits on sessions.
local counted = { 'pending', 'active', 'paused' }

-- Why one more session does not fit into the indexes, or nil. `limits` go with indexesOf(), '' is none. At a full limit what has
-- expired makes room first, so many at a time; then the call is to be repeated.
local function overflow(indexes, limits)
  for at, index in ipairs(indexes) do
    if limits[at] ~= '' then
      local sum, due = 0, 0
      for _, status in ipairs(counted) do sum = sum + figureOf(index, status) end
      if sum >= tonumber(limits[at]) then
        for _, status in ipairs(counted) do due = due + heal(index, status, 64) end
        if due > 0 then return '!AGAIN' end
        return '!SESSION_LIMIT_REACHED ' .. at
      end
    end
  end
end
