"""Engine classes, singletons, functions and enums as Python sees them."""

import ast
from enum import IntEnum, IntFlag
from pathlib import Path

import godot
import pytest
from godot import (
    OS,
    AnimationTree,
    Callable,
    CallError,
    Camera3D,
    Control,
    ConversionError,
    Engine,
    FreedObjectError,
    Geometry3D,
    HorizontalAlignment,
    Image,
    ImageTexture,
    Input,
    InputEventKey,
    Key,
    Label,
    Node,
    Node2D,
    Object,
    Polygon2D,
    ProjectSettings,
    RefCounted,
    ResourceLoader,
    SceneTree,
    Side,
    Sprite2D,
    Vector2,
    Vector3,
    is_instance_valid,
)
from godot._object.registry import class_named
from helpers import mirror


def child(test, cls):
    made = cls()
    test.add_child(made)
    return made


def test_classes_inherit_as_in_the_engine(test):
    assert issubclass(Sprite2D, Node2D)
    assert issubclass(Node2D, Node)
    assert issubclass(ImageTexture, RefCounted)
    assert Sprite2D.__name__ == "Sprite2D"
    assert Sprite2D.__module__ == "godot"
    assert isinstance(test.get_tree(), SceneTree)


def test_properties(test):
    node = child(test, Node2D)
    node.position = Vector2(3, 4)
    assert node.position == Vector2(3, 4)
    assert node.get_position() == Vector2(3, 4)
    node.name = "Ida"
    assert node.name == "Ida"
    assert type(node.name) is godot.StringName
    node.position += Vector2(1, 1)
    assert node.position == Vector2(4, 5)
    node.visible = False
    assert node.is_visible() is False


def test_objects_as_properties(test):
    sprite = child(test, Sprite2D)
    assert sprite.texture is None
    texture = ImageTexture.create_from_image(Image.create_empty(2, 2, False, Image.FORMAT_RGBA8))
    sprite.texture = texture
    assert sprite.texture is texture
    sprite.texture = None
    assert sprite.texture is None


def test_properties_that_share_an_accessor_by_index(test):
    label = child(test, Control)
    label.offset_left, label.offset_bottom = 3, 7
    assert (label.offset_left, label.offset_top) == (3.0, 0.0)
    assert label.get_offset(Side.SIDE_BOTTOM) == 7.0
    label.anchor_right = 0.5
    assert label.anchor_right == 0.5


def test_properties_whose_names_hold_a_slash(test):
    label = child(test, Label)
    label.set("theme_override_colors/font_color", godot.Color(1, 0, 0))
    assert label.get("theme_override_colors/font_color") == godot.Color(1, 0, 0)


def test_a_read_only_property(test):
    with pytest.raises(AttributeError):
        test.get_tree().root = test


def test_every_property_of_a_few_classes_reads(test):
    for cls in (Node2D, Label, Camera3D, AnimationTree):
        node = child(test, cls)
        for base in cls.__mro__:
            for name, member in list(vars(base).items()):
                if type(member).__name__ == "LazyProperty" or isinstance(member, property):
                    getattr(node, name)


def test_what_an_object_does_not_have(test):
    with pytest.raises(AttributeError, match=r"EngineTest#.* has no attribute no_such"):
        test.no_such  # noqa: B018
    assert not hasattr(test, "no_such")
    assert getattr(test, "no_such", 3) == 3


def test_names_that_are_python_keywords_get_an_underscore(test):
    image = Image.create_empty(2, 2, False, Image.FORMAT_RGBA8)
    assert callable(image.get_width)
    events = [name for name in dir(godot.NavigationServer3D) if name.endswith("_")]
    assert all(name[:-1] not in dir(Node) for name in events)
    assert Vector2.from_angle is not None
    node = child(test, Node)
    assert node.get("process_mode") == node.process_mode
    assert hasattr(godot.Expression, "parse")


def test_methods_with_plain_arguments_and_results(test):
    node = child(test, Node2D)
    assert node.set_position(Vector2(1, 2)) is None
    node.translate((1, 1))
    assert node.get_position() == Vector2(2, 3)
    node.rotate(1)
    assert node.get_rotation() == pytest.approx(1.0)
    assert node.get_index() == 0
    assert node.get_parent() is test
    assert test.is_ancestor_of(node) is True
    assert node.get_viewport_rect().size > Vector2()
    assert node.to_local(node.to_global(Vector2(5, 6))).is_equal_approx(Vector2(5, 6))
    assert node.get_canvas()


