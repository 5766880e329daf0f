"""From a question to the topic that answers it.

Naive Bayes over words, letters and cues ranks the topics (`bayes`, `features`, `cues`). How far one may trust the first place
is estimated from its lead, the nearest phrasings (`index`) and how much of the message is known at all (`Trust`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.understanding.bayes import Bayes
from bot.understanding.cues import Cues
from bot.understanding.data import NONE, LanguageData, Topic
from bot.understanding.features import Vector, Weigher, cue_vector, letters, words_and_pairs
from bot.understanding.index import Index
from bot.understanding.normalise import Normaliser
from bot.understanding.vocabulary import Vocabulary

CANDIDATES = 5
SENTENCES = 6  # of a long message so many sentences are looked at one by one
SENTENCE_FROM = 3  # words
LETTERS_SHARE = 0.7  # of letters in a row, beside 1 of words
LETTERS_FROM = 2  # what only one phrasing has is left out, for the memory
CUES_SHARE = 0.8
MORE_CUES = 1.3  # two or more cues of a topic weigh so much more than one
CONFIDENT = 0.85  # estimated chance of being right from which the answer is simply given
CLOSE = 0.32  # from here the answer is offered; below, the message is of no topic

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
    """What speaks for the first candidate. The field order is that of `Trust.weights`."""

    score: float  # of the first topic
    lead: float  # before the second topic
    over_none: float  # before "no topic"
    near: float  # the nearest phrasings
    nearer_than_none: float
    nearer_than_second: float
    cues: float  # 0, 1 or 2
    length: float  # words, up to 12, as a part of 12
    known: float  # the share of the words that some phrasing of a topic has, as written

    def values(self) -> tuple[float, ...]:
        return tuple(vars(self).values())


@dataclass(frozen=True)
class Trust:
    """Evidence to the chance of being right: a logistic line, fitted on held-back phrasings.

    The figures come from `python -m benchmarks.understanding --calibrate`; run it after larger changes to the phrasings.
    """

    weights: tuple[float, ...] = (-0.16, 0.23, 0.25, 2.30, 0.34, -1.88, 0.89, 2.74, 2.07)
    bias: float = -5.24

    def chance(self, evidence: Evidence) -> float:
        total = self.bias + sum(w * v for w, v in zip(self.weights, evidence.values(), strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


class Matcher:
    """Finds the topic of a question. Built once from the phrasings, never changed; the same input gives the same output.

    `ordinary`: every word of the phrasings, in its plain form.
    """

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
        self.ordinary = frozenset(word for _, words in worded for word in words)
        self._topical = frozenset(word for topic, words in worded if topic != NONE for word in words)
        self._index = Index(stemmed)
        self._words = Weigher(words_and_pairs(stems) for _, stems in stemmed)
        self._letters = Weigher((letters(words) for _, words in worded), share=LETTERS_SHARE, fewest=LETTERS_FROM)
        self._bayes = Bayes(
            (topic for topic, _ in texts),
            (
                (topic, self._vectors(words, stems, self._cues.topics(stems)))
                for (topic, words), (_, stems) in zip(worded, stemmed, strict=True)
            ),
            kinds=3,
        )

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

        The message as a whole decides. Greetings and a story around the question lower the chance, so where one sentence alone
        points to the same topic more surely, its chance counts.
        """
        found = self._twice(text, sasak=sasak)
        if found.topic is None or found.confident:
            return found
        sentences = [part for part in _SENTENCE.split(text) if len(part.split()) >= SENTENCE_FROM][:SENTENCES]
        for sentence in sentences if len(sentences) > 1 else ():
            alone = self._match(sentence, sasak=sasak, low=False)
            if alone.topic == found.topic and alone.score > found.score:
                found = replace(found, confident=alone.confident, score=alone.score)
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
        cues = self._cues.topics(stems)
        scores = self._bayes.scores(self._vectors(words, stems, cues))
        none = scores.pop(NONE, 0.0)
        ranked = sorted(scores, key=lambda topic: (-scores[topic], topic))
        first, second = ranked[0], ranked[1] if len(ranked) > 1 else ranked[0]
        vector = self._index.vector(stems)
        near, near_none, near_second = (self._index.nearness(vector, topic) for topic in (first, NONE, second))
        return tuple(ranked), Evidence(
            score=scores[first],
            lead=scores[first] - scores[second],
            over_none=scores[first] - none,
            near=near,
            nearer_than_none=near - near_none,
            nearer_than_second=near - near_second,
            cues=float(min(cues[first], 2)),
            length=min(len(core), 12) / 12,
            known=sum(word in self._topical for word in core) / len(core),
        )

    def _vectors(self, words: Sequence[str], stems: Sequence[str], cues: Mapping[str, int]) -> tuple[Vector, ...]:
        return (
            self._words.vector(words_and_pairs(stems)),
            self._letters.vector(letters(words)),
            cue_vector(cues, share=CUES_SHARE, more=MORE_CUES),
        )
