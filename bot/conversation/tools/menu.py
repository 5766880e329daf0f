"""The list of tools.

> alat
< Alat bantu. Pilih:  1 Cek biaya 2 Cek tawaran kerja 3 Cek kontrak saya ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.speech import arrive, option, reply
from bot.conversation.state import State
from bot.conversation.tools.contract import first_contract
from bot.conversation.tools.fees import FeeList
from bot.conversation.tools.listed import ListedAsk
from bot.conversation.tools.money import MoneyStart
from bot.conversation.tools.offer import first_offer
from bot.conversation.tools.papers import enter_papers
from bot.conversation.tools.words import WordGroups
from bot.conversation.types import Choice, Context, Reply, Turn
from bot.library.tools import Tool

# The first state of each tool; the text is the FAQ topic that it was opened from, "" from the list of tools.
FIRST: Mapping[str, Callable[[str, Context], State]] = {
    "fees": lambda topic, c: FeeList(topic=topic),
    "offer": first_offer,
    "contract": first_contract,
    "listed": lambda topic, c: ListedAsk(topic),
    "words": lambda topic, c: WordGroups(topic=topic),
    "papers": enter_papers,
    "money": lambda topic, c: MoneyStart(topic),
}


def offered(c: Context) -> tuple[tuple[str, Tool], ...]:
    """Key and tool of those that have both content and a flow."""
    return tuple((key, tool) for key, tool in c.library.tools.all() if key in FIRST)


def tool_for(key: str | None, c: Context) -> Tool | None:
    """The tool of that key where it is offered."""
    return dict(offered(c)).get(key or "")


def open_tool(key: str, topic: str, c: Context) -> State:
    """Its first state; the list where it is not offered."""
    return FIRST[key](topic, c) if tool_for(key, c) else ToolsMenu()


@dataclass(frozen=True)
class ToolsMenu(State):
    NAME: ClassVar[str] = "tools"

    def valid(self, c: Context) -> bool:
        return bool(offered(c))

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = say("Tools: work something out step by step. Nothing of it is passed on. Choose:")
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return tuple(option(c, key, tool.title) for key, tool in offered(c))

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(open_tool(key, "", c), c)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import Menu

        return Menu()
