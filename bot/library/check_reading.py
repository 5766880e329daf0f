"""How easily the Indonesian reads: words a sentence, and long words, since many readers had little schooling.

There is no tested readability formula for Indonesian that we know of; these two measures move most of those there are.
The limits are a decision of the product, a little above what the texts reached in November 2026.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.library.desk import Text
from bot.library.model import Library
from bot.library.reading import Problem, problem

WORDS_A_SENTENCE = 10.0  # the average of a file, at most
LONG_WORDS = 4.0  # per cent of the words of a file, at most
LONG = 11  # letters; "perjanjian" has ten
LONGEST_SENTENCE = 24  # words; a list of four commas or more is read as its parts
MEASURED = ("modules/", "faq/", "tools/", "notices.yaml", "pocket.yaml", "check.yaml")
LOUD = "language/loud_words.txt"

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_END = re.compile(r"[.!?:;]+[\"”')*]*(?:\s|$)|\n+")
_NUMBERED = re.compile(r"\b(\d+)\.(?=\s)")


@dataclass(frozen=True)
class Ease:
    """Of some texts: average words a sentence, per cent of long words, how many words there are."""

    words_a_sentence: float
    long_words: float
    words: int


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence. A point after a number in a list («1. KTP») ends nothing."""
    parts = _END.split(_NUMBERED.sub(r"\1 ", text))
    return [words for words in (_WORD.findall(part) for part in parts) if words]


def ease(texts: Iterable[str]) -> Ease:
    """Of all of them together; zeros where there is nothing."""
    found = [sentence for text in texts for sentence in sentences(text)]
    words = [word for sentence in found for word in sentence]
    if not words:
        return Ease(0.0, 0.0, 0)
    return Ease(len(words) / len(found), 100 * sum(len(word) >= LONG for word in words) / len(words), len(words))


def check_reading(texts: tuple[Text, ...]) -> Iterator[Problem]:
    """Files above the limits (errors), and single sentences that are too long (warnings)."""
    by_file: defaultdict[str, list[Text]] = defaultdict(list)
    for text in texts:
        if text.file.startswith(MEASURED):
            by_file[text.file].append(text)
    for file, its in by_file.items():
        measured = ease(text.id for text in its)
        if measured.words_a_sentence > WORDS_A_SENTENCE:
            what = f"{measured.words_a_sentence:.1f} words a sentence, {WORDS_A_SENTENCE:.0f} at most"
            yield problem(file, "", what, "Make two sentences of the long ones")
        if measured.long_words > LONG_WORDS:
            what = f"{measured.long_words:.1f} % of the words have {LONG} letters or more, {LONG_WORDS:.0f} % at most"
            yield problem(file, "", what, "Use everyday words")
        for text in its:
            longest = max(
                (len(words) for part in _END.split(text.id) if part.count(",") < 4 for words in [_WORD.findall(part)]),
                default=0,
            )
            if longest > LONGEST_SENTENCE:
                what = f"a sentence of {longest} words, {LONGEST_SENTENCE} at most"
                yield problem(text.file, f"{text.place}/id", what, "Make two of it", "warning")


def check_quiet(folder: Path, library: Library) -> Iterator[Problem]:
    """Others may look at the phone: a module's title, and a lesson's title and first sentence, must not shout."""
    try:
        lines = (folder / LOUD).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        yield problem(LOUD, "", "the file is missing", "Restore it from the repository")
        return
    loud = [words for words in (line.partition("#")[0].strip().lower() for line in lines) if words]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, loud))})(?!\w)", re.IGNORECASE) if loud else None
    if pattern is None:
        return
    for module in library.modules:
        for lesson in (lesson for lesson in module.lessons if lesson.cards):
            statement = lesson.cards[0].statement
            file, _, place = statement.place.partition(": ")
            first = _END.split(statement.text.id)[0]
            for where, words in ((place.partition("/cards")[0] + "/title", lesson.title.id), (place, first)):
                if found := pattern.search(words):
                    what = f"the first line says {found[0]!r}, which others may read on the phone"
                    yield problem(file, where, what, f"Begin with something everyday; the list is content/{LOUD}")
