"""How the matcher that Bekal uses does, in more detail, and the danger rules beside it."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.understanding.calibration import bins, picture
from benchmarks.understanding.compare import GROUPS
from benchmarks.understanding.sets import Asked, first, held_back, load, phrasings, second, seen
from bot.understanding import Understanding
from bot.understanding.data import NONE, LanguageData
from bot.understanding.match import Match, Matcher
from bot.understanding.normalise import Normaliser

CONFUSIONS = 20


@dataclass(frozen=True)
class Told:
    """A question and what came out."""

    asked: Asked
    match: Match

    @property
    def right(self) -> bool:
        return self.match.candidates[:1] == (self.asked.topic,)


def report(data: LanguageData, *, held: bool, errors: bool, plot: Path | None) -> None:
    """Print everything. `held`: with the slow part. `errors`: the misses of the sets that may be looked at. `plot`: an SVG."""
    begin = time.perf_counter()
    understanding = Understanding(data)
    print(f"\nbuilt in {time.perf_counter() - begin:.2f} s (with the rules of danger)")
    spent: list[float] = []

    def tell(asked: Asked) -> Told:
        start = time.perf_counter()
        match = understanding.match(asked.text)
        spent.append(time.perf_counter() - start)
        return Told(asked, match)

    told = {
        "first": [tell(asked) for asked in first()],
        "second": [tell(asked) for asked in second()],
        "seen": [tell(asked) for asked in seen()],
    }
    if held:
        told["held back"] = _held_back(data)
    print(
        f"\n{'':<28}{'n':>6}{'top1':>7}{'top3':>7}{'offered':>9}{'sure':>7}{'wrong':>7}   {'none':>5}{'offered':>9}{'sure':>7}"
    )
    for name, answers in told.items():
        print(_line(name, answers))
    for group in GROUPS:
        print(_line(f"second, {group}", [one for one in told["second"] if one.asked.group == group]))
    both = told["first"] + told["second"]
    for name, answers in (("test files", both), *((("held back", told["held back"]),) if held else ())):
        for kind in sorted({one.asked.kind for one in answers}):
            print(_line(f"{name}, {kind}", [one for one in answers if one.asked.kind == kind]))
    _topics(both, told.get("held back", []))
    _calibration(told, plot)
    if errors:
        for name in ("seen", "held back"):
            for one in told.get(name, ()):
                if (one.match.topic or NONE) != one.asked.topic:
                    print(f"    {name}: {one.asked.topic}: {one.asked.text} -> {one.match}")
    spent.sort()
    print(
        f"\nper question: p50 {1e3 * spent[len(spent) // 2]:.2f} ms, p99 {1e3 * spent[int(0.99 * len(spent))]:.2f} ms"
    )
    danger(understanding, data)


def _held_back(data: LanguageData) -> list[Told]:
    normaliser = Normaliser.from_rows(data.rows)
    told = []
    for part, asked_of in held_back(data):
        matcher = Matcher.of(part, normaliser)
        told += [Told(asked, matcher.match(asked.text)) for asked in asked_of]
    return told


def _line(name: str, answers: Sequence[Told]) -> str:
    inside = [one for one in answers if one.asked.topic != NONE]
    outside = [one for one in answers if one.asked.topic == NONE]

    def share(hits: Iterable[bool], of: int) -> str:
        return f"{100 * sum(hits) / of:.1f}" if of else "-"

    count = len(inside)
    return (
        f"{name:<28}{count:>6}"
        f"{share((one.right for one in inside), count):>7}"
        f"{share((one.asked.topic in one.match.candidates[:3] for one in inside), count):>7}"
        f"{share((one.match.topic == one.asked.topic for one in inside), count):>9}"
        f"{share((one.match.confident and one.right for one in inside), count):>7}"
        f"{share((one.match.confident and not one.right for one in inside), count):>7}   "
        f"{len(outside):>5}"
        f"{share((one.match.topic is not None for one in outside), len(outside)):>9}"
        f"{share((one.match.confident for one in outside), len(outside)):>7}"
    )


def _topics(tests: Sequence[Told], held: Sequence[Told]) -> None:
    """The weakest topics and the worst confusions; of the test files only how many questions of a topic were missed."""
    missed = Counter(one.asked.topic for one in tests if one.asked.topic != NONE and not one.right)
    asked = Counter(one.asked.topic for one in tests)
    print(
        "\nquestions missed in the test files, by topic: "
        + ", ".join(f"{t} {n}/{asked[t]}" for t, n in missed.most_common())
    )
    if not held:
        return
    by_topic: defaultdict[str, list[bool]] = defaultdict(list)
    for one in held:
        by_topic[one.asked.topic].append(one.right)
    weak = sorted((sum(hits) / len(hits), topic) for topic, hits in by_topic.items() if topic != NONE)
    print("held back, top-1 by topic, weakest first: " + ", ".join(f"{topic} {100 * hit:.0f}" for hit, topic in weak))
    wrong = Counter((one.asked.topic, one.match.candidates[0]) for one in held if one.match.topic and not one.right)
    print(f"\nheld back, the {CONFUSIONS} worst confusions")
    for (right, taken), times in wrong.most_common(CONFUSIONS):
        print(f"  {times:3}  {right} taken for {taken}")


def _calibration(told: dict[str, list[Told]], plot: Path | None) -> None:
    tests = [(one.match.score, one.right) for one in told["first"] + told["second"]]
    lines = [("test files", "#b3421f", bins(tests))]
    if "held back" in told:
        lines.insert(0, ("held back", "#1f5fb3", bins([(one.match.score, one.right) for one in told["held back"]])))
    print("\nestimated chance against the share that was right (messages of no topic count as wrong)")
    for name, _, found in lines:
        print(f"  {name:<11}" + "  ".join(f"{100 * b.chance:.0f}:{100 * b.right:.0f} ({b.count})" for b in found))
    if plot:
        plot.write_text(picture(lines), encoding="utf-8")
        print(f"  drawn in {plot}")


def danger(understanding: Understanding, data: LanguageData) -> None:
    """Danger seen, and false alarms: on look-alikes, and on everything that is a question."""
    calls = [text for texts in load("danger.yaml").values() for text in texts]
    calls_second = [text for texts in load("second/danger.yaml").values() for text in texts]
    questions = [*phrasings(data), *first(), *seen(), *second()]
    spent = []
    print()
    for name, texts, card in (
        ("danger, first", calls, True),
        ("danger, second", calls_second, True),
        ("look-alikes, first", load("lookalikes.yaml"), False),
        ("look-alikes, second", load("second/lookalikes.yaml"), False),
        ("questions", [one.text for one in questions], False),
    ):
        wrong = 0
        for text in texts:
            begin = time.perf_counter()
            wrong += understanding.assess(text).card is not card
            spent.append(time.perf_counter() - begin)
        what = "missed" if card else "false alarms"
        print(f"{name:<21}{len(texts):5}  {what} {wrong} ({100 * wrong / len(texts):.2f} %)")
    spent.sort()
    print(f"per message: p50 {1e3 * spent[len(spent) // 2]:.2f} ms, p99 {1e3 * spent[int(0.99 * len(spent))]:.2f} ms")
