"""The documentation's site: complete, and built strictly."""

import re
from pathlib import Path

import npc_video
import npc_video.backends.comfyui
import npc_video.graph
import pytest
import yaml
from npc_video.shipping.console import Failure

from tools import site
from tools.paths import ROOT

DOCS = ROOT / "docs"
CONFIG = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
# Pages that people read in the repository, outside of the site.
OUTSIDE = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "deploy/README.md")
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)#?([^)\s]*)\)")
MODULE = '''
def with_a_wrong_docstring(a: int, b: int) -> int:
    """Adds.

    Args:
        a, b: numbers.
    """
    return a + b
'''


def pages_in(nav):
    for entry in nav:
        (target,) = entry.values() if isinstance(entry, dict) else (entry,)
        yield from pages_in(target) if isinstance(target, list) else [target]


def anchors_of(page):
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def write_checkout(folder: Path, page: str) -> None:
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text(page, "utf-8")
    (folder / "pythonscript").mkdir()
    (folder / "pythonscript" / "mistakes.py").write_text(MODULE, "utf-8")
    config = {key: value for key, value in CONFIG.items() if key != "nav"}
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(config), "utf-8")


def test_every_page_is_in_the_navigation_once():
    listed = sorted(pages_in(CONFIG["nav"]))
    assert listed == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def test_every_public_name_of_python_is_in_the_reference_once():
    text = "".join(path.read_text("utf-8") for path in (DOCS / "reference").glob("*.md"))
    places = (npc_video, npc_video.graph, npc_video.backends.comfyui)
    public = {name for place in places for name in place.__all__}  # some are in two of them
    assert sorted(re.findall(r"^::: npc_video\.(?:\w+\.)*(\w+)$", text, re.MULTILINE)) == sorted(
        public
    )


@pytest.mark.parametrize("name", OUTSIDE)
def test_links_of_pages_outside_of_the_site_lead_somewhere(name):
    page = ROOT / name
    for file, anchor in LINK.findall(page.read_text("utf-8")):
        target = page.parent / file if file else page
        assert target.exists(), file
        assert not anchor or anchor in anchors_of(target), f"{file}#{anchor}"


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
