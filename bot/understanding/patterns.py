"""The small language in which content/language/danger.yaml describes sentences, made into regular expressions.

A pattern is a row of items with blanks between them, compared with the words of a sentence:

    word            that word                     a|b             any of these words or classes
    (a b|c d)       any of these rows of items    item?           may be missing
    <name>          any entry of that class       ^  $            beginning, end of the sentence
    ..              up to three words             ...             up to eight words
    ~               up to seven words, none of them of the class <me>
    HIT             the words a rule has found (in blockers and persons)

Sentences are matched as `joined(words)`: every word followed by one blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

HIT = "HIT"
_START = r"(?<!\S)"
_FREE = frozenset({"^", "$", "..", "...", "~"})  # items that stand for no word of their own
_ITEM = re.compile(r"\([^()]*\)\??|\S+")


def joined(words: Iterable[str]) -> str:
    """The form sentences are matched in."""
    return "".join(f"{word} " for word in words)


class Compiler:
    """Makes patterns of one set of classes into regular expressions."""

    def __init__(self, classes: Mapping[str, Sequence[str]]):
        """`classes`: name -> entries; an entry may be several words."""
        self._classes = {name: _any(re.escape(entry) for entry in entries) for name, entries in classes.items()}
        self._first = {name: frozenset(entry.split()[0] for entry in entries) for name, entries in classes.items()}

    def one(self, pattern: str) -> re.Pattern[str]:
        """One pattern, compiled."""
        return re.compile(self._start(pattern) + self._row(pattern))

    def several(self, patterns: Sequence[str]) -> re.Pattern[str] | None:
        """Any of the patterns; None for an empty list."""
        if not patterns:
            return None
        return re.compile("|".join(f"(?:{self._start(pattern)}{self._row(pattern)})" for pattern in patterns))

    def anchor(self, pattern: str) -> frozenset[str]:
        """Words of which a sentence must have one, or the pattern cannot be found in it. The fewest that can be told."""
        found = [words for words in map(self._anchors, _ITEM.findall(pattern.strip())) if words]
        if not found:
            raise ValueError(f"danger.yaml: '{pattern}' names no word")
        return min(found, key=len)

    def _anchors(self, item: str) -> frozenset[str]:
        if item in _FREE or item.endswith("?"):
            return frozenset()
        if item.startswith("("):
            return frozenset().union(*map(self.anchor, item[1:-1].split("|")))
        words = item.split("|")
        return frozenset().union(*(self._first[w[1:-1]] if w.startswith("<") else (w,) for w in words))

    @staticmethod
    def _start(pattern: str) -> str:
        return "" if pattern.lstrip().startswith("^") else _START

    def _row(self, pattern: str) -> str:
        items = _ITEM.findall(pattern.strip())
        if not items:
            raise ValueError("danger.yaml: an empty pattern")
        return "".join(self._item(item, pattern) for item in items)

    def _item(self, item: str, pattern: str) -> str:
        fixed = {
            "^": r"\A",
            "$": r"\Z",
            "..": r"(?:\S+ ){0,3}?",
            "...": r"(?:\S+ ){0,8}?",
            "~": rf"(?:(?!{self._classes.get('me', '(?!)')})\S+ ){{0,7}}?",
        }
        if item in fixed:
            return fixed[item]
        bare, maybe = item.removesuffix("?"), item.endswith("?")
        if bare.startswith("("):
            if not bare.endswith(")"):
                raise ValueError(f"danger.yaml: brackets do not close in '{pattern}'")
            found = "(?:" + "|".join(self._row(row) for row in bare[1:-1].split("|")) + ")"
        else:
            if any(sign in bare for sign in "()?"):
                raise ValueError(f"danger.yaml: '{item}' in '{pattern}' is not understood")
            found = "(?:" + "|".join(self._word(word, pattern) for word in bare.split("|")) + ")"
        return f"(?:{found})?" if maybe else found

    def _word(self, word: str, pattern: str) -> str:
        if word.startswith("<") and word.endswith(">"):
            try:
                return self._classes[word[1:-1]]
            except KeyError:
                raise ValueError(f"danger.yaml: there is no class {word} ('{pattern}')") from None
        if not word:
            raise ValueError(f"danger.yaml: an empty alternative in '{pattern}'")
        return re.escape(word) + " "


def _any(entries: Iterable[str]) -> str:
    """Any of the entries, each a whole word or several; the longest is tried first."""
    ordered = sorted(set(entries), key=lambda entry: (-len(entry), entry))
    return "(?:" + "|".join(entry.replace("\\ ", " ") + " " for entry in ordered) + ")"


# ---------------------------------------------------------------- verb forms


def passive(root: str) -> set[str]:
    """What is done to somebody: dipukul, dipukuli, dipukulin, tepukul (Sasak te-), and "kena pukul"."""
    tails = ("", "i", "in", "kan", "nya")
    return {f"di{root}{tail}" for tail in tails} | {f"te{root}", f"kena {root}"}


def active(root: str) -> set[str]:
    """What somebody does: memukul, memukuli, mukul, mukulin, pukul, pukuli, pukulin."""
    stems = {root, *nasal(root)}
    return {f"{stem}{tail}" for stem in stems for tail in ("", "i", "in", "kan")}


def nasal(root: str) -> tuple[str, ...]:
    """The forms with me(N)- and their short chat forms: pukul -> memukul, mukul; sekap -> menyekap, nyekap."""
    first, rest = root[0], root[1:]
    if first == "p":
        return f"mem{rest}", f"m{rest}"
    if first == "t":
        return f"men{rest}", f"n{rest}"
    if first == "s":
        return f"meny{rest}", f"ny{rest}"
    if first == "k":
        return f"meng{rest}", f"ng{rest}"
    if first in "bf":
        return f"mem{root}", f"m{root}", f"nge{root}"
    if first in "cdjz":
        return f"men{root}", f"n{root}"
    if first in "lmnrwy":
        return f"me{root}", f"nge{root}"
    return f"meng{root}", f"ng{root}"
