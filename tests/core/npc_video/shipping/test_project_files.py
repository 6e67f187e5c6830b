import pytest
from npc_video.shipping.project_files import list_extension, lists_extension, without_plugin

OURS, OTHER = '"res://addons/ours/plugin.cfg"', '"res://addons/other/plugin.cfg"'
SETTINGS = """config_version=5

[application]

config/name="enabled=PackedStringArray({ours})"

[editor_plugins]

enabled=PackedStringArray({enabled})

[gui]

theme/custom={ours}
"""


def settings(enabled: str) -> str:
    return SETTINGS.format(enabled=enabled, ours=OURS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OURS, ""),
        (f"{OURS}, {OTHER}", OTHER),
        (f"{OTHER}, {OURS}", OTHER),
        (f"{OTHER}, {OURS}, {OTHER}", f"{OTHER}, {OTHER}"),
        (OTHER, OTHER),
        ("", ""),
    ],
)
def test_the_plugin_alone_is_disabled(before: str, after: str) -> None:
    assert without_plugin(settings(before), "ours") == settings(after)


def test_a_section_at_the_end_counts_too() -> None:
    text = f"[editor_plugins]\r\n\r\nenabled=PackedStringArray({OURS})"
    assert without_plugin(text, "ours") == text.replace(OURS, "")


def test_settings_without_plugins_stay() -> None:
    assert without_plugin("[gui]\n", "ours") == "[gui]\n"


def test_what_is_listed_is_found(tmp_path) -> None:
    assert not lists_extension(tmp_path, "ours")
    list_extension(tmp_path, "ours")
    assert lists_extension(tmp_path, "ours")
    assert not lists_extension(tmp_path, "our")
