"""How well messages are understood, and how fast.

    python benchmarks/understanding.py               the table
    python benchmarks/understanding.py --errors      and every miss
    python benchmarks/understanding.py --calibrate   fits `Trust` (bot/understanding/match.py) on held-back phrasings

Three sets of questions: `questions.yaml` was never looked at while the matcher was tuned (the honest figure),
`questions_seen.yaml` was, and "held back" leaves out a fifth of the phrasings at a time and asks those (the hardest: many
are a word or two).
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.understanding import Understanding  # noqa: E402
from bot.understanding.data import NONE, LanguageData, load_language  # noqa: E402
from bot.understanding.match import CLOSE, CONFIDENT, Evidence, Match, Matcher, Trust  # noqa: E402
from bot.understanding.normalise import Normaliser  # noqa: E402

TESTS = ROOT / "tests" / "understanding"
FOLDS = 5
NONE_WEIGHT = 3.0  # an answer to a message of no topic counts so much more than a wrong topic

Asked = tuple[str, str]  # topic or NONE, question


@dataclass
class Score:
    """Shares of the questions that have a topic, except `loose` and `sure_loose`: of those that have none."""

    name: str
    questions: int
    top1: float
    given: float
    top3: float
    sure: float
    sure_wrong: float
    none: int
    loose: float
    sure_loose: float

    def line(self) -> str:
        shares = (self.top1, self.given, self.top3, self.sure, self.sure_wrong)
        kept = "".join(f"{100 * share:9.1f}" for share in shares)
        return (
            f"{self.name:<16}{self.questions:5}{kept}{self.none:8}{100 * self.loose:9.1f}{100 * self.sure_loose:9.1f}"
        )


def questions(name: str) -> list[Asked]:
    """The questions of a file under tests/understanding."""
    loaded = yaml.safe_load((TESTS / name).read_text(encoding="utf-8"))
    return [(topic, text) for topic, texts in loaded.items() for text in texts]


def score(name: str, answers: Iterable[tuple[Asked, Match]]) -> Score:
    """The table line of some answers."""
    listed = list(answers)
    inside = [(topic, match) for (topic, _), match in listed if topic != NONE]
    outside = [match for (topic, _), match in listed if topic == NONE]

    def share(hits: Iterable[bool], of: int) -> float:
        return sum(hits) / of if of else 0.0

    return Score(
        name=name,
        questions=len(inside),
        top1=share((match.candidates[:1] == (topic,) for topic, match in inside), len(inside)),
        given=share((match.topic == topic for topic, match in inside), len(inside)),
        top3=share((topic in match.candidates[:3] for topic, match in inside), len(inside)),
        sure=share((match.confident and match.topic == topic for topic, match in inside), len(inside)),
        sure_wrong=share((match.confident and match.topic != topic for topic, match in inside), len(inside)),
        none=len(outside),
        loose=share((match.topic is not None for match in outside), len(outside)),
        sure_loose=share((match.confident for match in outside), len(outside)),
    )


def held_back(data: LanguageData) -> Iterable[tuple[Matcher, list[Asked]]]:
    """A matcher without one fifth of the phrasings, and that fifth; five times."""
    normaliser = Normaliser.from_rows(data.rows)
    everything = [(topic, line) for topic, lines in data.phrasings.items() for line in lines]
    everything += [(NONE, line) for line in data.out_of_scope]
    for fold in range(FOLDS):
        kept: dict[str, list[str]] = {topic: [] for topic in data.phrasings}
        none, asked = [], []
        for number, (topic, line) in enumerate(everything):
            if number % FOLDS == fold:
                asked.append((topic, line))
            elif topic == NONE:
                none.append(line)
            else:
                kept[topic].append(line)
        part = replace(data, phrasings={topic: tuple(lines) for topic, lines in kept.items()}, out_of_scope=tuple(none))
        yield Matcher.of(part, normaliser), asked


def calibrate(data: LanguageData) -> None:
    """Fit the chance of being right on held-back phrasings, print what belongs into `Trust`."""
    rows: list[tuple[tuple[float, ...], bool, float]] = []
    for matcher, asked in held_back(data):
        for topic, text in asked:
            found = matcher.evidence(text)
            if found:
                ranked, evidence = found
                rows.append((evidence.values(), ranked[0] == topic, NONE_WEIGHT if topic == NONE else 1.0))
    weights, bias = logistic(rows)
    print(f"    weights: tuple[float, ...] = ({', '.join(f'{weight:.2f}' for weight in weights)})")
    print(f"    bias: float = {bias:.2f}")
    trust = Trust(tuple(weights), bias)
    for limit in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9):
        chances = [(trust.chance(_evidence(values)), right, weight) for values, right, weight in rows]
        inside = [(chance, right) for chance, right, weight in chances if weight == 1.0]
        outside = [chance for chance, _, weight in chances if weight != 1.0]
        right = sum(chance >= limit and good for chance, good in inside) / len(inside)
        wrong = sum(chance >= limit and not good for chance, good in inside) / len(inside)
        loose = sum(chance >= limit for chance in outside) / len(outside)
        print(
            f"from {limit:.2f}: right {100 * right:5.1f} %  wrong {100 * wrong:4.1f} %  of no topic {100 * loose:4.1f} %"
        )


def _evidence(values: Sequence[float]) -> Evidence:
    return Evidence(*values)


def logistic(rows: Sequence[tuple[tuple[float, ...], bool, float]]) -> tuple[list[float], float]:
    """Weights and bias of a logistic line through (values, right, weight) rows, by gradient descent on scaled values."""
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
    for _ in range(600):
        slope, lift = [0.0] * width, 0.0
        for values, right, weight in scaled:
            off = 1 / (1 + math.exp(-bias - sum(w * v for w, v in zip(weights, values, strict=True)))) - right
            lift += weight * off
            for at, value in enumerate(values):
                slope[at] += weight * off * value
        bias -= rate * lift / total
        weights = [w - rate * (s / total + 0.0005 * w) for w, s in zip(weights, slope, strict=True)]
    plain = [w / s for w, s in zip(weights, spread, strict=True)]
    return plain, bias - sum(w * m for w, m in zip(plain, middle, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--no-held-back", action="store_true", help="leave the slow part out")
    options = parser.parse_args()
    start = time.perf_counter()
    data = load_language(ROOT / "content")
    loaded = time.perf_counter()
    if options.calibrate:
        calibrate(data)
        return
    understanding = Understanding(data)
    built = time.perf_counter()
    print(
        f"read in {loaded - start:.2f} s, built in {built - loaded:.2f} s; confident from {CONFIDENT}, close from {CLOSE}\n"
    )
    print("shares in %         n     top1    given     top3     sure   sure-x   none    given     sure")
    spent: list[float] = []
    for name in ("questions.yaml", "questions_seen.yaml"):
        answers = []
        for asked in questions(name):
            begin = time.perf_counter()
            answers.append((asked, understanding.match(asked[1])))
            spent.append(time.perf_counter() - begin)
        print(score(name.removesuffix(".yaml"), answers).line())
        if options.errors:
            for (topic, text), match in answers:
                if (match.topic or NONE) != topic:
                    print(f"    {topic}: {text} -> {match}")
    if not options.no_held_back:
        rest = [(asked, matcher.match(asked[1])) for matcher, part in held_back(data) for asked in part]
        print(score("held back", rest).line())
    danger(understanding, data, errors=options.errors)
    spent.sort()
    print(
        f"\nper question: p50 {1e3 * spent[len(spent) // 2]:.2f} ms, p99 {1e3 * spent[int(0.99 * len(spent))]:.2f} ms"
    )


def danger(understanding: Understanding, data: LanguageData, *, errors: bool) -> None:
    """Danger seen, and false alarms: on look-alikes, and on everything that is a question."""
    goldens = yaml.safe_load((TESTS / "danger.yaml").read_text(encoding="utf-8"))
    calls = [text for texts in goldens.values() for text in texts]
    alike = yaml.safe_load((TESTS / "lookalikes.yaml").read_text(encoding="utf-8"))
    plain = [line for lines in data.phrasings.values() for line in lines] + list(data.out_of_scope)
    plain += [text for name in ("questions.yaml", "questions_seen.yaml") for _, text in questions(name)]
    spent = []
    print()
    for name, texts, card in (
        ("danger (goldens)", calls, True),
        ("look-alikes", alike, False),
        ("questions", plain, False),
    ):
        wrong = []
        for text in texts:
            begin = time.perf_counter()
            if understanding.assess(text).card is not card:
                wrong.append(text)
            spent.append(time.perf_counter() - begin)
        what = "missed" if card else "false alarms"
        print(f"{name:<18}{len(texts):5}  {what} {len(wrong)} ({100 * len(wrong) / len(texts):.2f} %)")
        if errors:
            for text in wrong:
                print(f"    {text}")
    spent.sort()
    print(f"per message: p50 {1e3 * spent[len(spent) // 2]:.2f} ms, p99 {1e3 * spent[int(0.99 * len(spent))]:.2f} ms")


if __name__ == "__main__":
    main()
