"""Counts and times for Prometheus; names of routes, channels and states, never of people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlmodel import Session

from bot.store import inbox, outbox

LANES = {outbox.DANGER: "danger", outbox.REPLIES: "replies", outbox.PUSHES: "pushes"}
_METHODS = ("GET", "HEAD", "POST")


@dataclass(frozen=True)
class Depths:
    """What the database says."""

    inbox: inbox.Depth
    outbox: dict[tuple[str, int], int]
    totals: dict[str, int]


def depths(session: Session) -> Depths:
    return Depths(inbox.depth(session), outbox.depth(session), outbox.counters(session))


class Metrics:
    """The web's own registry: made with each app, so that tests may make many."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "bekal_http_requests", "Requests", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "bekal_http_seconds", "Time to answer a request", ["route"], registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30),
        )  # fmt: skip
        self.received = Counter(
            "bekal_received", "Messages that came in; double: seen before", ["channel", "what"], registry=self.registry
        )
        self.streams = Gauge("bekal_web_streams", "Chat pages that listen", registry=self.registry)
        self.spooled = Gauge(
            "bekal_spool_files", "Deliveries kept on disk, the database being away", registry=self.registry
        )
        self._inbox = Gauge("bekal_inbox_messages", "Messages not played yet", ["status"], registry=self.registry)
        self._oldest = Gauge("bekal_inbox_oldest_seconds", "Age of the oldest waiting message", registry=self.registry)
        self._outbox = Gauge(
            "bekal_outbox_messages", "Messages not sent yet", ["status", "lane"], registry=self.registry
        )
        self._totals = Gauge("bekal_total", "Totals that survive a restart", ["name"], registry=self.registry)
        self._up = Gauge("bekal_database_up", "1: the database answered", registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float | None) -> None:
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        if seconds is not None:
            self._seconds.labels(route).observe(seconds)

    def show(self, found: Depths | None, now: datetime) -> None:
        """Brings the gauges up to date; None: the database is away."""
        self._up.set(found is not None)
        if found is None:
            return
        self._inbox.labels("pending").set(found.inbox.pending)
        self._inbox.labels("parked").set(found.inbox.parked)
        oldest = found.inbox.oldest
        self._oldest.set((now - oldest).total_seconds() if oldest else 0)
        self._outbox.clear()
        for status in ("queued", "sending", "unknown"):
            for lane, name in LANES.items():
                self._outbox.labels(status, name).set(found.outbox.get((status, lane), 0))
        for name, value in found.totals.items():
            self._totals.labels(name).set(value)

    def text(self, *others: CollectorRegistry | None) -> bytes:
        return b"".join(generate_latest(one) for one in self._all(others))

    def _all(self, others: tuple[CollectorRegistry | None, ...]) -> Iterator[CollectorRegistry]:
        yield self.registry
        yield from (one for one in others if one is not None and one is not self.registry)


METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
