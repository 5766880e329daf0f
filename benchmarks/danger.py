"""How well danger is seen, how often a question is taken for it, and how fast.

    python benchmarks/danger.py               the table
    python benchmarks/danger.py --errors      and every miss of the sets that may be looked at
    python benchmarks/danger.py --held-out    and those of the measured half: only once, when nothing is tuned any more

Sets: `goldens` were all looked at while the rules were written. `more` was split by alternate lines: the first, third, ... of a
group were tuned on, the others measured (the honest figure, though by the same hand). `second` was written by another hand: its
texts and its misses are never printed. `questions`: all phrasings and test questions, which are no danger.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.understanding import Understanding  # noqa: E402
from bot.understanding.data import LanguageData, load_language  # noqa: E402

TESTS = ROOT / "tests" / "understanding"


@dataclass
class Row:
    """One line of the table: messages of one kind. `calls`: they are danger; `third`: somebody else's."""

    name: str
    texts: Sequence[str]
    calls: bool
    third: bool | None = None  # None: not asked
    open: bool = True  # misses may be printed
    wrong: list[str] = field(default_factory=list)
    fuzzy: int = 0
    person: int = 0

    def run(self, understanding: Understanding, spent: list[float]) -> None:
        for text in self.texts:
            begin = time.perf_counter()
            found = understanding.assess(text)
            spent.append(time.perf_counter() - begin)
            if found.card is not self.calls:
                self.wrong.append(f"{text}  [{found.rule} {found.level}{' fuzzy' if found.fuzzy else ''}]")
            self.fuzzy += found.card and found.fuzzy
            self.person += found.card and found.third_person is self.third

    def line(self) -> str:
        count, wrong = len(self.texts), len(self.wrong)
        share = f"seen {100 * (count - wrong) / count:6.2f} %" if self.calls else f"false {100 * wrong / count:5.2f} %"
        person = f"  right person {100 * self.person / max(1, count - wrong):5.1f} %" if self.third is not None else ""
        return f"{self.name:<28}{count:6}  {share}  ({wrong:3} wrong, {self.fuzzy:3} doubtful cards){person}"


def rows(data: LanguageData, *, held_out: bool) -> list[Row]:
    """The lines of the table, in their order."""
    out = []
    for folder, name in ((TESTS, "goldens"), (TESTS / "second", "second")):
        seen = name == "goldens"
        for group, texts in _read(folder / "danger.yaml").items():
            third = group == "third" if group != "misspelt" else None
            out.append(Row(f"{name}: {group}", texts, True, third, open=seen))
        out.append(Row(f"{name}: look-alikes", _read(folder / "lookalikes.yaml"), False, open=seen))
    if (TESTS / "danger_more.yaml").exists():
        for name, first in (("more, tuned", 0), ("more, measured", 1)):
            shown = first == 0 or held_out
            for group, texts in _read(TESTS / "danger_more.yaml").items():
                out.append(Row(f"{name}: {group}", texts[first::2], True, group == "third", open=shown))
            alike = [texts[first::2] for texts in _read(TESTS / "lookalikes_more.yaml").values()]
            out.append(Row(f"{name}: look-alikes", [text for part in alike for text in part], False, open=shown))
    plain = [line for lines in data.phrasings.values() for line in lines]
    out.append(Row("questions: phrasings", plain, False))
    out.append(Row("questions: of no topic", data.out_of_scope, False))
    tests = [_read(TESTS / name) for name in ("questions.yaml", "questions_seen.yaml")]
    out.append(Row("questions: tests", [text for part in tests for texts in part.values() for text in texts], False))
    groups = _read(TESTS / "second" / "questions.yaml")
    second = [text for topics in groups.values() for texts in topics.values() for text in texts]
    out.append(Row("questions: second", second, False, open=False))
    outside = _read(TESTS / "second" / "outside.yaml")
    out.append(Row("questions: second, no topic", outside, False, open=False))
    return out


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--held-out", action="store_true")
    options = parser.parse_args()
    data = load_language(ROOT / "content")
    understanding = Understanding(data)
    spent: list[float] = []
    for row in rows(data, held_out=options.held_out):
        row.run(understanding, spent)
        print(row.line())
        if row.open and (options.errors or options.held_out):
            print("".join(f"    {text}\n" for text in row.wrong), end="")
    spent.sort()
    print(f"per message: p50 {1e3 * spent[len(spent) // 2]:.2f} ms, p99 {1e3 * spent[int(0.99 * len(spent))]:.2f} ms")


if __name__ == "__main__":
    main()
