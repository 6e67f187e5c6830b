"""Exposed classes whose lives test_lifetimes.py and test_authoring.* watch."""

from dataclasses import dataclass
from threading import Lock

from godot import OS, Logger, Node, RefCounted, Resource, export, exposed, signal


@exposed
class Thing(Node):
    def __init__(self):
        self._payload = bytearray(1000)


@exposed
class Counted(RefCounted):
    def __init__(self):
        self._mark = ""

    def set_mark(self, mark: str) -> None:
        self._mark = mark

    def get_mark(self) -> str:
        return self._mark


@exposed
class Recipe(Resource):
    amount = export(int, 1)
    next = export(Resource, None)

    def __init__(self):
        self._mark = ""
        self._peer = None


@exposed
class Failing(RefCounted):
    fails = False

    def __init__(self):
        if self.fails:
            raise ValueError("planted in Failing")


@exposed
class FailingNode(Node):
    fails = False

    def __init__(self):
        if self.fails:
            raise ValueError("planted in FailingNode")


@exposed
class SelfGiving(RefCounted):
    keeper = None

    def __init__(self):
        if self.keeper is not None:
            self.keeper.keep(self)
            self._answer = 42

    def answer(self) -> int:
        return self._answer


@exposed
class Listener(Node):
    told = signal(what=str)

    def __init__(self):
        self._heard = []

    def hear(self, what: str) -> None:
        self._heard.append(what)

    def hear_more(self, what: str) -> None:
        self._heard.append(f"{what}!")


@exposed
class Recorder(Logger):
    """Hears what the engine logs."""

    def __init__(self):
        self._errors = []
        self._messages = []
        self._lock = Lock()

    def _log_message(self, message, is_error):
        with self._lock:
            self._messages.append((message, is_error))

    def _log_error(self, function, file, line, code, rationale, notify, kind, backtraces):
        with self._lock:
            self._errors.append(Logged(rationale or code, function, file, line, kind))


class Recording:
    """What the engine logs while this lasts, as a `Recorder`."""

    def __enter__(self):
        self._recorder = Recorder()
        OS.add_logger(self._recorder)
        return self._recorder

    def __exit__(self, *_):
        OS.remove_logger(self._recorder)


@dataclass(frozen=True)
class Logged:
    text: str
    function: str
    file: str
    line: int
    kind: int


@exposed
class Faulty(Node):
    """Raises wherever the engine calls it, when told so."""

    value = export(int, 0)
    computed = export(int, 0)
    happened = signal()

    def __init__(self):
        self._raises_in = ""
        self._calls = 0

    def _fail(self, where):
        self._calls += 1
        if self._raises_in == where:
            raise ValueError(f"planted in {where}")

    @value.setter
    def value(self, value):
        self._fail("setter")
        type(self).value.store(self, value)

    @computed.getter
    def computed(self):
        self._fail("getter")
        return 7

    def _process(self, delta):
        self._fail("_process")

    def _ready(self):
        self._fail("_ready")

    def _notification(self, what):
        self._fail("_notification")

    def _to_string(self):
        self._fail("_to_string")
        return "Faulty!"

    def method(self) -> int:
        self._fail("method")
        return 1

    def wrong_result(self) -> int:
        return "not a number"


@exposed
class Timed(Node):
    """Notes what time passes; `rests` is what it answers, and `then` is called in it."""

    def __init__(self):
        self._passed = []
        self._rests = 0.0
        self._then = None

    def _pass_time(self, seconds):
        self._passed.append(seconds)
        if self._then is not None:
            self._then()
        return self._rests


@exposed
class TimedAndNotified(Timed):
    def __init__(self):
        super().__init__()
        self._heard = []

    def _notification(self, what):
        self._heard.append(what)
