"""From what people type to plain Indonesian words: slang, Sasak, accents, emoji and stretched letters taken away.

The rules are those of the Sasak guide, section 6 rule 10. Rows are data (content/language/query_normalisation.tsv); nothing is
read here. One pass, whole tokens, the longest entry first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Scope = Literal["any", "sas-only", "low"]

# Indonesian words that end like a Sasak word typed with k: read as Sasak only when the message is Sasak anyway.
INDONESIAN_K = frozenset({"ajak", "adek", "salak", "antik", "badak", "pelek", "elek", "sak", "yak", "sik"})
# Entries of the table marked "any" that Indonesian speakers also type: they never prove that a message is Sasak.
NOT_PROOF = frozenset(
    {
        "aku",
        "kamu",
        "apa",
        "paham",
        "bait",
        "lat",
        "pira",
        "dateng",
        "gawe",
        "taun",
        "kenape",
        "due",
        "batur",
        "begal",
        "boten",
        "beng",
    }
)

_STRETCH = re.compile(r"(.)\1{2,}")
_TOKEN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*'?")
_TWICE = re.compile(r"^([a-z]{2,})2([a-z]*)$")
_ENDING = re.compile(r"^([a-z]{3,})(nya|ku|mu|lah|kah)$")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "`": "'", "´": "'", "ʔ": "'"})


@dataclass(frozen=True)
class Row:
    """One line of query_normalisation.tsv."""

    lang: str
    input: str
    output: str
    scope: Scope
    confidence: str


def fold(text: str) -> str:
    """Lower-case, without accents; letters, digits and blanks stay, everything else keeps its place."""
    if text.isascii():
        return text.lower().replace("`", "'")
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).lower()
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))


def tokens(text: str) -> list[str]:
    """The words of a text: folded, punctuation and emoji gone, hyphens inside a word and a closing apostrophe kept."""
    return _TOKEN.findall(fold(text))


class Normaliser:
    """Turns text into plain words by a table. Build it with `from_rows`."""

    def __init__(
        self, entries: Mapping[Scope, Mapping[tuple[str, ...], str]], sure: frozenset[str], words: frozenset[str]
    ):
        """`entries`: per scope, input tokens -> output. `sure`: words that prove Sasak. `words`: every word of the table."""
        self._entries = entries
        self._sure = sure
        self._words = words
        self._longest = max((len(key) for table in entries.values() for key in table), default=1)

    @classmethod
    def from_rows(cls, rows: Iterable[Row]) -> Normaliser:
        """A normaliser of these rows. Where an input comes twice in a scope the first row counts."""
        rows = list(rows)
        entries: dict[Scope, dict[tuple[str, ...], str]] = {"any": {}, "sas-only": {}, "low": {}}
        outputs = {word for row in rows for word in tokens(row.output)}
        words = set(outputs)
        sure = set()
        for row in rows:
            key = tuple(tokens(row.input))
            if not key:
                continue
            words.update(key)
            entries[row.scope].setdefault(key, " ".join(tokens(row.output)))
            single = len(key) == 1 and row.lang == "sas" and row.confidence == "A" and key[0] not in NOT_PROOF
            if single and (row.scope == "any" or key[0].endswith("q")) and key[0] not in outputs:
                sure.add(key[0])
        return cls(entries, frozenset(sure), frozenset(words))

    def normalise(self, text: str, *, sasak: bool = False, low: bool = False) -> str:
        """The text as plain lower-case words with single blanks; may be empty.

        `sasak`: the person chose Sasak. `low`: also apply the unsure rows (for a second try, when nothing was found).
        """
        found = [self._unstretch(token) for token in tokens(text)]
        spelled = [self._glottal(token, sasak=False) for token in found]
        sasak = sasak or sum(token in self._sure for token in spelled) >= 2
        if sasak:
            spelled = [self._glottal(token, sasak=True) for token in found]
        tables = [self._entries["any"]]
        if sasak:
            tables.insert(0, self._entries["sas-only"])
        if low:
            tables.append(self._entries["low"])
        return " ".join(self._replace(spelled, tables))

    def words(self, text: str, *, sasak: bool = False, low: bool = False) -> list[str]:
        """The normalised text as single words; hyphens split."""
        return self.normalise(text, sasak=sasak, low=low).replace("-", " ").split()

    def _unstretch(self, token: str) -> str:
        """'tolooong' -> 'tolong'; two letters stay where the table knows the word so ('maaaf' -> 'maaf')."""
        if token.isdigit() or not _STRETCH.search(token):
            return token
        double = _STRETCH.sub(r"\1\1", token)
        return double if double in self._words else _STRETCH.sub(r"\1", token)

    def _glottal(self, token: str, *, sasak: bool) -> str:
        """A final k, x or ' becomes q where that makes a known Sasak word and the table does not know it as it stands."""
        bare = token.rstrip("'")
        if bare in self._words and token == bare:
            return token
        if bare and (token != bare or bare[-1] in "kx"):
            stem = bare if token != bare else bare[:-1]
            asked = stem + "q"
            if asked in self._words and (sasak or bare not in INDONESIAN_K):
                return asked
        return bare

    def _replace(self, found: list[str], tables: list[Mapping[tuple[str, ...], str]]) -> list[str]:
        out: list[str] = []
        at = 0
        while at < len(found):
            for length in range(min(self._longest, len(found) - at), 0, -1):
                key = tuple(found[at : at + length])
                hit = next((table[key] for table in tables if key in table), None)
                if hit is not None:
                    out.append(hit)
                    at += length
                    break
            else:
                out.append(self._single(found[at], tables))
                at += 1
        return out

    def _single(self, token: str, tables: list[Mapping[tuple[str, ...], str]]) -> str:
        """A word the table does not have: doubled by 2, or with an ending ('bosnya' -> 'majikannya'), or as it is."""
        if twice := _TWICE.match(token):
            return self._double(twice, tables)
        ending = _ENDING.match(token)
        if ending and token not in self._words:
            root, tail = ending.groups()
            hit = next((table[root,] for table in tables if (root,) in table), None)
            if hit is not None:
                return hit + tail
        return token

    @staticmethod
    def _double(twice: re.Match[str], tables: list[Mapping[tuple[str, ...], str]]) -> str:
        """'sama2' -> 'sama-sama', 'surat2nya' -> 'surat-suratnya'; the word itself is looked up first ('org2')."""
        root, tail = twice.groups()
        root = next((table[root,] for table in tables if (root,) in table), root)
        return f"{root}-{root}{tail}" if " " not in root else f"{root} {tail}".rstrip()
