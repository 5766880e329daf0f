"""Words typed in a hurry, read as the ordinary words they are short for: "kpal" -> kapal, "kmi" -> kami, "kjang" -> kejang.

Phones' shorthand leaves vowels out. A strange word becomes the word of our own texts that has the same consonants and in which
its letters stand in their order; the nearest in length, then the most used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

SHORTEST = 3  # letters a strange word must have
OFTEN = 3  # so often a word must stand in our texts to be known
_VOWELS = re.compile("[aiueo]")


class Shorthand:
    """Built from our own texts; never changed once built."""

    def __init__(self, words: Iterable[str], names: Iterable[str] = ()):
        """`words`: every word of our texts, as often as it stands there. `names`: words that are known however rare."""
        counted = Counter(words)
        self._often = {word: count for word, count in counted.items() if count >= OFTEN and word.isalpha()}
        self._known = self._often.keys() | set(names)
        self._same: dict[str, list[str]] = {}
        for word in sorted(self._often):
            self._same.setdefault(_VOWELS.sub("", word), []).append(word)
        self.long = lru_cache(maxsize=20_000)(self._long)

    def _long(self, word: str) -> str:
        """The word meant; the word itself when it is known or nothing fits."""
        if word in self._known or len(word) < SHORTEST or not word.isalpha():
            return word
        fits = [
            other
            for other in self._same.get(_VOWELS.sub("", word), ())
            if other[0] == word[0] and len(other) > len(word) and _inside(word, other)
        ]
        return min(fits, key=lambda other: (len(other), -self._often[other], other), default=word)


def _inside(short: str, word: str) -> bool:
    """Whether the letters of `short` stand in `word` in their order."""
    letters = iter(word)
    return all(letter in letters for letter in short)
