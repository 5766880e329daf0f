"""What the tools share: where one came from, the way to a person with one's words kept, the last choices."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.handover import LONGEST, HandoverSafe, Offices, ask_person
from bot.conversation.places import saved
from bot.conversation.speech import option
from bot.conversation.state import State
from bot.conversation.types import Choice, Context
from bot.conversation.welcome import gate


@dataclass(frozen=True)
class ToolState(State):
    """A state that needs the content of the tool `KEY`; without it, it is not valid."""

    def _key(self) -> str:
        raise NotImplementedError

    def valid(self, c: Context) -> bool:
        return c.library.tools.by_key(self._key()) is not None


def leave(topic: str, c: Context) -> State:
    """Back from the first state of a tool: to the answer one came from, or to the list of tools."""
    from bot.conversation.answers import Answer
    from bot.conversation.tools.menu import ToolsMenu

    return Answer(topic) if topic in c.library.topics else ToolsMenu()


def to_person(question: str, state: State, c: Context) -> State:
    """A person, with the question already written where there is one; the place is kept."""
    place = saved(state)
    if not question:
        return ask_person(c, place)
    if not c.staff.reads:
        return Offices(place)
    return gate(HandoverSafe(question[:LONGEST], place=place), "handover", c)


def person_choice(c: Context) -> Choice:
    return option(c, "person", c.catalogue.say("Ask a person"), "petugas", "orang")


def tools_choice(c: Context) -> Choice:
    return option(c, "tools", c.catalogue.say("Other tools"), "alat", "alat bantu", "alat lain")
