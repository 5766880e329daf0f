"""Typing errors of thumbs on a phone: a vowel left out, the key beside, a letter twice, two letters turned round.

A word nobody knows becomes the known word it was most likely meant to be. What is likely is counted in slips: a slip that
phones make often costs half. Short words are too close to one another to guess at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

FROM = 5  # letters; shorter words are only given their vowels back
FAR = 8  # from this length two slips are allowed
BONES = 3  # consonants a word must have to be known by them
EASY = 0.5  # the cost of a slip that phones make often
TURNED = 0.7  # two letters turned round
LOOKED_AT = 12  # known words that are weighed against one another

_VOWELS = frozenset("aiueo")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _beside() -> dict[str, frozenset[str]]:
    place = {key: (row, at) for row, keys in enumerate(_KEYS) for at, key in enumerate(keys)}
    return {
        key: frozenset(
            other
            for other, (line, column) in place.items()
            if other != key and abs(line - row) <= 1 and abs(column - at) <= 1
        )
        for key, (row, at) in place.items()
    }


_BESIDE = _beside()


class Mender:
    """Mends words by a list of known ones. `known`: word -> how often it is used."""

    def __init__(self, known: Mapping[str, int]):
        self._count = {word: count for word, count in known.items() if word.isalpha()}
        self._long = sorted(word for word in self._count if len(word) >= FROM)
        self._bones: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(self._count):
            bones = _bones(word)
            if len(bones) >= BONES:
                self._bones[bones].append(word)
        self.mend = lru_cache(maxsize=50_000)(self._mend)

    def _mend(self, word: str) -> str:
        """The known word meant; the word itself where it is known, holds digits, or is like none."""
        if word in self._count or not word.isalpha():
            return word
        return self._with_vowels(word) or self._near(word) or word

    def _with_vowels(self, word: str) -> str | None:
        """'psprt' -> 'paspor' is too far; 'krja' -> 'kerja': the same consonants in a row, only vowels were left out."""
        found = [
            known
            for known in self._bones.get(_bones(word), ())
            if len(known) > len(word) and known[0] == word[0] and _within(word, known)
        ]
        return max(found, key=lambda known: (self._count[known], known)) if found else None

    def _near(self, word: str) -> str | None:
        if len(word) < FROM:
            return None
        slips = 2 if len(word) >= FAR else 1
        near = process.extract(word, self._long, scorer=OSA.distance, score_cutoff=slips, limit=LOOKED_AT)
        if not near:
            return None
        return min(near, key=lambda one: (_cost(word, one[0], one[1]), -self._count[one[0]], one[0]))[0]


def _bones(word: str) -> str:
    """The first letter and all consonants after it, letters twice in a row once."""
    bones = word[:1] + "".join(letter for letter in word[1:] if letter not in _VOWELS)
    return "".join(letter for at, letter in enumerate(bones) if at == 0 or letter != bones[at - 1])


def _within(short: str, long: str) -> bool:
    """Whether all letters of `short` stand in `long` in this order."""
    rest = iter(long)
    return all(letter in rest for letter in short)


def _cost(typed: str, meant: str, slips: int) -> float:
    """How unlikely it is that `typed` was meant to be `meant`."""
    edits = Levenshtein.editops(typed, meant)
    if len(edits) > slips:
        return TURNED * slips
    cost = 0.0
    for edit in edits:
        if edit.tag == "replace":
            easy = meant[edit.dest_pos] in _BESIDE.get(typed[edit.src_pos], ())
        elif edit.tag == "insert":  # left out
            easy = meant[edit.dest_pos] in _VOWELS
        else:  # too many
            easy = edit.src_pos > 0 and typed[edit.src_pos - 1] == typed[edit.src_pos]
        cost += EASY if easy else 1.0
    return cost
