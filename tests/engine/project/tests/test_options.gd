extends "game_test.gd"
## The options of a player, as GDScript writes them.


func test_every_constant_is_an_option(test: Node) -> void:
	var player := NpcVideoPlayer.new()
	test.add_child(player)
	for preset: NpcVideoPlayer.QualityPreset in [
		NpcVideoPlayer.QUALITY_REALTIME,
		NpcVideoPlayer.QUALITY_FAST,
		NpcVideoPlayer.QUALITY_BALANCED,
		NpcVideoPlayer.QUALITY_QUALITY,
	]:
		player.preset = preset
		_expect(player.preset == preset, "preset")
	for policy: NpcVideoPlayer.CachePolicy in [
		NpcVideoPlayer.CACHE_POLICY_LRU,
		NpcVideoPlayer.CACHE_POLICY_GDSF,
	]:
		player.cache_policy = policy
		_expect(player.cache_policy == policy, "cache_policy")
	for fallback: NpcVideoPlayer.Fallback in [
		NpcVideoPlayer.FALLBACK_PLACEHOLDER,
		NpcVideoPlayer.FALLBACK_PROCEDURAL,
		NpcVideoPlayer.FALLBACK_SIMILAR,
		NpcVideoPlayer.FALLBACK_FREEZE,
	]:
		player.fallback = fallback
		_expect(player.fallback == fallback, "fallback")
	for curve: NpcVideoPlayer.CrossfadeCurve in [
		NpcVideoPlayer.CROSSFADE_CURVE_LINEAR,
		NpcVideoPlayer.CROSSFADE_CURVE_SMOOTH,
	]:
		player.crossfade_curve = curve
		_expect(player.crossfade_curve == curve, "crossfade_curve")
	for when: NpcVideoPlayer.CrossfadeAt in [
		NpcVideoPlayer.CROSSFADE_AT_IMMEDIATELY,
		NpcVideoPlayer.CROSSFADE_AT_LOOP,
	]:
		player.crossfade_at = when
		_expect(player.crossfade_at == when, "crossfade_at")
	for mode: NpcVideoPlayer.StretchMode in [
		NpcVideoPlayer.STRETCH_SCALE,
		NpcVideoPlayer.STRETCH_TILE,
		NpcVideoPlayer.STRETCH_KEEP,
		NpcVideoPlayer.STRETCH_KEEP_CENTERED,
		NpcVideoPlayer.STRETCH_KEEP_ASPECT,
		NpcVideoPlayer.STRETCH_KEEP_ASPECT_CENTERED,
		NpcVideoPlayer.STRETCH_KEEP_ASPECT_COVERED,
	]:
		player.stretch_mode = mode
		_expect(player.stretch_mode == mode, "stretch_mode")
	for interpolation: NpcVideoPlayer.Interpolation in [
		NpcVideoPlayer.INTERPOLATION_NONE,
		NpcVideoPlayer.INTERPOLATION_BLEND,
		NpcVideoPlayer.INTERPOLATION_MOTION,
	]:
		player.interpolation = interpolation
		_expect(player.interpolation == interpolation, "interpolation")


func test_a_word_is_an_option_where_the_player_has_no_type(test: Node) -> void:
	var player: Node = NpcVideoPlayer.new()
	test.add_child(player)
	player.fallback = "freeze"
	_expect(player.fallback == NpcVideoPlayer.FALLBACK_FREEZE, "as text")
	player.set("fallback", &"similar")
	_expect(player.fallback == NpcVideoPlayer.FALLBACK_SIMILAR, "as a StringName")


func test_an_unknown_option_is_an_error_that_lists_all(test: Node) -> void:
	var player: Node = NpcVideoPlayer.new()
	test.add_child(player)
	var known := "NpcVideoPlayer.fallback: wanted one of FALLBACK_PLACEHOLDER, FALLBACK_PROCEDURAL"
	for wrong: Variant in ["mirror", 9]:
		test.expect_error(known)
		player.fallback = wrong
		_expect(player.fallback == NpcVideoPlayer.FALLBACK_SIMILAR, "it stays as it was")


func test_a_typed_player_takes_no_other_type(test: Node) -> void:
	for line: String in [
		'player.fallback = "freeze"',
		"player.fallback = NpcVideoPlayer.FALLBACK_MIRROR",
		"player.fallback = Vector2.ZERO",
	]:
		var script := GDScript.new()
		script.source_code = "func play(player: NpcVideoPlayer) -> void:\n\t%s\n" % line
		test.expect_error("Parse Error")
		_expect(script.reload() != OK, line)


func test_a_scene_may_have_words(test: Node) -> void:
	var path := "user://words.tscn"
	var file := FileAccess.open(path, FileAccess.WRITE)
	file.store_string(
		(
			'[gd_scene format=3]\n[node name="Npc" type="NpcVideoPlayer"]\n'
			+ 'preset = "balanced"\ncache_policy = "gdsf"\nfallback = "freeze"\n'
			+ 'crossfade_curve = "linear"\ncrossfade_at = "loop"\nstretch_mode = "tile"\n'
			+ 'interpolation = "motion"\n'
		)
	)
	file.close()
	var scene: PackedScene = load(path)
	var player: NpcVideoPlayer = scene.instantiate()
	test.add_child(player)
	_expect(player.preset == NpcVideoPlayer.QUALITY_BALANCED, "preset")
	_expect(player.cache_policy == NpcVideoPlayer.CACHE_POLICY_GDSF, "cache_policy")
	_expect(player.fallback == NpcVideoPlayer.FALLBACK_FREEZE, "fallback")
	_expect(player.crossfade_curve == NpcVideoPlayer.CROSSFADE_CURVE_LINEAR, "crossfade_curve")
	_expect(player.crossfade_at == NpcVideoPlayer.CROSSFADE_AT_LOOP, "crossfade_at")
	_expect(player.stretch_mode == NpcVideoPlayer.STRETCH_TILE, "stretch_mode")
	_expect(player.interpolation == NpcVideoPlayer.INTERPOLATION_MOTION, "interpolation")
