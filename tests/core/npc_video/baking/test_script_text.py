import pytest
from npc_video.baking.script_text import call_in


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("\t$Guard.set_generator(func(_r): return [])\n", "a.gd"),
        ("func _ready(): npc.set_generator (_make) # of clips", "a.gd"),
        ("\tnpc.set_generator.call_deferred(_make)", "a.gd"),
        ('\tnpc.call_deferred(&"set_generator", _make)', "a.gd"),
        ("\tnpc.call('set_generator', _make)", "a.gd"),
        ('var quoted = "it\'s # no comment"; npc.set_generator(_make)', "a.gd"),
        ('player.Call("set_generator", Callable.From(Make)); // of clips', "A.cs"),
        ("/* first */ player.SetGenerator(made);", "A.cs"),
        ("    self.player.set_generator(self.make)", "a.py"),
    ],
)
def test_calls_are_found(text, path):
    assert call_in(text, path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("# set_generator(_make) was here\nfunc _ready(): pass", "a.gd"),
        ("## See [method NpcVideoPlayer.set_generator].\nvar a = 1", "a.gd"),
        ('print("call set_generator(function) first")', "a.gd"),
        ('"""\nset_generator(_make)\n"""\n', "a.gd"),
        ('if npc.has_method("set_generator"): pass', "a.gd"),
        ("func set_generator(function): pass", "a.gd"),
        ("var set_generator = 5", "a.gd"),
        ("// player.SetGenerator(made);", "A.cs"),
        ("/*\nplayer.SetGenerator(made);\n*/", "A.cs"),
        ("def set_generator(self, function): ...", "a.py"),
        ("reset_generator()", "a.gd"),
    ],
)
def test_what_only_names_it_is_no_call(text, path):
    assert call_in(text, path) == ""


def test_the_call_is_named():
    assert call_in('npc.call("set_generator", _make)', "a.gd") == "set_generator"
    assert call_in("player.SetGenerator(made);", "A.cs") == "SetGenerator"
    assert call_in("guard.set_backend(None)", "a.py") == "set_backend"
