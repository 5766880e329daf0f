"""Understanding with a memory: what a text means is worked out before the transaction that needs it opens.

Its functions are pure, so remembering changes nothing but time. Short texts ("1", "menu") are most of what people write
and stay; longer ones are people's own words and are forgotten after the batch.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bot.understanding.parts import split

if TYPE_CHECKING:
    from bot.understanding import Understanding

SHORT = 24  # characters
KEPT = 4096  # short texts
MATCHED = 500  # so many characters of a message bot.conversation.questions looks at to find its topics

_Asked = tuple[str, str, bool]


class Remembering:
    """Stands in for an `Understanding` (see `as_understanding`). Errors are not remembered."""

    def __init__(self, understanding: Understanding) -> None:
        self._inner = understanding
        self._short = lru_cache(maxsize=KEPT)(self._ask)
        self._long: dict[_Asked, Any] = {}

    def assess(self, text: str, *, sasak: bool = False) -> Any:
        return self._remember("assess", text, sasak)

    def match(self, text: str, *, sasak: bool = False) -> Any:
        return self._remember("match", text, sasak)

    def read_ahead(self, text: str, *, sasak: bool) -> None:
        """Works out what a turn may ask of this text. A fault is for the turn to meet, not for us."""
        try:
            self.assess(text, sasak=sasak)
            self.match(text[:MATCHED], sasak=sasak)
            for part in split(text[:MATCHED]):
                self.match(part, sasak=sasak)
        except Exception:
            return

    def forget(self) -> None:
        """Drops what people wrote in their own words."""
        self._long.clear()

    def _remember(self, what: str, text: str, sasak: bool) -> Any:
        if len(text) <= SHORT:
            return self._short(what, text, sasak)
        asked = (what, text, sasak)
        if asked not in self._long:
            self._long[asked] = self._ask(*asked)
        return self._long[asked]

    def _ask(self, what: str, text: str, sasak: bool) -> Any:
        ask: Callable[..., Any] = getattr(self._inner, what)
        return ask(text, sasak=sasak)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
