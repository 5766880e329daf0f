"""One form for the many forms of a word: typos mended, endings and beginnings taken off, synonyms made one.

Indonesian builds words with prefixes and suffixes, and chat drops half of them ('nyemprot', 'disemprot', 'penyemprotan').
There is no word list to lean on, so the stem is the form that most words of our own phrasings share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from bot.understanding.typos import Mender

_SUFFIXES = ("nya", "lah", "kah", "kan", "ku", "mu", "an", "in", "i", "ne", "de")
_SECOND_SUFFIXES = ("kan", "an", "i")
_STACKED = ("per", "ber", "ke", "pe")
# prefix -> what the swallowed first letter of the root may have been
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("meng", "k"), ("meny", "s"), ("mem", "p"), ("men", "t"), ("me", ""),
    ("peng", "k"), ("peny", "s"), ("pem", "p"), ("pen", "t"), ("pe", ""),
    ("ber", ""), ("be", ""), ("ter", ""), ("te", ""), ("di", ""), ("ke", ""), ("se", ""), ("per", ""),
    ("ng", "k"), ("ny", "s"), ("n", "t"), ("m", "p"),
)  # fmt: skip
_VOWELS = "aiueo"


def candidates(word: str) -> set[str]:
    """Every form the word may be made from, itself included; none shorter than three letters."""
    bases = {word} | _cut(word, _SUFFIXES)
    bases |= {form for base in tuple(bases) for form in _cut(base, _SECOND_SUFFIXES)}
    found = set(bases)
    for base in bases:
        found |= _unprefixed(base)
    for base in tuple(found):
        if base.startswith(_STACKED):
            found |= _unprefixed(base)
    return {form for form in found if len(form) >= 3}


def _cut(word: str, suffixes: tuple[str, ...]) -> set[str]:
    return {word[: -len(end)] for end in suffixes if word.endswith(end) and len(word) - len(end) >= 3}


def _unprefixed(word: str) -> set[str]:
    found = set()
    for prefix, swallowed in _PREFIXES:
        rest = word[len(prefix) :]
        if not word.startswith(prefix) or len(rest) < 3:
            continue
        if swallowed and (rest[0] in _VOWELS or prefix in ("meng", "peng", "ng", "meny", "peny", "ny")):
            found.add(swallowed + rest)
        if prefix not in ("n", "m"):
            found.add(rest)
    return found


class Vocabulary:
    """The words of the phrasings, and the way from any word to its stem."""

    def __init__(
        self,
        texts: Iterable[Sequence[str]],
        synonyms: Mapping[str, str],
        whole: Iterable[str] = (),
        pairs: Mapping[str, str] | None = None,
        fillers: Iterable[str] = (),
    ):
        """`texts`: the phrasings, each as normalised words.

        `synonyms`: word -> the one it stands for. `whole`: words never cut. `pairs`: words side by side -> the one word they
        are. `fillers`: words of politeness.
        """
        self._fillers = frozenset(fillers)
        self._pairs = {tuple(words.split()): one for words, one in (pairs or {}).items()}
        self._longest = max(map(len, self._pairs), default=1)
        self._begin = frozenset(words[0] for words in self._pairs)
        used = Counter(word for words in texts for word in self.join(words))
        self.known = frozenset(used)
        self._synonyms = synonyms
        self._whole = frozenset(whole) | frozenset(synonyms.values())
        support = Counter(form for word in sorted(self.known) for form in self._forms(word))
        self._support = support
        self.stem = lru_cache(maxsize=50_000)(self._stem)
        self._mender = Mender({**dict.fromkeys(synonyms, 1), **used})
        self.mend = lru_cache(maxsize=50_000)(self._mend)

    def stems(self, words: Sequence[str]) -> list[str]:
        """The stem of each word, typos mended first, pairs taken as one, fillers left out."""
        return [self.stem(word) for word in self.core(self.join([self.mend(word) for word in words]))]

    def core(self, words: Sequence[str]) -> list[str]:
        """The words without those of politeness; all of them when nothing else is there."""
        return [word for word in words if word not in self._fillers] or list(words)

    def join(self, words: Sequence[str]) -> list[str]:
        """The words, with "tanda tangan" and its like as one."""
        if self._begin.isdisjoint(words):
            return list(words)
        out: list[str] = []
        at = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 1, -1):
                *first, last = words[at : at + length]
                one = self._pairs.get((*first, last)) or self._pairs.get((*first, last.removesuffix("nya")))
                if one is not None:
                    out.append(one)
                    at += length
                    break
            else:
                out.append(words[at])
                at += 1
        return out

    def _forms(self, word: str) -> set[str]:
        return {word} if word in self._whole else candidates(word)

    def _stem(self, word: str) -> str:
        """The form shared by most words; a synonym counts as the word it stands for."""
        if word in self._synonyms:
            return self._synonyms[word]
        best, rank = word, (0, 0, "")
        for form in self._forms(word):
            real = form in self.known
            if form != word and not real and (form not in self._synonyms and self._support[form] < 2):
                continue
            if form != word and not real and len(form) < 4:
                continue
            mine = (self._support[form] + (2 if real else 0), len(form), form)
            if mine > rank:
                best, rank = form, mine
        return self._synonyms.get(best, best)

    def _mend(self, word: str) -> str:
        """The known word that a word nobody knows was meant to be; see `typos`. The word itself where its stem is known."""
        if word in self.known or word in self._synonyms or self.stem(word) != word:
            return word
        return self._mender.mend(word)
