"""Texts as weighted word vectors, and the phrasings nearest to one (tf-idf over stems and pairs of stems)."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from bot.understanding.features import Vector, words_and_pairs

PAIR_WEIGHT = 0.6  # two stems side by side say less for sure than one stem alone
NEAREST = 3  # so many phrasings of a topic decide how near it is
FIRST_SHARE = 0.6  # how much of that is the nearest one's


class Index:
    """The phrasings by topic."""

    def __init__(self, documents: Iterable[tuple[str, Sequence[str]]]):
        """`documents`: (topic, stems) pairs."""
        listed = [(topic, words_and_pairs(stems)) for topic, stems in documents]
        self._count = len(listed)
        seen = Counter(feature for _, found in listed for feature in set(found))
        self._idf = {feature: math.log((self._count + 1) / (n + 1)) + 0.5 for feature, n in seen.items()}
        self._unknown = math.log(self._count + 1)
        self._postings: defaultdict[str, defaultdict[str, list[tuple[int, float]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for number, vector in enumerate(self._weigh(found) for _, found in listed):
            postings = self._postings[listed[number][0]]
            for feature, weight in vector.items():
                postings[feature].append((number, weight))

    def vector(self, stems: Sequence[str]) -> Vector:
        """The vector of a text. Stems no phrasing has weigh fully, so that a strange text is near to nothing."""
        return self._weigh(words_and_pairs(stems))

    def nearness(self, vector: Vector, topic: str) -> float:
        """0..1, how near the nearest phrasings of this topic are; 0 for a topic without any."""
        sums: defaultdict[int, float] = defaultdict(float)
        for feature, weight in vector.items() if topic in self._postings else ():
            for number, other in self._postings[topic].get(feature, ()):
                sums[number] += weight * other
        totals = sorted(sums.values(), reverse=True)[:NEAREST]
        return FIRST_SHARE * totals[0] + (1 - FIRST_SHARE) * sum(totals) / NEAREST if totals else 0.0

    def _weigh(self, found: Sequence[str]) -> Vector:
        vector = {}
        for feature, times in Counter(found).items():
            pair = "_" in feature
            idf = self._idf.get(feature)
            if idf is None:
                if pair:
                    continue
                idf = self._unknown
            vector[feature] = idf * (1 + math.log(times)) * (PAIR_WEIGHT if pair else 1.0)
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        return {feature: weight / length for feature, weight in vector.items()}
