"""What a type checker finds in a game: each line names a part of what it says."""

import godot
from godot import (
    Color,
    Engine,
    Image,
    Node,
    Node2D,
    Sprite2D,
    Texture2D,
    Vector2,
    export,
    exposed,
    python_only,
    run_on_main_thread,
    signal,
)


@exposed(tools=True)  # Unexpected keyword argument "tools"
class Badge(Node2D):
    level = export(int, 1)
    picture = export(Texture2D, None)
    earned = signal(level=int)
    ranged = export(int, 1, rang=(1, 2))  # Unexpected keyword argument "rang"
    told = signal(doc=1)  # "doc" to "signal" has incompatible type "int"

    @level.changed  # expected "Callable[[Badge], None]"
    def _show_level(self, value: int) -> None:
        pass

    @python_only
    def rest(self, seconds: float) -> None:
        self.rest("long")  # expected "float"

    def _ready(self) -> None:
        self.level = "two"  # expression has type "str", variable has type "int"
        self.picture.get_width()  # "None" of "Texture2D | None" has no attribute "get_width"
        self.picture = self  # expression has type "Badge"
        self.earned.emitt(1)  # "Signal" has no attribute "emitt"
        Badge.level.stor(self, 1)  # has no attribute "stor"

    def _process(self, delta: str) -> None:  # incompatible with supertype "godot.Node"
        pass

    def _draw(self) -> int:  # incompatible with return type "None" in supertype "godot.CanvasItem"
        return 0


def objects(node: Node2D, sprite: Sprite2D) -> None:
    node.visibel = False  # "Node2D" has no attribute "visibel"
    node.position = 3  # variable has type "Vector2"
    node.add_child(None)  # expected "Node"
    node.add_child(Image())  # expected "Node"
    node.add_child(node=Node())  # Unexpected keyword argument "node"
    node.get_child()  # Too few arguments
    node.set_process(True, 1)  # Too many arguments
    node.get_tree().quit()  # "None" of "SceneTree | None" has no attribute "quit"
    sprite.texture.get_size()  # "None" of "Texture2D | None" has no attribute "get_size"
    sprite.vframes = 1.5  # variable has type "int"
    sprite.get_viewport_transform().x = Vector2()  # read-only
    Node2D(1)  # Too many arguments for "Node2D"
    Engine.get_frames()  # has no attribute "get_frames"


def values() -> None:
    Vector2(1, 2).x = 3  # read-only
    Vector2(1, 2, 3)  # No overload variant
    Vector2(1, 2) + 3  # Unsupported operand types
    Vector2(1, 2).lenght()  # maybe "length"
    print(Color.NO_SUCH_COLOR)  # has no attribute "NO_SUCH_COLOR"
    godot.lurp(1, 2, 3)  # Module has no attribute "lurp"
    run_on_main_thread(len, 1)  # incompatible type
