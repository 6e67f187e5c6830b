extends Control
## Draws the player's timeline: what was on screen in the last half minute, and the interactions.

## The part of the height that each lane takes, from the top.
const TOUCH := 0.2
const SCREEN := 0.5
const MAKING := 0.2
const SECONDS := 30.0
const REDRAWS_PER_SECOND := 4.0

@export var player: NpcVideoPlayer

var _wait := 0.0


func _process(delta: float) -> void:
	_wait -= delta
	if _wait <= 0.0:
		_wait = 1.0 / REDRAWS_PER_SECOND
		queue_redraw()


func _draw() -> void:
	draw_rect(_box(SECONDS, 0.0, TOUCH, SCREEN), FallbackCounts.colour(self, ""))
	for span: Dictionary in player.get_stats().timeline:
		match span.lane:
			"screen":
				var box := _box(span.began, span.ended, TOUCH, SCREEN)
				box.size.x = maxf(1.0, box.size.x - 1.0)
				draw_rect(box, FallbackCounts.colour(self, span.what))
			"making":
				var box := _box(span.began, span.ended, 1.0 - MAKING, MAKING)
				draw_rect(box, FallbackCounts.colour(self, "making"))
			"touch":
				var x := minf(_box(span.began, 0.0, 0.0, 1.0).position.x, size.x - 2.0)
				draw_rect(Rect2(x, 0.0, 2.0, size.y * (TOUCH + SCREEN)), FallbackCounts.colour(self, "touch"))


## Returns the rectangle from and to so many seconds ago; `top` and `height` of its lane are parts.
func _box(began: float, ended: float, top: float, height: float) -> Rect2:
	var scale_x := size.x / SECONDS
	return Rect2(
		size.x - began * scale_x, size.y * top, (began - ended) * scale_x, size.y * height
	)
