"""Alerts: staff are told that somebody is in danger, and the person hears whether they were.

    RaiseAlert ──▶ alert row + outbox row to the staff chat (lane danger)
              └──▶ "could NOT be told" for the person, queued for two minutes from now
    sent       ──▶ that one is cancelled, "staff have been told" goes out
    failed     ──▶ that one is cancelled, "could NOT be told" goes out at once

The row for two minutes later is a dead man's switch: it needs nobody who is still alive, only that nobody cancels it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from bot.conversation.codec import reply_to_dict
from bot.conversation.danger import alert_told
from bot.conversation.types import AlertImpossible, AlertQueued, RaiseAlert
from bot.store import outbox, people, questions
from bot.store.people import Person
from bot.store.session import Store
from bot.workers import metrics
from bot.workers.contexts import PULLED, Contexts, StaffChat
from bot.workers.wake import OUTBOX, notify

DEADLINE = timedelta(minutes=2)
STATE = "alert"

# Staff read Indonesian. Level and country only: the chat of staff is on somebody's phone as well.
_LEVELS = {"now": "SEKARANG", "exploitation": "EKSPLOITASI", "worry": "KHAWATIR"}
_COUNTRIES = {"my": "Malaysia", "id": "Indonesia"}


def alert_text(level: str, case: str, country: str | None) -> str:
    where = _COUNTRIES.get(country or "", "belum diketahui")
    return f"Bekal: seseorang minta tolong.\nTingkat: {_LEVELS.get(level, 'LAIN')}\nKode: {case}\nNegara: {where}"


def raise_alert(
    session: Session, store: Store, contexts: Contexts, person: Person, wish: RaiseAlert, now: datetime
) -> AlertQueued | AlertImpossible:
    """Queues the alert. Said to be told it is only by `told`."""
    chat = contexts.settings.staff_chat
    if chat is None:
        return AlertImpossible()
    alert = questions.new_alert(
        session,
        contact_id=person.contact_id,
        address_id=person.address_id,
        level=wish.level,
        country=wish.country,
        safe_to_write=wish.safe_to_write,
        now=now,
    )
    text = alert_text(alert.level, alert.case_code, alert.country)
    row = tell_staff(session, store, chat, f"alert:{alert.id}", text, outbox.DANGER, now)
    if row is not None:
        questions.attach_outbox(session, alert.id, row)
    _answer(session, store, contexts, person, alert.id, alert.case_code, sent=False, now=now, after=DEADLINE)
    metrics.alerts.labels("queued").inc()
    return AlertQueued(alert.case_code)


def tell_staff(
    session: Session, store: Store, chat: StaffChat, key: str, text: str, lane: int, now: datetime
) -> int | None:
    """A row to the staff chat; its id, None when the key was used before."""
    return outbox.put(
        session,
        store,
        sender=chat.sender,
        address_id=outbox.STAFF,
        contact_id=None,
        lane=lane,
        key=key,
        kind="alert",
        body={"text": text},
        not_before=now,
        now=now,
    )


def told(session: Session, store: Store, contexts: Contexts, outbox_id: int, *, sent: bool, now: datetime) -> None:
    """The alert of this outbox row was sent, or never will be: the person hears it, once. Rows to staff that are no
    alert do nothing."""
    alert = questions.alert_for_outbox(session, outbox_id)
    if alert is None or not questions.mark(session, alert.id, "sent" if sent else "failed"):
        return
    metrics.alerts.labels("sent" if sent else "failed").inc()
    try:
        person = people.snapshot(session, store, alert.address_id, now)
    except KeyError:
        return  # erased since
    if person.contact_id != alert.contact_id:
        # Somebody else holds the phone now: nobody is to learn of another person's alert.
        outbox.cancel_by_key(session, store, _key(alert.id, "silent"), "other person", now)
        return
    late = now >= alert.created_at + DEADLINE
    if not late:
        outbox.cancel_by_key(session, store, _key(alert.id, "silent"), "settled", now)
    if sent or not late:
        _answer(session, store, contexts, person, alert.id, alert.case_code, sent=sent, now=now)
        notify(session, OUTBOX)  # the person may be on another channel than the staff


def _answer(
    session: Session,
    store: Store,
    contexts: Contexts,
    person: Person,
    alert_id: str,
    case: str,
    *,
    sent: bool,
    now: datetime,
    after: timedelta = timedelta(0),
) -> None:
    c = contexts.blank(person.channel, person.contact.language, now)
    outbox.put(
        session,
        store,
        sender=person.sender,
        address_id=person.address_id,
        contact_id=person.contact_id,
        lane=outbox.DANGER,
        key=_key(alert_id, "silent" if after else "told" if sent else "failed"),
        body=reply_to_dict(alert_told(sent, case, c), state=STATE, step=person.step),
        not_before=now + after,
        pulled=person.channel in PULLED,
        now=now,
    )


def _key(alert_id: str, what: str) -> str:
    return f"alert-{what}:{alert_id}"