def test_methods_with_texts_and_containers(test):
    node = child(test, Node)
    node.add_to_group("herd")
    assert node.is_in_group("herd")
    assert node.get_groups() == ["herd"]
    assert test.get_tree().get_nodes_in_group("herd") == [node]
    node.set_meta("key", {"a": [1, 2]})
    assert node.get_meta("key") == {"a": [1, 2]}
    assert test.get_node(node.get_path()) is node
    assert OS.get_cmdline_user_args()


def test_default_arguments(test):
    node = Node()
    test.add_child(node, True)
    assert node.name == "Node"
    assert test.get_child_count() == 1
    assert test.get_child_count(False) == 1
    assert node.get_meta("none", 7) == 7
    image = Image.create_empty(4, 2, False, Image.FORMAT_RGBA8)
    image.resize(2, 2)
    assert image.get_width() == 2
    assert Input.get_vector("ui_left", "ui_right", "ui_up", "ui_down") == Vector2()
    camera = child(test, Camera3D)
    camera.look_at_from_position(Vector3(0, 0, 5), Vector3())
    assert camera.position == Vector3(0, 0, 5)


def test_methods_that_take_any_number_of_arguments(test):
    node = child(test, Node2D)
    assert node.call("set_position", Vector2(1, 2)) is None
    assert node.call("get_position") == Vector2(1, 2)
    assert mirror().call("joined", "a", "x", "y") == "axy"
    assert node.callv("is_in_group", ["herd"]) is False
    assert mirror().joined("1") == "1bc"


def test_static_methods(test):
    assert Image.create_empty(3, 4, False, Image.FORMAT_L8).get_size() == godot.Vector2i(3, 4)
    image = Image.create_empty(3, 4, False, Image.FORMAT_L8)
    assert image.create_empty(1, 1, False, Image.FORMAT_L8).get_width() == 1
    assert godot.JSON.stringify({"a": 1}) == '{"a":1}'
    assert godot.JSON.parse_string("[1]") == [1.0]


def test_methods_called_on_the_class(test):
    node = child(test, Node2D)
    Node2D.set_position(node, Vector2(1, 2))
    assert Node2D.get_position(node) == Vector2(1, 2)


def test_enums_and_constants(test):
    assert Node.PROCESS_MODE_ALWAYS == Node.ProcessMode.PROCESS_MODE_ALWAYS == 3
    assert issubclass(Node.ProcessMode, IntEnum)
    assert issubclass(Node.ProcessThreadMessages, IntFlag)
    assert issubclass(Object.ConnectFlags, IntEnum)
    assert Node.NOTIFICATION_READY == 13
    assert Key.KEY_A == godot.KEY_A == 65
    assert HorizontalAlignment(1).name == "HORIZONTAL_ALIGNMENT_CENTER"
    assert issubclass(godot.PropertyUsageFlags, IntFlag)
    assert godot.OK == 0
    label = child(test, Label)
    label.horizontal_alignment = HorizontalAlignment.HORIZONTAL_ALIGNMENT_RIGHT
    assert label.horizontal_alignment == 2


def test_singletons(test):
    assert Engine.get_version_info()["major"] == 4
    assert ProjectSettings.get_setting("application/config/name") == "Bridge tests"
    assert godot.Engine is Engine
    assert is_instance_valid(Engine)
    assert Input.is_key_pressed(godot.KEY_A) is False


def test_a_singleton_of_the_editor_is_missing_in_the_game(test):
    test.expect_error("outside of editor")
    with pytest.raises(godot.GodotError, match="EditorInterface"):
        godot.EditorInterface.get_editor_paths()


def test_utility_functions(test):
    assert godot.lerp(1.0, 3.0, 0.5) == 2.0
    assert godot.lerp(Vector2(0, 0), Vector2(2, 2), 0.5) == Vector2(1, 1)
    assert godot.max(1, 5, 3) == 5
    assert godot.str("a", 1, Vector2()) == "a1(0.0, 0.0)"
    assert godot.typeof("a") == godot.Type.STRING
    assert godot.instance_from_id(test.get_instance_id()) is test
    assert godot.instance_from_id(1) is None
    assert godot.bytes_to_var(godot.var_to_bytes({"a": 1})) == {"a": 1}
    assert godot.error_string(godot.ERR_TIMEOUT) == "Timeout"
    assert godot.is_equal_approx(0.1 + 0.2, 0.3) is True
    assert godot.clampi(7, 0, 5) == 5
    assert godot.snappedf(1.26, 0.1) == pytest.approx(1.3)
    assert godot.randi_range(3, 3) == 3
    assert godot.hash("a") == godot.hash("a")
    assert godot.weakref(test).get_ref() is test
    assert godot.is_same(test, test) is True


