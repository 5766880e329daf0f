"""Is this company or job order listed?: a search in the lists that staff imported.

A name that is listed is never a recommendation, a name that is not listed never an accusation: unknown is said as unknown.

> PT Contoh Maju
< *PT Contoh Maju* ... Ada di daftar 20 November 2026 ... Itu belum berarti orang yang menawari Anda benar dari sana.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from bot.conversation.choosing import plain
from bot.conversation.speech import arrive, critical, lines, option, reply, same, short_day, shown, today
from bot.conversation.state import Saved, State
from bot.conversation.tools.common import ToolState, leave, person_choice, to_person, tools_choice
from bot.conversation.types import (
    Choice,
    Context,
    Listed,
    ListedFound,
    Message,
    Outcome,
    Reply,
    SearchListed,
    Turn,
)
from bot.library.model import Phrase
from bot.library.tools.listed import ListedTexts

LONGEST = 100  # characters of a name
MOST = 5  # lines that are offered
NAME, NUMBER, PLACE, SOURCE = 60, 24, 28, 36  # characters that are shown of a line


def kept(found: ListedFound) -> Saved:
    """What was found as a plain dict, so that it can be saved with the state."""
    rows = [
        {
            "kind": row.kind,
            "name": row.name,
            "number": row.number,
            "place": row.place,
            "until": row.until.isoformat() if row.until else "",
        }
        for row in found.rows[:MOST]
    ]
    lists = [[kind, source, day.isoformat()] for kind, source, day in found.lists]
    return {"rows": rows, "exact": found.exact, "lists": lists}


def rows_of(found: Saved) -> tuple[Listed, ...]:
    return tuple(
        Listed(
            row["kind"], row["name"], row["number"], row["place"],
            date.fromisoformat(row["until"]) if row["until"] else None,
        )
        for row in found["rows"]
    )  # fmt: skip


@dataclass(frozen=True)
class _InListed(ToolState):
    def _key(self) -> str:
        return "listed"

    def _texts(self, c: Context) -> ListedTexts:
        texts = c.library.tools.listed
        if texts is None:
            raise LookupError("no content/tools/listed.yaml")
        return texts


@dataclass(frozen=True)
class ListedAsk(_InListed):
    NAME: ClassVar[str] = "listed"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("PT Contoh Maju",)
    TAKES_WORDS: ClassVar[bool] = True
    topic: str = ""

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, shown(self._texts(c).intro, c), self.choices(c)),)

    def hear(self, message: Message, c: Context) -> Turn | None:
        """A name or a number. Too short, too long, or with a question mark: it is something else."""
        words = " ".join(message.text.split())
        if message.kind != "text" or len(plain(words)) < 3 or len(words) > LONGEST or "?" in words:
            return None
        return Turn(self, (), (SearchListed(words),))

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        if not isinstance(outcome, ListedFound):
            return None
        at = 0 if outcome.exact and outcome.rows else -1
        return arrive(ListedShow(outcome.words[:LONGEST], kept(outcome), at), c)

    def back(self, c: Context) -> State:
        return leave(self.topic, c)


@dataclass(frozen=True)
class ListedShow(_InListed):
    """What was found. `at`: which line is shown; -1: none yet, only similar ones or nothing was found."""

    NAME: ClassVar[str] = "listed-found"
    words: str
    found: Saved
    at: int = -1

    def valid(self, c: Context) -> bool:
        try:
            return super().valid(c) and -1 <= self.at < max(1, len(rows_of(self.found)))
        except (KeyError, TypeError, ValueError):
            return False

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say, texts, rows = c.catalogue.say, self._texts(c), rows_of(self.found)
        if not self.found["lists"]:
            words = shown(texts.no_list, c)
        elif self.at >= 0 and rows:
            words = self._row(rows[self.at], c)
        elif rows:
            names = [same(f"{i} {_short(row.name, NAME)}") for i, row in enumerate(rows, 1)]
            head = say("“{words}” is not in our lists exactly so. Maybe you mean:", words=_short(self.words, NAME))
            words = critical(lines(head, lines(*names, gap="\n")))
        else:
            words = lines(say("Looked for: {words}", words=_short(self.words, NAME)), shown(texts.unknown, c))
            words = lines(words, self._lists(c))
        return (reply(c, critical(words), self.choices(c)),)

    def _row(self, row: Listed, c: Context) -> Phrase:
        say, texts = c.catalogue.say, self._texts(c)
        small = " · ".join(filter(None, (_short(row.number, NUMBER), _short(row.place, PLACE))))
        listed = next(((source, day) for kind, source, day in self.found["lists"] if kind == row.kind), None)
        stands = until = None
        if listed is not None:
            day = short_day(date.fromisoformat(listed[1]))
            stands = say("In the list of {day} from {source}.", day=day, source=_short(listed[0], SOURCE))
        over = row.until is not None and row.until < today(c)
        if row.until is not None:
            day = short_day(row.until)
            until = say("By the list it ended on {day}.", day=day) if over else say("By the list until {day}.", day=day)
        meaning = texts.expired if over else texts.order if row.kind == "job-order" else texts.found
        head = lines(same(f"*{_short(row.name, NAME)}*"), same(small) if small else None, stands, until, gap="\n")
        return lines(head, shown(meaning, c))

    def _lists(self, c: Context) -> Phrase:
        """Where was looked, so that an old list is seen to be old."""
        say = c.catalogue.say
        named = dict.fromkeys((source, day) for _, source, day in self.found["lists"])
        rows = [
            same(f"• {_short(source, SOURCE)}, {short_day(date.fromisoformat(day))}") for source, day in list(named)[:2]
        ]
        return lines(say("Lists that were searched:"), *rows, gap="\n")

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say, rows = c.catalogue.say, rows_of(self.found)
        first: list[Choice] = []
        if self.found["lists"] and rows and self.at < 0:
            first = [option(c, f"r{i}", same(row.name), row.number) for i, row in enumerate(rows)]
            first.append(option(c, "none", say("None of these"), "bukan", "bukan itu", "tidak ada"))
        elif 0 <= self.at < len(rows) - 1 and self.found["exact"]:
            first = [option(c, "next", say("Next"), "lanjut", "terus", "lagi")]
        again = option(c, "again", say("Look for another name"), "cari lagi", "nama lain", "ulang")
        return (*first, again, person_choice(c), tools_choice(c))

    def choose(self, key: str, c: Context) -> Turn:
        match key:
            case "none":
                return arrive(replace(self, found={**self.found, "rows": []}), c)
            case "next":
                return arrive(replace(self, at=self.at + 1), c)
            case "again":
                return arrive(ListedAsk(), c)
            case "person":
                return arrive(to_person(self.words, self, c), c)
            case "tools":
                return arrive(leave("", c), c)
            case _:
                return arrive(replace(self, at=int(key[1:])), c)

    def back(self, c: Context) -> State:
        if self.at > 0 and self.found["exact"]:
            return replace(self, at=self.at - 1)
        return replace(self, at=-1) if self.at >= 0 and not self.found["exact"] else ListedAsk()


def _short(words: str, most: int) -> str:
    """At most so many characters, without what would be read as markup."""
    plain_words = " ".join("".join(" " if char in "*_{}`" else char for char in words).split())
    return plain_words if len(plain_words) <= most else plain_words[: most - 1].rstrip() + "…"
