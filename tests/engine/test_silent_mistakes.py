"""Mistakes of a game that does not connect to `generation_failed`: its log says what is wrong."""

from pathlib import Path

from tests.harness.games import play

MAIN = """
extends SceneTree

func _initialize() -> void:
	_play()

func player(npc_name: String) -> NpcVideoPlayer:
	var made := NpcVideoPlayer.new()
	made.npc_name = npc_name
	made.preset = NpcVideoPlayer.QUALITY_REALTIME
	made.size = Vector2(64, 64)
	root.add_child(made)
	return made

func _play() -> void:
	await process_frame
	var silent := player("Moss")
	for time in 3:
		silent.cache_size = -1 - time
		print(silent.request({}))
		silent.cache_size = 50
	silent.set_generator(func(_request: Dictionary) -> int: return 5)
	silent.request({"expression": "sad"})
	await create_timer(0.5).timeout
	while silent.get_stats().queue.running or silent.get_stats().queue.waiting:
		await process_frame
	for frame in 3:
		await process_frame

	var heard := player("Fern")
	heard.generation_failed.connect(func(reason: String) -> void: print("Heard: ", reason))
	heard.cache_size = -7
	heard.react({"tool": "hand"})
	print("@end")
	quit(0)
"""


DOUBTFUL = """
extends SceneTree

func _initialize() -> void:
	_play()

func _play() -> void:
	await process_frame
	var player := NpcVideoPlayer.new()
	player.npc_name = "Reed"
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.size = Vector2(64, 64)
	player.generation_failed.connect(func(reason: String) -> void: print("Failed: ", reason))
	root.add_child(player)
	for time in 3:
		player.react({"tool": "fether", "zone": null})
		player.react({"tool": "flute"})
		player.request({"expression": "hapy", "emotion": null, "loras": ["a"], "seed": -1})
		player.hint_next({"animation": "bonce"})
		paused = time == 1
	paused = false
	player.process_mode = Node.PROCESS_MODE_DISABLED
	for time in 3:
		player.request({"expression": "sad"})
	print("@end")
	quit(0)
"""


MISUSING = """
extends SceneTree

func _initialize() -> void:
	_play()

func _play() -> void:
	await process_frame
	var player := NpcVideoPlayer.new()
	player.npc_name = "Bramble"
	player.size = Vector2(64, 64)
	player.generation_failed.connect(func(reason: String) -> void: print("Failed: ", reason))
	root.add_child(player)
"""


def warnings_of(log: str, sentences: tuple[str, ...]) -> list[str]:
    """The log's warnings, of which each has another one of the sentences."""
    warnings = [line for line in log.splitlines() if "WARNING: " in line]
    for sentence in sentences:
        assert [sentence in line for line in warnings].count(True) == 1, log
    assert len(warnings) == len(sentences), log
    return warnings


def test_what_is_probably_not_meant_is_answered_and_logged_once(tmp_path: Path) -> None:
    log = play(tmp_path, DOUBTFUL).log
    assert "Failed" not in log
    doubts = (
        "The tool 'fether' is unknown; perhaps you mean 'feather'.",
        "zone is null",
        "The expression 'hapy' is unknown; perhaps you mean 'happy'.",
        "emotion is null",
        "The seed is -1",
        "The animation 'bonce' is unknown; perhaps you mean 'bounce'.",
        "as its process mode is Disabled",
    )
    warnings_of(log, doubts)


def test_each_kind_is_logged_once_where_nobody_listens(tmp_path: Path) -> None:
    log = play(tmp_path, MAIN).log
    assert "true\n" not in log
    reasons = ("cache_size: -1 is outside", "The generator function returned int")
    assert all("Moss: " in line for line in warnings_of(log, reasons))
    assert "Heard: cache_size: -7 is outside" in log


MISUSES = (
    ('react({"tol": "hand"})', "react: 'tol' is unknown; perhaps you mean tool."),
    ('react({"tool": "hand", "pressure": "x"})', "react: pressure: must be a number, not 'x'."),
    ('react({"tool": "hand", "presure": 0.9})', "react: 'presure' is unknown; perhaps you mean"),
    ('request({"foo": 1})', "request: 'foo' is unknown; use one of"),
    ('hint_next({"expresion": "sad"})', "hint_next: 'expresion' is unknown; perhaps you mean"),
    ("hint_next({}, 2.0)", "hint_next: probability: "),
    ('load_state({"version": "x"})', "load_state: "),
    ('set_generator(Callable(self, "none"))', "set_generator: the function is of an object that"),
)


def test_a_wrong_argument_is_an_error_at_the_line_that_calls(tmp_path: Path) -> None:
    calls = "".join(f"\tplayer.{call}\n" for call, _ in MISUSES)
    sentences = [sentence for _, sentence in MISUSES]
    log = play(tmp_path, f'{MISUSING}{calls}\tprint("@end")\n\tquit(0)\n', errors=sentences).log
    assert "Failed" not in log
    before = MISUSING.count("\n")
    for number, (_, sentence) in enumerate(MISUSES, before + 1):
        said = log.partition(f"ERROR: {sentence}")[2].partition("ERROR")[0]
        assert f"_play (res://main.gd:{number})" in said, log
