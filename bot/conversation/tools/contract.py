"""Check my contract: a question at a time; at the end what is missing and what to ask, one thing a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.speech import arrive, critical, lines, option, reply, same, shown, text
from bot.conversation.state import State
from bot.conversation.tools.asking import Question, Sign, flagged, signs, unknown
from bot.conversation.tools.common import ToolState, leave, person_choice, to_person, tools_choice
from bot.conversation.types import Choice, Context, Reply, Turn
from bot.library.model import Phrase, Statement
from bot.library.tools.asking import Asked
from bot.library.tools.contract import Contract


def _contract(c: Context) -> Contract:
    contract = c.library.tools.contract
    if contract is None:
        raise LookupError("no content/tools/contract.yaml")
    return contract


def first_contract(topic: str, c: Context) -> State:
    return ContractAsk(_contract(c).questions[0].key, topic=topic)


@dataclass(frozen=True)
class ContractAsk(Question):
    NAME: ClassVar[str] = "contract"

    def _key(self) -> str:
        return "contract"

    def _all(self, c: Context) -> tuple[Asked, ...]:
        return _contract(c).questions

    def _intro(self, c: Context) -> Statement:
        return _contract(c).intro

    def _result(self, answers: tuple[str, ...], c: Context) -> State:
        return ContractResult(answers) if signs(self._all(c), answers) else ContractWhole(answers)


@dataclass(frozen=True)
class _Result(ToolState):
    answers: tuple[str, ...]

    def _key(self) -> str:
        return "contract"

    def choices(self, c: Context) -> tuple[Choice, ...]:
        again = option(c, "again", c.catalogue.say("Answer again"), "ulangi", "ulang", "malik")
        return (person_choice(c), again, tools_choice(c))

    def choose(self, key: str, c: Context) -> Turn:
        match key:
            case "person":
                return arrive(to_person("", self, c), c)
            case "again":
                return arrive(first_contract("", c), c)
            case _:
                return arrive(leave("", c), c)

    def back(self, c: Context) -> State:
        return ContractAsk(_contract(c).questions[-1].key, self.answers[:-1])


@dataclass(frozen=True)
class ContractWhole(_Result):
    """Nothing is missing, as far as the answers say."""

    NAME: ClassVar[str] = "contract-whole"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, shown(_contract(c).complete, c), self.choices(c)),)


@dataclass(frozen=True)
class ContractResult(_Result):
    """What is missing or not known, then what to do."""

    NAME: ClassVar[str] = "contract-result"

    def valid(self, c: Context) -> bool:
        return super().valid(c) and bool(signs(_contract(c).questions, self.answers))

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        contract = _contract(c)
        gaps, open_ = flagged(contract.questions, self.answers), unknown(contract.questions, self.answers)
        missing = lines(say("*Missing in your contract:*"), *map(_row, gaps), gap="\n") if gaps else None
        ask = lines(say("You do not know yet:"), *map(_row, open_), gap="\n") if open_ else None
        words = critical(lines(missing, ask))
        return (Reply(text(words, c)), reply(c, shown(contract.missing, c), self.choices(c)))

    def choices(self, c: Context) -> tuple[Choice, ...]:
        what = option(c, "ask", c.catalogue.say("What to ask"), "tanya apa", "apa yang ditanya", "lanjut")
        return (what, *super().choices(c))

    def choose(self, key: str, c: Context) -> Turn:
        if key == "ask":
            return arrive(ContractGap(signs(_contract(c).questions, self.answers)[0].key, self.answers), c)
        return super().choose(key, c)


def _row(asked: Asked) -> Phrase:
    return same("• ") + asked.label


@dataclass(frozen=True)
class ContractGap(Sign):
    """One thing that is missing, and what to ask about it."""

    NAME: ClassVar[str] = "contract-gap"

    def _key(self) -> str:
        return "contract"

    def _all(self, c: Context) -> tuple[Asked, ...]:
        return _contract(c).questions

    def _result(self) -> State:
        return ContractResult(self.answers)
