"""A second opinion on danger beside the rules: a linear classifier over words, pairs of words and the ideas they stand for.

It learns at start from content/language/danger_examples.yaml (messages of danger, messages that only sound like it) and from
the phrasings of the topics, which are questions. "dia nyekap kita" and "saya dikurung bos" share no word but the same ideas;
those are the word lists `ideas` of that file. Nothing is drawn by chance: the same content gives the same opinion.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.understanding.features import Vector
from bot.understanding.patterns import nasal

Words = Sequence[tuple[Sequence[str], bool]]  # the words of each sentence, and whether it has a question mark
Example = tuple[Vector, bool]  # a message, and whether it is of the kind that is learnt

EPOCHS = 12
STEP = 0.5  # the largest correction one example may cause
MARGIN = 1.0
YES_COUNTS = 3.0  # a missed danger corrects so much more than a false alarm
NEAR = 8  # ideas so many words apart still belong together
_STRIDE, _FIELD = 7919, 104729  # primes: neighbours in the files are far apart in the order of learning
_ENDING = re.compile(r"^([a-z]{3,})(?:nya|ku|mu|lah|kah|ne)$")
_TAILS = ("", "i", "in", "kan", "nya", "an")
_PASSIVE = ("di", "te", "ter", "ke", "d")


class Ideas:
    """Which ideas a word stands for, and what a message is known by."""

    def __init__(self, written: Mapping[str, Any]):
        """`written`: `verbs` (name -> roots; done to somebody and doing it are two ideas) and `words` (name -> words)."""
        found: dict[str, dict[str, None]] = {}
        for name, roots in written["verbs"].items():
            for root in map(str, roots):
                for tail in _TAILS:
                    for head in _PASSIVE:
                        found.setdefault(f"{head}{root}{tail}", {})[f"{name}.di"] = None
                    for stem in (root, *nasal(root)):
                        found.setdefault(f"{stem}{tail}", {})[f"{name}.me"] = None
        for name, words in written["words"].items():
            for word in map(str, words):
                found.setdefault(word, {})[name] = None
        self._found = {word: tuple(names) for word, names in found.items()}

    def of(self, word: str) -> tuple[str, ...]:
        """The ideas of a word; may be none."""
        known = self._found.get(word)
        if known is None and (ending := _ENDING.match(word)):
            known = self._found.get(ending.group(1))
        return known if known is not None else ("number",) if word.isdigit() else ()

    def vector(self, words: Words) -> Vector:
        """What a message is known by, as a vector of length 1."""
        count = sum(len(sentence) for sentence, _ in words)
        found = {f"#{min(count.bit_length(), 5)}": 1.0}  # how long: 1, 2-3, 4-7, 8-15, more words
        for sentence, question in words:
            if question:
                found["?"] = 1.0
            for word in sentence:
                found[word] = 1.0
            for left, right in pairwise(("^", *sentence, "$")):
                found[f"{left} {right}"] = 1.0
            ideas = [self.of(word) for word in sentence]
            for before, after in pairwise(ideas):
                for one in before or ("-",):
                    for other in after or ("-",):
                        found[f"{one}+{other}"] = 1.0
            self._together(ideas, found)
        length = math.sqrt(sum(value * value for value in found.values())) or 1.0
        return {feature: value / length for feature, value in found.items()}

    @staticmethod
    def _together(ideas: Sequence[tuple[str, ...]], found: dict[str, float]) -> None:
        """The ideas alone, and two of them in their order, some words apart."""
        for at, here in enumerate(ideas):
            for one in here:
                found[f"={one}"] = 1.0
                for later in ideas[at + 1 : at + 1 + NEAR]:
                    for other in later:
                        if other != one:
                            found[f"{one}>{other}"] = 0.7


class Opinion:
    """How much a message sounds like one kind and not the other. Never changed once built."""

    def __init__(self, examples: Iterable[Example], *, epochs: int = EPOCHS):
        """`examples`: the order in which they come is part of what is learnt."""
        listed = [(vector, 1.0 if yes else -1.0) for vector, yes in examples]
        order = sorted(range(len(listed)), key=lambda at: ((at + 1) * _STRIDE) % _FIELD)
        weights: dict[str, float] = {}
        moments: dict[str, float] = {}
        time = 1.0
        for _ in range(epochs):
            for at in order:
                vector, sign = listed[at]
                loss = MARGIN - sign * sum(weights.get(feature, 0.0) * value for feature, value in vector.items())
                if loss > 0:
                    step = sign * min(STEP, loss) * (YES_COUNTS if sign > 0 else 1.0)
                    for feature, value in vector.items():
                        weights[feature] = weights.get(feature, 0.0) + step * value
                        moments[feature] = moments.get(feature, 0.0) + time * step * value
                time += 1
        self._weights = {feature: weight - moments[feature] / time for feature, weight in weights.items()}

    def __call__(self, vector: Vector) -> float:
        """Above 0: rather yes; around 1 and more: surely; below -1: surely not."""
        return sum(self._weights.get(feature, 0.0) * value for feature, value in vector.items())
