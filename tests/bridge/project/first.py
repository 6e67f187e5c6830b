import time
from godot import *
from godot import Node, Node2D, Engine, exposed, export, signal, lerp, Key, KEY_A, Sprite2D, Image, ImageTexture, OS, Control

print("hello from python", lerp(1.0, 3.0, 0.5), Key.KEY_A, KEY_A)

@exposed(tool=True)
class First(Node2D):
    """First class.

    It does `things`."""
    speed = export(float, 2.5, range=(0, 10, 0.1), suffix="px/s", doc="how fast")
    died = signal(reason=str)
    LIMIT = 7

    def __init__(self):
        self.n = 0

    def heal(self, amount: int, twice: bool = False) -> int:
        return amount * (2 if twice else 1)

    def _ready(self):
        print("ready", self, Engine.get_version_info()["string"])
        self.died.connect(self.on_died)
        self.died.emit("x")
        v = Vector2(3, 4)
        print(v.length(), v.normalized(), Vector2.ZERO, Color.RED, Color("red"), v + v, v * 2, Vector2.from_angle(0))
        self.position = v
        print(self.position, self.is_visible(), self.name, self.get_parent(), self.get_child_count())
        im = Image.create_empty(8, 8, False, Image.FORMAT_RGBA8)
        print(im, im.get_width(), im.get_data()[:4], im.get_pixel(0, 0))
        t = ImageTexture.create_from_image(im)
        s = Sprite2D()
        s.texture = t
        self.add_child(s)
        print(s.texture is t, s.get_parent() is self, s.get_path())
        n = 20000
        for label, f in {"is_visible": self.is_visible, "get_process_delta": self.get_process_delta_time, "get_child_count": self.get_child_count, "position": lambda: self.position, "set_position": lambda: self.set_position(v),
            "name": lambda: self.name, "has_method": lambda: self.has_method("x"), "has_meta": lambda: self.has_meta("x"), "v.length": lambda: v.length(), "v+v": lambda: v+v}.items():
            t0 = time.perf_counter()
            for _ in range(n): f()
            print(label, round((time.perf_counter() - t0) / n * 1e6, 3), "us")

    def on_died(self, reason):
        print("died of", reason)

    def _process(self, delta):
        self.n += 1
        if self.n == 3:
            raise ValueError("planted")
        if self.n == 5:
            s = Sprite2D(); s.free()
            try: s.get_parent()
            except FreedObjectError as e: print("freed:", e)
            self.get_tree().quit(3)
