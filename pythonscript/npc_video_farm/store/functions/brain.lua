-- Also renews. An epoch is larger than all before it even if the server forgot them: it is a time.
-- A lease that lasts longer than any comes from a server whose clock was ahead, before this one.
local function lead(keys, args)
  local p, brain = keys[1], args[1]
  local leader, at = call('GET', p .. 'leader'), now()
  local lasts = call('PTTL', p .. 'leader')
  if leader and leader ~= brain and lasts <= LEASE_MS then return false end
  call('SET', p .. 'leader', brain, 'PX', LEASE_MS)
  if leader ~= brain then
    local epoch = math.max(math.floor(at * 1000000), tonumber(call('GET', p .. 'epoch') or 0) + 1)
    call('SET', p .. 'epoch', string.format('%.0f', epoch))
    call('SET', p .. 'led_since', text(at))
  end
  return call('GET', p .. 'epoch')
end

local function resign(keys, args)
  if leads(keys[1], args[1]) then call('DEL', keys[1] .. 'leader') end
  return 1
end

-- A heart that beat in the future beat by another server's clock, before this one took over.
local function is_alive(beat, at)
  return beat and math.abs(at - tonumber(beat)) <= ALIVE_S
end

local function workers(keys)
  local p, at = keys[1], now()
  local beats = call('ZRANGE', p .. 'ws', 0, -1, 'WITHSCORES')
  for i = 1, #beats, 2 do
    if not is_alive(beats[i + 1], at) then
      call('ZREM', p .. 'ws', beats[i])
      call('HDEL', p .. 'w', beats[i])
      count(p, 'lost_workers')
    end
  end
  return call('HVALS', p .. 'w')
end

local function assign(keys, args)
  local p, epoch, worker, token = keys[1], args[1], args[2], args[3]
  local at, beat = now(), call('ZSCORE', p .. 'ws', args[2])
  if not leads(p, epoch) or not is_alive(beat, at) then return 0 end
  local is_repeated = true
  for i = 4, #args do is_repeated = is_repeated and runs(p, args[i], token) end
  if is_repeated then return 1 end
  for i = 4, #args do
    if call('HGET', p .. 'j:' .. args[i], 'state') ~= 'waiting' then return 0 end
  end
  for i = 4, #args do
    call('HSET', p .. 'j:' .. args[i], 'state', 'running', 'worker', worker, 'token', token,
      'begun', text(at), 'batch', #args - 3, 'progress', 0)
    changed(p, args[i])
  end
  order(p, worker, 'run', table.concat(args, ' ', 4), token)
  return 1
end

-- `counted` is "kills", "displaced" or empty. A run that costs money is not repeated: it fails. It
-- may be called again when the answer was lost. But a job that came back by itself was not killed.
local function requeue(keys, args)
  local p, epoch, key, token, counted = keys[1], args[1], args[2], args[3], args[4]
  if not leads(p, epoch) then return 0 end
  local worker = call('HGET', p .. 'j:' .. key, 'worker')
  if is_at(p, key, 'waiting', token) then
    return counted == 'kills' and call('HEXISTS', p .. 'j:' .. key, 'lost:' .. worker) or 1
  end
  if not runs(p, key, token) then return 0 end
  if call('HGET', p .. 'j:' .. key, 'paid') == '1' then
    if counted == 'kills' then count_kill(p, key, worker) end
    fail_job(p, key, 'failed', args[5])
    return 1
  end
  local used = again(p, key, counted)
  count(p, 'requeued')
  if counted == 'displaced' then count(p, 'preempted_seconds', text(used)) end
  return 1
end

-- A worker that was lost with the job is back: it was only late.
local function pardon(keys, args)
  local p, epoch, key, worker = keys[1], args[1], args[2], args[3]
  local j = p .. 'j:' .. key
  if not leads(p, epoch) or not is_open(call('HGET', j, 'state')) then return 0 end
  if call('HDEL', j, 'lost:' .. worker) == 1 then
    call('HINCRBY', j, 'kills', -1)
    call('HINCRBY', j, 'late', 1)
  end
  return 1
end

local function stop(keys, args)
  local p, epoch, key, token = keys[1], args[1], args[2], args[3]
  if not leads(p, epoch) or not runs(p, key, token) then return 0 end
  order(p, call('HGET', p .. 'j:' .. key, 'worker'), 'stop', key, token)
  return 1
end

local function fail(keys, args)
  local p, epoch, key = keys[1], args[1], args[2]
  if not leads(p, epoch) then return 0 end
  local found = call('HMGET', p .. 'j:' .. key, 'state', 'worker', 'token')
  if not is_open(found[1]) then return found[1] == 'failed' and 1 or 0 end
  if found[1] == 'running' then order(p, found[2], 'stop', key, found[3]) end
  fail_job(p, key, args[3], args[4])
  return 1
end

local function expire_tickets(keys, args)
  local p, at, unpolled = keys[1], now(), tonumber(args[2])
  -- Nobody could poll while the server was away, and then a brain begins anew.
  if not leads(p, args[1]) or at - tonumber(call('GET', p .. 'led_since')) < unpolled then
    return 0
  end
  local late = call('ZRANGEBYSCORE', p .. 'seen', '-inf', text(at - unpolled), 'LIMIT', 0, 1000)
  local left = 0
  for _, ticket in ipairs(late) do
    if waited_for(p, ticket) then left = left + drop(p, ticket, at) end
    call('ZREM', p .. 'seen', ticket)
  end
  return left
end

local function kept_tenants(keys)
  local p = keys[1]
  if call('EXISTS', p .. 'restored') == 0 then return false end
  return call('HGETALL', p .. 'tenants')
end

-- Only once after a loss, so that no brain brings back a tenant that was removed.
local function restore_tenants(keys, args)
  local p = keys[1]
  if not leads(p, args[1]) or call('EXISTS', p .. 'restored') == 1 then return 0 end
  for i = 2, #args, 2 do call('HSETNX', p .. 'tenants', args[i], args[i + 1]) end
  call('SET', p .. 'restored', 1)
  return 1
end

register('lead', lead)
register('resign', resign)
register('workers', workers)
register('assign', assign)
register('requeue', requeue)
register('pardon', pardon)
register('stop', stop)
register('fail', fail)
register('expire_tickets', expire_tickets)
register('kept_tenants', kept_tenants)
register('restore_tenants', restore_tenants)
