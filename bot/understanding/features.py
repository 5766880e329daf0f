"""What of a text is counted: words with their neighbours, letters, cues; each weighed so that rare things say more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

Vector = dict[str, float]  # feature -> weight

SHORTEST, LONGEST = 3, 5  # letters in a row


def words_and_pairs(stems: Sequence[str]) -> list[str]:
    """The stems, and each pair of neighbours joined by '_'."""
    return [*stems, *(f"{left}_{right}" for left, right in pairwise(stems))]


def letters(words: Sequence[str]) -> list[str]:
    """Three to five letters in a row, word by word; a blank marks where a word begins and ends. For typing errors."""
    return [part for word in words for part in _letters(word)]


@lru_cache(maxsize=20_000)
def _letters(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    size = len(padded)
    found = [
        padded[at : at + length]
        for length in range(SHORTEST, min(LONGEST, size - 1) + 1)
        for at in range(size - length + 1)
    ]
    return (*found, padded) if size <= LONGEST else tuple(found)


class Weigher:
    """tf-idf over one kind of feature; vectors have the length `share`."""

    def __init__(self, documents: Iterable[Sequence[str]], *, share: float = 1.0, fewest: int = 1):
        """`documents`: the features of each text. `share`: how much this kind counts beside the others. `fewest`: what
        fewer documents have is left out.
        """
        seen: Counter[str] = Counter()
        count = 0
        for count, document in enumerate(documents, 1):  # noqa: B007 - the last number is how many there were
            seen.update(set(document))
        self._idf = {feature: math.log((count + 1) / (n + 1)) + 1 for feature, n in seen.items() if n >= fewest}
        self._share = share

    def vector(self, found: Sequence[str]) -> Vector:
        """Features that no document has are left out; empty when none is known."""
        vector = {}
        for feature, times in Counter(found).items():
            rare = self._idf.get(feature)
            if rare is not None:
                vector[feature] = rare if times == 1 else rare * (1 + math.log(times))
        length = math.sqrt(sum(weight * weight for weight in vector.values()))
        scale = self._share / length if length else 0.0
        return {feature: weight * scale for feature, weight in vector.items()}


def cue_vector(cues: Mapping[str, int], *, share: float, more: float) -> Vector:
    """Cues as features, named @topic. `cues`: topic -> how many; two or more weigh `more` times as much as one."""
    return {f"@{topic}": share * (1.0 if count == 1 else more) for topic, count in cues.items()}
