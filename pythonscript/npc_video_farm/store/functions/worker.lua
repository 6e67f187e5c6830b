local function beat(keys, args)
  local p, id, told = keys[1], args[1], args[2]
  local before = call('HGET', p .. 'w', id)
  call('ZADD', p .. 'ws', text(now()), id)
  if before ~= told then
    call('HSET', p .. 'w', id, told)
    event(p, 'worker', '', id)
  end
  return 1
end

local function gone(keys, args)
  local p, id = keys[1], args[1]
  call('ZREM', p .. 'ws', id)
  call('DEL', p .. 'in:' .. id)
  if call('HDEL', p .. 'w', id) == 1 then event(p, 'worker', '', id) end
  return 1
end

local function begin(keys, args)
  local p, key, token, is_paid = keys[1], args[1], args[2], args[3]
  if not runs(p, key, token) then return {} end
  if is_paid == '1' then call('HSET', p .. 'j:' .. key, 'paid', 1) end
  local job = view(p, key)
  job[#job + 1] = 'body'
  job[#job + 1] = call('GET', p .. 'b:' .. key) or ''
  return job
end

local function progress(keys, args)
  local p, key, token = keys[1], args[1], args[2]
  if not runs(p, key, token) then return 0 end
  call('HSET', p .. 'j:' .. key, 'progress', args[3])
  changed(p, key)
  return 1
end

local function part(keys, args)
  local p, key, token, at, data = keys[1], args[1], args[2], tonumber(args[3]), args[4]
  if not runs(p, key, token) then return 0 end
  local stream, size = p .. 'p:' .. token .. ':' .. key, 0
  local last = call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
  if last[1] then size = tonumber(last[1][2][2]) + #last[1][2][4] end
  if at < size then return 1 end
  if at > size or size + #data > MOST_PART_BYTES then return 0 end
  call('XADD', stream, '*', 'at', at, 'data', data, 'type', args[5])
  call('EXPIRE', stream, ENDED_S)
  changed(p, key)
  return 1
end

local function finish(keys, args)
  local p, key, token, digest = keys[1], args[1], args[2], args[3]
  local at, j = now(), p .. 'j:' .. args[1]
  if is_at(p, key, 'done', token) then return 1 end
  if not runs(p, key, token) then
    count(p, 'late_finishes')
    return 0
  end
  local pinned = call('HGET', j, 'pinned') or '0'
  point(p, key, digest, args[4], args[5], args[6], pinned, args[7])
  local used = charge(p, key, at)
  local worker = call('HGET', j, 'worker')
  end_job(p, key, 'done', at, 'clip', digest, 'generated', args[7], 'progress', 1)
  call('EXPIRE', p .. 'p:' .. token .. ':' .. key, PARTS_S)
  event(p, 'end', key, worker, used)
  changed(p, key)
  return 1
end

local function fail_run(keys, args)
  local p, key, token, may_retry = keys[1], args[1], args[2], args[5]
  if is_at(p, key, 'waiting', token) or is_at(p, key, 'failed', token) then return 1 end
  if not runs(p, key, token) then return 0 end
  if may_retry ~= '1' then
    fail_job(p, key, args[3], args[4])
    return 1
  end
  call('HSET', p .. 'j:' .. key, 'error_kind', args[3], 'error', args[4])
  again(p, key, 'attempts')
  return 1
end

local function give_back(keys, args)
  local p, key, token = keys[1], args[1], args[2]
  if is_at(p, key, 'waiting', token) then return 1 end
  if not runs(p, key, token) then return 0 end
  again(p, key, '')
  return 1
end

local function loaded(keys, args)
  count_named(keys[1], 'loads', args[1], args[2], 1)
  return 1
end

register('beat', beat)
register('gone', gone)
register('begin', begin)
register('progress', progress)
register('part', part, {})
register('finish', finish)
register('fail_run', fail_run)
register('give_back', give_back)
register('loaded', loaded)
