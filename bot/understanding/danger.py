"""Words of danger: whether a message says that somebody is in danger now.

The rules are data (content/language/danger.yaml, read by `rules`, its patterns by `patterns`). A message is cut into
sentences, each made plain (slang, Sasak, "di pukul" -> "dipukul"), and every rule looks for its patterns. A blocker may lower
what was found: a question about rules, an if, a denial, an old story. When nothing calls for the help card, the same is tried
once more with typing errors mended, and a second opinion is asked that has learnt from examples (`second`); what only these
find is `fuzzy`. Without examples the rules stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.normalise import Normaliser, fold
from bot.understanding.patterns import active, joined, passive
from bot.understanding.rules import LEVELS, Level, Rules, Sentence, higher
from bot.understanding.second import SecondOpinion

__all__ = ["LEVELS", "Assessment", "Danger", "Level"]

LONGEST = 2000  # characters looked at, from the front and from the back of a very long message
MEND_APART = 4  # the least a word must have to be mended at all
MEND_FROM = 6  # letters of a word from which one slip is mended
MEND_FAR = 12  # from this length two slips are allowed

_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
# "pak, saya dipukul" speaks to somebody; "bapak saya dipukul" speaks of him.
_CALL = r"(?:pak|bu|kak|bang|mas|mbak|mba|min|admin|gan|sis|bro)"
_CALL_WITH_COMMA = r"(?:bapak|ibu|kakak|abang|dik|om|tante|ya allah|allah)"
_CALLED = re.compile(rf"^\s*(?:{_CALL_WITH_COMMA}\s*,\s*|{_CALL}\b[\s,]+)+", re.IGNORECASE)
_CALLED_LAST = re.compile(rf"[\s,]+{_CALL}\s*$", re.IGNORECASE)
_SPREAD = re.compile(r"\b(?:[a-z][ .]){2,}[a-z]\b", re.IGNORECASE)  # "t o l o n g", "s.o.s"
_CRIES = frozenset({"tolong", "help"})  # repeated they are louder; other doubles are one word ("dikejar2")
_TWO = re.compile(r"([aiueo])\1+")
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
        self._sure = frozenset(entry["id"] for entry in rules["rules"] if entry.get("sure"))
        self._second: SecondOpinion | None = None

    def learn(self, examples: Mapping[str, Any], questions: Iterable[str]) -> None:
        """Build the second opinion. `examples`: the parsed danger_examples.yaml; `questions`: more that are no danger."""
        self._second = SecondOpinion(examples, questions, lambda text: self._sentences(text, sasak=False))

    def assess(self, text: str, *, sasak: bool = False) -> Assessment:
        """The danger in a message. `sasak`: the person chose Sasak. Any text is allowed."""
        sentences = self._sentences(text, sasak=sasak)
        found = self._rules.look(sentences)
        fuzzy = not self._cards[found.level]
        for mend in (self._mended, self._spelt):
            if not self._cards[found.level]:
                mended = mend(sentences)
                again = self._rules.look(mended) if mended != sentences else found
                found = again if higher(again.level, found.level) else found
                sentences = mended
        if self._second is not None:
            if not self._cards[found.level]:
                found = self._second.beside(found, sentences)
            else:
                spelt = self._second.spelt(sentences)
                if found.rule not in self._sure and self._second.doubts(spelt):
                    found = replace(found, level="worry")
                else:
                    found = replace(found, third_person=self._second.third(spelt, found.third_person))
        card = self._cards[found.level]
        return Assessment(found.level, found.third_person, fuzzy and card, found.rule, card)

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
        for word in map(self._unstretched, self._normaliser.words(fold(text), sasak=sasak)):
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

    def _unstretched(self, word: str) -> str:
        """'sayaa' -> 'saya': vowels stretched in need, where only the single ones make a word of the rules."""
        single = _TWO.sub(r"\1", word)
        known = self._rules.words if single != word else ()
        return single if word not in known and (single in known or single in self._spelling) else word

    # ---------------------------------------------------------------- typing errors

    def _mended(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        return [replace(one, text=joined(self._mend(one.text.split()))) for one in sentences]

    def _spelt(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        return self._second.spelt(sentences) if self._second is not None else list(sentences)

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


def _long_forms(root: str) -> set[str]:
    """The forms of a verb that are long enough to be known by: dipukul, memukul, not pukul or mukul."""
    forms = {form for form in passive(root) if form.startswith("di")}
    return forms | {form for form in active(root) if form.startswith("me")}
