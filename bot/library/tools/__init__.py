"""The tools in memory: what a person can work something out with, one module and one file of content/tools/ each.

A tool without a file is None and is offered nowhere. Nothing of the library is imported here when the program runs: the
model holds a `Tools`, and the tools hold phrases of the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.library.model import Phrase, Statement
    from bot.library.tools.contract import Contract
    from bot.library.tools.fees import Fees
    from bot.library.tools.listed import ListedTexts
    from bot.library.tools.money import MoneyTexts
    from bot.library.tools.offer import Offer
    from bot.library.tools.papers import Papers
    from bot.library.tools.words import Words

KEYS = ("fees", "offer", "contract", "listed", "words", "papers", "money")  # in the order of the menu


class Tool(Protocol):
    """What every tool has."""

    @property
    def title(self) -> Phrase:
        """At most 24 characters: it is a button."""

    def statements(self) -> Iterator[tuple[Statement, int]]:
        """Every statement that is shown with its grade, and how many characters stand in the same message besides."""


@dataclass(frozen=True)
class Tools:
    fees: Fees | None = None
    offer: Offer | None = None
    contract: Contract | None = None
    listed: ListedTexts | None = None
    words: Words | None = None
    papers: Papers | None = None
    money: MoneyTexts | None = None

    def by_key(self, key: str) -> Tool | None:
        """The tool of that key; None where it has no content, or there is no such key."""
        found: Tool | None = getattr(self, key) if key in KEYS else None
        return found

    def all(self) -> tuple[tuple[str, Tool], ...]:
        """Key and tool of those with content, in the order of the menu."""
        return tuple((key, tool) for key in KEYS if (tool := self.by_key(key)) is not None)

    def statements(self) -> Iterator[tuple[Statement, int]]:
        for _, tool in self.all():
            yield from tool.statements()
