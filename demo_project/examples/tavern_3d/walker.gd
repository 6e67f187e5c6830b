extends CharacterBody3D
## Walks and turns by keys. The mouse stays free, so that it can touch the guests.

const METRES_PER_SECOND := 3.0
const RADIANS_PER_SECOND := 2.0


func _physics_process(delta: float) -> void:
	rotation.y += Input.get_axis("turn_right", "turn_left") * RADIANS_PER_SECOND * delta
	velocity = basis.z * Input.get_axis("forward", "back") * METRES_PER_SECOND
	move_and_slide()
