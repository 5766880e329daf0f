"""One help number with everything that is known of it: who answers, hours, what it costs from abroad, source, state.

> nomor
< *Di Malaysia* ... 1 KJRI Johor Bahru ...
> 1
< *KJRI Johor Bahru* ... Sumber: ..., 24 Juni 2025. Belum dites ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.places import restore
from bot.conversation.speech import arrive, critical, lines, option, reply, same, short_day
from bot.conversation.state import Saved, State
from bot.conversation.types import Choice, Context, Reply, Turn
from bot.library.model import Helpline, Phrase


def cost(line: Helpline, c: Context) -> Phrase:
    """What it costs, as far as it follows from what the number is; never an amount."""
    say = c.catalogue.say
    if line.via == "whatsapp":
        return say("Cost: internet data only, from every country.")
    if line.via == "email":
        return say("Cost: internet data only.")
    if line.free is True:
        return say("Cost: free.")
    home = {"my": say("Malaysia"), "id": say("Indonesia")}[line.country]
    if line.number.startswith("+"):
        return say("Cost: a call; from outside {country} an international call, which is dear.", country=home)
    return say("Cost: not known. It works only inside {country}.", country=home)


def state_of(line: Helpline, c: Context) -> Phrase:
    """Confirmed by ringing, or still to be tested."""
    say = c.catalogue.say
    if line.rung_on is not None:
        return say("Confirmed: rung on {day}.", day=short_day(line.rung_on))
    return say("Not tested: nobody of ours has rung it yet. If it fails, try the next.")


def source_of_number(line: Helpline, c: Context) -> Phrase | None:
    cites = list(dict.fromkeys(fact.cite for fact in line.facts))
    if not cites:
        return None
    say = c.catalogue.say
    if line.as_of is not None:
        return say("Source: {cite}, {day}.", cite=cites[0], day=short_day(line.as_of))
    return say("Source: {cite}.", cite=cites[0])


@dataclass(frozen=True)
class NumberDetail(State):
    NAME: ClassVar[str] = "number"
    line: str
    page: int = 0
    place: Saved | None = None

    def _line(self, c: Context) -> Helpline:
        return next(line for line in c.library.helplines if line.key == self.line)

    def valid(self, c: Context) -> bool:
        return any(line.key == self.line for line in c.library.helplines)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        line = self._line(c)
        hours = say("Hours: {hours}.", hours=line.hours) if line.hours else say("Hours: not known.")
        facts = lines(say("Answers: {who}", who=line.who), hours, cost(line, c), source_of_number(line, c), gap="\n")
        words = lines(same("*") + line.name + f"*\n{line.number}", facts, state_of(line, c))
        return (reply(c, critical(words), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "numbers", say("Other numbers"), "nomor lain", "nomor"),
            option(c, "danger", say("I am in danger"), "darurat"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.danger import HelpCard

        return arrive(HelpCard(place=self.place) if key == "danger" else self.back(c), c)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import Numbers

        return Numbers(self._line(c).country, self.page, self.place) if self.valid(c) else restore(self.place, c)
