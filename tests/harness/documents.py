"""Reads the code blocks of the documentation, so that tests can run them.

A block says its language behind the fence. A comment before it, `<!-- code: … -->`, says the rest:
the place of a GDScript that is no whole script, or `not run:` and the reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.paths import EXAMPLES, ROOT

_BLOCK = re.compile(
    r"(?:^<!-- code: (?P<note>[^\n]*) -->\n\n)?^```(?P<language>[^\n]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_NOT_RUN = "not run: "


@dataclass(frozen=True)
class Block:
    """A code block.

    Attributes:
        place: its file and line, as in "docs/graph.md:7".
        language: the word behind its fence; "" if there is none.
        note: the comment before it; "" if there is none.
    """

    place: str
    language: str
    note: str
    text: str

    @property
    def why_not_run(self) -> str:
        """The reason for which it is not run; "" if it is."""
        return self.note.removeprefix(_NOT_RUN) if self.note.startswith(_NOT_RUN) else ""


def documents() -> list[Path]:
    """Lists the pages of the site, of the repository and of the examples."""
    pages = (ROOT / "docs").rglob("*.md")
    others = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "deploy/README.md")
    examples = EXAMPLES.glob("*/README.md")
    return [*(ROOT / name for name in others), *sorted(examples), *sorted(pages)]


def blocks(*languages: str) -> list[Block]:
    """Lists the blocks of these languages that are run; of all languages without any."""
    found = [block for page in documents() for block in blocks_in(page)]
    return [
        block
        for block in found
        if not languages or (block.language in languages and not block.why_not_run)
    ]


def blocks_in(page: Path) -> Iterator[Block]:
    """Yields the blocks of a page, in its order."""
    text = page.read_text("utf-8")
    name = page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("language")) + 1
        note, language = match["note"] or "", match["language"]
        yield Block(f"{name}:{line}", language, note, match["text"])
