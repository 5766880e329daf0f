"""What may be drawn of a text today: the language, the Sasak drafts and the grades, by the rules of the conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.conversation import danger
from bot.conversation.speech import caution, in_language, safe, short_day, text, today
from bot.conversation.types import Context, Drafts, Language
from bot.library.model import Card, Fact, Helpline, Phrase, Statement

_MARKS = "¹²³"
_NOON = time(4, tzinfo=UTC)  # in Lombok


def context_on(c: Context, day: date, language: Language, drafts: Drafts) -> Context:
    """The same house on that day, for a reader of that language."""
    return replace(in_language(c, language), now=datetime.combine(day, _NOON), drafts=drafts)


@dataclass(frozen=True)
class Said:
    """What is drawn: the words, and the Sasak below them where both are shown."""

    words: str
    beside: str = ""


def said(phrase: Phrase, c: Context) -> Said:
    """One language or two, as `speech.text` decides."""
    whole = text(phrase, c)
    if whole in (phrase.id, phrase.sas):
        return Said(whole)
    return Said(phrase.id, phrase.sas or "")


def is_draft(phrase: Phrase, c: Context) -> bool:
    """Is Sasak shown of it that nobody has signed?"""
    return bool(phrase.sas) and phrase.sas != phrase.id and not phrase.signed and text(phrase, c) != phrase.id


@dataclass
class Notes:
    """What is gathered while a print is made: lines of caution with their marks, the facts, whether drafts are shown."""

    c: Context
    cautions: dict[str, Phrase] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    drafts: bool = False

    def said(self, phrase: Phrase) -> Said:
        self.drafts = self.drafts or is_draft(phrase, self.c)
        return said(phrase, self.c)

    def use(self, facts: Iterable[Fact]) -> None:
        self.facts.update((fact.id, fact) for fact in facts)

    def statement(self, statement: Statement, *, required: bool = False) -> Phrase | None:
        """As its grade allows: with a mark that leads to its line of caution; the safe text; or None. `required`: where
        there is no safe text, the sentence that says who to ask."""
        if statement.grade_on(today(self.c)) == "C":
            return safe(statement, self.c) if statement.safe or required else None
        self.use(statement.facts)
        line = caution(statement, self.c)
        if line is None:
            return statement.text
        self.cautions.setdefault(line.id, line)
        return statement.text + f"\u00a0{self._mark(list(self.cautions).index(line.id))}"

    def statements(self, cards: Iterable[Card]) -> Iterator[Said]:
        """Those that may be stated today, or their safe texts."""
        for card in cards:
            phrase = self.statement(card.statement)
            if phrase is not None:
                yield self.said(phrase)

    def lines(self) -> list[Said]:
        """The lines of caution, each with its mark."""
        made = []
        for number, line in enumerate(self.cautions.values()):
            made.append(self.said(Phrase(f"{self._mark(number)} ", f"{self._mark(number)} ") + line))
        return made

    @staticmethod
    def _mark(number: int) -> str:
        return _MARKS[number] if number < len(_MARKS) else f"({number + 1})"

    def check_after(self) -> date | None:
        """The first day after which a fact used here must be looked at again."""
        return min((fact.check_by for fact in self.facts.values() if fact.check_by), default=None)


# --- numbers ---------------------------------------------------------------------------------------------------------


def is_confirmed(line: Helpline, c: Context) -> bool:
    """Somebody of ours has rung it, or a source that still counts gives it."""
    return line.rung_on is not None or danger.grade(line, c) == "A"


def in_order(lines: Iterable[Helpline], c: Context) -> list[Helpline]:
    """Emergency numbers, then confirmed ones (rung ones first), then the others; as the help card orders them."""
    ranked = danger.ranked(list(lines), c)
    return sorted(ranked, key=lambda line: (line.kind != "emergency", not is_confirmed(line, c), line.rung_on is None))


def emergency(country: str, c: Context) -> list[Helpline]:
    """The numbers to ring when a life is in danger."""
    found = [line for line in c.library.helplines if line.kind == "emergency" and line.via == "call"]
    return in_order((line for line in found if line.country == country and "now" in line.use_for), c)


def helplines(country: str, c: Context, limit: int) -> list[Helpline]:
    """The numbers beside the emergency ones that somebody abroad can use, the surest first."""
    found = [
        line
        for line in c.library.helplines
        if line.country == country and line.kind != "emergency" and line.via != "email"
        if "now" in line.use_for or "exploitation" in line.use_for
    ]
    # An Indonesian number that works only in Indonesia is for the family: last.
    ordered = sorted(in_order(found, c), key=lambda line: line.works_from not in ("any", "my"))
    return ordered[:limit]


def name_and_number(line: Helpline, c: Context) -> tuple[str, str]:
    """«KJRI Johor Bahru (WA, belum dites, sumber 24-06-2025)», «+60 10-528 8040»: the words of the help card."""
    words, _, number = said(danger.number_row(line, c), c).words.rpartition("\n")
    return words.removesuffix(":"), number


def check_line(c: Context, after: date | None) -> Phrase:
    """When this was drawn, and after which day its facts are to be looked at again: a year where none runs out."""
    day = today(c)
    last = after or day + timedelta(days=365)
    return c.catalogue.say("Made on {day}. Check again after {after}.", day=short_day(day), after=short_day(last))
