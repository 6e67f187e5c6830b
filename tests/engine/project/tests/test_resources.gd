extends RefCounted
## The resources and zones as GDScript sees them: typed.


func _expect(condition: bool, what: String) -> void:
	if not condition:
		push_error(what)


func _info(object: Object, property: String) -> Dictionary:
	for info: Dictionary in object.get_property_list():
		if info.name == property:
			return info
	return {}


func test_a_profile_has_typed_properties(_test: Node) -> void:
	var profile := NpcProfile.new()
	profile.npc_name = "Ember"
	profile.cooldown = 1
	profile.enabled_tools = ["feather"]
	profile.loras = {"smile": 0.5}
	var tools: Array[String] = profile.enabled_tools
	var loras: Dictionary[String, float] = profile.loras
	_expect(tools[0] == "feather" and loras.smile == 0.5, "containers are typed")
	_expect(typeof(profile.cooldown) == TYPE_FLOAT, "a number is a float")
	_expect(_info(profile, "base_prompt").hint == PROPERTY_HINT_MULTILINE_TEXT, "lines")
	_expect(_info(profile, "seed_policy").hint_string == "fixed,npc,reaction", "a list")
	_expect(_info(profile, "cooldown").hint == PROPERTY_HINT_RANGE, "a slider")
	_expect(_info(profile, "seed").hint_string == "0,2147483647,1", "a large limit, exactly")
	_expect(_info(profile, "graph").hint_string == "NpcResponseGraph", "a kind of resource")
	var metadata: Dictionary = profile.metadata()
	_expect(metadata.npc.name == "Ember" and metadata.interaction.responseCooldown == 1000.0, "file")
	var problems: Array[String] = profile.problems()
	_expect(problems.is_empty(), "%s" % [problems])


func test_a_graph_from_gdscript(test: Node) -> void:
	var graph: NpcResponseGraph = NpcResponseGraph.from_template("tickle_game")
	_expect(graph.template == "tickle_game", graph.template)
	var document: Dictionary = graph.document()
	_expect(document.responseGraph.nodes.size() > 5, "its nodes can be read")
	document.mine = true
	var error: Error = graph.load_json(JSON.stringify(document))
	_expect(error == OK and graph.template == "own", error_string(error))
	test.expect_error("The graph was not loaded")
	_expect(graph.load_json("{}{") == ERR_PARSE_ERROR, "what is no JSON is told")
	var profile := NpcProfile.new()
	profile.graph = graph
	_expect(profile.metadata().mine == true, "nothing gets lost on the way")


func test_a_zone_has_typed_properties(_test: Node) -> void:
	for kind: String in ["NpcInteractionZone", "NpcInteractionZone2D"]:
		var zone: Node = ClassDB.instantiate(kind)
		_expect(_info(zone, "interval").hint_string.contains("suffix:s"), "a unit")
		_expect(_info(zone, "player").hint_string == "NpcVideoPlayer", "a kind of node")
		_expect(_info(zone, "zone").type == TYPE_STRING, "a text")
		var told: Array = zone.get_signal_list().filter(
			func(info: Dictionary) -> bool: return info.name == "interaction"
		)
		_expect(told[0].args[0].type == TYPE_DICTIONARY, "the signal's argument")
		zone.free()
