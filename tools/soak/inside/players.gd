extends Node
## Watches all players, and prints their requests and the results.

## Real seconds for which a player that waits for a clip is left alone, chosen at random.
const PATIENCE: PackedFloat32Array = [0.0, 0.0, 0.5, 0.5, 3.0, 3.0, 15.0, 40.0]

## The number of `reaction_started` signals.
var announced := 0

## By instance id: the number of each player, its generator, since when it waits or -1, and until when
## it is then left alone.
var _known: Dictionary[int, Dictionary] = {}
var _count := 0

@onready var _play := get_parent()


## Begins to watch `player`.
func take_in(player: NpcVideoPlayer) -> void:
	for id: int in _known.keys():
		if not is_instance_id_valid(id):
			_known.erase(id)
	_count += 1
	_known[player.get_instance_id()] = {"number": _count, "by": "", "asked_at": -1.0, "until": 0.0}
	player.reaction_started.connect(_on_reaction_started.bind(player))
	player.clip_started.connect(_on_clip_started.bind(player))
	player.generation_failed.connect(_on_generation_failed.bind(player))
	player.tree_exiting.connect(settled.bind(player, {"e": "left"}))


func knows(player: NpcVideoPlayer) -> bool:
	return player.get_instance_id() in _known


## Returns the kind of its generator.
func kind_of(player: NpcVideoPlayer) -> String:
	return _known[player.get_instance_id()].by


## Records a new generator.
func changed(player: NpcVideoPlayer, kind: String) -> void:
	var known := _known[player.get_instance_id()]
	known.by = kind
	_play.tell({"e": "changed", "p": known.number, "by": kind})


## Records an accepted request.
func asked(player: NpcVideoPlayer, params: Dictionary) -> void:
	var known := _known[player.get_instance_id()]
	known.asked_at = _play.seconds()
	known.until = known.asked_at + _play.one_of(PATIENCE)
	_play.tell({"e": "asked", "p": known.number, "clip": _clip_of(params), "by": known.by})


## Records with `event` that it no longer waits.
func settled(player: NpcVideoPlayer, event: Dictionary) -> void:
	var known := _known[player.get_instance_id()]
	known.asked_at = -1.0
	_play.tell(event.merged({"p": known.number}))


func may_be_asked(player: NpcVideoPlayer) -> bool:
	var known := _known[player.get_instance_id()]
	return known.asked_at < 0.0 or _play.seconds() >= known.until


func is_anyone_waiting() -> bool:
	return _known.values().any(func(known: Dictionary) -> bool: return known.asked_at >= 0.0)


func _on_reaction_started(params: Dictionary, player: NpcVideoPlayer) -> void:
	announced += 1
	asked(player, params)


func _on_clip_started(info: Dictionary, player: NpcVideoPlayer) -> void:
	settled(player, {"e": "started", "clip": _clip_of(info)})


func _on_generation_failed(reason: String, player: NpcVideoPlayer) -> void:
	settled(player, {"e": "failed", "why": reason.left(60)})


func _clip_of(params: Dictionary) -> String:
	return "%s/%s/%s/%s" % [params.npc_id, params.expression, params.emotion, params.animation]
