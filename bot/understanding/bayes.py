"""Naive Bayes over weighed features: how much more often than elsewhere does a topic have what this text has?

Learnt by counting once, so it is quick to build, always the same, and a weight can be explained: it is
log(1 + p(feature | topic) / p(feature)). What a topic never has says nothing for it or against it (Jelinek-Mercer
smoothing, half and half with what is usual).
"""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.understanding.features import Vector


class _Table(NamedTuple):
    """The weights of one kind of feature. Those of feature f stand from `start[f][0]` up to `start[f][1]` in the two rows."""

    start: dict[str, tuple[int, int]]
    labels: bytes  # which topic
    weights: array[float]


class Bayes:
    """Scores per topic. `labels` in the order of the scores; at most 255."""

    def __init__(self, topics: Iterable[str], examples: Iterable[tuple[str, Sequence[Vector]]], *, kinds: int):
        """`topics`: all that may come. `examples`: (topic, vectors) pairs, each with `kinds` vectors, one for each kind of
        feature; read once, one at a time, for the memory.
        """
        self.labels = sorted(set(topics))
        number = {topic: at for at, topic in enumerate(self.labels)}
        counts: list[defaultdict[str, dict[int, float]]] = [defaultdict(dict) for _ in range(kinds)]
        totals = [0.0] * len(self.labels)
        for topic, vectors in examples:
            label = number[topic]
            for table, vector in zip(counts, vectors, strict=True):
                for feature, weight in vector.items():
                    row = table[feature]
                    row[label] = row.get(label, 0.0) + weight
                totals[label] += sum(vector.values())
        self._tables = [_table(table, totals) for table in counts]

    def scores(self, vectors: Sequence[Vector]) -> dict[str, float]:
        """topic -> score from 0 up; 0 means that nothing speaks for it."""
        scores = [0.0] * len(self.labels)
        for (start, labels, weights), vector in zip(self._tables, vectors, strict=True):
            for feature, value in vector.items():
                if place := start.get(feature):
                    first, end = place
                    for label, weight in zip(labels[first:end], weights[first:end], strict=True):
                        scores[label] += weight * value
        return dict(zip(self.labels, scores, strict=True))


def _table(counts: dict[str, dict[int, float]], totals: Sequence[float]) -> _Table:
    everything = sum(totals)
    labels, weights = bytearray(), array("f")
    start = {}
    for feature, row in counts.items():
        first, usual = len(labels), sum(row.values()) / everything
        for label, weight in row.items():
            labels.append(label)
            weights.append(math.log1p(weight / totals[label] / usual))
        start[feature] = (first, len(labels))
    return _Table(start, bytes(labels), weights)
