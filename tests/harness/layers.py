"""Checks that the modules of a package import each other in one direction."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def faults_of(package: Path, rooms: Sequence[str]) -> list[str]:
    """The imports of a package that lead upward or in a circle, a sentence for each.

    An import counts wherever it stands, in a function too.

    Args:
        package: the folder of the package.
        rooms: its subpackages, the lowest first, and before them the modules that all share. Other
            modules beside the subpackages stand above all.
    """
    modules = _modules(package)
    imports = {name: set(_imported(file, package, modules)) for name, file in modules.items()}
    return [*_strangers(imports, rooms), *_upward(imports, rooms), *_circles(imports)]


def faults_with(
    planted: str, file: str, package: Path, rooms: Sequence[str], folder: Path
) -> list[str]:
    """The faults of a copy of the package, made in `folder`, of which a file ends in `planted`."""
    copy = folder / package.name
    shutil.copytree(package, copy, ignore=lambda _, names: [n for n in names if _is_other(n)])
    with (copy / file).open("a", encoding="utf-8") as end:
        end.write(f"\n{planted}\n")
    return faults_of(copy, rooms)


def _is_other(name: str) -> bool:
    """Whether a file is no module; folders have no suffix."""
    return Path(name).suffix not in ("", ".py") or name == "__pycache__"


def loaded_by(statement: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after a statement."""
    script = f"import sys; {statement}; print(*sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=True,
    )
    return {name.partition(".")[0] for name in out.stdout.split()}


def unexplained_imports(package: Path) -> list[str]:
    """Lists imports in functions that no comment beside or above explains.

    One comment above explains all imports that follow each other, also after empty lines.
    """
    found = []
    for file in _modules(package).values():
        source = file.read_text("utf-8")
        lines = source.splitlines()
        found += [
            f"{file.relative_to(package.parent).as_posix()}:{line}"
            for first, line in sorted(_imports_in_functions(ast.parse(source)))
            if "#" not in lines[line - 1]
            and not any(lines[each - 2].lstrip().startswith("#") for each in (first, line))
        ]
    return found


def _imports_in_functions(tree: ast.AST) -> set[tuple[int, int]]:
    """The lines of imports in functions, each with the line of the first that it follows."""
    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    inside = [node for function in functions for node in ast.walk(function)]
    found = set()
    for statements in (value for node in inside for value in vars(node).values()):
        first = 0
        for each in statements if isinstance(statements, list) else ():
            if isinstance(each, (ast.Import, ast.ImportFrom)):
                first = first or each.lineno
                found.add((first, each.lineno))
            else:
                first = 0
    return found


def _modules(package: Path) -> dict[str, Path]:
    """The files of a package by the names of their modules."""
    return {_name(file, package): file for file in sorted(package.rglob("*.py"))}


def _name(file: Path, package: Path) -> str:
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(file: Path, package: Path, known: Collection[str]) -> Iterator[str]:
    """The modules of the package, all of them `known`, that one of its files imports."""
    folder = file.parent.relative_to(package.parent).parts
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            start = folder[: len(folder) + 1 - node.level] if node.level else ()
            module = ".".join([*start, *([node.module] if node.module else [])])
            for alias in node.names:
                if f"{module}.{alias.name}" in known:
                    yield f"{module}.{alias.name}"
                elif module in known:
                    yield module


def _room(module: str) -> str:
    """The subpackage that a module is in; empty for one beside them."""
    parts = module.split(".")
    return parts[1] if len(parts) > 2 else ""


def _strangers(imports: Mapping[str, set[str]], rooms: Sequence[str]) -> list[str]:
    found = {_room(module) for module in imports} - {"", *rooms}
    return [f"the room {room} has no place in the order" for room in sorted(found)]


def _upward(imports: Mapping[str, set[str]], rooms: Sequence[str]) -> list[str]:
    height = {room: number for number, room in enumerate([*rooms, ""])}

    def of(module: str) -> int:
        return height.get(module.partition(".")[2], height.get(_room(module), 0))

    return [
        f"{module} imports {other} from a room above"
        for module, others in imports.items()
        for other in sorted(others)
        if of(other) > of(module)
    ]


def _circles(imports: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return [f"a circle: {' imports '.join(reversed(error.args[1]))}"]
    return []