def test_every_utility_function_is_there(test):
    from godot._class import table
    from godot._class.globals import utility

    for name, *_ in table.global_row()["functions"]:
        assert callable(utility(name)), name


def test_the_stub_promises_nothing_that_is_not_there(test):
    stub = ast.parse(Path(godot.__file__).with_suffix(".pyi").read_text("utf-8"))
    checked = 0
    for statement in stub.body:
        for name in declared(statement):
            assert name == "EditorInterface" or hasattr(godot, name), name  # not in a game
            if isinstance(statement, ast.ClassDef):
                is_singleton = statement.name.startswith("_")
                cls = class_named(name) if is_singleton else getattr(godot, name)
                cls = Callable() if cls is Callable else cls  # which finds its methods by name
                members = (each for part in statement.body for each in declared(part))
                assert not [each for each in members if not hasattr(cls, each)], name
                checked += 1
    assert checked > 1000


def declared(statement):
    """The public names that a statement of a stub declares; a singleton's class is named as it."""
    match statement:
        case ast.ClassDef(name=name):
            yield name.removeprefix("_")
        case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            if not name.startswith("_"):
                yield name


def test_wrong_arguments_of_utility_functions(test):
    with pytest.raises(CallError, match="lerp takes 3 arguments, not 1"):
        godot.lerp(1)
    with pytest.raises(ConversionError, match="wanted a float, not 'x'"):
        godot.sin("x")


def test_names_that_godot_does_not_have(test):
    with pytest.raises(AttributeError, match="NoSuchThing"):
        godot.NoSuchThing  # noqa: B018
    with pytest.raises(ImportError):
        from godot import NoSuchThing  # noqa: F401


def test_objects_of_another_class_are_refused(test):
    sprite = child(test, Sprite2D)
    for wrong in (test, "x", 3, Vector2()):
        with pytest.raises(ConversionError, match=r"Sprite2D.set_texture takes \(Texture2D\), not"):
            sprite.texture = wrong
    with pytest.raises(ConversionError, match="Node"):
        test.add_child(RefCounted())
    assert sprite.texture is None


def test_numbers_of_another_kind_are_refused(test):
    node = child(test, Node2D)
    with pytest.raises(ConversionError, match=r"Node2D.set_rotation takes \(float\), not \('1'\)"):
        node.rotation = "1"
    for wrong in (3, "ab", None, Vector3(), (1,), (1, "2")):
        with pytest.raises(ConversionError, match=r"Node2D.set_position takes"):
            node.position = wrong
    with pytest.raises(ConversionError, match=r"Node.get_child takes"):
        test.get_child(1.5)
    with pytest.raises(ConversionError, match=r"Node.get_child takes"):
        test.get_child(1 << 70)


def test_several_values_must_each_fit(test):
    node = child(test, Node2D)
    node.draw.connect(lambda: None)
    camera = child(test, Camera3D)
    with pytest.raises(ConversionError, match="look_at_from_position takes"):
        camera.look_at_from_position(Vector2(1, 2), (1, 2, 3, 4))


def test_a_wrong_number_of_arguments_is_refused(test):
    for call in (
        lambda: test.add_child(),
        lambda: test.add_child(1, 2, 3, 4, 5),
        lambda: test.has_method(),
        lambda: test.get_index("a", "b"),
        lambda: mirror().joined(),
        lambda: mirror().joined("a", "b", "c", "d"),
        lambda: test.set_meta("a"),
    ):
        with pytest.raises(TypeError, match=r"missing 1|positional|takes at (least|most)"):
            call()


def test_wrong_arguments_of_scripts_name_the_argument(test):
    with pytest.raises(CallError, match="takes_float: argument 1 must be a float, not 'x'"):
        mirror().takes_float("x")
    assert mirror().takes_float(3) == 6.0


def test_texts_where_others_are_wanted_are_refused(test):
    with pytest.raises(CallError, match=r"Object.has_method: argument 1 must be a StringName"):
        test.has_method(3)


def test_members_of_a_script(test):
    there = mirror()
    assert there.note == "as it was"
    there.note = "new"
    with pytest.raises(AttributeError):
        there.no_such = 3
    with pytest.raises(AttributeError):
        there.note = [1]
    assert there.note == "new"
    assert there.get("note") == "new"
    heard = []
    there.noted.connect(heard.append)
    there.noted.emit("hello")
    assert heard == ["hello"]


