"""Files by which people work on the project: workflows, issue forms, hooks, the changelog."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = sorted(
    set((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
    - {ROOT / ".github/ISSUE_TEMPLATE/config.yml"}
)
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
FIELDS = {"markdown", "textarea", "input", "dropdown", "checkboxes"}


def read_yaml(path):
    return yaml.safe_load(path.read_text("utf-8"))


def named(version):
    return tuple(map(int, version.split(".")))


# ---- Workflows ----


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_few_rights_and_jobs_with_steps(path):
    workflow = read_yaml(path)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)


def test_the_checks_run_with_the_oldest_and_the_newest_of_everything():
    matrix = read_yaml(ROOT / ".github/workflows/check.yml")["jobs"]["check"]["strategy"]["matrix"]
    assert {re.match(r"[a-z]+", name)[0] for name in matrix["os"]} == {"ubuntu", "windows", "macos"}

    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    wheels = [
        re.fullmatch(r"cp3(\d+)-\*", tag)[1] for tag in PROJECT["tool"]["cibuildwheel"]["build"]
    ]
    assert matrix["python"] == [oldest, f"3.{max(map(int, wheels))}"]

    extension = (ROOT / "addons/npc_video_player/npc_video_player.gdextension").read_text("utf-8")
    oldest_godot = re.search(r'compatibility_minimum\s*=\s*"?([\d.]+)', extension)[1]
    minors = [named(version)[:2] for version in matrix["godot"]]
    assert minors[0] == named(oldest_godot)[:2] < minors[-1]


# ---- Issue forms ----


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_can_be_filled_in(path):
    form = read_yaml(path)
    assert form["name"]
    assert form["description"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert fields
    assert {field["type"] for field in form["body"]} <= FIELDS
    ids = [field["id"] for field in fields]
    assert len(ids) == len(set(ids))
    assert all(field["attributes"]["label"] for field in fields)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_asks_for_what_the_doctor_says(path):
    (field,) = [field for field in read_yaml(path)["body"] if field.get("id") == "doctor"]
    assert "npc-video doctor --project" in field["attributes"]["description"]
    is_required = field.get("validations", {}).get("required", False)
    assert is_required == (path.name == "bug.yml")


# ---- Hooks ----


def test_the_hooks_use_the_ruff_that_the_lock_file_names():
    locked = re.search(
        r"^ruff==(\S+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE
    )
    (repository,) = read_yaml(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["rev"] == f"v{locked[1]}"
    assert [hook["id"] for hook in repository["hooks"]] == ["ruff-check", "ruff-format"]


# ---- Changelog ----


def faults_of(changelog):
    """Lists where a text departs from the form of Keep a Changelog."""
    title, *releases = re.split(r"^## ", changelog, flags=re.MULTILINE)
    if not title.startswith("# Changelog\n"):
        yield "no title"
    versions = []
    for index, release in enumerate(releases):
        heading, *sections = re.split(r"^### ", release, flags=re.MULTILINE)
        name = heading.splitlines()[0]
        if name == "Unreleased":
            if index:
                yield "Unreleased stands below a release"
        elif match := re.fullmatch(r"(\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)", name):
            versions.append(named(match[1]))
            date.fromisoformat(match[2])
        else:
            yield f"{name}: neither Unreleased nor VERSION - YYYY-MM-DD"
        kinds = [section.splitlines()[0] for section in sections]
        if [kind for kind in KINDS if kind in kinds] != kinds:
            yield f"{name}: {kinds} are not of {KINDS}, each once and in this order"
        for kind, section in zip(kinds, sections, strict=True):
            first, *lines = [line for line in section.splitlines()[1:] if line] or [""]
            if not first.startswith("- ") or any(line[:2] not in ("- ", "  ") for line in lines):
                yield f"{name}, {kind}: is no list"
    if versions != sorted(versions, reverse=True):
        yield "the newest release is not the first"


def test_the_changelog_keeps_its_form():
    assert not list(faults_of((ROOT / "CHANGELOG.md").read_text("utf-8")))


@pytest.mark.parametrize(
    "body",
    [
        "## 0.1.0, unreleased\n",
        "## 0.1.0 - 2026-01-02\n## Unreleased\n",
        "## 0.1.0 - 2026-01-02\n## 0.2.0 - 2026-03-04\n",
        "## Unreleased\n### Mended\n- a\n",
        "## Unreleased\n### Fixed\n- a\n### Added\n- b\n",
        "## Unreleased\n### Added\n",
        "## Unreleased\n### Added\na\n",
    ],
)
def test_another_form_of_changelog_is_found(body):
    assert len(list(faults_of(f"# Changelog\n\n{body}"))) == 1
