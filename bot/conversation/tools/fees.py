"""Is this fee allowed?: choose what was asked, or write it; who pays by law, why, and what to do if it is asked anyway.

> dimintai uang medikal 750rb
< *Tes kesehatan* Bukan Anda yang bayar ...   1 Kalau tetap diminta 2 Sumber 3 Biaya lain
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from bot.conversation.answers import source_of
from bot.conversation.choosing import plain
from bot.conversation.speech import arrive, lines, option, reply, same, shown, today
from bot.conversation.state import State
from bot.conversation.tools.common import ToolState, leave, person_choice, to_person, tools_choice
from bot.conversation.tools.finding import find
from bot.conversation.types import Choice, Context, Message, Reply, Turn
from bot.library.tools.fees import Fee, Fees

PAGE = 7
KEPT = 300  # characters of what somebody wrote
MOST_WORDS = 25  # more are a story, in which a fee may be named by chance
FEW_WORDS = 4  # «kalau calling visa?» means the fee, although it has a sure answer too


@dataclass(frozen=True)
class _InFees(ToolState):
    def _key(self) -> str:
        return "fees"

    def _fees(self, c: Context) -> Fees:
        fees = c.library.tools.fees
        if fees is None:
            raise LookupError("no content/tools/fees.yaml")
        return fees

    def _named(self, message: Message, c: Context) -> tuple[str, ...]:
        """The fees that a message names; none in a story."""
        if message.kind != "text" or len(message.text.split()) > MOST_WORDS:
            return ()
        return find(message.text, self._fees(c))

    def claims(self, words: str, c: Context) -> bool:
        return bool(find(words, self._fees(c)))

    def hear(self, message: Message, c: Context) -> Turn | None:
        """Another fee in own words; a longer question that has a sure answer is left to the answers."""
        found = self._named(message, c)
        few = len(message.text.split()) <= FEW_WORDS
        if not found or (not few and c.understanding.match(message.text[:KEPT]).confident):
            return None
        return arrive(_meant(found, message.text[:KEPT]), c)

    def back(self, c: Context) -> State:
        return FeeList()


def _meant(found: tuple[str, ...], words: str) -> State:
    return FeeAnswer(found[0], words) if len(found) == 1 else FeeMaybe(words, found)


@dataclass(frozen=True)
class FeeList(_InFees):
    NAME: ClassVar[str] = "fees"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("diminta uang tikt 3jt", "uang payung", "tiket sama visa")
    page: int = 0
    topic: str = ""

    def valid(self, c: Context) -> bool:
        return super().valid(c) and bool(self._rows(c))

    def _rows(self, c: Context) -> tuple[Fee, ...]:
        return self._fees(c).items[self.page * PAGE : (self.page + 1) * PAGE]

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, shown(self._fees(c).intro, c), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        named = [option(c, fee.key, fee.label) for fee in self._rows(c)]
        if (self.page + 1) * PAGE < len(self._fees(c).items):
            named.append(option(c, "more", c.catalogue.say("More fees"), "lainnya", "lanjut", "lagi"))
        return tuple(named)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(replace(self, page=self.page + 1) if key == "more" else FeeAnswer(key), c)

    def hear(self, message: Message, c: Context) -> Turn | None:
        """What was asked, in own words. What names no fee may be a question, a greeting or a misspelt global word; else we
        say that we do not know this fee."""
        from bot.conversation.globals import GREETINGS, nearly

        words = message.text.strip()
        if message.kind != "text" or not plain(words):
            return None
        found = self._named(message, c)
        if found:
            return arrive(_meant(found, words[:KEPT]), c)
        if len(words.split()) > MOST_WORDS or plain(words) in GREETINGS or nearly(self, message, c) is not None:
            return None
        if "?" in words or c.understanding.match(words[:KEPT]).confident:
            return None
        return arrive(FeeUnknown(words), c)

    def back(self, c: Context) -> State:
        return replace(self, page=self.page - 1) if self.page else leave(self.topic, c)


@dataclass(frozen=True)
class _AtFee(_InFees):
    item: str

    def valid(self, c: Context) -> bool:
        return super().valid(c) and self._fees(c).item(self.item) is not None

    def _fee(self, c: Context) -> Fee:
        fee = self._fees(c).item(self.item)
        if fee is None:
            raise LookupError(f"no fee {self.item!r}")
        return fee


@dataclass(frozen=True)
class FeeAnswer(_AtFee):
    """`words`: what somebody wrote, amounts and all; it goes along to a person."""

    NAME: ClassVar[str] = "fee"
    words: str = ""

    def ask(self, c: Context) -> tuple[Reply, ...]:
        fee = self._fee(c)
        head = same("*") + fee.label + "*\n" + self._fees(c).heads[fee.kind_on(today(c))]
        return (reply(c, lines(head, shown(fee.statement, c)), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        source: tuple[Choice, ...] = ()
        if self._fee(c).statement.facts:
            source = (option(c, "source", say("Source"), "sumber", "dari mana"),)
        return (
            option(c, "asked", say("If they ask anyway"), "kalau tetap diminta", "tetap diminta", "lanjut"),
            *source,
            option(c, "other", say("Another fee"), "biaya lain", "lain"),
            person_choice(c),
            tools_choice(c),
        )

    def choose(self, key: str, c: Context) -> Turn:
        match key:
            case "asked":
                return arrive(FeeAsked(self.item, self.words), c)
            case "source":
                return arrive(FeeSource(self.item, self.words), c)
            case "person":
                about = f"{self._fee(c).label.id}: {self.words}" if self.words else ""
                return arrive(to_person(about, self, c), c)
            case "tools":
                return arrive(leave("", c), c)
            case _:
                return arrive(FeeList(), c)


@dataclass(frozen=True)
class _AfterFee(_AtFee):
    words: str = ""

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "go-on", say("Back to the answer"), "lanjut"),
            option(c, "other", say("Another fee"), "biaya lain", "lain"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(FeeList() if key == "other" else self.back(c), c)

    def back(self, c: Context) -> State:
        return FeeAnswer(self.item, self.words)


@dataclass(frozen=True)
class FeeAsked(_AfterFee):
    """What to do if it is asked anyway."""

    NAME: ClassVar[str] = "fee-asked"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        asked = self._fees(c).asked[self._fee(c).kind_on(today(c))]
        return (reply(c, shown(asked, c), self.choices(c)),)


@dataclass(frozen=True)
class FeeSource(_AfterFee):
    NAME: ClassVar[str] = "fee-source"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, source_of(self._fee(c).statement, c), self.choices(c)),)


@dataclass(frozen=True)
class FeeMaybe(_InFees):
    """The words name several fees."""

    NAME: ClassVar[str] = "fee-maybe"
    question: str
    fees: tuple[str, ...]

    def valid(self, c: Context) -> bool:
        return super().valid(c) and bool(self._rows(c))

    def _rows(self, c: Context) -> tuple[Fee, ...]:
        return tuple(fee for fee in map(self._fees(c).item, self.fees) if fee is not None)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("Which one do you mean?"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        named = (option(c, fee.key, fee.label) for fee in self._rows(c))
        return (*named, option(c, "none", c.catalogue.say("None of these"), "bukan", "bukan itu", "tidak ada"))

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(FeeUnknown(self.question) if key == "none" else FeeAnswer(key, self.question), c)


@dataclass(frozen=True)
class FeeUnknown(_InFees):
    """Not in our list: said honestly, with the way to a person."""

    NAME: ClassVar[str] = "fee-unknown"
    question: str

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, shown(self._fees(c).unknown, c), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (person_choice(c), option(c, "other", say("List of fees"), "daftar", "biaya lain"), tools_choice(c))

    def choose(self, key: str, c: Context) -> Turn:
        match key:
            case "person":
                return arrive(to_person(self.question, self, c), c)
            case "tools":
                return arrive(leave("", c), c)
            case _:
                return arrive(FeeList(), c)
