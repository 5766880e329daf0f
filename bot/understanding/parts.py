"""Several questions in one message, taken apart.

    "berapa gajinya dan apa boleh bawa istri?"  ->  "berapa gajinya", "apa boleh bawa istri?"

Cut is at line ends, numbers of a list, the ends of sentences, and before "dan", "terus", "kalau" and the like where a
question begins behind them. Only what asks is a part: the story around a question is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.understanding.normalise import tokens

MOST = 6  # parts of a message that are looked at
FEWEST = 2  # words of a part
BEGINS = 3  # a question begins with its question word among the first so many words

_ENDS = re.compile(r"(?<=[?!;])\s*|(?<=\.)\s+|\n+|(?:^|(?<=\s))(?:\d{1,2}|[a-e])[.)]\s+|(?:^|(?<=\s))[-•*]\s+")
_LISTED = re.compile(r"(?:^|\s)(?:\d{1,2}|[a-e])[.)]\s+|^\s*[-•*]\s+", re.MULTILINE)
_JOINS = re.compile(
    r"\s*,?\s+(?:dan|terus|trus|trs|lalu|lantas|sama|serta|juga|plus|dait|kance)(?:\s+juga)?\s+"
    r"|\s*,\s+(?=(?:kalau|kalo|klo|kl|lamun|mun|apa|berapa|brp|bagaimana|gimana|gmn|siapa|kapan|pire|berembe)\b)",
    re.IGNORECASE,
)
# As they are typed: Indonesian, chat, Sasak, Malay.
_QUESTION_WORDS = """
    berapa brp brapa brpa pire apa apakah ap ape apaan bagaimana gimana gmn gmna gimna berembe siapa sapa sp sai
    mana mn dimana dmn kemana kmn mbe embe kapan kpn piran kenapa knp mengapa kumbeq kumbe
"""
_MAY_WORDS = """
    boleh blh bole bolehkah bisa bs bsa bisakah harus haruskah perlu perlukah wajib adakah ada bau
"""
_ASKING, _MAY = frozenset(_QUESTION_WORDS.split()), frozenset(_MAY_WORDS.split())


def split(text: str) -> tuple[str, ...]:
    """The questions of a message as they were written; empty when it asks fewer than two."""
    listed = len(_LISTED.findall(text)) > 1
    found = [
        part
        for sentence in _ENDS.split(text)
        for part in _joined(sentence)
        if len(tokens(part)) >= FEWEST and (listed or _asks(part))
    ]
    return tuple(found[:MOST]) if len(found) > 1 else ()


def several(text: str, topic_of: Callable[[str, str | None], str | None]) -> tuple[str, ...]:
    """The topics asked for, in their order, each once; empty when it is fewer than two.

    `topic_of`: part, topic of the part before -> its topic, None when it is not sure.
    """
    topics: list[str] = []
    for part in split(text):
        topic = topic_of(part, topics[-1] if topics else None)
        if topic is not None and topic not in topics:
            topics.append(topic)
    return tuple(topics) if len(topics) > 1 else ()


def _joined(sentence: str) -> list[str]:
    """A sentence taken apart where a question begins behind a joining word; the pieces before it stay together."""
    pieces: list[str] = []
    start = 0
    for join in _JOINS.finditer(sentence):
        before, after = sentence[start : join.start()], sentence[join.end() :]
        if len(tokens(before)) >= FEWEST and _begins(after):
            pieces.append(before.strip())
            start = join.end()
    return [*pieces, sentence[start:].strip()]


def _begins(words: str) -> bool:
    first = tokens(words)[:BEGINS]
    return any(word in _ASKING for word in first) or bool(first and first[0] in _MAY)


def _asks(part: str) -> bool:
    """Whether it asks something: by its mark, a question word, or "boleh" and the like at its beginning."""
    words = tokens(part)
    return part.rstrip().endswith("?") or any(w in _ASKING for w in words) or any(w in _MAY for w in words[:2])
