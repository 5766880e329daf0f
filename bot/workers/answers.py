"""A staff member's answer goes to the person's chat, where writing there is safe."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.conversation.codec import reply_to_dict
from bot.conversation.speech import lines, same, text
from bot.conversation.types import Reply
from bot.store import outbox, questions
from bot.store.questions import Answered
from bot.store.session import Store
from bot.workers.contexts import PULLED, Contexts
from bot.workers.pushes import NEUTRAL, STATE, writes_there


def send_answer(session: Session, store: Store, contexts: Contexts, answered: Answered, now: datetime) -> bool:
    """Into the outbox; True when it went there. Where writing first is not safe, was said to be unsafe since, or somebody
    else uses the phone now, it waits until the person writes JAWABAN."""
    person = writes_there(session, store, answered.address_id, answered.contact_id, now)
    if not answered.safe_to_write or person is None or person.contact.safe_to_write is False:
        return False
    c = contexts.blank(answered.channel, answered.language, now)
    say = c.catalogue.say
    words = lines(same(NEUTRAL), say("Answer to *{number}*:", number=answered.number), same(answered.text))
    row = outbox.put(
        session,
        store,
        sender=answered.sender,
        address_id=answered.address_id,
        contact_id=answered.contact_id,
        lane=outbox.REPLIES,
        key=f"answer:{answered.question_id}",
        body=reply_to_dict(Reply(text(words, c)), state=STATE, step=person.step),
        not_before=now,
        pulled=answered.channel in PULLED,
        now=now,
    )
    if row is None:
        return False
    questions.answer_shown(session, answered.question_id)
    return True
