"""What pyproject.toml asks for is what requirements.lock installs and the tests run with."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
_PIN = re.compile(r"^([\w.-]+)==([\w.]+)", re.MULTILINE)
PINNED = dict(_PIN.findall((ROOT / "requirements.lock").read_text("utf-8")))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RUNTIME = list(map(Requirement, PROJECT["dependencies"]))
NOT_INSTALLED = {"farm-ray"}  # large ones, for the few who run a farm on Ray
EXTRA = [
    Requirement(text)
    for part, texts in PROJECT["optional-dependencies"].items()
    for text in texts
    if part not in NOT_INSTALLED
]


@pytest.mark.parametrize("requirement", RUNTIME + EXTRA, ids=lambda each: each.name)
def test_the_pinned_version_is_one_that_is_asked_for(requirement):
    assert requirement.specifier.contains(PINNED[canonicalize_name(requirement.name)])


@pytest.mark.parametrize("requirement", RUNTIME, ids=lambda each: each.name)
def test_nothing_older_than_what_is_tested_is_taken(requirement):
    (least,) = (each.version for each in requirement.specifier if each.operator == ">=")
    assert least == PINNED[canonicalize_name(requirement.name)]
