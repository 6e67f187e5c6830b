extends Choice
## The choice of tools for touching NPCs.

const TOOLS: Dictionary[String, String] = {
	"feather": "Feather",
	"hand": "Pat",
	"gift": "Gift",
	"stick": "Poke",
	"song": "Song",
	"treat": "Treat",
}

var tool := "feather"


func _ready() -> void:
	fill(TOOLS, tool)
	chosen.connect(func(value: String) -> void: tool = value)
