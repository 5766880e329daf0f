"""SUMBER: on what the text here stands. The word works wherever a statement stands; the place is kept.

> sumber
< *Sumber:* • UU 18/2017 (dibaca tanggal 24 November 2026)   1 Lanjut dari tadi
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.answers import source_of
from bot.conversation.places import restore
from bot.conversation.speech import arrive, option, reply
from bot.conversation.state import Saved, State, dump
from bot.conversation.types import Choice, Context, Reply, Turn


def source_choice(state: State, c: Context) -> tuple[Choice, ...]:
    """«Sumber», where what stands here rests on facts."""
    statement = state.stands_on(c)
    if statement is None or not statement.facts:
        return ()
    return (option(c, "source", c.catalogue.say("Source"), "sumber", "dari mana"),)


def to_source(state: State, c: Context) -> Turn:
    """Show the source of what stands at this state, or say kindly that nothing stands here."""
    say = c.catalogue.say
    statement = state.stands_on(c)
    if statement is None:
        return arrive(state, c, lead=say("Nothing here has a source. Write *SUMBER* under a lesson or an answer."))
    if not statement.facts:
        return arrive(state, c, lead=say("This is plain advice; it states no rule and no figure."))
    return arrive(SourceHere(dump(state)), c)


@dataclass(frozen=True)
class SourceHere(State):
    NAME: ClassVar[str] = "source-here"
    place: Saved

    def valid(self, c: Context) -> bool:
        statement = restore(self.place, c).stands_on(c)
        return statement is not None and bool(statement.facts)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        statement = restore(self.place, c).stands_on(c)
        words = source_of(statement, c) if statement else c.catalogue.say("*Source:*")
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (option(c, "go-on", c.catalogue.say("Go on where I was"), "lanjut", "terus", "kembali ke pelajaran"),)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)
