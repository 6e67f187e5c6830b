#!lua name=npc_video_farm

-- The files of this folder are one library, this one first; `Connection` joins them.
--
-- Each function is one step in the life of a job, done as a whole or not at all. KEYS[1] is the
-- prefix of all keys, with the farm's name in braces, so that they share a slot of a cluster. The
-- server's clock is the only one. `redis` is the name that Redis and Valkey both know.
--
--   j:<key>     hash: the job; `n<purpose>`, `due<purpose>` and `tenant:<id>` tell who waits for it,
--               and `lost:<worker>` which workers were lost with it
--   b:<key>     the job's parameters
--   open        set: keys of jobs that wait or run
--   t:<ticket>  hash: key, tenant, purpose, and the run of the job that it belongs to
--   seen        zset: tickets that wait, by the time of their last poll
--   waits       hash: tickets that wait, by tenant
--   ev          stream: events for the brain
--   in:<worker> stream: orders for a worker
--   p:<token>:<key>  stream: parts of a clip while it is made
--   w, ws       hash and zset: heartbeats of workers, and their times
--   leader, epoch, led_since   the brain that decides, its number, and the begin of its time
--   clip:<key>, lru, bytes   the cache: pointers to files, their last use, and their size
--   refs        hash: clips and open jobs that need a file, by its digest
--   strays      zset: files that no clip or open job needs, by the time after which they may go
--   tenants     hash: records of tenants by name
--   restored    is there unless the server lost its data, and no brain has restored the tenants
--   use:<tenant>:<day>   generator-seconds
--   counts      hash: totals for metrics
--   used        hash: generator-seconds since the farm began, by tenant
--   loads       hash: clips before which a worker loaded a model, by generator and model

local LEASE_MS = 3000
local ALIVE_S = 1.5
local ENDED_S = 600
local ORDERS_S = 3600
local PARTS_S = 60
local USE_S = 2 * 86400
local DAY_S = 86400
-- About 12 MB. A brain that is further behind notices, and reads all open jobs.
local MOST_EVENTS = 20000
local MOST_ORDERS = 1000
local MOST_PART_BYTES = 33554432
local POISON_KILLS = 2
local KEEP_S = 3600
local DRAFT_S = 3600
local PICTURE_S = 3600
local EVICTED_AT_ONCE = 100
-- Each name is a series of numbers in Prometheus, and clients choose the names of models.
local MOST_NAMES = 500

-- While the library is loaded there is no `redis.call`.
local function call(...)
  return redis.call(...)
end

local function now()
  local time = call('TIME')
  return time[1] + time[2] / 1000000
end

local function text(seconds)
  return string.format('%.6f', seconds)
end

local function count(p, name, more)
  call('HINCRBYFLOAT', p .. 'counts', name, more or 1)
end

-- Adds to the total of a name, or to that of `rest` if there are too many names.
local function count_named(p, totals, name, rest, more)
  local t = p .. totals
  if call('HEXISTS', t, name) == 0 and call('HLEN', t) >= MOST_NAMES then name = rest end
  call('HINCRBYFLOAT', t, name, more)
end

local function is_open(state)
  return state == 'waiting' or state == 'running'
end

-- The job as it is now goes with the event, so that the brain need not ask for it.
local function event(p, kind, key, by, used)
  call('XADD', p .. 'ev', 'MAXLEN', '~', MOST_EVENTS, '*', 'kind', kind, 'by', by or '',
    'used', text(used or 0), unpack(call('HGETALL', p .. 'j:' .. key)))
end

local function changed(p, key)
  call('PUBLISH', p .. 'changes', key)
end

local function order(p, worker, kind, keys, token)
  local inbox = p .. 'in:' .. worker
  call('XADD', inbox, 'MAXLEN', '~', MOST_ORDERS, '*', 'kind', kind, 'keys', keys, 'token', token)
  call('EXPIRE', inbox, ORDERS_S)
end

local function leads(p, epoch)
  return call('GET', p .. 'epoch') == epoch
end

-- Whether the job is in this state, and this assignment its last one. With another state than
-- "running" that means that a call is repeated, because its reply got lost.
local function is_at(p, key, state, token)
  local found = call('HMGET', p .. 'j:' .. key, 'state', 'token')
  return found[1] == state and found[2] == token
end

local function runs(p, key, token)
  return is_at(p, key, 'running', token)
end

-- Charges the tenant for the run that ends now, and returns its generator-seconds.
local function charge(p, key, at)
  local job = call('HMGET', p .. 'j:' .. key, 'tenant', 'begun', 'batch')
  local used = math.max(0, at - tonumber(job[2])) / tonumber(job[3])
  local day = p .. 'use:' .. job[1] .. ':' .. math.floor(at / DAY_S)
  call('INCRBYFLOAT', day, text(used))
  call('EXPIRE', day, USE_S)
  count_named(p, 'used', job[1], 'other', text(used))
  return used
end

