"""Cues: words that together point to a topic (content/language/cues.yaml).

A cue is written `paspor + pegang|simpan|tahan + ! hilang`: all parts joined by + in any order, alternatives by |, what must
not be there after !, words side by side joined by _.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.vocabulary import Vocabulary


@dataclass(frozen=True)
class Cue:
    """One cue: every set of `parts` must meet the message, none of `without` may be in it."""

    topic: str
    parts: tuple[frozenset[str], ...]
    without: frozenset[str]


class Cues:
    """All cues, looked up by their rarest part."""

    def __init__(self, written: Mapping[str, Sequence[str]], vocabulary: Vocabulary):
        """`written`: topic -> cues as text."""
        self._by_word: dict[str, list[Cue]] = {}
        for topic, lines in written.items():
            for line in lines:
                cue = self._read(topic, line, vocabulary)
                for word in min(cue.parts, key=len):
                    self._by_word.setdefault(word, []).append(cue)

    def topics(self, stems: Sequence[str]) -> Counter[str]:
        """topic -> how many of its cues are in these stems."""
        have = set(stems)
        for size in (2, 3):
            have.update("_".join(stems[at : at + size]) for at in range(len(stems) - size + 1))
        found: Counter[str] = Counter()
        met: set[int] = set()
        for word in have:
            for cue in self._by_word.get(word, ()):
                if id(cue) in met or have & cue.without or not all(have & part for part in cue.parts):
                    continue
                met.add(id(cue))
                found[cue.topic] += 1
        return found

    @staticmethod
    def _read(topic: str, line: str, vocabulary: Vocabulary) -> Cue:
        parts: list[frozenset[str]] = []
        without: set[str] = set()
        for text in line.split("+"):
            absent = text.strip().startswith("!")
            words = {_stemmed(word, vocabulary) for word in text.strip(" !").split("|") if word.strip()}
            if absent:
                without |= words
            else:
                parts.append(frozenset(words))
        if not parts or not all(parts):
            raise ValueError(f"cues.yaml: {topic}: '{line}' has an empty part")
        return Cue(topic, tuple(parts), frozenset(without))


def _stemmed(word: str, vocabulary: Vocabulary) -> str:
    parts = vocabulary.join(word.strip().lower().replace("-", "_").split("_"))
    return "_".join(vocabulary.stem(part) for part in parts)
