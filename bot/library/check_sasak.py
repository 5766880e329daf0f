"""Sasak texts: do they keep up with the Indonesian, and do they use only words that somebody attested?"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from bot.library.desk import Text
from bot.library.load import Content
from bot.library.reading import Problem, problem
from bot.library.review import REVIEW_FILE

GLOSSARY = "language/sasak_glossary.tsv"
LOANS = "language/loans.txt"
STAMP = "Run: python -m bot content stamp"

# Indonesian words that mean something else in Sasak (the Sasak guide, section 4).
FALSE_FRIENDS = {
    "jangan": "is a vegetable dish in Sasak; write ndaq",
    "paling": "is to steal in Sasak",
    "telah": "is tired in Sasak; write uah",
    "bakat": "is a wound in Sasak",
    "sungkan": "is ill in Sasak",
}
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_ACCENTS = re.compile("[éèêóòâáà]", re.IGNORECASE)


def check_sasak(folder: Path, content: Content) -> Iterator[Problem]:
    """Unstamped texts (errors); stale ones, reviews of texts that are gone, words from nowhere (warnings)."""
    known = vocabulary(folder, content.texts)
    keys = set()
    for text in content.texts:
        if text.sas is None:
            continue
        keys.add(text.key)
        place = f"{text.place}/sas"
        review = content.reviews.get(text.key)
        state = review.state(text.id, text.sas) if review else "new"
        if state == "stale":
            yield problem(
                text.file,
                place,
                "the Indonesian has changed since this Sasak was made; it is not shown",
                f'Bring the Sasak up to date, or: python -m bot content stamp --accept "{text.key}"',
                "warning",
            )
        elif state != "current":
            yield problem(text.file, place, "this Sasak is not stamped", STAMP)
        strange = strange_words(text, known)
        if strange:
            yield problem(
                text.file,
                place,
                f"not in the glossary (A or B), nor Indonesian: {', '.join(strange)}",
                f"Use the Indonesian word, or add it to content/{LOANS} if it is one",
                "warning",
            )
        for word in sorted(FALSE_FRIENDS.keys() & set(words_of(text.sas)) & set(words_of(text.id))):
            yield problem(text.file, place, f"{word!r} {FALSE_FRIENDS[word]}", "Use another word", "warning")
        if _ACCENTS.search(text.sas):
            yield problem(text.file, place, "accents are not written in Sasak texts", "Write e, o, a", "warning")
    for key in sorted(content.reviews.keys() - keys):
        yield problem(REVIEW_FILE, key, "there is no such Sasak text any more", STAMP, "warning")


def vocabulary(folder: Path, texts: tuple[Text, ...]) -> frozenset[str]:
    """Every word a Sasak text may use: the glossary's A and B, the words of all Indonesian texts, the loans."""
    known: set[str] = set()
    for text in texts:
        known.update(words_of(text.id))
    if (folder / GLOSSARY).exists():
        with (folder / GLOSSARY).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["confidence"] in ("A", "B"):
                    known.update(words_of(row["sasak"]))
    if (folder / LOANS).exists():
        for line in (folder / LOANS).read_text(encoding="utf-8").splitlines():
            known.update(words_of(line.partition("#")[0]))
    return frozenset(known)


def strange_words(text: Text, known: frozenset[str]) -> list[str]:
    """The words of the Sasak that are neither known nor a name (written large inside a sentence)."""
    found: dict[str, None] = {}
    plain = _PLACEHOLDER.sub(" ", text.sas or "")
    for match in _WORD.finditer(plain):
        word = match.group()
        inside = re.search(r"[\w,] [\"“(*]*$", plain[: match.start()]) is not None
        if word[0].isupper() and inside:
            continue
        if not {plain_word(word)} <= known and not set(map(plain_word, re.split("[-'’]", word))) <= known:
            found[plain_word(word)] = None
    return list(found)


def words_of(words: str) -> list[str]:
    """Lower case, without accents. Words joined by a hyphen count whole and in parts."""
    found = []
    for word in _WORD.findall(_PLACEHOLDER.sub(" ", words)):
        found.append(plain_word(word))
        found += [plain_word(part) for part in re.split("[-'’]", word) if part != word]
    return found


def plain_word(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.lower().replace("’", "'"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
