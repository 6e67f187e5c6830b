extends RefCounted
## The generators' resources as GDScript sees them: typed.


func _expect(condition: bool, what: String) -> void:
	if not condition:
		push_error(what)


func test_backends_have_typed_properties(_test: Node) -> void:
	var cloud := NpcHttpBackend.new()
	cloud.url = "https://video.example.org"
	cloud.request_fields = {"prompt": "text"}
	cloud.extra_fields = {"model": "tiny", "level": 2}
	var fields: Dictionary[String, String] = cloud.request_fields
	_expect(fields.prompt == "text" and cloud.extra_fields.level == 2, "dictionaries are typed")
	var pool := NpcBackendPool.new()
	pool.hosts = [NpcProceduralBackend.new(), cloud]
	var hosts: Array[NpcBackend] = pool.hosts
	_expect(hosts[1] == cloud, "an array of backends")
	var both := NpcFailoverBackend.new()
	both.local = pool
	both.cloud = cloud
	var problems: Array[String] = both.problems()
	_expect(problems.is_empty(), "%s" % [problems])
	cloud.url = ""
	problems = both.problems()
	_expect(problems.size() == 2 and problems[0].begins_with("local: hosts[1]: url: "), "%s" % [problems])


func test_equal_backends_are_described_alike(_test: Node) -> void:
	var one := NpcComfyUiBackend.new()
	var other: NpcComfyUiBackend = one.duplicate()
	_expect(one.describe() == other.describe(), "equal ones")
	other.model = "svd"
	_expect(one.describe() != other.describe(), "another model")
