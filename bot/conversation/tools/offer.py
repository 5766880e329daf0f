"""Is there danger in this offer?: questions about red flags, a verdict of three levels, why, and the next step.

No verdict says that an offer is safe. Any grave sign stops at once; what nobody could answer has to be asked first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.speech import arrive, critical, lines, option, reply, same, shown, text
from bot.conversation.state import State
from bot.conversation.tools.asking import Question, Sign, flagged, signs, unknown
from bot.conversation.tools.common import ToolState, leave, person_choice, to_person, tools_choice
from bot.conversation.types import Choice, Context, Reply, Turn
from bot.library.model import Phrase, Statement
from bot.library.tools.asking import STOP, Asked
from bot.library.tools.offer import Level, Offer

ENOUGH = 4  # weight of signs that together stop like a grave one
MANY = 3  # answers «I do not know» that have to be asked first


def verdict(questions: Sequence[Asked], answers: Sequence[str]) -> Level:
    """The level of what was answered; what was not answered counts as not known."""
    found, open_ = flagged(questions, answers), unknown(questions, answers)
    answered = {answer.split("=", 1)[0] for answer in answers}
    open_ = (*open_, *(asked for asked in questions if asked.key not in answered))
    weights = [asked.weight for asked in found]
    if STOP in weights or sum(weights) >= ENOUGH:
        return "stop"
    if found or len(open_) >= MANY or any(asked.weight == STOP for asked in open_):
        return "ask"
    return "none"


def _offer(c: Context) -> Offer:
    offer = c.library.tools.offer
    if offer is None:
        raise LookupError("no content/tools/offer.yaml")
    return offer


def first_offer(topic: str, c: Context) -> State:
    return OfferAsk(_offer(c).questions[0].key, topic=topic)


@dataclass(frozen=True)
class OfferAsk(Question):
    NAME: ClassVar[str] = "offer"

    def _key(self) -> str:
        return "offer"

    def _all(self, c: Context) -> tuple[Asked, ...]:
        return _offer(c).questions

    def _intro(self, c: Context) -> Statement:
        return _offer(c).intro

    def _result(self, answers: tuple[str, ...], c: Context) -> State:
        return OfferVerdict(answers)


@dataclass(frozen=True)
class OfferVerdict(ToolState):
    """What was seen, then the next step."""

    NAME: ClassVar[str] = "offer-verdict"
    answers: tuple[str, ...]

    def _key(self) -> str:
        return "offer"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        offer = _offer(c)
        level = verdict(offer.questions, self.answers)
        found, open_ = flagged(offer.questions, self.answers), unknown(offer.questions, self.answers)
        seen = (
            lines(say("Seen in your answers:"), *map(_row, found), gap="\n")
            if found
            else say("In your answers we saw none of the signs that we ask about.")
        )
        ask = lines(say("You do not know yet:"), *(_row(asked) + "?" for asked in open_), gap="\n") if open_ else None
        words = critical(lines(same("*") + offer.heads[level] + "*", seen, ask))
        return (Reply(text(words, c)), reply(c, shown(offer.then[level], c), self.choices(c)))

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        listed = c.library.tools.listed
        why = (option(c, "why", say("Why?"), "kenapa", "mengapa", "alasan", "lanjut"),)
        return (
            *(why if signs(_offer(c).questions, self.answers) else ()),
            *((option(c, "listed", listed.title, "cek nama"),) if listed else ()),
            person_choice(c),
            option(c, "again", say("Answer again"), "ulangi", "ulang", "malik"),
            tools_choice(c),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.tools.listed import ListedAsk

        match key:
            case "why":
                return arrive(OfferWhy(signs(_offer(c).questions, self.answers)[0].key, self.answers), c)
            case "listed":
                return arrive(ListedAsk(), c)
            case "person":
                return arrive(to_person("", self, c), c)
            case "again":
                return arrive(first_offer("", c), c)
            case _:
                return arrive(leave("", c), c)

    def back(self, c: Context) -> State:
        return OfferAsk(_offer(c).questions[-1].key, self.answers[:-1])


def _row(asked: Asked) -> Phrase:
    return same("• ") + asked.label


@dataclass(frozen=True)
class OfferWhy(Sign):
    NAME: ClassVar[str] = "offer-why"

    def _key(self) -> str:
        return "offer"

    def _all(self, c: Context) -> tuple[Asked, ...]:
        return _offer(c).questions

    def _result(self) -> State:
        return OfferVerdict(self.answers)
