"""The money plan: income, living, debt, sending home; every figure typed by the person. What is left, when the debt is paid.

> 1.700
< *2 dari 7* Berapa biaya hidup sebulan ...
> ...
< *Rencana uang Anda* Sisa sebulan RM400 ... Utang lunas: Mei 2028
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from babel import Locale

from bot.conversation.amounts import amount, written
from bot.conversation.speech import arrive, lines, option, reply, shown, today
from bot.conversation.state import State
from bot.conversation.tools.common import ToolState, leave, tools_choice
from bot.conversation.types import Choice, Context, Message, Reply, Turn
from bot.library.model import Phrase
from bot.library.tools.money import MoneyTexts, Note

STEPS = ("income", "living", "debt", "pay", "send", "fee", "rate")
RINGGIT = frozenset({"income", "living", "send", "fee"})  # the others are rupiah
LONG = 24  # months of paying back from which on we warn
LONGEST = 600  # months that we count
_MONTHS = Locale("id").months["format"]["wide"]


@dataclass(frozen=True)
class Plan:
    """What came of the figures, in sen. `left`: ringgit a month after living, sending and its fee. `home`: rupiah that arrive
    a month. `months` until the debt is paid: 0 no debt, None never."""

    left: int
    home: int
    months: int | None

    @property
    def note(self) -> Note:
        if self.left < 0:
            return "short"
        if self.months is None:
            return "never"
        return "long" if self.months > LONG else "fine"


def plan(figures: dict[str, int]) -> Plan:
    """`figures`: sen by step; `pay` is missing where there is no debt. The rate is rupiah for one ringgit."""
    left = figures["income"] - figures["living"] - figures["send"] - (figures["fee"] if figures["send"] else 0)
    home = figures["send"] * figures["rate"] // 100
    debt, pay = figures["debt"], figures.get("pay", 0)
    if not debt:
        return Plan(left, home, 0)
    if not pay or pay > home:
        return Plan(left, home, None)
    months = -(-debt // pay)
    return Plan(left, home, months if months <= LONGEST else None)


def month_after(day: date, months: int) -> str:
    """«Mei 2028»"""
    number = day.month - 1 + months
    return f"{_MONTHS[number % 12 + 1]} {day.year + number // 12}"


@dataclass(frozen=True)
class _InPlan(ToolState):
    """`topic`: the answer that it was opened from, "" from the list of tools."""

    topic: str = ""

    def _key(self) -> str:
        return "money"

    def _texts(self, c: Context) -> MoneyTexts:
        texts = c.library.tools.money
        if texts is None:
            raise LookupError("no content/tools/money.yaml")
        return texts

    def back(self, c: Context) -> State:
        return leave(self.topic, c)


@dataclass(frozen=True)
class MoneyStart(_InPlan):
    NAME: ClassVar[str] = "money-start"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, shown(self._texts(c).intro, c), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (option(c, "start", c.catalogue.say("Start"), "mulai", "lanjut", "ya", "ok"),)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(MoneyAsk(self.topic), c)


@dataclass(frozen=True)
class MoneyAsk(_InPlan):
    """`figures`: what was answered so far, in sen, in the order of the steps; -1 stands for a step that does not apply."""

    NAME: ClassVar[str] = "money-ask"
    TAKES_WORDS: ClassVar[bool] = True
    EXAMPLES: ClassVar[tuple[str, ...]] = ("1000", "tidak ada")
    figures: tuple[int, ...] = ()

    def valid(self, c: Context) -> bool:
        return super().valid(c) and len(self.figures) < len(STEPS)

    @property
    def step(self) -> str:
        return STEPS[len(self.figures)]

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        head = say("*{number} of {total}*", number=len(self.figures) + 1, total=len(STEPS))
        return (reply(c, lines(head, self._question(c)), self.choices(c)),)

    def _question(self, c: Context) -> Phrase:
        say = c.catalogue.say
        return {
            "income": say(
                "How many *ringgit* do you get a month, after deductions? If you do not know it, take the lowest."
            ),
            "living": say("How many *ringgit* do you need a month to live: food, phone, soap, medicine?"),
            "debt": say("How much *rupiah* of debt is there altogether, with interest? No debt: write 0."),
            "pay": say("How much *rupiah* a month is paid back?"),
            "send": say("How many *ringgit* do you want to send home a month?"),
            "fee": say("How many *ringgit* does sending cost each time? Look at the counter or in the app."),
            "rate": say("How many *rupiah* does the family get for one ringgit? Ask for today's rate before you send."),
        }[self.step]

    def claims(self, words: str, c: Context) -> bool:
        return words == "0"

    def hear(self, message: Message, c: Context) -> Turn | None:
        if message.kind != "text":
            return None
        say = c.catalogue.say
        given = amount(message.text)
        if given is None:
            return arrive(self, c, lead=say("Please write one amount in figures, for example 1500 or 2 juta."))
        if given == 0 and self.step == "rate":
            return arrive(self, c, lead=say("The rate cannot be 0."))
        figures = (*self.figures, given)
        if self.step == "debt" and given == 0:
            figures = (*figures, -1)
        return arrive(
            MoneyAsk(self.topic, figures) if len(figures) < len(STEPS) else MoneyResult(self.topic, figures), c
        )

    def back(self, c: Context) -> State:
        if not self.figures:
            return MoneyStart(self.topic)
        kept = self.figures[:-1]
        return MoneyAsk(self.topic, kept[:-1] if self.figures[-1] == -1 else kept)


@dataclass(frozen=True)
class MoneyResult(_InPlan):
    NAME: ClassVar[str] = "money-result"
    figures: tuple[int, ...] = ()

    def valid(self, c: Context) -> bool:
        return super().valid(c) and len(self.figures) == len(STEPS) and self.figures[-1] > 0

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        figures = {step: given for step, given in zip(STEPS, self.figures, strict=True) if given >= 0}
        found = plan(figures)
        paid: Phrase | None = None
        if figures["debt"] and found.months is not None:
            paid = say(
                "The debt is paid after {months} months: {month}.",
                months=found.months,
                month=month_after(today(c), found.months),
            )
        elif figures["debt"]:
            paid = say("The debt is not paid this way.")
        left = say("Left a month in Malaysia: *RM{amount}*", amount=written(found.left))
        home = say("Arrives at home a month: *Rp{amount}*", amount=written(found.home // 100 * 100))
        words = lines(
            say("*Your money plan*"), lines(left, home, paid, gap="\n"), shown(self._texts(c).notes[found.note], c)
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "again", say("Count again"), "ulangi", "hitung lagi", "malik"),
            option(c, "fees", say("Is this fee allowed?"), "biaya", "boleh diminta"),
            tools_choice(c),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.tools.menu import ToolsMenu, open_tool

        if key == "again":
            return arrive(MoneyAsk(self.topic), c)
        return arrive(open_tool("fees", "", c) if key == "fees" else ToolsMenu(), c)

    def back(self, c: Context) -> State:
        return MoneyAsk(self.topic, self.figures[:-1])
