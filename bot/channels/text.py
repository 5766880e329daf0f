"""Text that fits a channel: measured, split, numbered, marked.

`*bold*` is the only markup of a Reply: within one line, at the edge of words, no space just inside the stars.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from bot.channels.base import Body

BOLD = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])")

_GAP = re.compile(r"\s+")
_STOPS = ".!?…"
_CLOSERS = "\"'”’)]»*"
# Never cut before these: they belong to the character in front of them.
_JOINERS = {"\u200d", "\ufe0f", "\ufe0e"}


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts: an emoji is two."""
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)


def split_text(text: str, limit: int) -> list[str]:
    """`text` in pieces of at most `limit` units: cut between paragraphs, else lines, sentences, words; inside a word
    or a number only where it is longer than a whole piece. Loses nothing but white space at the cuts. Empty: []."""
    if limit < 2:
        raise ValueError("a piece must hold at least one character (two units)")
    pieces = []
    text = text.strip()
    while units(text) > limit:
        cut = _cut(text, limit)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text else pieces


def _cut(text: str, limit: int) -> int:
    """Where the first piece of `text` (longer than `limit`, no white space in front) ends."""
    end = room = 0
    for char in text:
        room += 2 if char > "\uffff" else 1
        if room > limit:
            break
        end += 1
    best = (0, 0)
    for gap in _GAP.finditer(text):
        if gap.start() > end:  # a gap may begin right behind the last character that fits
            break
        best = max(best, (_worth(text, gap), gap.start()))
    return best[1] or _hard_cut(text, end)


def _worth(text: str, gap: re.Match[str]) -> int:
    """How good a place to cut: between paragraphs 5, lines 4, sentences 3, words 2, groups of a number 1."""
    if "\n" in gap[0]:
        return 4 + (gap[0].count("\n") > 1)
    before = text[max(0, gap.start() - 9) : gap.start()]
    if before.rstrip(_CLOSERS).endswith(tuple(_STOPS)):
        return 3
    # Between two digits a space belongs to a number: "+60 12 345 6789", "Rp 2 500 000".
    return 1 if before[-1:].isdigit() and text[gap.end() : gap.end() + 1].isdigit() else 2


def _hard_cut(text: str, end: int) -> int:
    """Inside a word that is longer than a piece: not inside a number or a composed character where that goes."""
    cut = end
    while cut > 1 and (text[cut] in _JOINERS or text[cut - 1] == "\u200d" or unicodedata.combining(text[cut])):
        cut -= 1
    if cut == 1:
        cut = end
    digits = cut
    while digits and text[digits].isdigit() and text[digits - 1].isdigit():
        digits -= 1
    return digits if digits > cut // 2 else cut


def split_marked(text: str, limit: int) -> list[str]:
    """As `split_text`, for text with *bold*: what is bold on both sides of a cut is closed and opened again."""
    if units(text.strip()) <= limit:
        return [text.strip()] if text.strip() else []
    spans = [found.span() for found in BOLD.finditer(text)]
    pieces, position = [], 0
    for piece in split_text(text, limit - 2 if spans else limit):
        start = text.index(piece, position)
        position = start + len(piece)
        opened = any(first < start < last for first, last in spans)
        closed = any(first < position < last for first, last in spans)
        pieces.append(("*" if opened else "") + piece + ("*" if closed else ""))
    return pieces


def tokens(text: str) -> list[tuple[str, bool]]:
    """`text` as runs of (text, bold); the stars are gone."""
    found, position = [], 0
    for bold in BOLD.finditer(text):
        if bold.start() > position:
            found.append((text[position : bold.start()], False))
        found.append((bold[1], True))
        position = bold.end()
    if position < len(text):
        found.append((text[position:], False))
    return found


def plain(text: str) -> str:
    """`text` without the stars of *bold*."""
    return BOLD.sub(r"\1", text)


def numbered(body: Body) -> str:
    """The form that works on every channel: the text, then the choices to be typed, then the ways out.

    Apa yang ingin Anda ketahui?

    1 Belajar
    2 Tanya

    0 Kembali · MENU · BANTUAN
    """
    return "\n\n".join(block for block in (str(body.get("text", "")).strip(), tail(body)) if block)


def tail(body: Body) -> str:
    """The lower part of `numbered`: choices and ways out. What the text lists with its number is not listed again."""
    listed = {row.split(" ", 1)[0] for row in str(body.get("text", "")).split("\n")}
    rows = [f"{n} {label}" for n, label in enumerate(_labels(body.get("choices")), 1) if str(n) not in listed]
    blocks = [
        "\n".join(rows),
        nav_line(body.get("nav") or ()),
    ]
    return "\n\n".join(block for block in blocks if block)


def nav_line(nav: Iterable[Mapping[str, Any]]) -> str:
    """'0 Kembali · MENU · BANTUAN': back answers to 0, the others to their word, set in capitals so that it shows."""
    return " · ".join(f"0 {way['label']}" if way["key"] == "back" else str(way["label"]).upper() for way in nav)


def _labels(choices: Iterable[Mapping[str, Any]] | None) -> list[str]:
    return [str(choice["label"]) for choice in choices or ()]


def said_size(size: int) -> str:
    """A file's size as people read it: '60 kB', '1,2 MB'. Never says 0."""
    if size < 1000 * 1000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")
