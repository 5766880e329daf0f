"""What came of a send, written down: the row's fate, and what it means for its address, its sender and an alert.

`settle` is called by the sender loop, `reported` when a provider's status callback says that a message failed after all.
Both decide by `retry.after_send`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlmodel import Session

from bot.channels.errors import twilio_failure
from bot.store import outbox, people
from bot.store.fates import MAYBE_TWICE
from bot.store.outbox import OutItem
from bot.store.session import Store
from bot.workers import metrics
from bot.workers.alerts import told
from bot.workers.contexts import Contexts
from bot.workers.delivery import Fate
from bot.workers.retry import Decision, after_send
from bot.workers.wake import OUTBOX, notify

log = structlog.get_logger(__name__)

FLOODS = 5.0  # seconds within which the 429 of a second address pauses the whole sender
REPORTED = 2  # times that a message which was taken and failed later is made again


@dataclass
class Settler:
    """Of one sender. `final`: no delivery reports follow (Telegram)."""

    store: Store
    contexts: Contexts
    sender: str
    channel: str
    final: bool
    clock: Callable[[], float] = time.monotonic
    pushes_paused_until: datetime | None = None
    unknown: bool = False  # a row became unknown: it is to be found out
    trouble: int = 0  # sends in a row that the provider could not take
    _floods: dict[str, float] = field(default_factory=dict)  # address -> when it got a 429
    _remade: dict[int, int] = field(default_factory=dict)  # row -> how often it was made again after a report

    def settle(self, session: Session, fate: Fate, now: datetime) -> None:
        """Everything about one claim, in the caller's transaction."""
        item = fate.item
        for name in fate.accepted:
            outbox.accepted_part(session, item.id, name, now)
        if fate.error is None:
            self._sent(session, item, now)
            return
        decision = after_send(
            fate.error,
            item.attempts,
            item.lane,
            now,
            since=max(item.created_at, item.inbound_at or item.created_at),
            plain=fate.plain,
            jitter=random.random(),
        )
        if decision.kind == "plain":  # tried already, and there is no plain form
            decision = Decision("fail", None, decision.why)
        self._count(item, decision.kind)
        self.trouble = self.trouble + 1 if fate.error.action == "retry" else 0
        if fate.error.ours:
            log.error("send.our_fault", channel=self.channel, row=item.id, code=fate.error.code)
        self._carry_out(session, item, decision, now)

    def _sent(self, session: Session, item: OutItem, now: datetime) -> None:
        self.trouble = 0
        status = outbox.sent(session, item.id, epoch=item.epoch, now=now, final=self.final)
        if status is None:
            log.warning("send.too_late", channel=self.channel, row=item.id)  # claimed anew by somebody else
            return
        self._count(item, "sent")
        if item.lane != outbox.PUSHES and item.inbound_at is not None:
            seconds = (now - item.inbound_at).total_seconds()
            metrics.until_sent.labels(self.channel, metrics.LANES[item.lane]).observe(max(0.0, seconds))
        if status == "failed":  # the report came before the answer; its code is not at hand
            early = outbox.Fate(item.id, "failed", True, item.address_id, item.contact_id, item.lane, item.kind)
            self.reported(session, early, now)
        elif item.kind == "alert":
            told(session, self.store, self.contexts, item.id, sent=True, now=now)

    def _carry_out(self, session: Session, item: OutItem, decision: Decision, now: datetime) -> None:
        own = {"epoch": item.epoch}
        until = decision.until or now
        match decision.kind:
            case "unknown":
                outbox.unknown(session, item.id, decision.why, now=now, **own)
                self.unknown = True
            case "fail" | "plain":
                self._fail(session, item, decision.why, now)
            case "mark_unreachable" | "opt_out":
                self._fail(session, item, decision.why, now)
                self.unreachable(session, item.address_id, decision, now)
            case "halt":
                outbox.retry_at(session, item.id, until, decision.why, **own)
                self._halt(session, decision.why)
            case "pause_address":
                outbox.retry_at(session, item.id, until, decision.why, **own)
                outbox.pause_address(session, item.address_id, until)
                self._flood(session, item.address_id, until)
            case "pause_pushes":
                outbox.retry_at(session, item.id, until, decision.why, **own)
                self.pushes_paused_until = max(until, self.pushes_paused_until or until)
            case "pause_sender":
                outbox.retry_at(session, item.id, until, decision.why, **own)
                outbox.pause_sender(session, self.sender, until)
            case "retry_at" | "park":
                outbox.retry_at(session, item.id, until, decision.why, **own)

    def _fail(self, session: Session, item: OutItem, why: str, now: datetime) -> None:
        outbox.failed(session, item.id, why, epoch=item.epoch, now=now)
        if item.kind == "alert":
            told(session, self.store, self.contexts, item.id, sent=False, now=now)

    def give_up(self, session: Session, item: OutItem, now: datetime) -> None:
        """Nobody knows whether it arrived, and it is not to be sent again."""
        self._count(item, "unknown-for-good")
        self._fail(session, item, "unknown", now)

    def again(self, session: Session, item: OutItem, at: datetime) -> None:
        """An unknown row goes back to the queue; that it may arrive twice is counted."""
        if outbox.resend(session, item.id, at):
            self._count(item, "resent")
            show_doubles(session)

    def reported(self, session: Session, fate: outbox.Fate, now: datetime) -> None:
        """After `outbox.status_callback`, in its transaction: a message that was taken failed after all. Does nothing for
        other fates. It is made anew where that may help (no double: the first one is dead), else the row has ended."""
        if not fate.changed or fate.status != "failed":
            return
        lane = outbox.REPLIES if fate.lane is None else fate.lane
        made = self._remade.get(fate.id, 0)
        code = int(fate.why) if fate.why and fate.why.isdigit() else None
        decision = after_send(twilio_failure(code), made + 1, lane, now, plain=True, jitter=random.random())
        if decision.until is not None and decision.kind != "halt" and made < REPORTED:
            self._remade[fate.id] = made + 1
            outbox.resend(session, fate.id, decision.until, may_double=False)
            notify(session, OUTBOX)
            return
        self._remade.pop(fate.id, None)
        if decision.kind == "halt":
            self._halt(session, decision.why)
        if decision.kind in ("mark_unreachable", "opt_out") and fate.address_id is not None:
            self.unreachable(session, fate.address_id, decision, now)
        outbox.blank(session, fate.id)
        if fate.kind == "alert":
            told(session, self.store, self.contexts, fate.id, sent=False, now=now)

    def unreachable(self, session: Session, address_id: str, decision: Decision, now: datetime) -> None:
        """Nothing reaches this address until it writes again; who opted out gets no announcements even then."""
        if address_id == outbox.STAFF:
            log.error("staff_chat.unreachable", channel=self.channel, code=decision.why)
            return
        outbox.mark_unreachable(session, address_id, decision.why, now)
        if decision.kind == "opt_out":
            people.set_announcements(session, address_id, False, False, now)

    def _flood(self, session: Session, address_id: str, until: datetime) -> None:
        """A 429 of a second address within seconds: it is the bot that is too fast, not one chat."""
        at = self.clock()
        self._floods = {other: when for other, when in self._floods.items() if at - when <= FLOODS}
        self._floods[address_id] = at
        if len(self._floods) > 1:
            log.warning("sender.paused", channel=self.channel)
            outbox.pause_sender(session, self.sender, until)

    def _halt(self, session: Session, why: str) -> None:
        log.error("sender.halted", channel=self.channel, code=why, remedy="mend it, then resume the sender")
        metrics.halted.labels(self.channel).set(1)
        outbox.halt_sender(session, self.sender, why)

    def _count(self, item: OutItem, outcome: str) -> None:
        metrics.sends.labels(self.channel, metrics.LANES[item.lane], outcome).inc()


def show_doubles(session: Session) -> None:
    """The total in the database, over restarts, as a metric."""
    metrics.doubles.set(outbox.counters(session).get(MAYBE_TWICE, 0))
