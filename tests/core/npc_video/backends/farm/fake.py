"""A small farm for tests: tickets, jobs and what a gateway says about them."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from npc_video.backends.farm.backend import FarmBackend

from ..contract import Stage, video
from ..serving import answer, reset, serving

STATUSES = {"overloaded": 503, "refused": 401}
ENDS = {"invalid": 422, "too large": 413}
TIMES = {"Npc-Waited": "0.000", "Npc-Generated": "0.250"}


@dataclass
class Ticket:
    """A client's wait; `what` is the fate of its job."""

    what: str
    headers: list = field(default_factory=list)
    polls: int = 0

    @property
    def purposes(self):
        return [each["npc-purpose"] for each in self.headers]


class FakeFarm(Stage):
    """Tickets by their addresses; those that were left are gone."""

    def __init__(self):
        self.what = "clip"
        self.tickets = {}
        self.left = []
        self.lost = 0
        self.bodies = []
        self.facts = {"generators": [{"name": "wan", "slots": 2}], "ready": True}
        self.times = TIMES
        self.says = {}
        self.go_on = asyncio.Event()
        self._numbers = itertools.count()
        self._once = {}

    @property
    def ticket(self):
        """The only one."""
        (ticket,) = self.tickets.values()
        return ticket

    def play(self, what):
        self.what = what

    def working(self):
        return sum(ticket.what == "slow" for ticket in self.tickets.values())

    def restart(self):
        """Loses everything."""
        self.tickets.clear()

    async def __call__(self, question):
        if self.what == "unreachable":
            self.lost += 1
            reset(question.writer)
            return None
        if question.method in self.says:
            said = self.says[question.method]
            return await said(question) if callable(said) else said
        if question.path == "/api/farm":
            return answer(body=self.facts)
        if question.method == "POST":
            return self.submit(question)
        if question.path not in self.tickets:
            return answer(504, b"The farm does not know this ticket any more.", "text/plain")
        return await getattr(self, question.method.lower())(question)

    def submit(self, question):
        if self.what in STATUSES:
            return answer(STATUSES[self.what], b"As the test says.", "text/plain")
        once = question.headers["idempotency-key"]
        url = self._once.setdefault(once, f"/api/tickets/{next(self._numbers)}")
        ticket = self.tickets.setdefault(url, Ticket(self.what))
        ticket.headers.append(question.headers)
        self.bodies.append(question.json)
        return answer(202, {"id": url.rpartition("/")[2], "status": "waiting", "statusUrl": url})

    async def get(self, question):
        ticket = self.tickets[question.path]
        ticket.polls += 1
        if ticket.what == "slow":
            if ticket.polls > 1:
                await self.go_on.wait()
            return answer(body={"status": "running", "progress": 0.25})
        if ticket.what in ENDS:
            return answer(ENDS[ticket.what], b"As the test says.", "text/plain")
        if ticket.what in ("failed", "cancelled"):
            return answer(body={"status": ticket.what, "error": "As the test says."})
        if ticket.polls == 1:
            return answer(body={"status": "running", "progress": 0.5})
        return answer(body=video(), media_type="video/webm", **self.times)

    async def patch(self, question):
        self.tickets[question.path].headers.append(question.headers)
        return answer(204)

    async def delete(self, question):
        self.left.append(self.tickets.pop(question.path))
        return answer(204)


@asynccontextmanager
async def farming(**options):
    """A farm, and its backend as `backend`."""
    farm = FakeFarm()
    async with serving(farm) as server:
        farm.url = server.url
        farm.backend = FarmBackend(server.url, **options)
        yield farm
        farm.go_on.set()