def test_calls_on_a_freed_object(test):
    node = Node2D()
    node.free()
    assert not is_instance_valid(node)
    for use in (
        lambda: node.get_position(),
        lambda: node.position,
        lambda: node.get_index(),
        lambda: node.get_rotation(),
        lambda: node.get_parent(),
        lambda: node.has_method("x"),
        lambda: node.call("x"),
        lambda: node.is_visible(),
        lambda: node.queue_free(),
        lambda: node.free(),
        lambda: node.anything,
        lambda: test.add_child(node),
        lambda: test.set_meta("node", node),
        lambda: node.draw.connect(print),
    ):
        with pytest.raises(FreedObjectError, match="Node2D has been freed"):
            use()
    assert repr(node) == "<freed Node2D>"


def test_abstract_classes_and_singletons_are_not_made(test):
    for cls in (godot.CanvasItem, type(Engine), type(Input)):
        with pytest.raises(TypeError, match=f"{cls.__name__} is abstract"):
            cls()
    test.expect_error("can only be instantiated by editor")
    with pytest.raises(godot.GodotError, match="EditorSpinSlider"):
        godot.EditorSpinSlider()


def test_classes_that_the_table_does_not_know(test):
    from godot import ClassDB
    from godot._class.table import row_of

    names = [name for name in ClassDB.get_class_list() if row_of(name) is None]
    # Which there are depends on the modules that the engine was built with.
    assert names
    for name in names:
        cls = class_named(name)
        assert issubclass(cls, class_named(ClassDB.get_parent_class(name)))
        if not ClassDB.can_instantiate(name):
            with pytest.raises(TypeError, match="abstract"):
                cls()
    with pytest.raises(godot.GodotError, match="no class named NoSuchClass"):
        class_named("NoSuchClass")


def test_a_coroutine_of_a_script(test):
    there = mirror()
    state = there.waiting(test.get_tree())
    results = []
    state.completed.connect(results.append)
    while not results:
        yield
    assert results == [3]


def test_resources_load_once(test):
    script = ResourceLoader.load("res://mirror.gd")
    assert ResourceLoader.load("res://mirror.gd") is script
    event = InputEventKey()
    event.keycode = Key.KEY_B
    assert event.as_text() == "B"


def test_an_engine_older_than_the_table_is_called_by_name(test):
    from godot._class import methods, table

    def by_name(owner, method):
        row = next(m for m in table.row_of(owner)["methods"] if m[0] == method)
        trusted, methods.TrustedTable.is_trusted = methods.TrustedTable.is_trusted, False
        try:
            return methods.build_method(owner, *row)
        finally:
            methods.TrustedTable.is_trusted = trusted

    node = child(test, Node2D)
    by_name("Node2D", "set_position")(node, Vector2(1, 2))
    assert by_name("Node2D", "get_position")(node) == Vector2(1, 2)
    assert by_name("Node", "get_child_count")(test) == 1
    assert by_name("Node", "get_parent")(node) is test
    assert by_name("Object", "call")(node, "get_index") == 0
    image = by_name("Image", "create_empty")(3, 4, False, Image.FORMAT_L8)
    assert (image.get_width(), image.get_reference_count()) == (3, 1)
    with pytest.raises(CallError, match=r"Node2D.set_position: argument 1 must be a Vector2 or"):
        by_name("Node2D", "set_position")(node, "x")
    by_name("Node2D", "set_position")(node, (3, 4))
    assert node.position == Vector2(3, 4)
    by_name("Object", "call")(node, "set_position", [5, 6])
    assert node.position == Vector2(5, 6)
    with pytest.raises(CallError, match=r"Object.call: argument 1 must be a float, not 'x'"):
        by_name("Object", "call")(node, "set_rotation", "x")
    polygon = child(test, Polygon2D)
    by_name("Polygon2D", "set_polygon")(polygon, [(0, 0), (1, 0), Vector2(1, 1)])
    assert list(polygon.polygon) == [Vector2(0, 0), Vector2(1, 0), Vector2(1, 1)]
    sides = [(sign, 0, 0, 1) for sign in (1, -1)]
    sides += [(0, sign, 0, 1) for sign in (1, -1)] + [(0, 0, sign, 1) for sign in (1, -1)]
    corners = by_name("Geometry3D", "compute_convex_mesh_points")(Geometry3D, sides)
    assert len(corners) == 8
