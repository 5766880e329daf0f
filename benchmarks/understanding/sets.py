"""The questions everything is measured on.

- held back: a fifth of the phrasings at a time is left out of the building and asked. Phrasings of a topic that share half of
  their words stay together, so that none is asked whose twin was learnt.
- first, second: the two test files. `questions_seen.yaml` was looked at while the matcher was tuned; they were not.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.data import NONE, LanguageData
from bot.understanding.normalise import Normaliser

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS = ROOT / "tests" / "understanding"
FOLDS = 5
ALIKE = 0.5  # from this share of common words on, two phrasings are wordings of the same


@dataclass(frozen=True)
class Asked:
    """A question, the topic it is about (or NONE), and its language group where the file says so."""

    topic: str
    text: str
    group: str = ""

    @property
    def kind(self) -> str:
        """By its length."""
        count = len(self.text.split())
        return "1-3 words" if count <= 3 else "4-15 words" if count <= 15 else "16 words or more"


def load(name: str) -> Any:
    return yaml.safe_load((TESTS / name).read_text(encoding="utf-8"))


def first() -> list[Asked]:
    return _plain("questions.yaml")


def seen() -> list[Asked]:
    return _plain("questions_seen.yaml")


def second() -> list[Asked]:
    groups = load("second/questions.yaml")
    asked = [
        Asked(topic, text, group)
        for group, topics in groups.items()
        for topic, texts in topics.items()
        for text in texts
    ]
    return asked + [Asked(NONE, text) for text in load("second/outside.yaml")]


def phrasings(data: LanguageData) -> list[Asked]:
    asked = [Asked(topic, text) for topic, lines in data.phrasings.items() for text in lines]
    return asked + [Asked(NONE, text) for text in data.out_of_scope]


def held_back(data: LanguageData) -> Iterator[tuple[LanguageData, list[Asked]]]:
    """The language data without a fifth of the phrasings, and that fifth; five times."""
    everything = phrasings(data)
    fold = _folds(everything, Normaliser.from_rows(data.rows))
    for out in range(FOLDS):
        kept: dict[str, list[str]] = {topic: [] for topic in [*data.phrasings, NONE]}
        for asked, number in zip(everything, fold, strict=True):
            if number != out:
                kept[asked.topic].append(asked.text)
        none = tuple(kept.pop(NONE))
        part = replace(data, phrasings={topic: tuple(lines) for topic, lines in kept.items()}, out_of_scope=none)
        yield part, [asked for asked, number in zip(everything, fold, strict=True) if number == out]


def _plain(name: str) -> list[Asked]:
    return [Asked(topic, text) for topic, texts in load(name).items() for text in texts]


def _clusters(everything: Sequence[Asked], normaliser: Normaliser) -> list[int]:
    """For each phrasing the number of its cluster: chains of phrasings of one topic that are alike."""
    words = [frozenset(normaliser.words(asked.text)) for asked in everything]
    parent = list(range(len(everything)))

    def root(at: int) -> int:
        while parent[at] != at:
            at = parent[at]
        return at

    by_topic: defaultdict[str, list[int]] = defaultdict(list)
    for at, asked in enumerate(everything):
        for other in by_topic[asked.topic]:
            both = len(words[at] | words[other])
            if both and len(words[at] & words[other]) / both >= ALIKE:
                parent[root(other)] = root(at)
        by_topic[asked.topic].append(at)
    return [root(at) for at in range(len(everything))]


def _folds(everything: Sequence[Asked], normaliser: Normaliser) -> list[int]:
    """For each phrasing its fold: whole clusters, the largest first, each into the fold its topic has least of."""
    clusters = _clusters(everything, normaliser)
    size = Counter(clusters)
    load_of: defaultdict[str, list[int]] = defaultdict(lambda: [0] * FOLDS)
    fold_of: dict[int, int] = {}
    for cluster in sorted(size, key=lambda one: (-size[one], zlib.crc32(everything[one].text.encode()))):
        topic = everything[cluster].topic
        turn = zlib.crc32(topic.encode()) % FOLDS  # so that not all topics begin with the same fold
        fold = min(range(FOLDS), key=lambda one: (load_of[topic][one], (one + turn) % FOLDS))
        load_of[topic][fold] += size[cluster]
        fold_of[cluster] = fold
    return [fold_of[cluster] for cluster in clusters]
