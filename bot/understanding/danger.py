"""Words of danger: whether a message says that somebody is in danger now.

The rules are data (content/language/danger.yaml); `patterns` explains how they are written. A message is cut into sentences,
each made plain (slang, Sasak, "di pukul" -> "dipukul"), and every rule looks for its patterns. A blocker may lower what was
found: a question about rules, an if, a denial, an old story. When nothing calls for the help card, the same is tried once more
with typing errors mended; what only that finds is `fuzzy`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, cast

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.normalise import Normaliser, fold
from bot.understanding.patterns import HIT, Compiler, active, joined, passive

Level = Literal["none", "worry", "exploitation", "now"]
Who = Literal["first", "third"]
LEVELS: tuple[Level, ...] = ("none", "worry", "exploitation", "now")  # rising

LONGEST = 2000  # characters looked at, from the front and from the back of a very long message
MEND_FROM = 6  # shorter words are not mended ("tolong" has six letters)
MEND_APART = 4  # the least a word must have to be mended at all
MEND_FAR = 12  # from this length two slips are allowed

_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_VOCATIVE = r"(?:pak|bu|bapak|ibu|kak|kakak|bang|abang|mas|mbak|mba|min|admin|dik|om|tante|gan|sis|bro|ya allah|allah|bos ku)"
_CALLED = re.compile(rf"^\s*(?:{_VOCATIVE}\s*,\s*|(?:pak|bu|kak|bang|mas|mbak|mba|min|admin|gan|sis|bro)\b[\s,]+)+", re.IGNORECASE)
_CALLED_LAST = re.compile(r"[\s,]+(?:pak|bu|kak|bang|mas|mbak|mba|min|admin|gan|sis|bro)\s*$", re.IGNORECASE)
_SPREAD = re.compile(r"\b(?:[a-z][ .]){2,}[a-z]\b", re.IGNORECASE)  # "t o l o n g", "s.o.s"
_CRIES = frozenset({"tolong", "help"})  # repeated they are louder; other doubles are one word ("dikejar2")
_VOWELS = re.compile("[aiueo]")
_SIGNS = {"🆘": " sos ", "🚨": " sos "}


@dataclass(frozen=True)
class Assessment:
    """What a message says about danger.

    `level`: "now" and "exploitation" show the help card at once. `third_person`: somebody else is in danger (family card).
    `fuzzy`: found only after mending typing errors. `rule`: the rule of danger.yaml, "" for none.
    """

    level: Level
    third_person: bool = False
    fuzzy: bool = False
    rule: str = ""
    card: bool = False


NOTHING = Assessment("none")


@dataclass(frozen=True)
class _Sentence:
    text: str  # `joined` words
    question: bool
    shouted: bool


@dataclass(frozen=True)
class _Blocker:
    to: Level
    together: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    question: bool  # only in sentences with a question mark

    def holds(self, marked: str, plain: str, question: bool) -> bool:
        """`marked`: the sentence with HIT for what was found; `plain`: as it was written."""
        if self.question and not question:
            return False
        if not all(pattern.search(marked) or pattern.search(plain) for pattern in self.together):
            return False
        return self.unless is None or not (self.unless.search(marked) or self.unless.search(plain))


@dataclass(frozen=True)
class _Rule:
    id: str
    level: Level
    who: Who | None
    near: bool  # the writer most likely stands beside the one in danger
    found: re.Pattern[str] | None
    together: tuple[re.Pattern[str], ...]
    whole: re.Pattern[str] | None
    core: re.Pattern[str] | None
    unless_question: bool
    shouted: bool  # the whole message must have "!" or say it twice
    blockers: tuple[_Blocker, ...]


class Danger:
    """Assesses messages by the rules of danger.yaml. Never changed once built; the same text gives the same answer."""

    def __init__(self, rules: Mapping[str, Any], normaliser: Normaliser, known: Iterable[str] = ()):
        """`rules`: the parsed danger.yaml. `known`: ordinary words, never taken for misspelt danger words."""
        self._normaliser = normaliser
        self._cards = {level: bool(entry["card"]) for level, entry in rules["levels"].items()}
        self._spelling = {str(word): str(plain).split() for word, plain in rules["spelling"].items()}
        verbs = {name: [str(root) for root in roots] for name, roots in rules["verbs"].items()}
        classes: dict[str, Sequence[str]] = {
            name: [str(entry) for entry in entries] for name, entries in rules["classes"].items()
        }
        for name, roots in verbs.items():
            classes[f"{name}.di"] = sorted(set().union(*map(passive, roots)))
            classes[f"{name}.me"] = sorted(set().union(*map(active, roots)))
        self._compiler = Compiler(classes)
        self._blockers = {name: self._block(entries) for name, entries in rules["blockers"].items()}
        self._persons, self._persons_near = (
            [(cast(Who, entry["who"]), self._compiler.one(entry["pattern"])) for entry in rules[name]]
            for name in ("persons", "persons_near")
        )
        self._rules = [self._rule(entry, classes) for entry in rules["rules"]]
        forms = {form for name in verbs for kind in ("di", "me") for form in classes[f"{name}.{kind}"] if " " not in form}
        self._joinable = {form for form in forms if form.startswith("di")} | set(map(str, rules["joined"]))
        self._words = self._vocabulary(rules, forms)
        self._ordinary = (frozenset(known) | frozenset(map(str, rules["not_typos"]))) - self._words
        mended = {form for root in rules["mended"]["verbs"] for form in self._prefixed(str(root))}
        self._targets = sorted({word for word in mended if len(word) >= MEND_FROM} | set(rules["mended"]["words"]))
        self._skeletons = {_VOWELS.sub("", word): word for word in reversed(self._targets)}  # "dskp" -> disekap
        self._mend_word = lru_cache(maxsize=20_000)(self._nearest)

    def assess(self, text: str, *, sasak: bool = False) -> Assessment:
        """The danger in a message. `sasak`: the person chose Sasak. Any text is allowed."""
        written = self._sentences(text, sasak=sasak)
        found = self._look(written)
        if found.card:
            return found
        mended = [replace(one, text=joined(self._mend(one.text.split()))) for one in written]
        if mended == written:
            return found
        again = self._look(mended)
        if LEVELS.index(again.level) <= LEVELS.index(found.level):
            return found
        return Assessment(again.level, again.third_person, True, again.rule, again.card)

    # ---------------------------------------------------------------- the words

    def _sentences(self, text: str, *, sasak: bool) -> list[_Sentence]:
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
                sentences.append(_Sentence(joined(words), "?" in part[-4:], "!" in part))
        return sentences

    def _plain(self, text: str, *, sasak: bool) -> list[str]:
        """Words in the spelling the rules are written in."""
        words: list[str] = []
        for word in self._normaliser.words(fold(text), sasak=sasak):
            for plain in self._spelling.get(word, [word]):
                said = words[-2:].count(plain) if plain in _CRIES else 2 * (words[-1:] == [plain])
                if said < 2:
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
        if len(word) < MEND_APART or word in self._words or word in self._ordinary or not word.isalpha():
            return word
        bare = _VOWELS.sub("", word)
        if len(bare) >= MEND_APART and len(word) - len(bare) <= 1 and bare in self._skeletons:
            return self._skeletons[bare]
        slips = 2 if len(word) >= MEND_FAR else 1
        if len(word) < MEND_FROM - 1:
            return word
        near = process.extractOne(word, self._targets, scorer=OSA.distance, score_cutoff=slips)
        return near[0] if near and near[0][0] == word[0] else word

    # ---------------------------------------------------------------- the rules

    def _look(self, sentences: Sequence[_Sentence]) -> Assessment:
        best = NOTHING
        whole = "".join(sentence.text for sentence in sentences)
        question = any(sentence.question for sentence in sentences)
        shouted = any(sentence.shouted for sentence in sentences)
        for rule in self._rules:
            if LEVELS.index(rule.level) <= LEVELS.index(best.level) and best.card:
                continue
            if rule.shouted and not shouted and not re.search(r"(?<!\S)(\S+ )\1", whole):
                continue
            for found in self._apply(rule, sentences, whole, question):
                if LEVELS.index(found.level) > LEVELS.index(best.level):
                    best = found
            if best.level == "now":
                break
        return best

    def _apply(self, rule: _Rule, sentences: Sequence[_Sentence], whole: str, question: bool) -> Iterable[Assessment]:
        if rule.whole and rule.core:
            if rule.whole.fullmatch(whole) and rule.core.search(whole) and not (rule.unless_question and question):
                yield self._result(rule.level, "first", rule)
        elif rule.together:
            matches = [pattern.search(whole) for pattern in rule.together]
            if all(matches):
                yield self._weigh(rule, cast(re.Match[str], matches[0]), whole, question)
        elif rule.found:
            for sentence in sentences:
                for match in rule.found.finditer(sentence.text):
                    yield self._weigh(rule, match, sentence.text, sentence.question)

    def _weigh(self, rule: _Rule, match: re.Match[str], text: str, question: bool) -> Assessment:
        marked = f"{text[: match.start()]}{HIT} {text[match.end() :]}"
        who = rule.who or self._who(marked, match.group(), self._persons_near if rule.near else self._persons)
        blocker = next((one for one in rule.blockers if one.holds(marked, text, question)), None)
        level = rule.level if blocker is None else min(blocker.to, rule.level, key=LEVELS.index)
        return self._result(level, who, rule)

    @staticmethod
    def _who(marked: str, hit: str, persons: Sequence[tuple[Who, re.Pattern[str]]]) -> Who:
        """Whose danger it is. What was found may hold the person itself ("suami saya dikejar orang"): look inside it too."""
        before, _, after = marked.partition(f"{HIT} ")
        words = hit.split()
        texts = [marked, *(f"{before}{joined(words[:count])}{HIT} {after}" for count in (1, 2, len(words)))]
        for text in texts:
            for who, pattern in persons:
                if pattern.search(text):
                    return who
        return "first"

    def _result(self, level: Level, who: Who, rule: _Rule) -> Assessment:
        if level == "none":
            return NOTHING
        return Assessment(level, who == "third", False, rule.id, self._cards[level])

    # ---------------------------------------------------------------- reading danger.yaml

    def _rule(self, entry: Mapping[str, Any], classes: Mapping[str, Sequence[str]]) -> _Rule:
        whole = core = None
        if "whole" in entry:
            beside = [str(word) for word in entry.get("beside", classes["beside"])]
            cries = [str(word) for word in entry["whole"]]
            own = Compiler({"cry": cries, "all": [*cries, *beside]})
            whole = re.compile(f"(?:{own.one('<all>').pattern})+")
            core = own.one("<cry>")
        return _Rule(
            id=entry["id"],
            level=_level(entry["level"]),
            who=entry.get("who"),
            near=entry.get("near", False),
            found=self._compiler.several(entry.get("patterns", ())),
            together=tuple(filter(None, (self._compiler.several(part) for part in entry.get("all", ())))),
            whole=whole,
            core=core,
            unless_question=entry.get("unless_question", False),
            shouted=entry.get("shouted", False),
            blockers=tuple(one for name in entry.get("blockers", ["common"]) for one in self._blockers[name]),
        )

    def _block(self, entries: Iterable[Mapping[str, Any]]) -> tuple[_Blocker, ...]:
        return tuple(
            _Blocker(
                to=_level(entry["to"]),
                together=tuple(self._compiler.one(pattern) for pattern in entry["all"]),
                unless=self._compiler.several(entry.get("none", ())),
                question=entry.get("question", False),
            )
            for entry in entries
        )

    @staticmethod
    def _prefixed(root: str) -> set[str]:
        """The forms of a verb that are long enough to be known by: dipukul, memukul, not pukul or mukul."""
        forms = {form for form in passive(root) if form.startswith("di")}
        return forms | {form for form in active(root) if form.startswith("me")}

    @staticmethod
    def _vocabulary(rules: Mapping[str, Any], forms: set[str]) -> frozenset[str]:
        """Every word the rules speak of, verb forms included."""
        words = set(forms)
        for entry in rules["rules"]:
            for pattern in [*entry.get("patterns", ()), *(one for part in entry.get("all", ()) for one in part)]:
                words.update(re.findall(r"[a-z]+", re.sub(r"<[^>]*>", " ", pattern)))
            words.update(map(str, entry.get("whole", ())))
        for entries in rules["classes"].values():
            words.update(part for entry in entries for part in str(entry).split())
        return frozenset(words)


def _level(name: str) -> Level:
    if name not in LEVELS:
        raise ValueError(f"danger.yaml: {name} is not a level")
    return name
