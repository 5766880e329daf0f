"""A small classifier that learns from the phrasings at start: averaged, passive-aggressive, sparse, and always the same.

No library is needed: some thousand short texts and some eighty topics take about a second. The order of the examples is fixed,
so the same phrasings give the same bot.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding.index import Vector

EPOCHS = 5
STEP = 0.3  # the largest correction one example may cause
MARGIN = 1.0
_STRIDE = 7919  # a prime: neighbours in the files are far apart in the order of learning
_FIELD = 104729  # a larger prime


class Linear:
    """Scores per topic. `labels` in the order of the scores."""

    def __init__(self, examples: Sequence[tuple[str, Vector]], *, epochs: int = EPOCHS):
        """`examples`: (topic, vector) pairs."""
        self.labels = sorted({topic for topic, _ in examples})
        number = {topic: at for at, topic in enumerate(self.labels)}
        order = sorted(range(len(examples)), key=lambda at: ((at + 1) * _STRIDE) % _FIELD)
        weights: dict[str, dict[int, float]] = {}
        moments: dict[str, dict[int, float]] = {}
        time = 1.0
        for _ in range(epochs):
            for at in order:
                topic, vector = examples[at]
                right = number[topic]
                scores = self._add(vector, weights)
                mine, scores[right] = scores[right], float("-inf")
                best = max(scores)
                loss = MARGIN - (mine - best)
                if loss > 0:
                    step = min(STEP, loss / 2)
                    wrong = scores.index(best)
                    for feature, value in vector.items():
                        row, moment = weights.setdefault(feature, {}), moments.setdefault(feature, {})
                        for label, move in ((right, step * value), (wrong, -step * value)):
                            row[label] = row.get(label, 0.0) + move
                            moment[label] = moment.get(label, 0.0) + time * move
                time += 1
        self._weights = {
            feature: {label: weight - moments[feature][label] / time for label, weight in row.items()}
            for feature, row in weights.items()
        }

    def scores(self, vector: Vector) -> dict[str, float]:
        """topic -> score; higher is better, around 0 means nothing is known."""
        return dict(zip(self.labels, self._add(vector, self._weights), strict=True))

    def _add(self, vector: Vector, weights: dict[str, dict[int, float]]) -> list[float]:
        scores = [0.0] * len(self.labels)
        for feature, value in vector.items():
            row = weights.get(feature)
            if row:
                for label, weight in row.items():
                    scores[label] += weight * value
        return scores
