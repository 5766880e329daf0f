"""The chance of being right: fitted on held-back phrasings; a table and a picture of how far it can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.understanding.sets import held_back
from bot.understanding.data import NONE, LanguageData
from bot.understanding.match import CLOSE, CONFIDENT, Matcher
from bot.understanding.normalise import Normaliser

NONE_WEIGHT = 3.0  # an answer to a message of no topic counts so much more than a wrong topic
BINS = 10

Row = tuple[Sequence[float], bool, float]  # evidence, whether the first candidate is right, weight


@dataclass(frozen=True)
class Bin:
    """Answers whose estimated chance was about `chance`: how many, and the share that was right."""

    chance: float
    right: float
    count: int


def fit(data: LanguageData) -> None:
    """Fit the chance of being right, print what belongs into `Trust` (bot/understanding/match.py) and what limits would do."""
    rows: list[Row] = []
    normaliser = Normaliser.from_rows(data.rows)
    for part, asked in held_back(data):
        matcher = Matcher.of(part, normaliser)
        for one in asked:
            if found := matcher.evidence(one.text):
                ranked, evidence = found
                rows.append((evidence.values(), ranked[0] == one.topic, NONE_WEIGHT if one.topic == NONE else 1.0))
    weights, bias = logistic(rows)
    print(f"    weights: tuple[float, ...] = ({', '.join(f'{weight:.2f}' for weight in weights)})")
    print(f"    bias: float = {bias:.2f}\n")
    chances = [(chance(values, weights, bias), right, weight) for values, right, weight in rows]
    inside = [(one, right) for one, right, weight in chances if weight == 1.0]
    outside = [one for one, _, weight in chances if weight != 1.0]
    for limit in sorted({0.2, CLOSE, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, CONFIDENT, 0.9}):
        right = sum(one >= limit and good for one, good in inside) / len(inside)
        wrong = sum(one >= limit and not good for one, good in inside) / len(inside)
        loose = sum(one >= limit for one in outside) / len(outside)
        print(
            f"from {limit:.2f}: right {100 * right:5.1f} %  wrong {100 * wrong:4.1f} %  of no topic {100 * loose:4.1f} %"
        )


def chance(values: Sequence[float], weights: Sequence[float], bias: float) -> float:
    """As `Trust` does it, for any number of values."""
    total = bias + sum(w * v for w, v in zip(weights, values, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def logistic(rows: Sequence[Row]) -> tuple[list[float], float]:
    """Weights and bias of a logistic line through the rows, by gradient descent on scaled values."""
    width = len(rows[0][0])
    total = sum(weight for _, _, weight in rows)
    middle = [sum(values[at] * weight for values, _, weight in rows) / total for at in range(width)]
    spread = [
        math.sqrt(sum(weight * (values[at] - middle[at]) ** 2 for values, _, weight in rows) / total) or 1.0
        for at in range(width)
    ]
    scaled = [
        ([(v - m) / s for v, m, s in zip(values, middle, spread, strict=True)], right, w) for values, right, w in rows
    ]
    weights, bias, rate = [0.0] * width, 0.0, 1.0
    for _ in range(400):
        slope, lift = [0.0] * width, 0.0
        for values, right, weight in scaled:
            off = chance(values, weights, bias) - right
            lift += weight * off
            for at, value in enumerate(values):
                slope[at] += weight * off * value
        bias -= rate * lift / total
        weights = [w - rate * (s / total + 0.0005 * w) for w, s in zip(weights, slope, strict=True)]
    plain = [w / s for w, s in zip(weights, spread, strict=True)]
    return plain, bias - sum(w * m for w, m in zip(plain, middle, strict=True))


def bins(answers: Sequence[tuple[float, bool]]) -> list[Bin]:
    """`answers`: (estimated chance, right) pairs, put into ten equal steps; empty steps are left out."""
    found = []
    for step in range(BINS):
        here = [(one, right) for one, right in answers if min(int(one * BINS), BINS - 1) == step]
        if here:
            found.append(
                Bin(sum(one for one, _ in here) / len(here), sum(right for _, right in here) / len(here), len(here))
            )
    return found


def picture(lines: Sequence[tuple[str, str, Sequence[Bin]]]) -> str:
    """An SVG: estimated chance across, share that was right upwards. `lines`: (name, colour, bins)."""
    left, top, size = 60, 20, 400

    def spot(across: float, up: float) -> str:
        return f"{left + across * size:.1f},{top + (1 - up) * size:.1f}"

    body = []
    for tenth in range(0, 11, 2):
        x, y = spot(tenth / 10, tenth / 10).split(",")
        body.append(f'<path d="M{x} {top}V{top + size}M{left} {y}H{left + size}" stroke="#ddd"/>')
        body.append(f'<text x="{x}" y="{top + size + 18}" text-anchor="middle">{tenth * 10}</text>')
        body.append(f'<text x="{left - 8}" y="{float(y) + 4}" text-anchor="end">{tenth * 10}</text>')
    body.append(f'<path d="M{spot(0, 0)}L{spot(1, 1)}" stroke="#777" stroke-dasharray="5 4"/>')
    for at, (name, colour, found) in enumerate(lines):
        points = [spot(one.chance, one.right) for one in found]
        body.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for one, point in zip(found, points, strict=True):
            x, y = point.split(",")
            radius = 2 + 1.2 * math.log10(1 + one.count) ** 1.5
            told = f"{name}: {one.count} answers, estimated {100 * one.chance:.0f} %, right {100 * one.right:.0f} %"
            body.append(
                f'<circle cx="{x}" cy="{y}" r="{radius:.1f}" fill="{colour}" fill-opacity=".7"><title>{told}</title></circle>'
            )
        y = top + 24 + 20 * at
        body.append(
            f'<circle cx="{left + 20}" cy="{y - 4}" r="5" fill="{colour}"/><text x="{left + 32}" y="{y}">{name}</text>'
        )
    body.append(
        f'<text x="{left + size / 2}" y="{top + size + 40}" text-anchor="middle">estimated chance of being right, %</text>'
    )
    y = top + size / 2
    body.append(f'<text transform="translate(18 {y}) rotate(-90)" text-anchor="middle">was right, %</text>')
    inner = "\n".join(body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + size + 20} {top + size + 50}" '
        f'font-family="sans-serif" font-size="13" role="img">\n'
        f"<title>Reliability of the estimated chance</title>\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n{inner}\n</svg>\n'
    )
