import pytest

from tools.screen import has_desktop


@pytest.mark.parametrize(
    ("platform", "environ", "answer"),
    [
        ("win32", {}, True),
        ("darwin", {}, True),
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
    ],
)
def test_has_desktop(platform: str, environ: dict[str, str], answer: bool) -> None:
    assert has_desktop(platform, environ) is answer
