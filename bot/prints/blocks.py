"""The pieces that prints are put together from, and how they flow over a page.

A block draws itself at (x, y) in a width and gives the y below it. To know how high it is, it is drawn on a scratch
sheet: so a block is measured by the very code that draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.prints.sheet import GOLD, INK, LEAF, LINE, MINT, PAPER, RED, SOFT, Colour, Sheet
from bot.prints.words import Said

Block = Callable[[Sheet, float, float, float], float]


@dataclass(frozen=True)
class Style:
    """Sizes in points."""

    body: float
    small: float
    head: float
    number: float
    gap: float


def paragraph(words: Said, size: float, *, colour: Colour = INK, bold: bool = False) -> Block:
    """The words; a Sasak text beside them stands below, smaller, behind a golden bar."""

    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        y = sheet.text(words.words, x, y, width, size, colour=colour, bold=bold)
        if words.beside:
            top = y + size * 0.15
            y = sheet.text(words.beside, x + size * 0.7, top, width - size * 0.7, size * 0.88, colour=SOFT)
            sheet.box(x, top + 1, size * 0.2, y - top - 2, fill=GOLD)
        return y

    return draw


def heading(words: Said, style: Style, colour: Colour = LEAF) -> Block:
    """A heading; a second language goes on behind it, lighter."""

    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        y += style.gap * 0.4
        below = sheet.text(words.words, x, y, width, style.head, colour=colour, bold=True, leading=1.25)
        if words.beside:
            used = sheet.width_of(words.words, style.head, bold=True) + style.head * 0.5
            room = width - used
            if sheet.width_of(words.beside, style.small) <= room:
                sheet.text(words.beside, x + used, y + (style.head - style.small), room, style.small, colour=SOFT)
            else:
                below = sheet.text(words.beside, x, below, width, style.small, colour=SOFT)
        sheet.line(x, below + 1, x + width, below + 1, LINE, 0.7)
        return below + 1 + style.gap * 0.6

    return draw


def bullet(mark: str, words: Said, style: Style, colour: Colour = LEAF) -> Block:
    """A point with its mark: ✓, a number."""

    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        indent = style.body * 1.75
        sheet.text(mark, x, y, indent, style.body, colour=colour, bold=True)
        return paragraph(words, style.body)(sheet, x + indent, y, width - indent) + style.gap * 0.7

    return draw


def quote(words: Said, style: Style) -> Block:
    """Something to say or to show to somebody."""

    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        pad = style.body * 0.6
        inner = paragraph(words, style.body)
        height = measure(sheet, inner, width - 2 * pad) + 2 * pad
        sheet.box(x, y, width, height, fill=MINT, radius=style.body * 0.55)
        inner(sheet, x + pad, y + pad, width - 2 * pad)
        return y + height + style.gap * 0.8

    return draw


def number(name: str, digits: str, style: Style) -> Block:
    """A name with what is known of it, and below it the number, large."""

    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        y = sheet.text(name, x, y, width, style.small, colour=SOFT, leading=1.2)
        sizes = tuple(style.number * share for share in (1.0, 0.92, 0.84, 0.76, 0.68))
        size = sheet.largest(digits, width, sizes, bold=True)
        return sheet.text(digits, x, y, width, size, colour=LEAF, bold=True, leading=1.2) + style.gap * 0.7

    return draw


def alarm(label: str, digits: str, note: str, style: Style) -> Block:
    """An emergency number, as large as it goes in a box that is as high as the one beside it."""

    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        pad = style.body * 0.6
        most = style.number * 2.2
        sizes = tuple(most * share for share in (1.0, 0.85, 0.7, 0.6, 0.5))
        size = sheet.largest(digits, width - 2 * pad, sizes, bold=True)
        height = style.small * 1.3 + most * 1.1 + 1.4 * pad
        sheet.box(x, y, width, height, fill=RED, radius=style.body * 0.6)
        words = f"{label} ({note})" if note else label
        below = sheet.text(words, x + pad, y + pad * 0.8, width - 2 * pad, style.small, colour=PAPER, marked=False)
        middle = below + (most - size) * 0.55
        sheet.text(digits, x + pad, middle, width - 2 * pad, size, colour=PAPER, bold=True, leading=1.1)
        return y + height + style.gap

    return draw


def side_by_side(blocks: list[Block], gap: float = 6) -> Block:
    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        each = (width - gap * (len(blocks) - 1)) / len(blocks)
        return max(block(sheet, x + number * (each + gap), y, each) for number, block in enumerate(blocks))

    return draw


def in_columns(blocks: list[Block], columns: int = 2, gap: float = 10) -> Block:
    """Row by row."""

    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        for start in range(0, len(blocks), columns):
            row = blocks[start : start + columns]
            row += [nothing] * (columns - len(row))
            y = side_by_side(row, gap)(sheet, x, y, width)
        return y

    return draw


def nothing(sheet: Sheet, x: float, y: float, width: float) -> float:
    return y


def blank(label: Said, style: Style) -> Block:
    """A label and a line to write on by hand."""

    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        y = sheet.text(label.words, x, y, width, style.small, colour=SOFT)
        if label.beside:
            y = sheet.text(label.beside, x, y, width, style.small * 0.9, colour=SOFT)
        y += style.body * 2.1
        sheet.line(x, y, x + width, y, INK, 0.7)
        return y + style.gap

    return draw


def space(height: float) -> Block:
    return lambda sheet, x, y, width: y + height


def stack(blocks: Iterable[Block]) -> Block:
    kept = list(blocks)

    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        for block in kept:
            y = block(sheet, x, y, width)
        return y

    return draw


def title_bar(title: Said, below: str, size: float) -> Block:
    """The green head of a picture, over its whole width, with the woven stripe below."""
    pale = (228, 241, 237)

    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        pad = size * 0.75
        room = width - 2 * pad
        rows = ((title.words, size, True), (title.beside, size * 0.7, False), (below, size * 0.56, False))
        height = sum(sheet.height_of(words, room, letters, bold=bold, leading=1.25) for words, letters, bold in rows)
        height += 1.3 * pad
        sheet.box(x, y, width, height, fill=LEAF)
        under = y + pad * 0.6
        for words, letters, bold in rows:
            colour = PAPER if bold else pale
            under = sheet.text(words, x + pad, under, room, letters, colour=colour, bold=bold, leading=1.25)
        sheet.band(x, y + height, width, size * 0.28)
        return y + height + size * 0.28

    return draw


def measure(like: Sheet, block: Block, width: float) -> float:
    """How high the block is."""
    scratch = like.scratch
    return block(scratch, 0, 0, width)
