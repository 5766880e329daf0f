"""What is written to people who did not just write: it begins with a neutral line and never names the topic there.

Others may read the phone. So what it is about stands below, and only where the person said that writing is safe;
otherwise it is shown once she taps or writes TIKET. Pushes to who said that it is not safe are held back by the claim of
the outbox.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.conversation.codec import reply_to_dict
from bot.conversation.events import title, when_and_where
from bot.conversation.speech import lines, option, same, text
from bot.conversation.types import Context, Event, Reply, SeatTaken
from bot.library.model import Phrase
from bot.store import outbox, people
from bot.store.events import Promotion
from bot.store.people import Person
from bot.store.session import Store
from bot.workers.contexts import PULLED, Contexts

# The same in both languages: expansion does not know who reads.
NEUTRAL = "Bekal: ada kabar."
STATE = "push"  # no state of the conversation


# --- announcements ---------------------------------------------------------------------------------------------------


def broadcast_body(words: str) -> dict[str, Any]:
    """The outbox body of an announcement: the neutral line first."""
    return reply_to_dict(Reply(f"{NEUTRAL}\n\n{words}"), state=STATE, step=0)


# --- a seat became free ----------------------------------------------------------------------------------------------


def push_promotion(session: Session, store: Store, contexts: Contexts, promotion: Promotion, now: datetime) -> None:
    """Puts it into the outbox of the other person, none of whose rows is locked."""
    c = contexts.blank(promotion.channel, promotion.language, now)
    _push(session, store, promotion, promotion_reply(promotion, c), f"promotion:{promotion.registration_id}", now)


def push_approval(
    session: Session, store: Store, contexts: Contexts, taken: SeatTaken, whom: Promotion, now: datetime
) -> bool:
    """Staff approved a seat of the public web chat: the same way. False: there is nobody to tell any more."""
    c = contexts.blank(whom.channel, whom.language, now)
    return _push(session, store, whom, approval_reply(taken, whom, c), f"approval:{whom.registration_id}", now)


def _push(session: Session, store: Store, whom: Promotion, reply: Reply, key: str, now: datetime) -> bool:
    if not whom.contact_id:
        return False  # the seat of somebody without a phone, whose helper was erased since: nobody to tell
    person = writes_there(session, store, whom.address_id, whom.contact_id, now)
    # With her step on it the button works as long as she has not gone on since; the word works always.
    body = reply_to_dict(reply, state=STATE, step=person.step if person else 0)
    outbox.put(
        session,
        store,
        sender=whom.sender,
        address_id=whom.address_id,
        contact_id=whom.contact_id,
        lane=outbox.PUSHES,
        key=key,
        body=body,
        not_before=now,
        pulled=whom.channel in PULLED,
        now=now,
    )
    return True


def promotion_reply(promotion: Promotion, c: Context) -> Reply:
    """`c` is in her language and channel."""
    say = c.catalogue.say
    seat = say("A seat is free now and is kept for you, code *{code}*:", code=promotion.code)
    if promotion.other:
        seat = say("A seat is free now and is kept for the person with the code *{code}*:", code=promotion.code)
    return _about_seat(promotion, seat, c)


def approval_reply(taken: SeatTaken, whom: Promotion, c: Context) -> Reply:
    """`c` is in her language and channel."""
    say = c.catalogue.say
    if taken.waiting:
        seat = say(
            "All seats are taken. Number {position} in the waiting list, code *{code}*:",
            position=taken.position,
            code=taken.code,
        )
    elif whom.other:
        seat = say("The organiser has confirmed the seat of the person with the code *{code}*:", code=taken.code)
    else:
        seat = say("The organiser has confirmed your seat, code *{code}*:", code=taken.code)
    return _about_seat(whom, seat, c)


def _about_seat(promotion: Promotion, seat: Phrase, c: Context) -> Reply:
    say = c.catalogue.say
    # A way out and no numbered choice: a number she types is an answer to what she was asked before.
    ways = (option(c, "mine", say("My registrations")),)
    if promotion.safe_to_write is not True:
        return Reply(text(same(NEUTRAL) + " " + say("Write *TIKET* to read it."), c), nav=ways)
    what = Event(
        id=promotion.event_id,
        kind="session",
        title=promotion.title,
        about={},
        starts=promotion.starts,
        place=promotion.place,
        seats_left=None,
    )
    return Reply(text(lines(same(NEUTRAL), seat, title(what) + "\n" + when_and_where(what)), c), nav=ways)


def writes_there(session: Session, store: Store, address_id: str, contact_id: str, now: datetime) -> Person | None:
    """The person, if it is she who uses this address now; None: somebody else does, or it is gone. Locks nothing."""
    try:
        person = people.snapshot(session, store, address_id, now)
    except KeyError:
        return None
    return person if person.contact_id == contact_id else None
