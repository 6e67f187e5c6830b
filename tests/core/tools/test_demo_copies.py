from tools.demo_copies import demo_copy
from tools.paths import DEMO


def test_two_at_once_do_not_meet_and_leave_nothing() -> None:
    with demo_copy("shots") as one, demo_copy("shots") as other:
        assert one != other
        for project in (one, other):
            settings = (project / "project.godot").read_text("utf-8")
            assert settings == (DEMO / "project.godot").read_text("utf-8")
            assert not (project / "addons").exists()
        (one / "mine.txt").write_text("", "utf-8")
        assert not (other / "mine.txt").exists()
    assert not one.parent.exists()
    assert not other.parent.exists()
