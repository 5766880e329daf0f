"""Words of danger: whether a message says that somebody is in danger now.

The rules are data (content/language/danger.yaml, read by `rules`, its patterns by `patterns`). A message is cut into
sentences, each made plain (slang, Sasak, "di pukul" -> "dipukul"), and every rule looks for its patterns. A blocker may lower
what was found: a question about rules, an if, a denial, an old story. When nothing calls for the help card, the same is tried
once more with typing errors mended, and a second opinion is asked that has learnt from examples (`opinion`); what only these
find is `fuzzy`. Without examples the rules stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import cycle
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.normalise import Normaliser, fold
from bot.understanding.opinion import Ideas, Opinion, Words
from bot.understanding.patterns import active, joined, passive
from bot.understanding.rules import LEVELS, Found, Level, Rules, Sentence, higher
from bot.understanding.shorthand import Shorthand

__all__ = ["LEVELS", "Assessment", "Danger", "Level"]

LONGEST = 2000  # characters looked at, from the front and from the back of a very long message
MEND_APART = 4  # the least a word must have to be mended at all
MEND_FROM = 6  # letters of a word from which one slip is mended
MEND_FAR = 12  # from this length two slips are allowed
# From which score the second opinion is followed; chosen on examples it had not learnt from.
LIKELY = 0.3
SURE = 1.1  # in messages of so few words as `FEW`, where one word decides too much
DOUBTFUL = 0.6  # where a blocker left a worry of what the rules found
SURE_AGAINST = 0.8  # where a blocker left nothing of it
WORRYING = 0.2
FEW = 3
THIRD = 0.4  # from this score it is somebody else's danger though the rules say the writer's
NOT_THIRD = -0.8  # below this the writer's though the rules say somebody else's
NEVER = -0.9  # so sure of the contrary, in a question or a tale, that what a rule found becomes a worry
TURNED = 2  # every so many-th short message of danger is also learnt as a question about that danger

_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
# "pak, saya dipukul" speaks to somebody; "bapak saya dipukul" speaks of him.
_CALL = r"(?:pak|bu|kak|bang|mas|mbak|mba|min|admin|gan|sis|bro)"
_CALL_WITH_COMMA = r"(?:bapak|ibu|kakak|abang|dik|om|tante|ya allah|allah)"
_CALLED = re.compile(rf"^\s*(?:{_CALL_WITH_COMMA}\s*,\s*|{_CALL}\b[\s,]+)+", re.IGNORECASE)
_CALLED_LAST = re.compile(rf"[\s,]+{_CALL}\s*$", re.IGNORECASE)
_SPREAD = re.compile(r"\b(?:[a-z][ .]){2,}[a-z]\b", re.IGNORECASE)  # "t o l o n g", "s.o.s"
_CRIES = frozenset({"tolong", "help"})  # repeated they are louder; other doubles are one word ("dikejar2")
_VOWELS = re.compile("[aiueo]")
_SIGNS = {"🆘": " sos ", "🚨": " sos "}


@dataclass(frozen=True)
class Assessment:
    """What a message says about danger.

    `level`: see danger.yaml. `third_person`: somebody else is in danger (family card). `fuzzy`: found only after mending
    typing errors, or only by the second opinion. `rule`: the rule of danger.yaml, "opinion", or "" for none.
    `card`: the level shows the help card at once.
    """

    level: Level
    third_person: bool = False
    fuzzy: bool = False
    rule: str = ""
    card: bool = False


class Danger:
    """Assesses messages by the rules of danger.yaml. Never changed once built; the same text gives the same answer."""

    def __init__(self, rules: Mapping[str, Any], normaliser: Normaliser, known: Iterable[str] = ()):
        """`rules`: the parsed danger.yaml. `known`: ordinary words, never taken for misspelt danger words."""
        self._normaliser = normaliser
        self._rules = Rules(rules)
        self._cards = {level: bool(entry["card"]) for level, entry in rules["levels"].items()}
        self._spelling = {str(word): str(plain).split() for word, plain in rules["spelling"].items()}
        self._joinable = {form for form in self._rules.forms if form.startswith("di")} | set(rules["joined"])
        self._ordinary = (frozenset(known) | frozenset(rules["not_typos"])) - self._rules.words
        mended = {form for root in rules["mended"]["verbs"] for form in _long_forms(root) if len(form) >= MEND_FROM}
        self._targets: list[str] = sorted(mended | set(rules["mended"]["words"]))
        self._skeletons = {_VOWELS.sub("", word): word for word in reversed(self._targets)}  # "dskp" -> disekap
        self._mend_word = lru_cache(maxsize=20_000)(self._nearest)
        self._opinion: Opinion | None = None
        self._work: Opinion | None = None
        self._third: Opinion | None = None
        self._shorthand = Shorthand(())
        self._telling: frozenset[str] = frozenset()
        self._sure = frozenset(entry["id"] for entry in rules["rules"] if entry.get("sure"))

    def learn(self, examples: Mapping[str, Any], questions: Iterable[str]) -> None:
        """Build the second opinion. `examples`: the parsed danger_examples.yaml; `questions`: more that are no danger."""
        ideas = Ideas(examples["ideas"])
        texts = [text for part in examples["danger"].values() for text in part]
        texts += [*examples["other"], *questions]
        self._shorthand = Shorthand(
            word for text in texts for one in self._sentences(text, sasak=False) for word in one.text.split()
        )
        calls = [(group, self._words(text)) for group, texts in examples["danger"].items() for text in texts]
        other = [self._words(text) for text in (*examples["other"], *questions, *self._turned(examples))]
        self._opinion = Opinion(ideas, [*((words, True) for _, words in calls), *((words, False) for words in other)])
        level = [(words, group == "exploitation") for group, words in calls if group != "third"]
        self._work = Opinion(ideas, level)
        self._third = Opinion(ideas, [(words, group == "third") for group, words in calls])
        self._telling = frozenset(examples["telling"])

    def assess(self, text: str, *, sasak: bool = False) -> Assessment:
        """The danger in a message. `sasak`: the person chose Sasak. Any text is allowed."""
        written = self._sentences(text, sasak=sasak)
        found = self._rules.look(written)
        if not self._cards[found.level]:
            mended = [replace(one, text=joined(self._mend(one.text.split()))) for one in written]
            again = self._rules.look(mended) if mended != written else found
            if higher(again.level, found.level):
                found = again
                if self._cards[found.level]:
                    return self._assessment(self._doubted(found, mended), mended, fuzzy=True)
            spelt = [self._spelt_out(one) for one in mended]
            if spelt != mended:
                again = self._rules.look(spelt)
                found = again if higher(again.level, found.level) else found
                if self._cards[found.level]:
                    return self._assessment(self._doubted(found, spelt), spelt, fuzzy=True)
                mended = spelt
            found = self._second(found, mended)
            return self._assessment(found, mended, fuzzy=self._cards[found.level])
        spelt = [self._spelt_out(one) for one in written]
        return self._assessment(self._doubted(found, spelt), spelt, fuzzy=False)

    @staticmethod
    def _turned(examples: Mapping[str, Any]) -> Iterator[str]:
        """Short messages of danger made into what only asks or tells about it, in turn."""
        turns, bare = cycle(examples["turns"]), frozenset(examples["not_turned"])
        short = [text for texts in examples["danger"].values() for text in texts if 2 <= len(text.split()) <= 9]
        for text in [text for text in short if not bare & set(fold(text).split()) and "?" not in text][::TURNED]:
            yield next(turns).format(text)

    def _doubted(self, found: Found, sentences: Sequence[Sentence]) -> Found:
        """What a rule found, or a worry where the second opinion is sure that it is only asked or told about."""
        if self._opinion is None or found.rule in self._sure:
            return found
        words = _as_words(sentences)
        ideas = {idea for sentence, _ in words for word in sentence for idea in self._opinion.ideas.of(word)}
        told = any(question for _, question in words) or not ideas.isdisjoint(self._telling)
        return replace(found, level="worry") if told and self._opinion(words) < NEVER else found

    def _second(self, found: Found, sentences: Sequence[Sentence]) -> Found:
        """What the second opinion makes of a message in which the rules found no danger."""
        if self._opinion is None or self._work is None:
            return found
        words = _as_words(sentences)
        score = self._opinion(words)
        count = sum(len(sentence) for sentence, _ in words)
        few = count <= FEW
        against = SURE_AGAINST if found.held else DOUBTFUL if found.level == "worry" else 0.0
        if count > 1 and score > max(SURE if few else LIKELY, against):
            return Found("exploitation" if self._work(words) > 0 else "now", False, "opinion", found.held)
        if found.level == "none" and not found.held and not few and score > WORRYING:
            return Found("worry", False, "opinion")
        return found

    def _words(self, text: str) -> Words:
        return _as_words([self._spelt_out(one) for one in self._sentences(text, sasak=False)])

    def _spelt_out(self, sentence: Sentence) -> Sentence:
        return replace(sentence, text=joined(map(self._shorthand.long, sentence.text.split())))

    def _assessment(self, found: Found, sentences: Sequence[Sentence], *, fuzzy: bool) -> Assessment:
        card = self._cards[found.level]
        third = found.third_person
        if card and self._third is not None:
            score = self._third(_as_words(sentences))
            third = score > (NOT_THIRD if third else 0.0 if found.rule == "opinion" else THIRD)
        return Assessment(found.level, third, fuzzy, found.rule, card)

    # ---------------------------------------------------------------- the words

    def _sentences(self, text: str, *, sasak: bool) -> list[Sentence]:
        if len(text) > 2 * LONGEST:
            text = f"{text[:LONGEST]}\n{text[-LONGEST:]}"
        for sign, word in _SIGNS.items():
            text = text.replace(sign, word)
        text = _SPREAD.sub(lambda found: re.sub("[ .]", "", found.group()), text)
        sentences = []
        for part in _SENTENCE.findall(text):
            words = self._plain(_CALLED_LAST.sub(" ", _CALLED.sub("", part.rstrip(".!?;\n"))), sasak=sasak)
            words = words or self._plain(part, sasak=sasak)
            if words:
                sentences.append(Sentence(joined(words), "?" in part[-4:], "!" in part))
        return sentences

    def _plain(self, text: str, *, sasak: bool) -> list[str]:
        """Words in the spelling the rules are written in."""
        words: list[str] = []
        for word in self._normaliser.words(fold(text), sasak=sasak):
            for plain in self._spelling.get(word, [word]):
                often = words[-2:].count(plain) == 2 if plain in _CRIES else words[-1:] == [plain]
                if not often:
                    words.append(plain)
        out: list[str] = []
        for word in words:
            prefix = out[-1] if out else ""
            if prefix in ("di", "d") and f"di{word}" in self._joinable:
                out[-1] = f"di{word}"
            elif prefix == "ter" and f"ter{word}" in self._joinable:
                out[-1] = f"ter{word}"
            else:
                out.append(word)
        return out

    # ---------------------------------------------------------------- typing errors

    def _mend(self, words: Sequence[str]) -> list[str]:
        """The words with typing errors mended, in words written apart too ("di sekp")."""
        out: list[str] = []
        for word in words:
            if out and out[-1] in ("di", "d") and len(word) >= MEND_APART and word not in self._ordinary:
                near = self._mend_word(f"di{word}")
                if near in self._joinable:
                    out[-1] = near
                    continue
            out.append(self._mend_word(word))
        return out

    def _nearest(self, word: str) -> str:
        """The danger word a strange word is most likely meant for; else the word itself."""
        if len(word) < MEND_APART or word in self._rules.words or word in self._ordinary or not word.isalpha():
            return word
        bare = _VOWELS.sub("", word)
        if len(bare) >= MEND_APART and len(word) - len(bare) <= 1 and bare in self._skeletons:
            return self._skeletons[bare]
        if len(word) < MEND_FROM - 1:  # one letter may be missing
            return word
        slips = 2 if len(word) >= MEND_FAR else 1
        near = process.extractOne(word, self._targets, scorer=OSA.distance, score_cutoff=slips)
        return str(near[0]) if near and near[0][0] == word[0] else word


def _as_words(sentences: Sequence[Sentence]) -> Words:
    return [(sentence.text.split(), sentence.question) for sentence in sentences]


def _long_forms(root: str) -> set[str]:
    """The forms of a verb that are long enough to be known by: dipukul, memukul, not pukul or mukul."""
    forms = {form for form in passive(root) if form.startswith("di")}
    return forms | {form for form in active(root) if form.startswith("me")}
