"""Finds the mirror that this Debian machine uses, in its own APT sources.

Both formats of sources.list(5) are understood. Third parties put their entries in the same folders
under the same release names, so this recognises the archive itself instead of assuming it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@dataclass(frozen=True)
class Source:
    """A source of packages; field names as in a `.sources` file."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: tuple[str, ...] = ()


def parse_deb822(text: str) -> Iterator[Source]:
    """Yields the enabled binary entries of a `.sources` file."""
    for stanza in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1].isspace():
                fields[name] = f"{fields.get(name, '')} {line.strip()}"
            elif ":" in line:
                name, value = line.split(":", 1)
                name = name.strip().lower()
                fields[name] = value.strip()
        enabled = fields.get("enabled", "yes").lower() not in ("no", "false", "0")
        if enabled and "deb" in fields.get("types", "").split():
            for uri in fields.get("uris", "").split():
                yield Source(
                    uri,
                    tuple(fields.get("suites", "").split()),
                    tuple(fields.get("components", "").split()),
                    _keyrings(fields.get("signed-by", "").split()),
                )


def parse_one_line(text: str) -> Iterator[Source]:
    """Yields the binary entries of a `sources.list` file."""
    entry = re.compile(
        r"deb\s+(?:\[(?P<options>[^\]]*)\]\s*)?(?P<uri>\S+)\s+(?P<suite>\S+)(?P<rest>.*)"
    )
    for line in text.splitlines():
        if match := entry.match(line.split("#", 1)[0].strip()):
            options = dict(
                option.split("=", 1) for option in (match["options"] or "").split() if "=" in option
            )
            yield Source(
                match["uri"],
                (match["suite"],),
                tuple(match["rest"].split()),
                _keyrings(options.get("signed-by", "").split(",")),
            )


def read_sources(etc: Path) -> list[Source]:
    """Returns every entry below `etc`, the folder /etc/apt of a machine."""
    sources: list[Source] = []
    parts = sorted((etc / "sources.list.d").glob("*")) if etc.is_dir() else []
    for file in (etc / "sources.list", *parts):
        if file.suffix in (".list", ".sources") and file.is_file():
            parse = parse_one_line if file.suffix == ".list" else parse_deb822
            sources += parse(file.read_text("utf-8", "replace"))
    return sources


def debian_archive(sources: Iterable[Source], codename: str) -> Source | None:
    """Returns the entry for Debian's own archive on a machine of release `codename`, or None.

    An entry signed with Debian's keys is surest; a mirror's address ends in `/debian` by custom.
    """

    def certainty(source: Source) -> int:
        signed = any("debian-archive" in keyring for keyring in source.signed_by)
        return 2 * signed + (PurePosixPath(source.uri).name == "debian")

    candidates = [
        source for source in sources if codename in source.suites and "main" in source.components
    ]
    return max(candidates, key=certainty, default=None)


def release_codename(os_release: str) -> str | None:
    """Returns VERSION_CODENAME of an os-release(5) text if it is Debian's, else None."""
    fields = dict(
        line.split("=", 1) for line in os_release.splitlines() if "=" in line and line[0] != "#"
    )
    values = {name: value.strip("\"' ") for name, value in fields.items()}
    return values.get("VERSION_CODENAME") if values.get("ID") == "debian" else None


def _keyrings(words: Iterable[str]) -> tuple[str, ...]:
    # Signed-By may also contain fingerprints or a whole key, which are no files.
    return tuple(word for word in words if word.startswith("/"))
