"""Short questions that live on what was just shown: «berapa biayanya?», «kalau untuk istri saya?».

Which words make which kind of question is data (content/language/followups.yaml). Where a kind leads after a topic is told
by `bot.library.followups`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.understanding.normalise import Normaliser, tokens

LONGEST = 6  # words
_ENDING = re.compile(r"^([a-z]{3,})(?:nya|ne|nye|lah|kah|ku)$")


@dataclass(frozen=True)
class FollowUp:
    """`kind`: a key of `kinds`. `bare`: it has no word of a topic of its own; else only what else is known may decide."""

    kind: str
    bare: bool


class FollowUpWords:
    """Tells the kind of a short question. Built once, never changed."""

    def __init__(self, written: Mapping[str, Any], normaliser: Normaliser):
        """`written`: the parsed followups.yaml, or nothing."""
        self._normaliser = normaliser
        self._light = self._words(written.get("light", ()))
        self._phrases = [
            (kind, words)
            for kind, phrases in written.get("kinds", {}).items()
            for phrase in phrases
            for words in dict.fromkeys((frozenset(self._bare(phrase)), frozenset(_cut(tokens(phrase)))))
        ]

    def read(self, text: str, *, sasak: bool = False) -> FollowUp | None:
        """The kind of a short question, None for everything else. Of several phrases the one with most words counts, of
        equals the first of the file."""
        if not 0 < len(tokens(text)) <= LONGEST:
            return None
        words = frozenset(self._bare(text, sasak=sasak))
        best: tuple[str, frozenset[str]] | None = None
        for kind, phrase in self._phrases:
            if phrase <= words and (best is None or len(phrase) > len(best[1])):
                best = kind, phrase
        return FollowUp(best[0], words - best[1] <= self._light) if best else None

    def _words(self, lines: Iterable[str]) -> frozenset[str]:
        """As they are written too: a Sasak word alone is not read as Sasak, a line of them is."""
        return frozenset(word for line in lines for word in (*self._bare(line), *_cut(tokens(line))))

    def _bare(self, text: str, *, sasak: bool = False) -> list[str]:
        return _cut(self._normaliser.words(text, sasak=sasak))


def _cut(words: Iterable[str]) -> list[str]:
    """Words without "nya" and its like: «biayanya», «biayane» are «biaya»."""
    return [_ENDING.sub(r"\1", word) for word in words]