local function tenants_of(p, key)
  local found = {}
  for _, field in ipairs(call('HKEYS', p .. 'j:' .. key)) do
    if string.sub(field, 1, 7) == 'tenant:' then found[#found + 1] = string.sub(field, 8) end
  end
  table.sort(found)
  return found
end

local function hold(p, digest)
  call('HINCRBY', p .. 'refs', digest, 1)
  call('ZREM', p .. 'strays', digest)
end

-- A file that nothing else needs may be removed after `seconds`.
local function let_go(p, digest, seconds)
  if call('HINCRBY', p .. 'refs', digest, -1) <= 0 then
    call('HDEL', p .. 'refs', digest)
    call('ZADD', p .. 'strays', text(now() + seconds), digest)
  end
end

local function end_job(p, key, state, at, ...)
  local j = p .. 'j:' .. key
  local picture = call('HGET', j, 'picture')
  if picture and picture ~= '' then let_go(p, picture, PICTURE_S) end
  for _, tenant in ipairs(tenants_of(p, key)) do
    call('HINCRBY', p .. 'waits', tenant, -tonumber(call('HGET', j, 'tenant:' .. tenant)))
  end
  call('HSET', j, 'state', state, 'ended', text(at), ...)
  call('EXPIRE', j, ENDED_S)
  call('DEL', p .. 'b:' .. key)
  call('SREM', p .. 'open', key)
end

-- Gives the job the purpose and the due time of the most valuable ticket; true if they are others.
-- The worker that makes it hears of a higher purpose.
local function settle(p, key)
  local j = p .. 'j:' .. key
  for purpose = 3, 0, -1 do
    if tonumber(call('HGET', j, 'n' .. purpose) or 0) > 0 then
      local old = call('HMGET', j, 'purpose', 'due', 'due' .. purpose, 'state', 'worker', 'token')
      if old[1] == tostring(purpose) and (old[2] or '') == (old[3] or '') then return false end
      call('HSET', j, 'purpose', purpose, 'due', old[3] or '')
      if old[4] == 'running' and purpose > tonumber(old[1]) then
        order(p, old[5], 'promote', key, old[6])
      end
      return true
    end
  end
  return false
end

-- Counts a ticket of this purpose in.
local function wait_for(p, key, purpose, due_in, at)
  local j = p .. 'j:' .. key
  call('HINCRBY', j, 'n' .. purpose, 1)
  if due_in ~= '' then
    local due, before = at + tonumber(due_in), call('HGET', j, 'due' .. purpose)
    if not before or due < tonumber(before) then
      call('HSET', j, 'due' .. purpose, text(due))
    end
  end
end

-- Counts a ticket of this purpose out. The last one takes its due time along.
local function wait_no_more(p, key, purpose)
  local j = p .. 'j:' .. key
  if call('HINCRBY', j, 'n' .. purpose, -1) <= 0 then
    call('HDEL', j, 'n' .. purpose, 'due' .. purpose)
  end
end

local function view(p, key)
  return call('HGETALL', p .. 'j:' .. key)
end

local function cancel(p, key, at)
  local found = call('HMGET', p .. 'j:' .. key, 'state', 'worker', 'token')
  local used, by = 0, ''
  if found[1] == 'running' then
    order(p, found[2], 'stop', key, found[3])
    used, by = charge(p, key, at), found[2]
  end
  end_job(p, key, 'cancelled', at)
  event(p, 'leave', key, by, used)
  changed(p, key)
end

local function fail_job(p, key, kind, message)
  local at = now()
  local found = call('HMGET', p .. 'j:' .. key, 'state', 'worker')
  local used, by = 0, ''
  if found[1] == 'running' then used, by = charge(p, key, at), found[2] end
  end_job(p, key, 'failed', at, 'error', message, 'error_kind', kind)
  event(p, 'end', key, by, used)
  changed(p, key)
end

local function count_kill(p, key, worker)
  local j = p .. 'j:' .. key
  if call('HSETNX', j, 'lost:' .. worker, 1) == 1 then call('HINCRBY', j, 'kills', 1) end
end

-- Ends the run. The job waits again, or is cancelled if nobody waits for it. Counts the run as
-- `counted`, unless that is empty. Returns its generator-seconds.
local function again(p, key, counted)
  local j, at = p .. 'j:' .. key, now()
  local used, by = charge(p, key, at), call('HGET', j, 'worker')
  if counted == 'kills' then
    count_kill(p, key, by)
  elseif counted ~= '' then
    call('HINCRBY', j, counted, 1)
  end
  if #tenants_of(p, key) == 0 then
    end_job(p, key, 'cancelled', at)
    event(p, 'leave', key, by, used)
  else
    call('HSET', j, 'state', 'waiting', 'progress', 0)
    call('HDEL', j, 'paid')
    event(p, 'back', key, by, used)
  end
  changed(p, key)
  return used
end

-- `flags` is empty for what takes much memory; all else works on when the memory is full.
local function register(name, callback, flags)
  redis.register_function { function_name = 'npc_video_farm_' .. name, callback = callback,
    flags = flags or { 'allow-oom' } }
end
