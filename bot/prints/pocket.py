"""The pocket card: a picture for the phone's gallery, and a sheet of small cards to cut out; and the first days abroad.

They must help without a signal and in a hurry: numbers first, the emergency ones largest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.conversation.speech import today
from bot.conversation.types import Context
from bot.library.model import Helpline, Pocket
from bot.prints.blocks import (
    Block,
    Style,
    alarm,
    blank,
    bullet,
    heading,
    in_columns,
    measure,
    number,
    paragraph,
    quote,
    side_by_side,
    space,
    stack,
    title_bar,
)
from bot.prints.sheet import LINE, MM, PAPER, RED, SOFT, Sheet
from bot.prints.words import Notes, Said, check_line, emergency, helplines, is_confirmed, name_and_number

PHONE = Style(body=12, small=9.6, head=13.5, number=16, gap=7)
PAPER_CARD = Style(body=7.4, small=6.2, head=9, number=9.6, gap=4)
WIDTH = 360.0  # points of a picture, which is twice as many pixels wide
MARGIN = 16.0
_COUNTRIES = {"my": "Malaysia", "id": "Indonesia"}


class NoPocket(Exception):
    """content/pocket.yaml is not there, so there is nothing to draw."""


def content_of(c: Context) -> Pocket:
    if c.library.pocket is None:
        raise NoPocket("content/pocket.yaml is missing")
    return c.library.pocket


@dataclass(frozen=True)
class Section:
    """A part with its heading; `apart`: it begins on a card of its own."""

    blocks: tuple[Block, ...]
    apart: bool = False


# --- what stands on it -----------------------------------------------------------------------------------------------


def numbers(notes: Notes, style: Style, columns: int) -> list[Section]:
    """Emergency numbers, what to know before ringing, confirmed numbers, then those nobody has rung."""
    c, say = notes.c, notes.c.catalogue.say
    tiles = [_tile(country, notes, style) for country in _COUNTRIES if emergency(country, c)]
    head = notes.statement(c.library.notices["danger-head"], required=True)
    first = [side_by_side(tiles)]
    if head is not None:
        first += [paragraph(notes.said(head), style.body, bold=False), space(style.gap)]
    lines = [*helplines("my", c, 4), *helplines("id", c, 2)]
    sure = [line for line in lines if is_confirmed(line, c)]
    others = [line for line in lines if not is_confirmed(line, c)]
    parts = [Section(tuple(first))]
    for words, group in ((say("Help numbers"), sure), (say("Other numbers, not confirmed"), others)):
        if group:
            rows = in_columns([_row(line, notes, style) for line in group], columns)
            parts.append(Section((heading(notes.said(words), style), rows)))
    untested = say("Not tested: nobody of ours has rung it yet. If one fails, try the next.")
    if any(line.rung_on is None for line in lines):
        parts.append(Section((paragraph(notes.said(untested), style.small, colour=SOFT), space(style.gap))))
    return parts


def _tile(country: str, notes: Notes, style: Style) -> Block:
    lines = emergency(country, notes.c)
    for line in lines:
        notes.use(line.facts)
    untested = any(line.rung_on is None for line in lines)
    note = notes.said(notes.c.catalogue.say("not tested")).words if untested else ""
    return alarm(_COUNTRIES[country], " · ".join(line.number for line in lines), note, style)


def _row(line: Helpline, notes: Notes, style: Style) -> Block:
    notes.use(line.facts if is_confirmed(line, notes.c) else ())
    return number(*name_and_number(line, notes.c), style)


def rights(notes: Notes, style: Style) -> Section:
    say = notes.c.catalogue.say
    points = [bullet("✓", words, style) for words in notes.statements(content_of(notes.c).rights)]
    return Section((heading(notes.said(say("Your rights")), style), *points))


def papers_taken(notes: Notes, style: Style) -> Section:
    say = notes.c.catalogue.say
    points = notes.statements(content_of(notes.c).papers_taken)
    made = [bullet(f"{step}", words, style, RED) for step, words in enumerate(points, 1)]
    return Section((heading(notes.said(say("If your papers are taken")), style, RED), *made))


def to_say(notes: Notes, style: Style) -> Section:
    say = notes.c.catalogue.say
    quotes = [quote(words, style) for words in notes.statements(content_of(notes.c).say)]
    return Section((heading(notes.said(say("What to say")), style), *quotes))


def blanks(notes: Notes, style: Style) -> Section:
    say = notes.c.catalogue.say
    made = [blank(notes.said(entry.label), style) for entry in content_of(notes.c).blanks]
    return Section((heading(notes.said(say("Fill in by hand")), style), *made), apart=True)


def foot(notes: Notes, style: Style) -> Section:
    """Lines of caution, drafts, and when to check again."""
    say = notes.c.catalogue.say
    lines = [*notes.lines(), notes.said(check_line(notes.c, notes.check_after()))]
    if notes.drafts:
        lines.append(Said(say("The Sasak is a draft: no native speaker has checked it yet.").id))
    words = Said("  ".join(line.words for line in lines))
    return Section((space(style.gap * 0.5), paragraph(words, style.small * 0.92, colour=SOFT)))


# --- pictures --------------------------------------------------------------------------------------------------------


def picture(parts: Iterable[Block], title: Said, below: str, c: Context) -> bytes:
    """One page, just as high as its blocks."""
    bar = title_bar(title, below, 21)
    body = stack(parts)
    probe = Sheet(WIDTH, 100, today=today(c))
    height = measure(probe, bar, WIDTH) + measure(probe, body, WIDTH - 2 * MARGIN) + 1.6 * MARGIN
    probe.close()
    sheet = Sheet(WIDTH, height, title=title.words, today=today(c))
    sheet.add_page()
    sheet.box(0, 0, WIDTH, height, fill=PAPER)
    y = bar(sheet, 0, 0, WIDTH)
    body(sheet, MARGIN, y + 0.8 * MARGIN, WIDTH - 2 * MARGIN)
    return sheet.pdf_bytes()


def pocket_picture(c: Context) -> bytes:
    """The page of the pocket card, to be rendered."""
    notes, say = Notes(c), c.catalogue.say
    sections = [
        *numbers(notes, PHONE, columns=2),
        papers_taken(notes, PHONE),
        to_say(notes, PHONE),
        rights(notes, PHONE),
    ]
    sections.append(foot(notes, PHONE))
    parts = [block for section in sections for block in section.blocks]
    keep = notes.said(say("Keep this picture on the phone. It works without a signal.")).words
    return picture(parts, notes.said(content_of(c).title), keep, c)


def arrival_picture(c: Context) -> bytes:
    """Airport and first days: numbered steps, and the numbers for when nobody comes."""
    notes, say = Notes(c), c.catalogue.say
    arrival = content_of(c).arrival
    steps = [bullet(f"{step}", words, PHONE) for step, words in enumerate(notes.statements(arrival.steps), 1)]
    sure = [line for line in (*helplines("my", c, 4), *helplines("id", c, 4)) if is_confirmed(line, c)]
    rows = [_row(line, notes, PHONE) for line in sure if line.works_from in ("any", "my")][:4]
    parts = [
        *steps,
        heading(notes.said(say("Help numbers")), PHONE),
        side_by_side([_tile("my", notes, PHONE), stack(rows[:1])]) if rows else _tile("my", notes, PHONE),
        in_columns(rows[1:], 2),
        *foot(notes, PHONE).blocks,
    ]
    keep = notes.said(say("Keep this picture on the phone. It works without a signal.")).words
    return picture(parts, notes.said(arrival.title), keep, c)


# --- the sheet to print ----------------------------------------------------------------------------------------------

SHEET = (297 * MM, 210 * MM)  # A4 lying: eight A7 cards
ACROSS, DOWN = 4, 2
CARD = (SHEET[0] / ACROSS, SHEET[1] / DOWN)
PAD = 5 * MM
HEAD = 11.0


def pocket_sheet(c: Context) -> bytes:
    """A4 pages of A7 cards. Where half a page is enough the other half is a second set, for those at home."""
    notes, style = Notes(c), PAPER_CARD
    sections = [
        *numbers(notes, style, columns=1),
        papers_taken(notes, style),
        to_say(notes, style),
        rights(notes, style),
    ]
    sections += [foot(notes, style), blanks(notes, style)]
    sheet = Sheet(*SHEET, title=content_of(c).title.id, today=today(c))
    cards = _onto_cards(sections, sheet)
    if len(cards) <= ACROSS:
        cards += [[]] * (ACROSS - len(cards))
        cards += cards
    title = notes.said(content_of(c).title).words
    for start in range(0, len(cards), ACROSS * DOWN):
        sheet.add_page()
        for place, blocks in enumerate(cards[start : start + ACROSS * DOWN]):
            x, y = place % ACROSS * CARD[0], place // ACROSS * CARD[1]
            if blocks:
                sheet.text(
                    f"{title} · {place % ACROSS + 1}",
                    x + PAD,
                    y + PAD * 0.7,
                    CARD[0] - 2 * PAD,
                    style.small,
                    colour=SOFT,
                )
                stack(blocks)(sheet, x + PAD, y + PAD * 0.7 + HEAD, CARD[0] - 2 * PAD)
        _cut_lines(sheet)
    return sheet.pdf_bytes()


def _onto_cards(sections: list[Section], sheet: Sheet) -> list[list[Block]]:
    """Blocks in the order of the sections. A section that fits on one card is not torn; a heading never stands last."""
    room = CARD[1] - 1.5 * PAD - HEAD
    width = CARD[0] - 2 * PAD
    cards: list[list[Block]] = [[]]
    left = room
    for section in sections:
        pieces = list(section.blocks)
        if len(pieces) > 1:
            pieces[:2] = [stack(pieces[:2])]
        heights = [measure(sheet, piece, width) for piece in pieces]
        whole = sum(heights)
        if cards[-1] and (section.apart or left < whole <= room):
            cards.append([])
            left = room
        for piece, height in zip(pieces, heights, strict=True):
            if cards[-1] and height > left:
                cards.append([])
                left = room
            cards[-1].append(piece)
            left -= height
    return cards


def _cut_lines(sheet: Sheet) -> None:
    for column in range(1, ACROSS):
        sheet.line(column * CARD[0], 0, column * CARD[0], SHEET[1], LINE, 0.6, dash=4)
    for row in range(1, DOWN):
        sheet.line(0, row * CARD[1], SHEET[0], row * CARD[1], LINE, 0.6, dash=4)
