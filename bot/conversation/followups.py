"""Follow-ups and several questions: what a message means that lives on the answer above it, or asks more than one thing.

    (answer: membuat paspor)
    > berapa biayanya?
    < Tarif paspor diatur pemerintah ...

Where a kind of follow-up leads is content (content/language/followups.yaml). Where nothing is written, more of the same topic
is shown and that is said; a topic without more offers what may be meant.
"""

from __future__ import annotations

from bot.conversation.speech import arrive, same
from bot.conversation.state import Saved, State
from bot.conversation.types import Context, Message, Turn
from bot.library.model import FollowUps, Phrase
from bot.understanding.parts import several

MATCHED = 500  # characters of a long message that are looked at to find its topics
KEPT = 2000  # characters of a question that are kept for the person of the staff inbox
OFFERED = 3  # further questions of one message
FAMILY = "family"  # a kind of follow-up, and the topic's own text that it leads to where nothing else is written
FAMILY_PART = -1  # see `answers.Answer.part`


def follow_up(topic: str, part: int, place: Saved | None, message: Message, c: Context) -> Turn | None:
    """What a short question after this topic leads to; None when it is no follow-up."""
    if message.kind != "text" or topic not in c.library.topics:
        return None
    sasak = c.language == "sas"
    found = c.understanding.follow_up(message.text, sasak=sasak)
    if found is None:
        return None
    leads = c.library.follow_ups.leads(c.library.topics[topic], found.kind)
    if not found.bare:
        alone = c.understanding.match(message.text, sasak=sasak)
        if leads is None or alone.confident or not {topic, leads} & set(alone.candidates[:3]):
            return None  # it has words of its own: a question of its own, unless they are of these topics
    if leads is not None:
        return _led(leads, topic, part, place, message, c)
    if found.kind == FAMILY and part != FAMILY_PART and c.library.topics[topic].family is not None:
        return _led(FAMILY, topic, part, place, message, c)
    return _more(topic, part, place, message, c, asked_for=found.kind == "more")


def _led(leads: str, topic: str, part: int, place: Saved | None, message: Message, c: Context) -> Turn:
    from bot.conversation.answers import Answer

    number = FollowUps.part_of(leads)
    if number is None and leads != FAMILY:
        on = c.catalogue.say("On *{topic}*:", topic=c.library.topics[leads].label)
        return arrive(Answer(leads, place=place, question=message.text[:KEPT]), c, lead=on)
    wanted = number if number is not None else FAMILY_PART
    if wanted == part:
        return _more(topic, part, place, message, c)
    lead = c.catalogue.say("*For the family:*") if wanted == FAMILY_PART else None
    return arrive(Answer(topic, wanted, place, question=message.text[:KEPT]), c, lead=lead)


def _more(topic: str, part: int, place: Saved | None, message: Message, c: Context, *, asked_for: bool = False) -> Turn:
    """Nothing is written for it, or more was asked for: the next part of the same topic, else topics that may be meant."""
    from bot.conversation.answers import Answer
    from bot.conversation.handover import HandoverOffer
    from bot.conversation.questions import Maybe

    say, here = c.catalogue.say, c.library.topics[topic]
    part = max(part, 0)
    if part < len(here.more):
        lead = None if asked_for else say("I know no more exact answer. More on *{topic}*:", topic=here.label)
        return arrive(Answer(topic, part + 1, place, question=message.text[:KEPT]), c, lead=lead)
    alone = c.understanding.match(message.text, sasak=c.language == "sas")
    near = dict.fromkeys([*((alone.topic,) if alone.topic else ()), *here.related])
    offered = tuple(other for other in near if other in c.library.topics and other != topic)[:OFFERED]
    state: State = Maybe(message.text[:KEPT], offered, place)
    if not offered:
        state = HandoverOffer(message.text[:KEPT], topic=topic, place=place)
    return arrive(state, c)


def topics_of(words: str, c: Context) -> tuple[str, ...]:
    """The topics that a message of several questions asks for, in their order; empty when it asks for one or none.

    A part that lives on the one before («... dan berapa biayanya?») is read as a follow-up of it."""
    sasak = c.language == "sas"

    def topic_of(part: str, before: str | None) -> str | None:
        found = c.understanding.follow_up(part, sasak=sasak) if before is not None else None
        if before is not None and found is not None and found.bare:
            leads = c.library.follow_ups.leads(c.library.topics[before], found.kind)
            return leads if leads in c.library.topics else None
        alone = c.understanding.match(part, sasak=sasak)
        return alone.topic if alone.confident and alone.topic in c.library.topics else None

    return several(words[:MATCHED], topic_of)[: OFFERED + 1]


def also_asked(topics: tuple[str, ...], c: Context) -> Phrase | None:
    """«You also asked about: …»"""
    named = [c.library.topics[topic].label for topic in topics]
    if not named:
        return None
    row = same("")
    for number, name in enumerate(named):
        row = row + (", *" if number else "*") + name + "*"
    return c.catalogue.say("You also asked about: {topics}. Choose it below.", topics=row)
