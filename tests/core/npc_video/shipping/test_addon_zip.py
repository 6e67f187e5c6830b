"""What is in the addon zip; tests/engine make and unzip a whole one."""

import zipfile
from pathlib import Path

import pytest
from npc_video.shipping import addon_zip
from npc_video.shipping.addon import LICENCE, NAME
from npc_video.shipping.addon_zip import zip_addon
from npc_video.shipping.check import Report
from npc_video.shipping.console import Failure
from npc_video.shipping.copies import MARKER, RUNTIME
from npc_video.shipping.platforms import BRIDGE, LOADER, this_platform
from npc_video.shipping.python_files import this_python

from .engines import make_runtime
from .projects import make_addon

HERE = this_platform()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the Python inside be small, as a whole one takes long."""
    monkeypatch.setattr(
        addon_zip, "assemble", lambda root, *rest, for_editor: make_runtime(root, HERE)
    )


def test_it_holds_the_addon_with_its_loader_and_a_python(tmp_path: Path) -> None:
    addon = make_addon(tmp_path / "addon")
    made = zip_addon(tmp_path / "dist", addon, this_python(), lambda part, doing: None)
    assert made == tmp_path / "dist" / f"{NAME}-{addon.version}-{HERE}.zip"
    with zipfile.ZipFile(made) as archive:
        names = set(archive.namelist())
    inside = f"addons/{NAME}"
    loader, bridge = HERE.library(LOADER), HERE.library(BRIDGE)
    assert {f"{inside}/plugin.cfg", f"{inside}/bin/{loader}", f"{inside}/{MARKER}"} <= names
    assert f"{inside}/{RUNTIME}/lib/module.pyc" in names
    assert f"{inside}/bin/{bridge}" not in names  # that is a part of the Python
    assert LICENCE in names  # beside `addons`, as the asset library needs it


def test_equal_addons_are_equal_files(tmp_path: Path) -> None:
    addon = make_addon(tmp_path / "addon")
    made = [
        zip_addon(tmp_path / name, addon, this_python(), lambda part, doing: None).read_bytes()
        for name in ("one", "two")
    ]
    assert made[0] == made[1]


def test_a_python_that_would_not_run_elsewhere_is_not_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = Report(("a.so is missing.",), "")
    monkeypatch.setattr(addon_zip, "check", lambda *arguments: report)
    addon = make_addon(tmp_path / "addon")
    with pytest.raises(Failure, match=r"^a\.so is missing\.$"):
        zip_addon(tmp_path / "dist", addon, this_python(), lambda part, doing: None)
    assert not (tmp_path / "dist").exists()
