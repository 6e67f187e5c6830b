extends Node
## Makes generators of every kind for players.

const GENERATORS: Dictionary[String, float] = {
	"embedded": 6.0,
	"delayed": 4.0,
	"http": 6.0,
	"pool": 3.0,
	"failover": 3.0,
	"comfyui": 4.0,
	"closed_port": 1.0,
	"script": 1.0,
	"gives_bytes": 1.0,
	"gives_path": 1.0,
	"gives_frames": 1.0,
	"awaits": 2.0,
	"awaits_long": 2.0,
	"never_returns": 1.0,
	"fails_on_purpose": 1.0,
	"gives_garbage": 1.0,
	"takes_nothing": 1.0,
	"freed": 2.0,
}
## The kinds at an address. Their players keep the settings of clips, so that no other player can
## request the same clip.
const REMOTE: PackedStringArray = ["http", "pool", "failover", "comfyui", "closed_port"]
const REMOTE_SETTINGS: Dictionary[String, Variant] = {
	"preset": NpcVideoPlayer.QUALITY_REALTIME,
	"progressive": false,
	"adaptive": true,
	"predictive": false,
	"look_ahead": 3,
	"fallback": NpcVideoPlayer.FALLBACK_SIMILAR,
	"max_wait": 5.0,
	"cache_policy": NpcVideoPlayer.CACHE_POLICY_LRU,
	"cache_size": 1000,
	"cache_megabytes": 1000.0,
}

var _backends: Dictionary[String, NpcBackend] = {}
## An object that makes clips until it is freed.
var _mortal: Array[Node] = []

@onready var _play := get_parent()


## Makes the resources that players use.
func prepare(addresses: Dictionary) -> void:
	var failover := NpcFailoverBackend.new()
	failover.local = _made_http(addresses.local)
	failover.cloud = _made_http(addresses.cloud)
	failover.max_jobs_per_hour = 10000
	var pool := NpcBackendPool.new()
	var hosts: Array[NpcBackend] = []
	for name: String in ["pool_a", "pool_b", "pool_c"]:
		hosts.append(_made_http(addresses[name]))
	pool.hosts = hosts
	var comfyui := NpcComfyUiBackend.new()
	comfyui.url = addresses.comfyui
	comfyui.model = "own"
	comfyui.workflow = "res://soak/workflow.json"
	comfyui.reconnect_timeout = 5.0
	var script := NpcScriptBackend.new()
	script.generator = load("res://soak/script_generator.gd")
	_backends = {
		"http": _made_http(addresses.http),
		"closed_port": _made_http(addresses.closed_port),
		"failover": failover,
		"pool": pool,
		"comfyui": comfyui,
		"script": script,
	}


## Returns a random kind; with `is_local` one that needs no address.
func drawn(is_local: bool) -> String:
	var kind: String = _play.drawn(GENERATORS)
	return "embedded" if is_local and kind in REMOTE else kind


## Sets the generator of `player` to this kind.
func use(player: NpcVideoPlayer, kind: String) -> void:
	%Players.changed(player, kind)
	player.simulate_latency = kind == "delayed"
	if kind in REMOTE:
		for property: String in REMOTE_SETTINGS:
			player.set(property, REMOTE_SETTINGS[property])
	player.backend = _backends.get(kind)
	player.set_generator(_function_of(kind))


## Frees the oldest generator object, even while it works.
func free_one() -> void:
	if _mortal:
		_mortal.pop_front().queue_free()


## Frees all generator objects.
func free_all() -> void:
	while _mortal:
		free_one()


func _made_http(url: String) -> NpcHttpBackend:
	var backend := NpcHttpBackend.new()
	backend.url = url
	return backend


func _function_of(kind: String) -> Callable:
	if kind == "freed":
		var mortal: Node = %Functions.get_script().new()
		add_child(mortal)
		_mortal.append(mortal)
		return mortal.awaits_long
	return Callable(%Functions, kind) if %Functions.has_method(kind) else Callable()
