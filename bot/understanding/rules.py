"""The rules of danger.yaml: what they find in sentences, what holds them back, whose danger it is.

How a rule, a blocker and a person are written stands at the head of content/language/danger.yaml, the patterns in `patterns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from bot.understanding.patterns import HIT, Compiler, active, joined, passive

Level = Literal["none", "worry", "exploitation", "now"]
Who = Literal["first", "third"]
LEVELS: tuple[Level, ...] = ("none", "worry", "exploitation", "now")  # rising

_TWICE = re.compile(r"(?<!\S)(\S+ )\1")


def higher(one: Level, other: Level) -> bool:
    """Whether `one` is graver than `other`."""
    return LEVELS.index(one) > LEVELS.index(other)


@dataclass(frozen=True)
class Sentence:
    """`text`: `joined` plain words. `question`, `shouted`: it has a question mark, an exclamation mark."""

    text: str
    question: bool
    shouted: bool


@dataclass(frozen=True)
class Found:
    """What one rule says about a message. `held`: a rule found something that a blocker made nothing of."""

    level: Level
    third_person: bool = False
    rule: str = ""
    held: bool = False


@dataclass(frozen=True)
class Pattern:
    """One pattern, and the words of which a sentence must have one to be looked at (a quick no for most sentences)."""

    anchor: frozenset[str]
    regex: re.Pattern[str]


@dataclass(frozen=True)
class Blocker:
    """Lowers what a rule found to the level `to`."""

    to: Level
    together: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    question: bool  # only in sentences with a question mark
    whole: bool  # looks at the whole message

    def holds(self, marked: str, sentence: Sentence, message: Sentence) -> bool:
        """`marked`: the sentence with HIT for what was found; patterns may also look at the words as they were."""
        if self.question and not sentence.question:
            return False
        text = message.text if self.whole else sentence.text
        if not all(pattern.search(marked) or pattern.search(text) for pattern in self.together):
            return False
        return self.unless is None or not (self.unless.search(marked) or self.unless.search(text))


@dataclass(frozen=True)
class Rule:
    """One rule: `whole` and `cry` look at the whole message, `together` at all of it, `patterns` at each sentence."""

    id: str
    level: Level
    who: Who | None
    near: bool  # the writer most likely stands beside the one in danger
    patterns: tuple[Pattern, ...]
    together: tuple[tuple[Pattern, ...], ...]
    whole: re.Pattern[str] | None
    cry: re.Pattern[str] | None
    unless_question: bool
    shouted: bool  # the message must have "!" or say it twice
    blockers: tuple[Blocker, ...]


class Rules:
    """All rules, compiled. `words`: every word they speak of. `forms`: the forms of their verbs."""

    def __init__(self, written: Mapping[str, Any]):
        """`written`: the parsed danger.yaml."""
        classes: dict[str, list[str]] = {name: _texts(entries) for name, entries in written["classes"].items()}
        verbs = {name: _texts(roots) for name, roots in written["verbs"].items()}
        for name, roots in verbs.items():
            classes[f"{name}.di"] = sorted(set().union(*map(passive, roots)))
            classes[f"{name}.me"] = sorted(set().union(*map(active, roots)))
        self.forms = frozenset(
            form for name in verbs for kind in ("di", "me") for form in classes[f"{name}.{kind}"] if " " not in form
        )
        self._compiler = Compiler(classes)
        self._beside = classes["beside"]
        self._blockers = {name: self._block(entries) for name, entries in written["blockers"].items()}
        self._persons, self._persons_near = (
            [(cast(Who, entry["who"]), self._compiler.one(entry["pattern"])) for entry in written[name]]
            for name in ("persons", "persons_near")
        )
        self._rules = [self._rule(entry) for entry in written["rules"]]
        self.words = self.forms | _vocabulary(written)

    def look(self, sentences: Sequence[Sentence]) -> Found:
        """The gravest that any rule finds; of equals the first."""
        best = Found("none")
        whole = Sentence(
            "".join(sentence.text for sentence in sentences),
            any(sentence.question for sentence in sentences),
            any(sentence.shouted for sentence in sentences),
        )
        words = [frozenset(sentence.text.split()) for sentence in sentences]
        every = frozenset().union(*words)
        held = False
        for rule in self._rules:
            if higher(rule.level, best.level):
                for found in self._apply(rule, list(zip(sentences, words, strict=True)), whole, every):
                    held = held or found.held
                    if higher(found.level, best.level):
                        best = found
        return replace(best, held=held)

    def _apply(
        self, rule: Rule, sentences: Sequence[tuple[Sentence, frozenset[str]]], whole: Sentence, every: frozenset[str]
    ) -> Iterator[Found]:
        if rule.whole and rule.cry:
            asked = rule.unless_question and whole.question
            loud = not rule.shouted or whole.shouted or _TWICE.search(whole.text)
            if loud and not asked and rule.whole.fullmatch(whole.text) and rule.cry.search(whole.text):
                yield Found(rule.level, False, rule.id)
        elif rule.together:
            matches = [_first(part, whole.text, every) for part in rule.together]
            if matches[0] is not None and all(matches):
                yield self._weigh(rule, matches[0], whole, whole)
        else:
            for sentence, words in sentences:
                for pattern in rule.patterns:
                    if not pattern.anchor.isdisjoint(words):
                        for match in pattern.regex.finditer(sentence.text):
                            yield self._weigh(rule, match, sentence, whole)

    def _weigh(self, rule: Rule, match: re.Match[str], sentence: Sentence, whole: Sentence) -> Found:
        before, after = sentence.text[: match.start()], sentence.text[match.end() :]
        marked = f"{before}{HIT} {after}"
        blocker = next((one for one in rule.blockers if one.holds(marked, sentence, whole)), None)
        level = rule.level if blocker is None or higher(blocker.to, rule.level) else blocker.to
        if level == "none":
            return Found("none", held=True)
        persons = self._persons_near if rule.near else self._persons
        who = rule.who or _who(before, match.group().split(), after, persons)
        return Found(level, who == "third", rule.id)

    # ---------------------------------------------------------------- reading danger.yaml

    def _rule(self, entry: Mapping[str, Any]) -> Rule:
        whole = cry = None
        if "whole" in entry:
            cries = _texts(entry["whole"])
            own = Compiler({"cry": cries, "all": [*cries, *_texts(entry.get("beside", self._beside))]})
            whole, cry = re.compile(f"(?:{own.one('<all>').pattern})+"), own.one("<cry>")
        return Rule(
            id=entry["id"],
            level=_level(entry["level"]),
            who=entry.get("who"),
            near=entry.get("near", False),
            patterns=self._patterns(entry.get("patterns", ())),
            together=tuple(map(self._patterns, entry.get("all", ()))),
            whole=whole,
            cry=cry,
            unless_question=entry.get("unless_question", False),
            shouted=entry.get("shouted", False),
            blockers=tuple(one for name in entry.get("blockers", ["common"]) for one in self._blockers[name]),
        )

    def _patterns(self, written: Iterable[str]) -> tuple[Pattern, ...]:
        return tuple(Pattern(self._compiler.anchor(one), self._compiler.one(one)) for one in written)

    def _block(self, entries: Iterable[Mapping[str, Any]]) -> tuple[Blocker, ...]:
        return tuple(
            Blocker(
                to=_level(entry["to"]),
                together=tuple(self._compiler.one(pattern) for pattern in entry["all"]),
                unless=self._compiler.several(entry.get("none", ())),
                question=entry.get("question", False),
                whole=entry.get("whole", False),
            )
            for entry in entries
        )


def _first(patterns: Iterable[Pattern], text: str, words: frozenset[str]) -> re.Match[str] | None:
    """The leftmost match of any of the patterns; of equals that of the first."""
    matches = [one.regex.search(text) for one in patterns if not one.anchor.isdisjoint(words)]
    return min((match for match in matches if match), key=lambda match: match.start(), default=None)


def _who(before: str, hit: Sequence[str], after: str, persons: Sequence[tuple[Who, re.Pattern[str]]]) -> Who:
    """Whose danger it is. What was found may hold the person itself ("suami saya dikejar orang"): look inside it too."""
    for count in (0, 1, 2, len(hit)):
        text = f"{before}{joined(hit[:count])}{HIT} {after}"
        for who, pattern in persons:
            if pattern.search(text):
                return who
    return "first"


def _vocabulary(written: Mapping[str, Any]) -> frozenset[str]:
    """Every word that stands in a rule or a class."""
    words: set[str] = set()
    for entry in written["rules"]:
        for pattern in [*entry.get("patterns", ()), *(one for part in entry.get("all", ()) for one in part)]:
            words.update(re.findall(r"[a-z]+", re.sub(r"<[^>]*>", " ", pattern)))
        words.update(_texts(entry.get("whole", ())))
    for entries in written["classes"].values():
        words.update(part for entry in _texts(entries) for part in entry.split())
    return frozenset(words)


def _texts(entries: Iterable[Any]) -> list[str]:
    return [str(entry) for entry in entries]


def _level(name: str) -> Level:
    if name not in LEVELS:
        raise ValueError(f"danger.yaml: {name} is not a level")
    return name
