local function submit(keys, args)
  local p, at = keys[1], now()
  local key, ticket, tenant, purpose, due_in = args[1], args[2], args[3], args[4], args[5]
  local t, j = p .. 't:' .. ticket, p .. 'j:' .. key
  local known = call('HGET', t, 'key')
  if known and known ~= key and call('EXISTS', p .. 'j:' .. known) == 1 then
    return view(p, known)
  end
  local old = call('HMGET', j, 'state', 'kills')
  local state = old[1]
  local is_done = state == 'done' and call('EXISTS', p .. 'clip:' .. key) == 1
  local is_poison = state == 'failed' and tonumber(old[2]) >= POISON_KILLS
  if known == key and state and (state ~= 'done' or is_done) then return view(p, key) end
  local is_new = not (is_open(state) or is_done or is_poison)
  local is_pinned = args[12] == '1'
  if is_new then
    call('DEL', j)
    call('HSET', j, 'key', key, 'state', 'waiting', 'purpose', purpose, 'due', '', 'asked', text(at),
      'run', text(at), 'tenant', tenant, 'generator', args[6], 'model', args[7], 'preset', args[8],
      'seconds', args[9], 'attempts', 0, 'kills', 0, 'displaced', 0,
      'picture', args[11])
    if args[11] ~= '' then hold(p, args[11]) end
    call('SET', p .. 'b:' .. key, args[10])
    call('SADD', p .. 'open', key)
  end
  if is_pinned and is_done then pin(p, key) end
  call('HSET', t, 'key', key, 'tenant', tenant, 'purpose', purpose, 'run', call('HGET', j, 'run'))
  call('EXPIRE', t, ENDED_S)
  if is_new or is_open(state) then
    if is_pinned then call('HSET', j, 'pinned', 1) end
    call('ZADD', p .. 'seen', text(at), ticket)
    call('HINCRBY', p .. 'waits', tenant, 1)
    call('HINCRBY', j, 'tenant:' .. tenant, 1)
    wait_for(p, key, purpose, due_in, at)
    local is_other = settle(p, key)
    if is_new then
      event(p, 'ask', key)
    else
      count(p, 'joined')
      if is_other then event(p, 'promote', key) end
    end
  end
  return view(p, key)
end

local function job_of(keys, args)
  local p, ticket = keys[1], args[1]
  local t = p .. 't:' .. ticket
  local key = call('HGET', t, 'key')
  if not key then return {} end
  call('EXPIRE', t, ENDED_S)
  call('ZADD', p .. 'seen', 'XX', text(now()), ticket)
  return view(p, key)
end

-- The ticket's job if it still waits for it; nil otherwise.
local function waited_for(p, ticket)
  local found = call('HMGET', p .. 't:' .. ticket, 'key', 'run', 'tenant', 'purpose')
  if not found[1] then return nil end
  local job = call('HMGET', p .. 'j:' .. found[1], 'state', 'run')
  if not is_open(job[1]) or job[2] ~= found[2] then return nil end
  return found[1], found[3], found[4]
end

local function promote(keys, args)
  local p, ticket, purpose, due_in = keys[1], args[1], args[2], args[3]
  local key, _, before = waited_for(p, ticket)
  if not key then return 0 end
  wait_for(p, key, purpose, due_in, now())
  wait_no_more(p, key, before)
  call('HSET', p .. 't:' .. ticket, 'purpose', purpose)
  if settle(p, key) then event(p, 'promote', key) end
  return 1
end

local function drop(p, ticket, at)
  local key, tenant, purpose = waited_for(p, ticket)
  local was_known = call('DEL', p .. 't:' .. ticket)
  call('ZREM', p .. 'seen', ticket)
  if not key then return was_known end
  local j = p .. 'j:' .. key
  wait_no_more(p, key, purpose)
  call('HINCRBY', p .. 'waits', tenant, -1)
  if call('HINCRBY', j, 'tenant:' .. tenant, -1) > 0 then
    if settle(p, key) then event(p, 'promote', key) end
    return was_known
  end
  call('HDEL', j, 'tenant:' .. tenant)
  local others = tenants_of(p, key)
  if #others == 0 then
    -- What costs money is made to its end, and kept.
    if call('HGET', j, 'paid') ~= '1' then cancel(p, key, at) end
  else
    local is_other = settle(p, key)
    if call('HGET', j, 'tenant') == tenant then
      call('HSET', j, 'tenant', others[1])
      is_other = true
    end
    if is_other then event(p, 'promote', key) end
  end
  return was_known
end

local function leave(keys, args)
  return drop(keys[1], args[1], now())
end

register('submit', submit, {})
register('job_of', job_of)
register('promote', promote)
register('leave', leave)
