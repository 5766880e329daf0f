"""The second opinion on danger, beside the rules: learnt at start from content/language/danger_examples.yaml.

Three small classifiers (`opinion`): is it danger; is it about work; is it somebody else's. What only they find is asked about,
never acted on alone; and where they are sure that something is only asked or told about, a rule's finding becomes a worry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any

from bot.understanding.features import Vector
from bot.understanding.normalise import fold
from bot.understanding.opinion import Ideas, Opinion
from bot.understanding.patterns import joined
from bot.understanding.rules import Found, Sentence
from bot.understanding.shorthand import Shorthand

# From which score the opinion is followed; chosen on examples it had not learnt from.
LIKELY = 0.3
SURE = 1.1  # in messages of so few words as `FEW`, where one word decides too much
DOUBTFUL = 0.6  # where a blocker left a worry of what the rules found
SURE_AGAINST = 0.8  # where a blocker left nothing of it
WORRYING = 0.2
FEW = 3
THIRD = 0.1  # from this score it is somebody else's danger though the rules say the writer's
NOT_THIRD = -0.8  # below this the writer's though the rules say somebody else's
NEVER = -0.9  # so sure of the contrary, in a question or a tale, that what a rule found becomes a worry
TURNED = 2  # every so many-th short message of danger is also learnt as a question about that danger
SHORT = range(2, 10)  # words of a short message


class SecondOpinion:
    """Never changed once built; the same examples give the same opinion."""

    def __init__(
        self, examples: Mapping[str, Any], questions: Iterable[str], sentences: Callable[[str], Sequence[Sentence]]
    ):
        """`examples`: the parsed danger_examples.yaml. `questions`: more that is no danger. `sentences`: cuts up a text."""
        self._ideas = Ideas(examples["ideas"])
        self._telling = frozenset(examples["telling"])
        written = [(group, sentences(text)) for group, texts in examples["danger"].items() for text in texts]
        asked = [sentences(text) for text in (*examples["other"], *questions)]
        words = (
            word for message in (*(one for _, one in written), *asked) for one in message for word in one.text.split()
        )
        self._shorthand = Shorthand(words)
        calls = [(group, self.vector(self.spelt(message))) for group, message in written]
        other = [self.vector(self.spelt(message)) for message in (*asked, *map(sentences, _turned(examples)))]
        self._danger = Opinion([*((vector, True) for _, vector in calls), *((vector, False) for vector in other)])
        self._work = Opinion((vector, group == "exploitation") for group, vector in calls if group != "third")
        self._third = Opinion((vector, group == "third") for group, vector in calls)

    def spelt(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        """The sentences with shorthand spelt out."""
        return [replace(one, text=joined(map(self._shorthand.long, one.text.split()))) for one in sentences]

    def vector(self, sentences: Sequence[Sentence]) -> Vector:
        """What the classifiers know the sentences by."""
        return self._ideas.vector([(one.text.split(), one.question) for one in sentences])

    def doubts(self, sentences: Sequence[Sentence]) -> bool:
        """Whether it is a question or a tale, and surely no danger."""
        words = {word for one in sentences for word in one.text.split()}
        told = any(one.question for one in sentences) or any(
            not self._telling.isdisjoint(self._ideas.of(word)) for word in words
        )
        return told and self._danger(self.vector(sentences)) < NEVER

    def beside(self, found: Found, sentences: Sequence[Sentence]) -> Found:
        """What is to be made of a message in which the rules found no danger."""
        count = sum(len(one.text.split()) for one in sentences)
        if count <= 1:
            return found
        vector = self.vector(sentences)
        score = self._danger(vector)
        against = SURE_AGAINST if found.held else DOUBTFUL if found.level == "worry" else 0.0
        if score > max(SURE if count <= FEW else LIKELY, against):
            return Found("exploitation" if self._work(vector) > 0 else "now", self._third(vector) > 0, "opinion")
        if found.level == "none" and not found.held and count > FEW and score > WORRYING:
            return Found("worry", False, "opinion")
        return found

    def third(self, sentences: Sequence[Sentence], rules_say: bool) -> bool:
        """Whether it is somebody else's danger, where the rules found it and say so or not."""
        return self._third(self.vector(sentences)) > (NOT_THIRD if rules_say else THIRD)


def _turned(examples: Mapping[str, Any]) -> Iterator[str]:
    """Short messages of danger made into what only asks or tells about it, in turn."""
    turns, bare = cycle(examples["turns"]), frozenset(examples["not_turned"])
    short = [text for texts in examples["danger"].values() for text in texts if len(text.split()) in SHORT]
    for text in [text for text in short if not bare & set(fold(text).split()) and "?" not in text][::TURNED]:
        yield next(turns).format(text)
