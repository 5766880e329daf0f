"""What a new phrasing would do, before it is written: the same questions asked without it and with it.

effect = tried(data, "passport-apply", ["bikin buku ijo gimana"], asked)
effect.worse  ->  questions that would be understood less well
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.understanding import Understanding
from bot.understanding.data import NONE, LanguageData
from bot.understanding.match import Match

Asked = tuple[str, str]  # the topic it should find (NONE: none), the question
Verdict = Literal["lost", "found", "less-sure", "surer", "moved"]
EVERY = 5  # where there are no test questions, every fifth phrasing of a topic is held back and asked
LONGEST = 400  # characters of a phrasing
_NUMBER = re.compile(r"(?:\d[\s.-]?){5,}")


@dataclass(frozen=True)
class Change:
    """A question whose answer changes. `lost`: it no longer gets its own answer, or now surely gets a wrong one; `found`: the
    reverse. `less-sure`, `surer`: it is asked back where it was answered, or the reverse. `moved`: another topic comes first,
    neither better nor worse."""

    verdict: Verdict
    question: str
    topic: str
    before: Match
    after: Match


@dataclass(frozen=True)
class Effect:
    """`new`: how each phrasing is understood without being learnt, and by the others alone. `right`: of `asked` questions so
    many find their topic first, before and after."""

    new: tuple[tuple[str, Match], ...]
    asked: int
    right: tuple[int, int]
    changes: tuple[Change, ...]

    def of(self, verdict: Verdict) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.verdict == verdict)

    @property
    def harms(self) -> bool:
        """More questions lose their answer than find it. The classifier weighs all topics against one another, so a few
        answers near the border change with every phrasing, both ways."""
        return len(self.of("lost")) > len(self.of("found"))


def wrong_with(data: LanguageData, topic: str, phrasing: str, asked: Sequence[Asked] = ()) -> str | None:
    """Why a phrasing cannot be learnt; None when it can."""
    if topic not in data.phrasings:
        return f"there is no topic {topic!r}; see content/language/faq_topics.yaml"
    words = " ".join(phrasing.split())
    if not words or len(words) > LONGEST:
        return f"a phrasing has 1 to {LONGEST} characters"
    if words != phrasing:
        return "write it in one line, with single blanks"
    if _NUMBER.search(phrasing):
        return "it holds a long number: a telephone, NIK or passport number must never be learnt"
    known = {line.casefold(): of for of, lines in data.phrasings.items() for line in lines}
    known |= {line.casefold(): NONE for line in data.out_of_scope}
    if phrasing.casefold() in known:
        return f"it stands under {known[phrasing.casefold()]} already"
    if phrasing.casefold() in {question.casefold() for _, question in asked}:
        return "it is a test question: learnt, it would measure nothing any more. Write it in other words"
    return None


def learnt(data: LanguageData, topic: str, phrasings: Sequence[str]) -> LanguageData:
    """The language files with these phrasings of a topic."""
    return replace(data, phrasings={**data.phrasings, topic: (*data.phrasings[topic], *phrasings)})


def held_back(data: LanguageData) -> tuple[LanguageData, tuple[Asked, ...]]:
    """Without every fifth phrasing of each topic, and these as questions."""
    kept: dict[str, tuple[str, ...]] = {}
    asked: list[Asked] = []
    for topic, lines in data.phrasings.items():
        kept[topic] = tuple(line for number, line in enumerate(lines, 1) if number % EVERY)
        asked += [(topic, line) for number, line in enumerate(lines, 1) if number % EVERY == 0]
    rest = tuple(line for number, line in enumerate(data.out_of_scope, 1) if number % EVERY)
    asked += [(NONE, line) for number, line in enumerate(data.out_of_scope, 1) if number % EVERY == 0]
    return replace(data, phrasings=kept, out_of_scope=rest), tuple(asked)


def tried(data: LanguageData, topic: str, phrasings: Sequence[str], asked: Sequence[Asked]) -> Effect:
    """What learning these phrasings would change. Builds everything twice, in memory; nothing is written."""
    before, after = Understanding(data), Understanding(learnt(data, topic, phrasings))
    changes = []
    right = [0, 0]
    for expected, question in asked:
        was, now = before.match(question), after.match(question)
        right[0] += _first(expected, was)
        right[1] += _first(expected, now)
        if (verdict := _verdict(expected, was, now)) is not None:
            changes.append(Change(verdict, question, expected, was, now))
    new = tuple((phrasing, before.match(phrasing)) for phrasing in phrasings)
    return Effect(new, len(asked), (right[0], right[1]), tuple(changes))


def _first(expected: str, match: Match) -> bool:
    return match.topic is None if expected == NONE else match.candidates[:1] == (expected,)


def _verdict(expected: str, was: Match, now: Match) -> Verdict | None:
    better = _good(expected, now) - _good(expected, was)
    if better:
        return "found" if better > 0 else "lost"
    surer = worth(expected, now) - worth(expected, was)
    if surer:
        return "surer" if surer > 0 else "less-sure"
    return "moved" if was.topic != now.topic else None


def _good(expected: str, match: Match) -> int:
    """2: its own answer is given or offered first. 0: something else is given as the answer. 1: between these."""
    value = worth(expected, match)
    return 2 if value >= (2 if expected == NONE else 4) else 0 if value == 0 else 1


def worth(expected: str, match: Match) -> int:
    """How good an answer is for who asks: 5 given at once, 4 offered first, 3 among those offered, 2 "I do not know", 1 only
    others offered, 0 something else given as the answer. For a message of no topic: 2, 1 and 0."""
    if match.confident:
        return 5 if match.topic == expected else 0
    if match.topic is None:
        return 2
    if match.topic == expected:
        return 4
    return 3 if expected in match.candidates[:3] else 1


def new_words(before: Understanding, phrasing: str, plain: Sequence[str]) -> tuple[str, ...]:
    """Words of a phrasing that no phrasing has: new, or somebody's name. `plain`: its words in plain form."""
    known = set(before.ordinary_words(phrasing))
    return tuple(word for word in dict.fromkeys(plain) if word not in known)


def appended(text: str, topic: str, phrasings: Sequence[str], quoted: Mapping[str, str]) -> str:
    """The text of a phrasings file with lines at the end of a topic; the topic itself is added at the end where it is missing.
    `quoted`: phrasing -> as YAML writes it."""
    lines = text.rstrip("\n").split("\n")
    head = next((number for number, line in enumerate(lines) if line.rstrip() == f"{topic}:"), None)
    if head is None:
        return "\n".join([*lines, f"{topic}:", *(f"  - {quoted[phrasing]}" for phrasing in phrasings)]) + "\n"
    last, indent = head, "  "
    for number in range(head + 1, len(lines)):
        bare = lines[number].lstrip()
        if bare.startswith("- "):
            last, indent = number, lines[number][: -len(bare)]
        elif bare and not bare.startswith("#"):
            break
    added = [f"{indent}- {quoted[phrasing]}" for phrasing in phrasings]
    return "\n".join([*lines[: last + 1], *added, *lines[last + 1 :]]) + "\n"
