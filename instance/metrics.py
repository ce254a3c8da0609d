"""What is counted, for Prometheus: one registry per institution and process.

By route as the code names it, never by path, host, person or specialty: a label has the values
that this code has, so nobody outside makes a series (T62, T75). What is asked of the database
instead of being counted stands in `services.vital_signs`.
"""

from bisect import bisect_left
from collections import Counter as Counts
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from itertools import accumulate

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from tortoise.exceptions import BaseORMException

CONTENT_TYPE = prometheus_client.CONTENT_TYPE_PLAIN_0_0_4
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
OUTCOMES = ("delivered", "retry", "gave_up", "dropped")  # of a try to deliver
OTHER = "other"
NO_ROUTE = "none"
INBOX = "inbox"
__all__ = ["Metric", "Metrics", "current", "gauge"]

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
_BOUNDS = (*map(str, _SECONDS), "+Inf")
_BATCHES = (1, 2, 4, 8, 16, 32, 64)

# When each series began says nothing here, and would double them.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

_current: ContextVar["Metrics"] = ContextVar("curbside_metrics")


def current() -> "Metrics":
    """Those of the institution of the running task; outside of one, some that nobody reads."""
    return _current.get(_NOBODYS)


class Metrics:
    """`reasons`: the names of everything that an inbox can refuse for; others count as "other"."""

    def __init__(self, reasons: Iterable[str] = ()) -> None:
        self.registry = CollectorRegistry()
        self._reasons = frozenset(reasons)
        self._answers = _Answers()
        self.registry.register(self._answers)
        self._inbox = self._counter(
            "inbox", "Activities of other servers that came.", ("outcome", "reason")
        )
        self._inbox.labels("accepted", "")
        self._accepted = 0  # since somebody read
        self._deliveries = self._counter(
            "deliveries", "Tries to deliver, of this process.", ("outcome",)
        )
        for outcome in OUTCOMES:
            self._deliveries.labels(outcome)
        self._commits = Histogram(
            "curbside_commit_pieces",
            "What was committed together.",
            buckets=_BATCHES,
            registry=self.registry,
        )
        self._commit_seconds = Histogram(
            "curbside_commit_seconds",
            "From the begin of such a transaction to its end.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._database_errors = self._counter(
            "database_errors", "Requests and work that failed for the database."
        )
        self._streams = Gauge(
            "curbside_streams", "Open streams, by door.", ("door",), registry=self.registry
        )

    def activate(self) -> None:
        """Make these the ones of the current task."""
        _current.set(self)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """`route`: as the code names it, never as somebody asked for it."""
        self._answers.count(route, method, status, seconds)
        if route == INBOX and status == 202:
            self._accepted += 1

    def not_used(self, counts: Mapping[str, int]) -> None:
        """What came to an inbox and was refused or ignored: `refused NAME`, `ignored TYPE`."""
        for counted, count in counts.items():
            outcome, _, reason = counted.partition(" ")
            if outcome == "refused":
                reason = reason if reason in self._reasons else OTHER
                self._inbox.labels("refused", reason).inc(count)
            else:
                self._inbox.labels("ignored", "").inc(count)

    def tried(self, outcomes: Sequence[str]) -> None:
        """Of deliveries: each of `OUTCOMES`."""
        for outcome in outcomes:
            self._deliveries.labels(outcome).inc()

    def committed(self, pieces: int, seconds: float) -> None:
        self._commits.observe(pieces)
        self._commit_seconds.observe(seconds)

    def failed(self, error: BaseException) -> None:
        """Whatever failed without an answer of ours: counted where it was the database."""
        is_drivers = type(error).__module__.partition(".")[0] in ("asyncpg", "sqlite3")
        if is_drivers or isinstance(error, BaseORMException | OSError):
            self._database_errors.inc()

    def count_streams(self, door: str, count: Callable[[], int]) -> None:
        """`count` is asked whenever somebody reads."""
        self._streams.labels(door).set_function(count)

    def text(self, more: Iterable[Metric] = ()) -> bytes:
        """All of it in the form that Prometheus reads."""
        accepted, self._accepted = self._accepted, 0
        self._inbox.labels("accepted", "").inc(accepted)
        read = prometheus_client.generate_latest
        return read(self.registry) + read(_Read(more))

    def _counter(self, name: str, said: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(f"curbside_{name}", said, labels, registry=self.registry)


class _Answers(Collector):
    """Counted here, for each request is: the library takes a lock for each number."""

    def __init__(self) -> None:
        # For each of `_SECONDS` and for what took longer how many, and the seconds of all.
        self._counts: dict[tuple[str, str, int], list[float]] = {}

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        counts = self._counts.get((route, method, status))
        if counts is None:
            known = method if method in METHODS else OTHER
            counts = self._counts.setdefault((route, known, status), [0] * (len(_SECONDS) + 2))
        counts[bisect_left(_SECONDS, seconds)] += 1
        counts[-1] += seconds

    def collect(self) -> Iterator[Metric]:
        requests: Counts[tuple[str, str, str]] = Counts()
        seconds: dict[str, list[float]] = {}
        for (route, method, status), (*counts, took) in self._counts.copy().items():
            kind = CLASSES[min(max(status // 100, 1), 5) - 1]
            requests[route, method, kind] += int(sum(counts))
            before = seconds.get(route, [0] * (len(counts) + 1))
            seconds[route] = [one + more for one, more in zip(before, (*counts, took), strict=True)]
        labels = ("route", "method", "status")
        answered = CounterMetricFamily("curbside_requests", "Answers, by route.", labels=labels)
        for of, count in requests.items():
            answered.add_metric(of, count)
        yield answered
        said = "From a request to the head of its answer."
        times = HistogramMetricFamily("curbside_request_seconds", said, labels=("route",))
        for route, (*counts, took) in seconds.items():
            times.add_metric((route,), list(zip(_BOUNDS, accumulate(counts), strict=True)), took)
        yield times


class _Read(CollectorRegistry):
    """What was read for this answer alone."""

    def __init__(self, families: Iterable[Metric]) -> None:
        super().__init__()
        self._families = tuple(families)

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def gauge(
    name: str, said: str, values: Mapping[tuple[str, ...], float], labels: Sequence[str] = ()
) -> Metric:
    """`values`: by the values of the labels; `{(): value}` where there are none."""
    family = GaugeMetricFamily(f"curbside_{name}", said, labels=labels)
    for of, value in values.items():
        family.add_metric(list(of), value)
    return family


_NOBODYS = Metrics()
