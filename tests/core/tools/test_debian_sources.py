from pathlib import Path, PurePosixPath

import pytest

from tools.debian_sources import (
    Source,
    debian_archive,
    parse_deb822,
    parse_one_line,
    read_sources,
    release_codename,
)

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

DEBIAN_SOURCES = f"""\
Types: deb deb-src
# a comment between fields
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: {KEYRING}

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: {KEYRING}
"""


def test_deb822_gives_one_source_per_stanza() -> None:
    archive, security = parse_deb822(DEBIAN_SOURCES)
    assert archive == Source(
        "http://mirror.example/debian",
        ("bookworm", "bookworm-updates"),
        ("main", "contrib"),
        (KEYRING,),
    )
    assert security.suites == ("bookworm-security",)


def test_deb822_continues_fields_on_indented_lines() -> None:
    (source,) = parse_deb822("Types: deb\nURIs:\n https://a.example/debian\nSuites: sid\n")
    assert source.uri == "https://a.example/debian"


def test_deb822_takes_an_embedded_key_for_no_keyring() -> None:
    text = "Types: deb\nURIs: http://a.example\nSuites: s\nSigned-By:\n -----BEGIN\n .\n /9j/key\n"
    (source,) = parse_deb822(text)
    assert all(PurePosixPath(ring).is_absolute() for ring in source.signed_by)


@pytest.mark.parametrize("stanza", ["Enabled: no\nTypes: deb", "Types: deb-src"])
def test_deb822_leaves_disabled_and_source_entries_out(stanza: str) -> None:
    assert list(parse_deb822(f"{stanza}\nURIs: http://a.example\nSuites: sid\n")) == []


def test_one_line_format_with_options_and_comments() -> None:
    text = (
        "# deb http://old.example/debian bookworm main\n"
        f"deb [arch=amd64 signed-by={KEYRING}] http://a.example/debian bookworm main  # ours\n"
        "deb-src http://a.example/debian bookworm main\n"
        "deb cdrom:[Debian]/ bookworm main\n"
    )
    assert list(parse_one_line(text)) == [
        Source("http://a.example/debian", ("bookworm",), ("main",), (KEYRING,)),
        Source("cdrom:[Debian]/", ("bookworm",), ("main",)),
    ]


def test_the_archive_is_found_among_third_parties() -> None:
    sources = [
        Source("https://packages.example/debian/12/prod", ("bookworm",), ("main",)),
        Source("https://docker.example/linux/debian", ("bookworm",), ("stable",)),
        *parse_deb822(DEBIAN_SOURCES),
    ]
    found = debian_archive(sources, "bookworm")
    assert found is not None
    assert found.uri == "http://mirror.example/debian"


def test_a_mirror_without_a_named_keyring_is_known_by_its_address() -> None:
    sources = [
        Source("https://packages.example/debian/12/prod", ("bookworm",), ("main",)),
        Source("http://mirror.example/debian/", ("bookworm",), ("main",)),
    ]
    found = debian_archive(sources, "bookworm")
    assert found == sources[1]


def test_no_archive_on_a_machine_of_another_release() -> None:
    assert debian_archive(parse_deb822(DEBIAN_SOURCES), "noble") is None


def test_security_is_never_the_archive() -> None:
    _archive, security = parse_deb822(DEBIAN_SOURCES)
    assert debian_archive([security], "bookworm") is None


def test_both_formats_are_read_and_other_files_are_not(tmp_path: Path) -> None:
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text("deb http://one.example/debian bookworm main\n", "utf-8")
    (parts / "debian.sources").write_text(DEBIAN_SOURCES, "utf-8")
    (parts / "gone.sources.disabled").write_text(DEBIAN_SOURCES, "utf-8")
    assert [source.uri for source in read_sources(tmp_path)] == [
        "http://one.example/debian",
        "http://mirror.example/debian",
        "http://mirror.example/debian-security",
    ]


def test_a_machine_without_apt_has_no_sources(tmp_path: Path) -> None:
    assert read_sources(tmp_path / "etc" / "apt") == []


def test_codename_of_debian_only() -> None:
    assert release_codename('ID=debian\nVERSION_CODENAME="bookworm"\n') == "bookworm"
    assert release_codename("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n") is None
