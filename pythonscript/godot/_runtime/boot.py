"""The start: the engine calls this module when it opens the extension."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # quicker than `signal`
import importlib
import sys
import zlib
from pathlib import Path
from typing import Any

from _pythonscript import ffi, lib

from .._class import classes, table, undo, value_attributes
from .._class.methods import TrustedTable
from .._ffi import names, report
from .._ffi.errors import GodotError
from .._object.registry import class_named, registered
from .._object.singletons import singleton
from .._register import callbacks, registration
from .._variant.decode import decode
from . import end, main_thread, output, resources

SETTINGS = "pythonscript.cfg"
MODULES_SETTING = "pythonscript/modules"
_LEFT_OUT = (
    " (an exported game has the packages that python/extra_packages of its export preset names)"
)
_SCENE, _EDITOR = 2, 3
_NEVER_SECONDS = 1e15
# Methods of the engine that tasks.c calls about pool tasks, in the order of `ps_use_pool`.
_OF_THE_POOL = (
    ("WorkerThreadPool", "get_caller_task_id"),
    ("WorkerThreadPool", "is_task_completed"),
    ("WorkerThreadPool", "wait_for_task_completion"),
    ("Engine", "is_printing_error_messages"),
    ("Engine", "set_print_error_messages"),
    ("OS", "delay_msec"),
    ("OS", "get_processor_count"),
)


@ffi.def_extern()
@report.guarded(0)
def pythonscript_init(find: Any, library: int, initialization: Any) -> int:
    lib.ps_use_library(library)
    missing = lib.ps_load(find)
    if missing != ffi.NULL:
        print(f"This engine lacks {ffi.string(missing).decode()}: Godot 4.5 or newer is needed.")
        return 0
    if _is_of_other_sources():
        print("Python could not start: the bridge was built from other sources; install it again.")
        return 0
    lib.ps_describe_levels(initialization)
    return 1


@ffi.def_extern()
@report.guarded()
def py_initialize(_userdata: int, level: int) -> None:
    if level == _SCENE:
        _begin()
    registration.reach(level)
    # An engine built with the editor reaches this level in games too.
    if level == _EDITOR:
        _help()
        if singleton("Engine").is_editor_hint():
            main_thread.run_on_main_thread(_watch_files)  # once the editor has been made


def _watch_files() -> None:
    from . import changed_files  # saves games reading it

    known = changed_files.ImportedFiles()

    def look(_has_sources: bool = False) -> None:
        if paths := known.changed(changed_files.imported()):
            report.warn(changed_files.message(paths), pops_up=True)

    look()
    files = singleton("EditorInterface").get_resource_filesystem()
    files.filesystem_changed.connect(look)
    files.sources_changed.connect(look)


def _help() -> None:
    folder = _doctool_folder(list(singleton("OS").get_cmdline_args()))
    if folder is None and not singleton("Engine").is_editor_hint():
        return
    from .._register.help import load_help, write_help  # saves games 3 ms

    classes = [cls for cls in registered.values() if not cls._unlisted]
    if folder is None:
        load_help(classes)
    else:
        write_help(classes, folder)


def _doctool_folder(arguments: list[str]) -> Path | None:
    """The folder of `--doctool FOLDER --gdextension-docs` for pages; None without both."""
    if not {"--doctool", "--gdextension-docs"} <= set(arguments):
        return None
    folder = [*arguments, "-"][arguments.index("--doctool") + 1]
    return Path("." if folder.startswith("-") else folder) / "doc_classes"


def _is_of_other_sources() -> bool:
    """Whether the library was built from another `native/bridge.h` than the one beside it."""
    try:
        declared = (Path(__file__).parents[1] / "native" / "bridge.h").read_text("utf-8")
    except OSError:
        return False
    return zlib.crc32(declared.encode()) != getattr(lib, "PS_DECLARED", None)


def _begin() -> None:
    sys.setswitchinterval(switch_interval(sys.platform))
    _leave_interrupts()
    _have_errors_for_signals()
    _check_engine()
    lib.ps_use_refcounted(
        *(_bind("RefCounted", m) for m in ("init_ref", "unreference", "get_reference_count"))
    )
    lib.ps_use_process_delta_time(_bind("Node", "get_process_delta_time"))
    _watch_the_pool()
    output.redirect()
    report.install()
    resources.install()
    lib.ps_register_main_loop()
    if singleton("OS").has_feature("template"):  # an exported game
        report.advise(ModuleNotFoundError, _LEFT_OUT)
    for module in _modules():
        try:
            importlib.import_module(module)
        except BaseException as error:
            report.report(error)


def switch_interval(platform: str) -> float:
    """Seconds after which a computing thread gives the interpreter lock to the main thread.

    Windows waits for whole milliseconds. With less than one a thread would spin.
    """
    return 0.001 if platform == "win32" else 0.0005


def _leave_interrupts() -> None:
    """Lets Ctrl-C end the game, as without Python, instead of raising KeyboardInterrupt.

    Python installs its handler when a module first imports `signal`. So the import happens here.
    """
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)


def _have_errors_for_signals() -> None:
    """Makes a broken pipe or an oversized file raise in Python instead of ending the game.

    Python does so by default. An isolated interpreter leaves signals to its host.
    """
    for name in ("SIGPIPE", "SIGXFSZ"):
        number = getattr(_signal, name, None)  # Windows has neither
        if number is not None and _signal.getsignal(number) == _signal.SIG_DFL:
            _signal.signal(number, _signal.SIG_IGN)


def _check_engine() -> None:
    if singleton("OS").has_feature("double"):
        raise GodotError(
            "this engine was built with double precision, which the bridge does not support"
        )
    version = ffi.new("GDExtensionGodotVersion2 *")
    lib.gd_get_godot_version2(version)
    known = tuple(table.global_row()["version"][:2])
    TrustedTable.is_trusted = (version.major, version.minor) >= known


def _watch_the_pool() -> None:
    class_db = singleton("ClassDB")
    if all(class_db.class_has_method(owner, method, True) for owner, method in _OF_THE_POOL):
        objects = [lib.gd_global_get_singleton(names.name(owner)) for owner, _ in _OF_THE_POOL]
        lib.ps_use_pool(objects, [_bind(owner, method) for owner, method in _OF_THE_POOL])
        main_thread.run_on_main_thread(_have_tasks_taken_back)


def _have_tasks_taken_back() -> None:
    """Gives a timer of the scene tree a callback that runs when the tree has gone."""
    tree = singleton("Engine").get_main_loop()
    if not isinstance(tree, class_named("SceneTree")):
        return
    timer = tree.create_timer(_NEVER_SECONDS, True, False, True)
    frame = lib.ps_enter(1)
    lib.ps_set_end(frame, timer.get_instance_id())
    at_end = decode(frame)
    lib.ps_leave(frame, 1)
    timer.timeout.connect(at_end)


def _bind(owner: str, method: str) -> int:
    row = table.row_of(owner) or {}
    hash_ = next(m[1] for m in row["methods"] if m[0] == method)
    return int(lib.gd_classdb_get_method_bind(names.name(owner), names.name(method), hash_))


def _modules() -> list[str]:
    """The modules that register classes: the addon's, then the project's."""
    folder = Path(ffi.string(lib.ps_settings_folder()).decode())
    lines = (folder / SETTINGS).read_text("utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line)
    project = singleton("ProjectSettings").get_setting(MODULES_SETTING, []) or []
    project = [project] if isinstance(project, str) else project
    return [m for m in [*settings.get("modules", "").split(","), *project] if m]


@ffi.def_extern()
@report.guarded()
def py_frame() -> None:
    main_thread.run_frame()


@ffi.def_extern()
@report.guarded()
def py_shutdown() -> None:
    end.run_exit()


@ffi.def_extern()
@report.guarded()
def py_release() -> None:
    end.release_all()


@ffi.def_extern()
@report.guarded()
def py_deinitialize(_userdata: int, level: int) -> None:
    end.release_all()
    registration.leave(level)
    if level == _SCENE:
        output.restore()
        names.forget_all()


# Importing these modules registers the callbacks of exposed objects, the class makers, and methods
# that take more in Python than in the engine.
assert callbacks
assert classes
assert undo
assert value_attributes
