import shutil

import pytest
from npc_video.shipping.relocate import bring_libraries

from tools.paths import ROOT

DATA = ROOT / "tests" / "data" / "binaries"


@pytest.mark.parametrize("name", ["helper.dll", "HELPER.dll"])
def test_windows_does_not_tell_large_from_small_letters(tmp_path, name):
    """Also where its runtime is built on a system that does."""
    runtime, elsewhere = tmp_path / "runtime", tmp_path / "elsewhere"
    for folder in (runtime / "DLLs", elsewhere):
        folder.mkdir(parents=True)
    module = runtime / "DLLs" / "needy.dll"
    shutil.copy(DATA / "needy.dll", module)
    shutil.copy(DATA / "helper.dll", elsewhere / name)
    modules = [(module, module)]
    (brought,) = bring_libraries(runtime, runtime, modules, [elsewhere])
    assert brought.read_bytes() == (DATA / "helper.dll").read_bytes()
    assert bring_libraries(runtime, runtime, modules, [elsewhere]) == [], "it is there"
