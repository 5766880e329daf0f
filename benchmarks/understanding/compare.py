"""The table of methods. Each method runs in a process of its own, so that time and memory are its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.understanding.calibration import NONE_WEIGHT, Row, chance, logistic
from benchmarks.understanding.methods import METHODS, SHIPPED, Method, Scores
from benchmarks.understanding.sets import ROOT, Asked, first, held_back, second
from bot.understanding.data import NONE, load_language
from bot.understanding.match import CONFIDENT

GROUPS = ("indonesian", "slang", "sasak", "mixed")


@dataclass(frozen=True)
class Answer:
    """What a method says to one question: topics best first without NONE, and what speaks for the first."""

    asked: Asked
    ranked: tuple[str, ...]
    evidence: tuple[float, float, float]  # score, lead before the second topic, lead before NONE

    @property
    def right(self) -> bool:
        return self.ranked[:1] == (self.asked.topic,)


@dataclass(frozen=True)
class Line:
    """One line of the table. Shares in per cent, time in milliseconds a question, memory in MB."""

    held_top1: float
    held_top3: float
    first_top1: float
    first_top3: float
    second_top1: float
    second_top3: float
    groups: tuple[float, ...]
    sure_right: float  # confident and right, of the questions of both test files
    sure_wrong: float
    outside: float  # confident, of the messages of no topic in both test files
    median: float
    p99: float
    memory: float


def table() -> None:
    """Print it, method by method."""
    print(
        f"{'method':<36}{'held back':>12}{'first':>12}{'second':>12}   "
        + "".join(f"{name[:6]:>7}" for name in GROUPS)
        + f"{'sure':>7}{'wrong':>7}{'outs.':>7}{'p50 ms':>8}{'p99 ms':>8}{'MB':>6}"
    )
    for method in METHODS:
        missing = [name for name in method.needs if importlib.util.find_spec(name) is None]
        name = method.name + (" *" if method.name == SHIPPED else "")
        if missing:
            print(f"{name:<36}   not installed: {', '.join(missing)}", flush=True)
        else:
            print(f"{name:<36}{_row(_apart(method))}", flush=True)
    print(
        f"\ntop-1/top-3 in %. held back: phrasings left out of the building, by wording. first, second: the test files; then "
        f"top-1 by group of the second. sure, wrong: confidently right and confidently wrong, of both test files; outs.: "
        f"confident about messages of no topic. Confident is a chance of {CONFIDENT} by a logistic line over score, lead and "
        f"lead before no topic, fitted for each method on what was held back. MB: beyond the Python that reads the files. "
        f"* what Bekal uses (with more evidence; see below)."
    )


def _row(line: Line) -> str:
    pairs = (
        (line.held_top1, line.held_top3),
        (line.first_top1, line.first_top3),
        (line.second_top1, line.second_top3),
    )
    return (
        "".join(f"{f'{one:.1f}/{three:.1f}':>12}" for one, three in pairs)
        + "   "
        + "".join(f"{share:7.1f}" for share in line.groups)
        + f"{line.sure_right:7.1f}{line.sure_wrong:7.1f}{line.outside:7.1f}{line.median:8.1f}{line.p99:8.1f}{line.memory:6.0f}"
    )


def _apart(method: Method) -> Line:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.understanding", "--one", method.name],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return Line(**json.loads(done.stdout))


def one(name: str) -> None:
    """Measure one method, print its line as JSON."""
    method = next(method for method in METHODS if method.name == name)
    data = load_language(ROOT / "content")
    before = _resident()
    score = method.build(data)
    score("apa kabar")
    spent: list[float] = []

    def answer(asked: Asked) -> Answer:
        begin = time.perf_counter()
        scores = score(asked.text)
        spent.append(time.perf_counter() - begin)
        return _answer(asked, scores)

    in_first, in_second = [answer(asked) for asked in first()], [answer(asked) for asked in second()]
    memory = _resident() - before
    held = []
    for part, asked_of in held_back(data):
        score = method.build(part)
        held += [_answer(asked, score(asked.text)) for asked in asked_of]
    print(json.dumps(asdict(_line(in_first, in_second, held, sorted(spent), memory))))


def _answer(asked: Asked, scores: Scores) -> Answer:
    none = scores.pop(NONE, 0.0)
    ranked = sorted(scores, key=lambda topic: (-scores[topic], topic))
    best, second_best = (scores[ranked[at]] if len(ranked) > at else 0.0 for at in (0, 1))
    return Answer(asked, tuple(ranked), (best, best - second_best, best - none))


def _line(
    in_first: Sequence[Answer],
    in_second: Sequence[Answer],
    held: Sequence[Answer],
    spent: Sequence[float],
    memory: float,
) -> Line:
    rows: list[Row] = [
        (answer.evidence, answer.right, NONE_WEIGHT if answer.asked.topic == NONE else 1.0) for answer in held
    ]
    weights, bias = logistic(rows)
    asked = [answer for answer in (*in_first, *in_second) if answer.asked.topic != NONE]
    outside = [answer for answer in (*in_first, *in_second) if answer.asked.topic == NONE]

    def sure(answer: Answer) -> bool:
        return chance(answer.evidence, weights, bias) >= CONFIDENT

    return Line(
        *(share(held, depth) for depth in (1, 3)),
        *(share(in_first, depth) for depth in (1, 3)),
        *(share(in_second, depth) for depth in (1, 3)),
        groups=tuple(share([one for one in in_second if one.asked.group == group], 1) for group in GROUPS),
        sure_right=100 * sum(sure(one) and one.right for one in asked) / len(asked),
        sure_wrong=100 * sum(sure(one) and not one.right for one in asked) / len(asked),
        outside=100 * sum(map(sure, outside)) / len(outside),
        median=1e3 * spent[len(spent) // 2],
        p99=1e3 * spent[int(0.99 * len(spent))],
        memory=memory,
    )


def share(answers: Sequence[Answer], depth: int) -> float:
    """Per cent of the questions that have a topic whose topic is among the first `depth`."""
    inside = [answer for answer in answers if answer.asked.topic != NONE]
    return 100 * sum(answer.asked.topic in answer.ranked[:depth] for answer in inside) / len(inside)


def _resident() -> float:
    """Memory of this process in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
