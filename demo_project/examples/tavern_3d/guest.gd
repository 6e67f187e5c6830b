class_name Guest
extends Node3D
## A guest of the tavern: a hidden player, its picture on a quad, and a voice in the world.
##
## Put guest.tscn into the room, and give each its profile, in which name, portrait and graph are.

@export var profile: NpcProfile
## The pitch of the voice in Hz.
@export var pitch := 180.0

## Whether the walker stands in front of the guest.
var is_met := false

@onready var player: NpcVideoPlayer = %Player


func _ready() -> void:
	player.profile = profile
	# The texture exists only in the running game, so no scene can contain it.
	%Picture.material_override.albedo_texture = player.get_video_texture()
	%Voice.stream = Murmur.stream(pitch)
	%Name.text = profile.npc_name
	player.reaction_started.connect(_on_reaction_started)
	%Near.body_entered.connect(_on_met.unbind(1))
	%Near.body_exited.connect(_on_left.unbind(1))


func _on_reaction_started(look: Dictionary) -> void:
	%Name.text = "%s · %s" % [profile.npc_name, look.emotion]
	# Clips with sound would come from the same node, which is the player's `audio_player`.
	%Voice.play()


## What only the game knows, it tells with `react`: here, that somebody comes or goes.
func _on_met() -> void:
	is_met = true
	player.react({"tool": "greeting"})


func _on_left() -> void:
	is_met = false
	player.react({"tool": "walk_away"})
