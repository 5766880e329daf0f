"""From a question to the topic that answers it.

Three witnesses: a classifier over words and cues (`linear`, `cues`), the nearest phrasings and the middle of each topic
(`index`). The classifier ranks; how far one may trust the first place is estimated from all three (`Trust`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.cues import Cues
from bot.understanding.data import NONE, LanguageData, Topic
from bot.understanding.index import Index, Vector
from bot.understanding.linear import Linear
from bot.understanding.normalise import Normaliser
from bot.understanding.vocabulary import Vocabulary

CANDIDATES = 5
SENTENCES = 6  # of a long message so many sentences are looked at one by one
SENTENCE_FROM = 3  # words
CUE_WEIGHT = 0.8
MORE_CUES = 1.3  # two or more cues of a topic weigh so much more than one
CONFIDENT = 0.80  # estimated chance of being right from which the answer is simply given
CLOSE = 0.38  # from here the answer is offered; below, the message is of no topic


_SENTENCE = re.compile(r"[.!?;\n]+")


@dataclass(frozen=True)
class Match:
    """What a question is about.

    `topic`: the best one when confident or close, None when the message is of no topic. `candidates`: best first, up to five,
    given for messages of no topic too (empty when there is no word to go by). `score`: 0..1, the estimated chance that the
    first candidate is right.
    """

    topic: str | None
    candidates: tuple[str, ...]
    confident: bool
    score: float


NOTHING = Match(None, (), False, 0.0)


@dataclass(frozen=True)
class Evidence:
    """What the three witnesses say about the first candidate. The field order is that of `Trust.weights`."""

    score: float  # the classifier's score
    lead: float  # before the second topic
    over_none: float  # before "no topic"
    near: float  # the nearest phrasings
    nearer_than_none: float
    cues: float  # 0, 1 or 2
    central: float
    central_lead: float
    length: float  # words, up to 8, as a part of 8
    known: float  # the share of the words that some phrasing of a topic has, as written

    def values(self) -> tuple[float, ...]:
        return tuple(vars(self).values())


@dataclass(frozen=True)
class Trust:
    """Evidence to the chance of being right: a logistic line, fitted on held-back phrasings.

    The figures come from `python benchmarks/understanding.py --calibrate`; run it after larger changes to the phrasings.
    """

    weights: tuple[float, ...] = (-1.51, 2.61, 1.51, 1.22, 1.34, 1.03, 1.39, -3.24, 2.26, 1.97)
    bias: float = -5.32

    def chance(self, evidence: Evidence) -> float:
        total = self.bias + sum(w * v for w, v in zip(self.weights, evidence.values(), strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


class Matcher:
    """Finds the topic of a question. Built once from the phrasings, never changed; the same input gives the same output."""

    def __init__(
        self,
        topics: Sequence[Topic],
        phrasings: Mapping[str, Sequence[str]],
        normaliser: Normaliser,
        *,
        out_of_scope: Iterable[str] = (),
        synonyms: Mapping[str, str] | None = None,
        whole: Iterable[str] = (),
        pairs: Mapping[str, str] | None = None,
        fillers: Iterable[str] = (),
        cues: Mapping[str, Sequence[str]] | None = None,
        trust: Trust | None = None,
    ):
        """`phrasings`: topic id -> how people write it; `out_of_scope`: messages of no topic; the rest: see `LanguageData`."""
        self._normaliser = normaliser
        self._trust = trust or Trust()
        texts = [(topic.id, topic.question) for topic in topics]
        texts += [(topic.id, line) for topic in topics for line in phrasings.get(topic.id, ())]
        texts += [(NONE, line) for line in out_of_scope]
        worded = [(topic, normaliser.words(text)) for topic, text in texts]
        self._exact = {" ".join(words): topic for topic, words in reversed(worded) if words}
        self._vocabulary = Vocabulary([words for _, words in worded], synonyms or {}, whole, pairs, fillers)
        self._cues = Cues(cues or {}, self._vocabulary)
        stemmed = [(topic, self._vocabulary.stems(words)) for topic, words in worded]
        self._topical = frozenset(word for topic, words in worded if topic != NONE for word in words)
        self._index = Index(stemmed)
        examples = []
        for (topic, stems), vector in zip(stemmed, self._index.vectors, strict=True):
            # Each phrasing is learnt twice, with and without its cues: words must carry a question no cue foresaw.
            examples.append((topic, vector))
            examples.append((topic, self._with_cues(vector, stems)))
        self._linear = Linear(examples)

    @classmethod
    def of(cls, data: LanguageData, normaliser: Normaliser) -> Matcher:
        """A matcher of the language files."""
        return cls(
            data.topics,
            data.phrasings,
            normaliser,
            out_of_scope=data.out_of_scope,
            synonyms=data.synonyms,
            whole=data.whole,
            pairs=data.pairs,
            fillers=data.fillers,
            cues=data.cues,
        )

    def match(self, text: str, *, sasak: bool = False) -> Match:
        """The topic of a message. `sasak`: the person chose Sasak. Any text is allowed.

        The message as a whole first; in a longer one the question may stand in one sentence ("Halo. Saya dari Praya. ...").
        """
        sentences = [part for part in _SENTENCE.split(text) if len(part.split()) >= SENTENCE_FROM][:SENTENCES]
        found = self._twice(text, sasak=sasak)
        for sentence in sentences if len(sentences) > 1 else ():
            alone = self._twice(sentence, sasak=sasak)
            if alone.topic is not None and alone.score > found.score:
                found = alone
        return found

    def _twice(self, text: str, *, sasak: bool) -> Match:
        """Once; and where that finds no topic again with the unsure rows of the table."""
        found = self._match(text, sasak=sasak, low=False)
        if found.topic is None:
            again = self._match(text, sasak=sasak, low=True)
            if again.topic is not None and again.score > found.score:
                return again
        return found

    def evidence(self, text: str, *, sasak: bool = False) -> tuple[tuple[str, ...], Evidence] | None:
        """Candidates best first and what speaks for the first; None when the text has no word. For calibration."""
        words = self._normaliser.words(text, sasak=sasak)
        return self._weigh(words) if words else None

    def _match(self, text: str, *, sasak: bool, low: bool) -> Match:
        words = self._normaliser.words(text, sasak=sasak, low=low)
        if not words:
            return NOTHING
        ranked, evidence = self._weigh(words)
        known = self._exact.get(" ".join(words))
        if known == NONE:
            return Match(None, ranked[:CANDIDATES], False, 0.0)
        if known is not None:
            rest = tuple(topic for topic in ranked if topic != known)
            return Match(known, (known, *rest)[:CANDIDATES], True, 1.0)
        chance = round(self._trust.chance(evidence), 4)
        close = chance >= CLOSE
        return Match(ranked[0] if close else None, ranked[:CANDIDATES], chance >= CONFIDENT, chance)

    def _weigh(self, words: Sequence[str]) -> tuple[tuple[str, ...], Evidence]:
        core, stems = self._vocabulary.core(words), self._vocabulary.stems(words)
        vector = self._index.vector(stems)
        cues = self._cues.topics(stems)
        scores = self._linear.scores(self._with_cues(vector, stems))
        none = scores.pop(NONE, 0.0)
        ranked = sorted(scores, key=lambda topic: (-scores[topic], topic))
        first, second = ranked[0], ranked[1] if len(ranked) > 1 else ranked[0]
        near, central = self._index.nearness(vector), self._index.centrality(vector)
        others = max((value for topic, value in central.items() if topic != first), default=0.0)
        return tuple(ranked), Evidence(
            score=scores[first],
            lead=scores[first] - scores[second],
            over_none=scores[first] - none,
            near=near.get(first, 0.0),
            nearer_than_none=near.get(first, 0.0) - near.get(NONE, 0.0),
            cues=float(min(cues[first], 2)),
            central=central.get(first, 0.0),
            central_lead=central.get(first, 0.0) - others,
            length=min(len(core), 8) / 8,
            known=sum(word in self._topical for word in core) / len(core),
        )

    def _with_cues(self, vector: Vector, stems: Sequence[str]) -> Vector:
        cues = self._cues.topics(stems)
        weighed = {f"@{topic}": CUE_WEIGHT * (1.0 if n == 1 else MORE_CUES) for topic, n in cues.items()}
        return {**vector, **weighed}
