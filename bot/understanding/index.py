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
    """The phrasings by topic. `labels[i]` is the topic of the i-th document."""

    def __init__(self, documents: Iterable[tuple[str, Sequence[str]]]):
        """`documents`: (topic, stems) pairs."""
        listed = [(topic, words_and_pairs(stems)) for topic, stems in documents]
        self.labels = [topic for topic, _ in listed]
        self._count = len(listed)
        seen = Counter(feature for _, found in listed for feature in set(found))
        self._idf = {feature: math.log((self._count + 1) / (n + 1)) + 0.5 for feature, n in seen.items()}
        self._unknown = math.log(self._count + 1)
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, vector in enumerate(self._weigh(found) for _, found in listed):
            for feature, weight in vector.items():
                self._postings[feature].append((number, weight))

    def vector(self, stems: Sequence[str]) -> Vector:
        """The vector of a text. Stems no phrasing has weigh fully, so that a strange text is near to nothing."""
        return self._weigh(words_and_pairs(stems))

    def nearness(self, vector: Vector) -> dict[str, float]:
        """topic -> 0..1, how near its nearest phrasings are; topics that share nothing are left out."""
        sums: defaultdict[int, float] = defaultdict(float)
        for feature, weight in vector.items():
            for number, other in self._postings.get(feature, ()):
                sums[number] += weight * other
        by_topic: defaultdict[str, list[float]] = defaultdict(list)
        for number, total in sums.items():
            by_topic[self.labels[number]].append(total)
        near = {}
        for topic, totals in by_topic.items():
            totals.sort(reverse=True)
            near[topic] = FIRST_SHARE * totals[0] + (1 - FIRST_SHARE) * sum(totals[:NEAREST]) / NEAREST
        return near

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
