"""Which choice did the person mean: the number, the label, a part of it, a synonym, with typos."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.conversation.types import Choice

_NUMBERS = {
    word: number
    for number, words in {
        0: "nol",
        1: "satu sekeq sopoq pertama",
        2: "dua due kedua",
        3: "tiga telu ketiga",
        4: "empat keempat",
        5: "lima lime kelima",
        6: "enam enem keenam",
        7: "tujuh pituq ketujuh",
        8: "delapan baluq kedelapan",
        9: "sembilan siwaq kesembilan",
        10: "sepuluh sepulu kesepuluh",
    }.items()
    for word in words.split()
}
_BEFORE_NUMBER = re.compile(r"^(?:no|nomor|nomer|pilih|piliq|angka|angke|yang|saq)\s+(?=\S)")
_CLOSE = 84  # per cent of likeness that counts as a typo
_LONGEST = 40  # characters; longer words are a story or a question, not a choice


def plain(words: str) -> str:
    """Lower case, without accents, emoji and punctuation; runs of white space are one space."""
    # Enclosed and full-width digits (1️⃣, ①, １) become plain ones.
    decomposed = unicodedata.normalize("NFKD", words).lower()
    kept = "".join(" " if not char.isalnum() else char for char in decomposed if not unicodedata.combining(char))
    return " ".join(kept.split())


def number(words: str) -> int | None:
    """The number that a short answer names: «2», «nomor 2», «2.», «dua», «due»."""
    bare = _BEFORE_NUMBER.sub("", plain(words))
    if bare.isascii() and bare.isdigit() and len(bare) <= 2:
        return int(bare)
    return _NUMBERS.get(bare)


def pick(words: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice that the words mean, or None when they mean none or more than one."""
    if not choices:
        return None
    counted = number(words)
    if counted is not None:
        return choices[counted - 1] if 1 <= counted <= len(choices) else None
    bare = plain(words)
    if not bare or len(bare) > 4 * _LONGEST:
        return None
    names = [(choice, name) for choice in choices for name in _names(choice)]
    exact = {choice.key: choice for choice, name in names if name == bare}
    if exact:
        return next(iter(exact.values())) if len(exact) == 1 else None
    if len(bare) > _LONGEST or len(bare) < 3:
        return None
    tokens = set(bare.split())
    part = {choice.key: choice for choice, name in names if tokens <= set(name.split())}
    if len(part) == 1:
        return next(iter(part.values()))
    return _closest(bare, names)


def _names(choice: Choice) -> set[str]:
    return {plain(name) for name in (choice.label, choice.key.replace("-", " "), *choice.also)} - {""}


def _closest(bare: str, names: list[tuple[Choice, str]]) -> Choice | None:
    best: dict[str, float] = {}
    for choice, name in names:
        if abs(len(name) - len(bare)) <= 3 and len(bare) >= 4:
            best[choice.key] = max(best.get(choice.key, 0.0), fuzz.ratio(bare, name))
    close = [(score, key) for key, score in best.items() if score >= _CLOSE]
    if not close:
        return None
    close.sort(reverse=True)
    if len(close) > 1 and close[0][0] - close[1][0] < 5:
        return None
    return next(choice for choice, _ in names if choice.key == close[0][1])
