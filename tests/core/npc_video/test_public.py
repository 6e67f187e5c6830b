"""The public Python API: complete, documented, and quick to import."""

import inspect
import re
import subprocess
import sys
import typing
from pathlib import Path

import npc_video
import npc_video.backends.comfyui
import npc_video.errors
import npc_video.graph
import pytest

PAGE = (Path(__file__).parents[3] / "docs/python.md").read_text("utf-8")
PLACES = (npc_video, npc_video.graph, npc_video.backends.comfyui)
PUBLIC = {name: getattr(place, name) for place in PLACES for name in place.__all__}
# Handed from `load_metadata` to the evaluator, and of no use to anybody else.
OPAQUE = {"Program"}


def types_in(hint):
    """Yields the classes that an annotation is made of."""
    if isinstance(hint, type):
        yield hint
    for part in (typing.get_origin(hint), *typing.get_args(hint)):
        for each in part if isinstance(part, list) else [part]:
            if each is not None and each is not hint:
                yield from types_in(each)


def public_callables(public):
    """Yields what has annotations: a function, or a class with its fields, methods, properties."""
    yield public
    if not isinstance(public, type):
        return
    for kin in public.__mro__:
        if not kin.__module__.startswith("npc_video"):
            continue
        yield kin
        for name, member in vars(kin).items():
            if name == "__init__" or not name.startswith("_"):
                member = getattr(member, "fget", None) or getattr(member, "__func__", member)
                if inspect.isfunction(member):
                    yield member


def missing_from(public):
    """Lists the classes of ours that `public`, by name, take or return and that are not in it."""
    missing = set()
    for name, each in public.items():
        if name in OPAQUE or not (inspect.isclass(each) or inspect.isfunction(each)):
            continue
        for annotated in public_callables(each):
            try:
                hints = typing.get_type_hints(annotated, localns=public)
            except NameError as error:  # imported for type checkers only, and not public
                missing.add(f"{error.name}, of {name}")
                continue
            missing |= {
                f"{found.__name__}, of {name}"
                for field, hint in hints.items()
                if not field.startswith("_")
                for found in types_in(hint)
                if found.__module__.startswith("npc_video") and found not in public.values()
            }
    return sorted(missing)


def test_what_public_names_take_and_return_is_public():
    assert missing_from(PUBLIC) == []


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("ClipReady", "ClipReady, of VideoGenerationManager"),
        ("Capabilities", "Capabilities, of Backend"),
        ("DiskTier", "DiskTier, of ClipCache"),
        ("Frame", "Frame, of ClipDecoder"),
    ],
)
def test_a_name_that_is_not_public_is_found(name, lost):
    assert lost in missing_from({key: each for key, each in PUBLIC.items() if key != name})


def test_all_errors_are_public():
    errors = {name for name, each in vars(npc_video.errors).items() if inspect.isclass(each)}
    own = {
        name for name in errors if getattr(npc_video.errors, name).__module__ == "npc_video.errors"
    }
    assert own <= set(npc_video.__all__)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_public_names_are_there_and_say_what_they_are(place):
    for name in place.__all__:
        public = getattr(place, name)
        if inspect.isclass(public) or inspect.isfunction(public):
            assert public.__doc__, name
            assert not public.__doc__.startswith(f"{name}("), f"{name} has no docstring of its own"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'npc_video' has no attribute 'VideoManager'"):
        _ = npc_video.VideoManager


# ---- The page ----


def test_every_public_name_is_on_the_page():
    assert set(PUBLIC) - set(re.findall(r"`(\w+)`", PAGE)) == set()


def test_the_program_on_the_page_runs_as_it_stands(tmp_path):
    (source,) = re.findall(r"```python\n(\"\"\".*?)```", PAGE, re.DOTALL)
    (tmp_path / "stroke.py").write_text(source, "utf-8")
    done = subprocess.run(
        [sys.executable, "stroke.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "The cat looks happy\n", "")
    header, _, pixels = (tmp_path / "cat.ppm").read_bytes().partition(b"\n")
    assert header == b"P6 256 256 255"
    assert len(pixels) == 256 * 256 * 3
    assert len(set(pixels)) > 100  # it shows something
