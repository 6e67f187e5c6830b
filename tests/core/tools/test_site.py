"""The documentation's site is built strictly."""

from pathlib import Path

import pytest
import yaml
from npc_video.shipping.console import Failure

from tools import site
from tools.paths import ROOT

pytest.importorskip("zensical", reason="an environment that only runs programs builds no site")

CONFIG = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
MODULE = '''
def with_a_wrong_docstring(a: int, b: int) -> int:
    """Adds.

    Args:
        a, b: numbers.
    """
    return a + b
'''


def write_checkout(folder: Path, page: str) -> None:
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text(page, "utf-8")
    (folder / "pythonscript").mkdir()
    (folder / "pythonscript" / "mistakes.py").write_text(MODULE, "utf-8")
    config = {key: value for key, value in CONFIG.items() if key != "nav"}
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(config), "utf-8")


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ("[a page](nowhere.md)", "page does not exist"),
        ("[an anchor](#nowhere)", "anchor does not exist"),
        ("::: mistakes.nowhere", "mistakes.nowhere"),
        ("::: mistakes.with_a_wrong_docstring", "'a, b' does not appear in the function signature"),
    ],
)
def test_a_mistake_fails_the_build_and_is_told(tmp_path, capfd, mistake, told):
    write_checkout(tmp_path, f"# Title\n\n{mistake}\n")
    with pytest.raises(Failure, match="mistakes above"):
        site.build(tmp_path)
    printed = capfd.readouterr().err
    assert told in printed
    assert "\x1b" not in printed
    assert "Traceback" not in printed


def test_a_page_without_mistakes_is_built(tmp_path):
    write_checkout(tmp_path, "# Title\n\nText.\n")
    site.build(tmp_path)
    assert "Text." in (tmp_path / "build" / "site" / "index.html").read_text("utf-8")
