"""Reminders that people asked for become pushes, each due time exactly once.

    due ──▶ told (an outbox row) ──▶ when to look next, all in one transaction

A push names nothing: others may read the phone. A tap or a word shows what it is about. It goes out only with consent,
where writing is safe and not stopped, to the address where it was asked for while she is the one who uses it, and never
between 20.00 and 07.00 (WITA): then at 07.30. Of several times that went by while nobody was at work, the last is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from bot.conversation.codec import reply_to_dict
from bot.conversation.speech import WITA, option, same, text
from bot.conversation.types import Context, RemindKind, Reply
from bot.library.model import Library
from bot.store import outbox, reminders
from bot.store.reminders import Due
from bot.store.session import Store
from bot.workers.contexts import PULLED, Contexts
from bot.workers.pushes import NEUTRAL, STATE
from bot.workers.wake import OUTBOX, notify

CHUNK = 50  # reminders in one transaction
REMIND_DAYS = (60, 30, 14, 7)  # before departure; content/tools/papers.yaml may say otherwise
DEPARTURE_DAYS = (7, 1)
CHECK_AFTER = timedelta(days=30)  # the certificate
_STEPS = {"day": timedelta(days=1), "week": timedelta(days=7)}
_HOURS: dict[RemindKind, time] = {"lesson": time(16), "papers": time(9), "departure": time(9), "check": time(9)}
_QUIET_FROM, _QUIET_UNTIL, _MORNING = time(20), time(7), time(7, 30)
_TRY_AGAIN = timedelta(hours=1)  # while somebody else uses the phone
# The word that shows what it is about; its key is the button's. Written large it is no secret, and names nothing.
# The global keys and words that show what a reminder is about (bot/conversation/globals.py).
KEYS: dict[RemindKind, str] = {"papers": "papers", "lesson": "next-lesson", "departure": "pack", "check": "check"}
WORDS: dict[RemindKind, str] = {
    "papers": "SURAT",
    "lesson": "PELAJARAN",
    "departure": "BEKAL SAYA",
    "check": "CEK",
}


class Reminders:
    """One a process; used from one thread at a time."""

    def __init__(self, store: Store, contexts: Contexts, *, clock: Callable[[], datetime] | None = None) -> None:
        self.store = store
        self.contexts = contexts
        self._clock = clock or store.clock
        self._lessons = frozenset(
            f"{module.key}/{lesson.key}" for module in contexts.library.modules for lesson in module.lessons
        )
        self._remind_days = remind_days(contexts.library)

    def run_once(self) -> bool:
        """Tells what is due, a chunk at a time; True while there may be more."""
        now = self._clock()
        awake = awake_at(now)
        with self.store.read() as session:
            late = awake > now and reminders.any_late(session, awake)
            due = reminders.any_due(session, now)
        if late:
            with self.store.begin() as session:
                reminders.put_off(session, awake)
        if not due:
            return False
        with self.store.begin() as session:
            found = reminders.claim_due(session, CHUNK, now)
            for one in found:
                self._look(session, one, now)
            notify(session, OUTBOX)
        return len(found) == CHUNK

    def _look(self, session: Session, one: Due, now: datetime) -> None:
        if one.kind == "lesson" and self._lessons <= reminders.lessons_done(session, one.contact_id):
            reminders.settle(session, one, after_at=now, next_at=None)  # there is none left
            return
        times = sorted(due_times(one, now, self._remind_days))
        gone_by = [at for at in times if one.after_at < at <= now]
        next_at = next((at for at in times if at > now), None)
        put: int | None = None
        if gone_by and one.allowed and not _too_late(one, now):
            if not one.here and now < gone_by[-1] + timedelta(hours=10):
                # Another profile has the phone: perhaps later today.
                soon = now + _TRY_AGAIN
                reminders.settle(session, one, after_at=one.after_at, next_at=min(soon, next_at or soon))
                return
            if one.here:
                put = self._tell(session, one, gone_by[-1], now)
        reminders.settle(session, one, after_at=now, next_at=next_at, outbox_id=put)

    def _tell(self, session: Session, one: Due, at: datetime, now: datetime) -> int | None:
        c = self.contexts.blank(one.channel, one.language, now)
        return outbox.put(
            session,
            self.store,
            sender=one.sender,
            address_id=one.address_id,
            contact_id=one.contact_id,
            lane=outbox.PUSHES,
            key=f"reminder:{one.contact_id}:{one.kind}:{at.astimezone(WITA).date()}",
            body=reply_to_dict(reminder_reply(one.kind, c), state=STATE, step=one.step),
            not_before=awake_at(now),
            pulled=one.channel in PULLED,
            now=now,
        )


# --- when ------------------------------------------------------------------------------------------------------------


def remind_days(library: Library) -> tuple[int, ...]:
    """Days before departure on which papers are asked about."""
    papers = library.tools.papers
    return papers.remind_days if papers is not None and papers.remind_days else REMIND_DAYS


def due_times(one: Due, now: datetime, days_before: tuple[int, ...] = REMIND_DAYS) -> Iterator[datetime]:
    """When it falls due, in no order: all times, but of daily and weekly ones only the last until now and the next."""
    for day in _due_days(one, now, days_before):
        yield datetime.combine(day, _HOURS[one.kind], WITA)


def _due_days(one: Due, now: datetime, days_before: tuple[int, ...]) -> Iterator[date]:
    match one.kind:
        case "papers" | "departure":
            if one.departure is not None:
                for days in days_before if one.kind == "papers" else DEPARTURE_DAYS:
                    yield one.departure - timedelta(days=days)
        case "check":
            if one.issued_on is not None and not one.month_done:
                yield one.issued_on + CHECK_AFTER
        case "lesson":
            # From the day after it was asked for, or that day in a week.
            step = _STEPS.get(one.lesson_every or "day", _STEPS["day"])
            began = _day(one.since)
            steps = (_day(now) - began) // step
            for number in (steps - 1, steps, steps + 1):
                if number >= 1:
                    yield began + number * step


def _too_late(one: Due, now: datetime) -> bool:
    """She has left, or will have when the morning comes: nothing to prepare any more."""
    if one.kind not in ("papers", "departure") or one.departure is None:
        return False
    return _day(awake_at(now)) > one.departure


def awake_at(now: datetime) -> datetime:
    """Now, or 07.30 when people sleep."""
    here = now.astimezone(WITA)
    if _QUIET_UNTIL <= here.time() < _QUIET_FROM:
        return now
    day = here.date() + timedelta(days=1) if here.time() >= _QUIET_FROM else here.date()
    return datetime.combine(day, _MORNING, WITA)


def _day(at: datetime) -> date:
    return at.astimezone(WITA).date()


# --- what ------------------------------------------------------------------------------------------------------------


def reminder_reply(kind: RemindKind, c: Context) -> Reply:
    """The neutral line, and a way to what it is about. `c` is in her language and channel."""
    say = c.catalogue.say
    words = same(NEUTRAL) + " " + say("Write *{word}* to read it.", word=WORDS[kind])
    # A way out and no numbered choice: a number she types is an answer to what she was asked before.
    return Reply(text(words, c), nav=(option(c, KEYS[kind], say("Open")),))
