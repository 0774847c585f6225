"""What is counted, in the form that Prometheus reads (docs/monitoring.md says what each metric means).

Only loaded where somebody wants to read it. No label holds an id, a name that people chose or a word that they typed:
all values of labels are written in this program, or are the numbers of connections and of HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

from bot.daily.schedule import State
from bot.quotes import Tier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prometheus_client import Metric

    from bot.meter import Kind, Outcome

_PREFIX: Final = "canonkeeper_"
# Seconds. People wait for three at most; most answers take a few milliseconds.
_ANSWERS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0)
_LATE: Final = (1.0, 5.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0)
_LAGS: Final = (0.005, 0.02, 0.1, 0.5, 1.0, 5.0)
# What Discord answers without a status: nothing.
_NO_STATUS: Final = "none"


class Present(NamedTuple):
    """How it stands right now; None where that isn't known.

    `healthy` tells it of each check of /healthz, `latencies` holds the seconds of each connected shard, `files` the
    bytes of the store's files.
    """

    healthy: Mapping[str, bool]
    ready: bool
    latencies: Mapping[int, float] = {}
    shards_up: int | None = None
    shards_down: int | None = None
    servers: int | None = None
    due: int | None = None
    open: int | None = None
    in_flight: int | None = None
    pace_waiting: int | None = None
    pace_lately: int | None = None
    pace_limit: int | None = None
    store_seconds: float | None = None
    files: Mapping[str, int] = {}


class Metrics:
    """Counts in a registry of its own."""

    def __init__(self) -> None:
        # With each counter and histogram came another series, of when it was made: nobody asks for it.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._present = _PresentCollector()
        self._registry.register(self._present)
        ProcessCollector(registry=self._registry)
        self._used = Counter(
            f"{_PREFIX}commands",
            "Commands, completions and controls used",
            ("kind", "name", "outcome"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            f"{_PREFIX}command_seconds",
            "How long they took",
            ("kind", "name"),
            registry=self._registry,
            buckets=_ANSWERS,
        )
        self._asked = Counter(
            f"{_PREFIX}answers", "Questions by how surely they were answered", ("tier",), registry=self._registry
        )
        self._requested = Counter(
            f"{_PREFIX}discord_requests", "Requests to Discord's API", ("method", "status"), registry=self._registry
        )
        self._posted = Counter(
            f"{_PREFIX}daily_posts", "Daily posts that ended", ("state", "late"), registry=self._registry
        )
        self._after = Histogram(
            f"{_PREFIX}daily_post_lateness_seconds",
            "How long after their time daily posts were made",
            registry=self._registry,
            buckets=_LATE,
        )
        self._lag = Histogram(
            f"{_PREFIX}loop_lag_seconds",
            "How much later than planned the event loop came round",
            registry=self._registry,
            buckets=_LAGS,
        )
        self._known: dict[tuple[Kind, str, Outcome], tuple[Counter, Histogram]] = {}
        self._answers: dict[tuple[str, int | None], Counter] = {}
        # A series that is there from the start can be compared with what it was before.
        for tier in get_args(Tier):
            self._asked.labels(tier)
        for state in State:
            if state is not State.CLAIMED:
                for late in (False, True):
                    self._posted.labels(state.value, _yes(late))

    def used(self, kind: Kind, name: str, outcome: Outcome, seconds: float) -> None:
        """See Meter."""
        # The library's own look-up costs twice as much as all the rest; there are no more keys than names.
        key = (kind, name, outcome)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._used.labels(*key), self._seconds.labels(kind, name)
        count, times = known
        count.inc()
        times.observe(seconds)

    def asked(self, tier: str) -> None:
        """See Meter."""
        self._asked.labels(tier).inc()

    def requested(self, method: str, status: int | None) -> None:
        """See Meter."""
        count = self._answers.get((method, status))
        if count is None:
            named = _NO_STATUS if status is None else str(status)
            count = self._answers[method, status] = self._requested.labels(method, named)
        count.inc()

    def posted(self, state: str, *, late: bool, after: float | None = None) -> None:
        """See Meter."""
        self._posted.labels(state, _yes(late)).inc()
        if after is not None:
            self._after.observe(max(after, 0.0))

    def lagged(self, seconds: float) -> None:
        """Count by how much the event loop came round too late."""
        self._lag.observe(seconds)

    def page(self, present: Present, accept: str) -> tuple[bytes, str]:
        """Return everything as a page, and its content type, as an `Accept` header asks for it."""
        encode, content_type = choose_encoder(accept)
        self._present.now = present
        return encode(self._registry), content_type


def _yes(value: bool) -> str:
    return "yes" if value else "no"


class _PresentCollector:
    """Turns `now` into gauges."""

    def __init__(self) -> None:
        self.now = Present({}, ready=False)

    def describe(self) -> list[Metric]:
        """Return nothing: what there is depends on what is known."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges of what is known."""
        now = self.now
        yield _gauge(
            "healthy", "Whether a check of /healthz passes", "check", {k: float(v) for k, v in now.healthy.items()}
        )
        yield _gauge("gateway_latency_seconds", "From a heartbeat to its acknowledgement", "shard",
                     {str(shard): seconds for shard, seconds in now.latencies.items()})  # fmt: skip
        if now.shards_up is not None and now.shards_down is not None:
            yield _gauge(
                "shards", "Connections to Discord's gateway", "state", {"up": now.shards_up, "down": now.shards_down}
            )
        yield _gauge("store_bytes", "Size of the store's files", "file", now.files)
        for name, what, value in (
            ("ready", "Whether /readyz says yes", float(now.ready)),
            ("servers", "Servers that the bot is in", now.servers),
            ("daily_posts_due", "Schedules whose time has come and that are not claimed yet", now.due),
            ("daily_posts_open", "Daily posts that are claimed: under way, or waiting for another attempt", now.open),
            ("daily_posts_in_flight", "Attempts that are being made, notices and follow-ups among them", now.in_flight),
            ("pace_waiting", "Requests of the daily posts that wait for their turn", now.pace_waiting),
            ("pace_requests_last_second", "Requests of the daily posts that went in the last second", now.pace_lately),
            ("pace_requests_per_second_limit", "How many may go in a second", now.pace_limit),
            ("store_write_seconds", "How long it took just now to begin and end a transaction", now.store_seconds),
        ):  # fmt: skip
            if value is not None:
                yield GaugeMetricFamily(f"{_PREFIX}{name}", what, value=float(value))


def _gauge(name: str, what: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"{_PREFIX}{name}", what, labels=(label,))
    for value, number in values.items():
        family.add_metric((value,), number)
    return family
