-- Removes the pointer of a key. A file that no other key points to may be removed.
local function unpoint(p, key)
  local c = p .. 'clip:' .. key
  local found = call('HMGET', c, 'digest', 'bytes', 'pinned')
  if not found[1] then return end
  call('DEL', c)
  call('ZREM', p .. 'lru', key)
  if found[3] ~= '1' then call('INCRBY', p .. 'bytes', -tonumber(found[2])) end
  let_go(p, found[1], 0)
end

-- Points a key to a file. What was pinned stays so, also when it is made again.
local function point(p, key, digest, preset, media_type, bytes, pinned, generated)
  local c = p .. 'clip:' .. key
  if call('HGET', c, 'pinned') == '1' then pinned = '1' end
  hold(p, digest)
  unpoint(p, key)
  call('HSET', c, 'digest', digest, 'preset', preset, 'media_type', media_type, 'bytes', bytes,
    'pinned', pinned, 'generated', generated)
  if pinned ~= '1' then
    call('INCRBY', p .. 'bytes', bytes)
    call('ZADD', p .. 'lru', text(now()), key)
  end
end

-- From now on the clip of a key is never evicted.
local function pin(p, key)
  local c = p .. 'clip:' .. key
  local found = call('HMGET', c, 'bytes', 'pinned')
  if not found[1] or found[2] == '1' then return end
  call('HSET', c, 'pinned', 1)
  call('ZREM', p .. 'lru', key)
  call('INCRBY', p .. 'bytes', -tonumber(found[1]))
end

local function clip(keys, args)
  local p, key = keys[1], args[1]
  if args[2] == '1' then pin(p, key) end
  local found = call('HGETALL', p .. 'clip:' .. key)
  if #found > 0 then call('ZADD', p .. 'lru', 'XX', text(now()), key) end
  return found
end

local function forget(keys, args)
  local p, key, digest = keys[1], args[1], args[2]
  if call('HGET', p .. 'clip:' .. key, 'digest') ~= digest then return 0 end
  unpoint(p, key)
  return 1
end

local function evict(keys, args)
  local p, epoch, budget, longest = keys[1], args[1], tonumber(args[2]), tonumber(args[3])
  if not leads(p, epoch) then return 0 end
  local evicted = 0
  local at = now()
  local oldest = call('ZRANGE', p .. 'lru', 0, EVICTED_AT_ONCE - 1, 'WITHSCORES')
  for i = 1, #oldest, 2 do
    local idle = at - tonumber(oldest[i + 1])
    local is_over = tonumber(call('GET', p .. 'bytes') or 0) > budget
    if idle < KEEP_S or not (is_over or idle > longest) then break end
    unpoint(p, oldest[i])
    evicted = evicted + 1
  end
  return evicted
end

-- This file is about to be written. If nothing needs it within an hour, it is a stray.
local function draft(keys, args)
  local p, digest = keys[1], args[1]
  if call('HEXISTS', p .. 'refs', digest) == 0 then
    call('ZADD', p .. 'strays', text(now() + DRAFT_S), digest)
  end
  return 1
end

local function strays(keys, args)
  local p, epoch = keys[1], args[1]
  if not leads(p, epoch) then return {} end
  return call('ZRANGEBYSCORE', p .. 'strays', '-inf', text(now()), 'LIMIT', 0, EVICTED_AT_ONCE)
end

register('clip', clip)
register('forget', forget)
register('evict', evict)
register('draft', draft)
register('strays', strays)
