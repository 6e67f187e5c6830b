"""Numbers for Prometheus, all of them called `npc_farm_…`.

Counters of requests are this gateway's. Those of the whole farm are the brain's, which every
gateway shows: scrape one of them, or take the maximum.
"""

from collections import Counter as Tally
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ..figures import Figures
from ..jobs import JobView
from .census import Census

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, 60.0, 120.0, 300.0)
_MOST_KEPT = 10_000
_RECENT = 200
_TOTALS = {
    "joined": "requests that joined the job of another",
    "late_finishes": "results that came after the job was given to another worker",
    "lost_workers": "workers whose heartbeat ended",
    "requeued": "runs that were begun anew",
    "preempted_seconds": "generator-seconds lost to more urgent jobs",
}


class Metrics:
    """Counts requests and runs, and reads the rest from the census."""

    def __init__(self, census: Census):
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "npc_farm_requests",
            "requests for clips",
            ("purpose", "outcome"),
            registry=self._registry,
        )
        self._waits = Histogram(
            "npc_farm_wait_seconds",
            "seconds from a request until its job began",
            ("purpose",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._runs = Histogram(
            "npc_farm_run_seconds",
            "seconds that a generator took for a clip",
            ("preset", "model"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._hits = Counter(
            "npc_farm_cache_hits", "requests whose clip was there", registry=self._registry
        )
        self._refusals = Counter(
            "npc_farm_refusals",
            "requests of any kind that were answered with an error",
            ("status",),
            registry=self._registry,
        )
        self._registry.register(_Farm(census))
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._outcomes: Tally[str] = Tally()
        self._recent: dict[str, deque[float]] = {}

    @property
    def outcomes(self) -> dict[str, int]:
        """Requests for clips by the way they ended."""
        return dict(self._outcomes)

    @property
    def recent_waits(self) -> dict[str, tuple[float, float]]:
        """By purpose, the median and the 95th percentile of the last waits, in seconds."""
        return {word: _percentiles(sorted(waits)) for word, waits in self._recent.items()}

    def request(self, purpose: str, outcome: str) -> None:
        """Counts a request for a clip; the purpose is "" if the request was not understood."""
        self._requests.labels(purpose or "unknown", outcome).inc()
        self._outcomes[outcome] += 1
        if outcome == "hit":
            self._hits.inc()

    def refused(self, status: int) -> None:
        """Counts an answer with an error: clients ask again, and do not show it."""
        self._refusals.labels(str(status)).inc()

    def ended(self, view: JobView) -> None:
        """Counts the run of a job that is done, once for all its tickets."""
        if view.token in self._seen or view.begun_at is None:
            return
        self._seen[view.token] = None
        if len(self._seen) > _MOST_KEPT:
            self._seen.popitem(last=False)
        word, waited = view.purpose.word, max(0.0, view.begun_at - view.asked_at)
        self._waits.labels(word).observe(waited)
        self._recent.setdefault(word, deque(maxlen=_RECENT)).append(waited)
        self._runs.labels(view.preset, view.model).observe(view.generated)

    def text(self) -> bytes:
        """All numbers, in the format that Prometheus reads."""
        return generate_latest(self._registry)


class _Farm:
    """The numbers of the whole farm, read when somebody asks."""

    def __init__(self, census: Census):
        self._census = census

    def collect(self) -> Iterator[Metric]:
        yield self._workers()
        counts = self._census.counts
        yield GaugeMetricFamily(
            "npc_farm_cache_bytes", "clips that may be evicted", counts.get("bytes", 0.0)
        )
        for name, about in _TOTALS.items():
            yield CounterMetricFamily(f"npc_farm_{name}", about, counts.get(name, 0.0))
        yield self._used()
        yield self._loads()
        if figures := self._census.figures:
            yield GaugeMetricFamily("npc_farm_epoch", "epoch of the leading brain", figures.epoch)
            yield _gauge("waiting", "jobs that wait", "class", figures.waiting)
            yield _gauge("running", "jobs that run", "class", figures.running)
            yield _wanted_workers(figures)
            backlog = figures.backlog_seconds
            yield _gauge("backlog_seconds", "time for all that waits", "generator", backlog)

    def _used(self) -> Metric:
        counter = CounterMetricFamily(
            "npc_farm_tenant_gpu_seconds",
            "generator-seconds of the runs that a tenant was charged for",
            labels=("tenant",),
        )
        for tenant, seconds in self._census.used.items():
            counter.add_metric((tenant,), seconds)
        return counter

    def _loads(self) -> Metric:
        counter = CounterMetricFamily(
            "npc_farm_model_loads",
            "clips before which a worker loaded another model",
            labels=("generator", "model"),
        )
        for labels, count in self._census.loads.items():
            counter.add_metric(labels, count)
        return counter

    def _workers(self) -> Metric:
        gauge = GaugeMetricFamily(
            "npc_farm_workers", "workers that are alive", labels=("model", "state")
        )
        counts = Tally((worker.model, worker.state.value) for worker in self._census.workers)
        for labels, count in counts.items():
            gauge.add_metric(labels, count)
        return gauge


def _percentiles(ordered: Sequence[float]) -> tuple[float, float]:
    count = len(ordered)
    return ordered[count // 2], ordered[min(count - 1, count * 95 // 100)]


def _wanted_workers(figures: Figures) -> Metric:
    gauge = GaugeMetricFamily(
        "npc_farm_wanted_workers", "workers that the work asks for", labels=("generator", "model")
    )
    for generator, models in figures.wanted_workers.items():
        for model, count in models.items():
            gauge.add_metric((generator, model), count)
    return gauge


def _gauge(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(f"npc_farm_{name}", about, labels=(label,))
    for key, value in values.items():
        gauge.add_metric((key,), value)
    return gauge
