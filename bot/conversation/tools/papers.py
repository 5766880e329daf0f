"""My papers: a checklist that is remembered, with dates, and reminders counted back from the departure.

> surat saya
< *Surat saya* 3 dari 13 sudah ada ...   1 Daftar surat 2 Tanggal berangkat 3 Ingatkan saya
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from bot.conversation.speech import arrive, day_in_words, lines, option, reply, same, shown, today, with_contact
from bot.conversation.state import State, dump
from bot.conversation.tools.common import ToolState, leave
from bot.conversation.types import (
    Choice,
    Context,
    Message,
    Paper,
    Reply,
    SetPaper,
    Turn,
)
from bot.conversation.welcome import gate
from bot.library.model import Phrase
from bot.library.tools.papers import PaperItem, Papers

PAGE = 7  # papers a page; «more» and the ways out stand beside them
MARKS = {"have": "✓", "asked": "…", "missing": "–"}


def enter_papers(topic: str, c: Context) -> State:
    """The checklist is remembered, so consent comes first; who refuses reads the list without marks."""
    home = PapersHome(topic)
    return home if c.contact.consent is False else gate(home, "papers", c)


def _known(key: str, c: Context) -> Paper:
    return c.contact.papers.get(key, Paper("missing"))


@dataclass(frozen=True)
class _InPapers(ToolState):
    def _key(self) -> str:
        return "papers"

    def _papers(self, c: Context) -> Papers:
        papers = c.library.tools.papers
        if papers is None:
            raise LookupError("no content/tools/papers.yaml")
        return papers


@dataclass(frozen=True)
class PapersHome(_InPapers):
    """`topic`: the answer that it was opened from, "" from the list of tools."""

    NAME: ClassVar[str] = "papers"
    topic: str = ""

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        papers = self._papers(c)
        have = sum(_known(item.key, c).state == "have" for item in papers.items)
        far = (
            say("{done} of {total} papers are there.", done=have, total=len(papers.items))
            if c.contact.consent
            else None
        )
        when: Phrase | None = None
        if c.contact.departure is not None:
            when = say("Departure: {day}.", day=day_in_words(c.contact.departure))
        words = lines(
            same("*") + papers.title + "*", shown(papers.intro, c), lines(far, when, self._next_day(c), gap="\n")
        )
        return (reply(c, words, self.choices(c)),)

    def _next_day(self, c: Context) -> Phrase | None:
        """The nearest day that the person named for a paper."""
        dated: list[tuple[date, PaperItem]] = []
        for item in self._papers(c).items:
            due = _known(item.key, c).due
            if due is not None and due >= today(c):
                dated.append((due, item))
        if not dated:
            return None
        day, nearest = min(dated, key=lambda pair: pair[0])
        return c.catalogue.say("Next: {paper}, {day}.", paper=nearest.label, day=day_in_words(day))

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        found = [option(c, "list", say("List of papers"), "daftar", "daftar surat", "lihat")]
        missing = next((item for item in self._papers(c).items if _known(item.key, c).state != "have"), None)
        if c.contact.consent and missing is not None:
            found.insert(0, option(c, "next", say("Next paper"), "lanjut", "berikut"))
        if c.contact.consent:
            found.append(option(c, "departure", say("Day of departure"), "tanggal berangkat", "kapan berangkat"))
            on = "papers" in c.contact.reminders
            found.append(
                option(c, "quiet", say("Do not remind me"), "jangan ingatkan", "stop ingatkan")
                if on
                else option(c, "remind", say("Remind me"), "ingatkan", "ingatkan saya")
            )
        return tuple(found)

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.departure import DepartureDate
        from bot.conversation.reminders import forget, remind

        match key:
            case "next":
                missing = next(item for item in self._papers(c).items if _known(item.key, c).state != "have")
                return arrive(PaperPage(missing.key), c)
            case "departure":
                return arrive(DepartureDate(dump(self)), c)
            case "remind":
                # Counted back from the departure: without a day there is nothing to count from.
                then = self if c.contact.departure is not None else DepartureDate(dump(self))
                return remind("papers", None, dump(then), c)
            case "quiet":
                return forget("papers", dump(self), c)
            case _:
                return arrive(PaperList(), c)

    def back(self, c: Context) -> State:
        return leave(self.topic, c)


@dataclass(frozen=True)
class PaperList(_InPapers):
    NAME: ClassVar[str] = "papers-list"
    page: int = 0

    def valid(self, c: Context) -> bool:
        return super().valid(c) and bool(self._rows(c))

    def _rows(self, c: Context) -> tuple[PaperItem, ...]:
        return self._papers(c).items[self.page * PAGE : (self.page + 1) * PAGE]

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        rows = [self._row(number, item, c) for number, item in enumerate(self._rows(c), 1)]
        legend = say("✓ there · … being made · – not yet") if c.contact.consent else None
        return (reply(c, lines(say("Choose a paper:"), lines(*rows, gap="\n"), legend), self.choices(c)),)

    def _row(self, number: int, item: PaperItem, c: Context) -> Phrase:
        mark = f"{MARKS[_known(item.key, c).state]} " if c.contact.consent else ""
        return same(f"{number} {mark}") + item.label

    def choices(self, c: Context) -> tuple[Choice, ...]:
        named = [option(c, item.key, item.label) for item in self._rows(c)]
        if (self.page + 1) * PAGE < len(self._papers(c).items):
            named.append(option(c, "more", c.catalogue.say("More papers"), "lagi", "lanjut", "lainnya"))
        return tuple(named)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(replace(self, page=self.page + 1) if key == "more" else PaperPage(key), c)

    def back(self, c: Context) -> State:
        return replace(self, page=self.page - 1) if self.page else PapersHome()


@dataclass(frozen=True)
class _AtPaper(_InPapers):
    paper: str

    def valid(self, c: Context) -> bool:
        return super().valid(c) and self._papers(c).item(self.paper) is not None

    def _item(self, c: Context) -> PaperItem:
        item = self._papers(c).item(self.paper)
        if item is None:
            raise LookupError(f"no paper {self.paper!r}")
        return item

    def _after(self, c: Context) -> State:
        """The next paper that is not there yet, else the overview."""
        items = self._papers(c).items
        later = items[items.index(self._item(c)) + 1 :]
        following = next((item for item in later if _known(item.key, c).state != "have"), None)
        return PaperPage(following.key) if following else PapersHome()


@dataclass(frozen=True)
class PaperPage(_AtPaper):
    """What a paper is, where it is made, and how far it is."""

    NAME: ClassVar[str] = "paper"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        item, known = self._item(c), _known(self.paper, c)
        head = same("*") + item.label + "*"
        if c.contact.consent:
            head = head + " · " + self._far(known, c)
        return (reply(c, lines(head, shown(item.statement, c)), self.choices(c)),)

    def _far(self, known: Paper, c: Context) -> Phrase:
        say = c.catalogue.say
        far = {"have": say("there"), "asked": say("being made"), "missing": say("not yet")}[known.state]
        return far + f", {day_in_words(known.due)}" if known.due is not None else far

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        listed = option(c, "list", say("List of papers"), "daftar", "daftar surat")
        if not c.contact.consent:
            return (listed,)
        return (
            option(c, "have", say("It is there"), "sudah ada", "sudah", "ada", "uah", "uah araq"),
            option(c, "asked", say("It is being made"), "sedang diurus", "diurus", "proses"),
            option(c, "missing", say("Not yet"), "belum", "belum ada", "ndeqman"),
            listed,
        )

    def choose(self, key: str, c: Context) -> Turn:
        if key == "list":
            items = self._papers(c).items
            return arrive(PaperList(items.index(self._item(c)) // PAGE), c)
        if key == "asked":
            after = _marked(c, self.paper, Paper("asked"))
            return arrive(PaperDue(self.paper), after, SetPaper(self.paper, "asked"))
        state: Paper = Paper("have") if key == "have" else Paper("missing")
        after = _marked(c, self.paper, state)
        lead = c.catalogue.say("Noted.")
        return arrive(self._after(after), after, SetPaper(self.paper, state.state), lead=lead)

    def back(self, c: Context) -> State:
        items = self._papers(c).items
        return PaperList(items.index(self._item(c)) // PAGE)


def _marked(c: Context, key: str, paper: Paper) -> Context:
    return with_contact(c, papers={**c.contact.papers, key: paper})


@dataclass(frozen=True)
class PaperDue(_AtPaper):
    """When it will be ready, or when the appointment is; may be skipped."""

    NAME: ClassVar[str] = "paper-due"
    TAKES_WORDS: ClassVar[bool] = True
    EXAMPLES: ClassVar[tuple[str, ...]] = ("12 januari 2027", "belum tahu")

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = say("When is the appointment, or when will it be ready? For example: 12 Januari. You may skip this.")
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (option(c, "skip", c.catalogue.say("Skip"), "lewati", "belum tahu", "tidak tahu", "lanjut"),)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(self._after(c), c, lead=c.catalogue.say("Noted."))

    def hear(self, message: Message, c: Context) -> Turn | None:
        from bot.conversation.dates import read_day, wrong_with

        if message.kind != "text":
            return None
        say = c.catalogue.say
        found = read_day(message.text, today(c))
        if found is None or (found.day is not None and wrong_with(found.day, today(c)) == "far"):
            return arrive(self, c, lead=say("I did not understand the day."))
        due = found.day
        if due is None:
            return self.choose("skip", c)
        if due < today(c):
            return arrive(self, c, lead=say("{day} is past already.", day=day_in_words(due)))
        after = _marked(c, self.paper, Paper("asked", due))
        lead = say("Noted: {day}.", day=day_in_words(due))
        return arrive(self._after(after), after, SetPaper(self.paper, "asked", due), lead=lead)

    def back(self, c: Context) -> State:
        return PaperPage(self.paper)
