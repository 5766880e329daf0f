"""Which fee do the words mean: synonyms, slips of the finger; amounts and small words say nothing.

«dimintai uang tikt pesawat 3jt sama pak haji» -> ticket-out
"""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from bot.conversation.choosing import plain
from bot.library.tools.fees import Fees

MOST = 4  # fees that are offered when the words mean several
FEW = 3  # words that say something
LONGEST = 400  # characters of a message that are looked at
_AMOUNT = re.compile(r"(?:rp|rm)?\d+(?:jt|juta|rb|ribu|k|an)?")


def find(words: str, fees: Fees) -> tuple[str, ...]:
    """The fees that the words name, best first; empty when they name none. A fee named by fewer of the same words is left
    out: «jaminan sosial» is social security, not a deposit."""
    whole = f" {plain(words[:LONGEST])} "
    tokens = _tokens(whole, fees.small)
    best: dict[str, tuple[frozenset[int], float]] = {}
    for fee in fees.items:
        for name in (fee.label.id, fee.label.sas or "", *fee.words):
            needed = _tokens(name, fees.small)
            if len(needed) < len(plain(name).split()) and len(tokens) > FEW and f" {plain(name)} " not in whole:
                continue  # «uang kopi» is left with «kopi», which may stand in a longer message by chance
            hit = _hit(needed, tokens)
            if hit is not None and (fee.key not in best or _rank(hit, tokens) > _rank(best[fee.key], tokens)):
                best[fee.key] = hit
    kept = [key for key, hit in best.items() if not any(_better(other, hit) for other in best.values())]
    return tuple(sorted(kept, key=lambda key: _rank(best[key], tokens), reverse=True))[:MOST]


def _tokens(words: str, small: frozenset[str]) -> list[str]:
    bare = [word.removesuffix("nya") if len(word) > 6 else word for word in plain(words).split()]
    return [word for word in bare if word not in small and not _AMOUNT.fullmatch(word)]


def _hit(name: list[str], tokens: list[str]) -> tuple[frozenset[int], float] | None:
    """Which tokens are the words of a name, and how alike they are (1: to the letter); None unless all are there."""
    at: set[int] = set()
    alike = 0.0
    for word in name:
        near = [(_alike(token, word), -index) for index, token in enumerate(tokens) if index not in at]
        score, index = max(near, default=(0.0, 0))
        if score == 0:
            return None
        at.add(-index)
        alike += score
    return (frozenset(at), alike / len(name)) if name else None


def _alike(token: str, word: str) -> float:
    """1 for the same word, less for one or two slips, 0 for another word. Short words must be right to the letter."""
    if token == word:
        return 1.0
    if min(len(token), len(word)) < 4 or token[0] != word[0]:
        return 0.0
    slips = 1 if len(word) < 8 else 2
    distance = OSA.distance(token, word, score_cutoff=slips)
    return 1 - distance / len(word) if distance <= slips else 0.0


def _rank(hit: tuple[frozenset[int], float], tokens: list[str]) -> tuple[int, float]:
    return sum(len(tokens[index]) for index in hit[0]), hit[1]


def _better(other: tuple[frozenset[int], float], hit: tuple[frozenset[int], float]) -> bool:
    return other[0] > hit[0] or (other[0] == hit[0] and other[1] > hit[1])
