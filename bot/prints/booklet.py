"""Lessons on paper: an A5 booklet of one module or of all, for who has no phone and for the village office's shelf.

What stands in it is what the chat would show on that day: grades, cautions, Sasak drafts. So it says when it was made
and when to check again. It is drawn twice: the first time tells on which page everything begins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from bot.conversation.danger import mission_row
from bot.conversation.lessons import LETTERS, quiz_of
from bot.conversation.speech import caution, shown, today
from bot.conversation.stories import stories_of
from bot.conversation.types import Context
from bot.library.model import Card, Mission, Module, Phrase, QuizChoice, Statement
from bot.prints.blocks import Block, Style, alarm, in_columns, measure, number, paragraph, side_by_side, space, stack
from bot.prints.sheet import CLAY, GOLD, INK, LEAF, LINE, MM, PAPER, SOFT, Sheet
from bot.prints.words import Notes, Said, check_line, emergency, in_order, is_draft, name_and_number, said

SIZE = (148 * MM, 210 * MM)  # A5
SIDE, TOP, BOTTOM = 15 * MM, 16 * MM, 17 * MM
STYLE = Style(body=9.6, small=7.8, head=14, number=14, gap=7)
_PICTURE = 0.62  # of the width


@dataclass(frozen=True)
class Link:
    """A way to the chat, shown as a QR code: «Web», https://…/chat."""

    label: str
    url: str


@dataclass
class _Book:
    """The pages as they grow. `begins`: page numbers by what begins there, from the first drawing."""

    c: Context
    media: Path
    begins: dict[str, int]
    found: dict[str, int] = field(default_factory=dict)
    y: float = 0.0
    page: int = 0

    def __post_init__(self) -> None:
        self.notes = Notes(self.c)
        self.sheet = Sheet(*SIZE, title="Bekal", today=today(self.c))
        self.width = SIZE[0] - 2 * SIDE

    # --- pages

    def new_page(self, *, numbered: bool = True) -> None:
        self.sheet.add_page()
        self.page += 1
        self.y = TOP
        if numbered:
            foot = SIZE[1] - BOTTOM + 6 * MM
            self.sheet.line(SIDE, foot - 3, SIZE[0] - SIDE, foot - 3, LINE, 0.5)
            self.sheet.text("Bekal", SIDE, foot, 80, STYLE.small, colour=SOFT)
            self.sheet.text(str(self.page), SIDE, foot, self.width, STYLE.small, colour=SOFT, align="R")

    def put(self, *blocks: Block) -> None:
        """The blocks one below the other, together on one page where they fit on one."""
        heights = [measure(self.sheet, block, self.width) for block in blocks]
        if self.y > TOP and self.y + sum(heights) > SIZE[1] - BOTTOM:
            self.new_page()
        for block, height in zip(blocks, heights, strict=True):
            if self.y > TOP and self.y + height > SIZE[1] - BOTTOM:
                self.new_page()
            self.y = block(self.sheet, SIDE, self.y, self.width)

    def mark(self, place: str) -> None:
        """Something begins here."""
        self.found[place] = self.page

    # --- words

    def said(self, phrase: Phrase) -> Said:
        """Sasak that nobody has signed is called a draft, wherever it stands beside Indonesian."""
        words = self.notes.said(phrase)
        return (
            Said(words.words, f"Sasak (draf): {words.beside}") if words.beside and is_draft(phrase, self.c) else words
        )

    def one(self, phrase: Phrase) -> str:
        """A heading: one language."""
        return self.notes.said(phrase).words

    def words(self, phrase: Phrase, *, bold: bool = False, gap: float = STYLE.gap * 0.6) -> Block:
        return stack((paragraph(self.said(phrase), STYLE.body, bold=bold), space(gap)))

    def statement(self, statement: Statement) -> Block:
        """As the chat shows it today; the line of caution stands below in small letters."""
        if statement.grade_on(today(self.c)) == "C":
            return self.words(shown(statement, self.c))
        self.notes.use(statement.facts)
        line = caution(statement, self.c)
        if line is None:
            return self.words(statement.text)
        below = paragraph(Said(self.one(line)), STYLE.small, colour=SOFT)
        return stack((self.words(statement.text, gap=1), below, space(STYLE.gap * 0.8)))


def booklet(c: Context, modules: Iterable[Module], media: Path, links: Iterable[Link] = ()) -> bytes:
    """The booklet as PDF, of these modules in this order. `media`: the folder of the pictures."""
    chosen, ways = tuple(modules), tuple(links)
    first = _drawn(c, chosen, media, ways, {}, None)
    first.sheet.close()
    whole = _drawn(c, chosen, media, ways, first.found, first.notes.check_after())
    return whole.sheet.pdf_bytes()


def _drawn(
    c: Context, modules: tuple[Module, ...], media: Path, links: tuple[Link, ...], begins: dict[str, int],
    check_after: date | None,
) -> _Book:  # fmt: skip
    book = _Book(c, media, begins)
    _title_page(book, modules, links, check_after)
    _contents(book, modules)
    for module in modules:
        _module(book, module)
    _answers(book, modules)
    _numbers(book)
    return book


def _title_page(book: _Book, modules: tuple[Module, ...], links: tuple[Link, ...], check_after: date | None) -> None:
    sheet, say = book.sheet, book.c.catalogue.say
    book.new_page(numbered=False)
    third = SIZE[1] * 0.42
    sheet.box(0, 0, SIZE[0], third, fill=LEAF)
    sheet.band(0, third, SIZE[0], 9)
    y = sheet.text("Bekal", SIDE, third * 0.28, book.width, 40, colour=PAPER, bold=True, leading=1.1)
    under = modules[0].title if len(modules) == 1 else say("Provisions for working abroad safely")
    y = sheet.text(book.one(under), SIDE, y + 6, book.width, 17, colour=PAPER, leading=1.2)
    y = third + 9 + 10 * MM
    lines = [
        say("Free. Bekal offers no work and never asks for money, NIK, passport, photos of papers or an OTP code."),
        say("Put together from the topics of the official orientation. Not an official module of IOM."),
    ]
    if book.c.operator.name:
        lines.append(say("Run by {name}.", name=book.c.operator.name))
    for line in (*lines, check_line(book.c, check_after)):
        y = paragraph(book.notes.said(line), STYLE.body * 0.95, colour=INK)(sheet, SIDE, y, book.width) + 4
    if book.c.language == "sas" and book.c.drafts != "hide":
        draft = say("The Sasak is a draft: no native speaker has checked it yet.").id
        y = sheet.text(draft, SIDE, y, book.width, STYLE.body * 0.95, colour=CLAY, bold=True)
    _qr_codes(book, links, SIZE[1] - BOTTOM - 32 * MM)


def _qr_codes(book: _Book, links: tuple[Link, ...], y: float) -> None:
    size = 27 * MM
    for place, link in enumerate(links[:4]):
        x = SIDE + place * (size + 4 * MM)
        book.sheet.qr(link.url, x, y, size)
        book.sheet.text(link.label, x, y + size + 2, size, STYLE.small, colour=SOFT, align="C", marked=False)


def _contents(book: _Book, modules: tuple[Module, ...]) -> None:
    say = book.c.catalogue.say
    book.new_page()
    book.put(_head(book.one(say("Contents"))))
    for module in modules:
        rows = [_row(book.one(module.title), book.begins.get(module.key), bold=True)]
        if len(modules) == 1:
            rows += [
                _row(book.one(lesson.title), book.begins.get(f"{module.key}/{lesson.key}")) for lesson in module.lessons
            ]
        for row in rows:
            book.put(row)
    book.put(_row(book.one(say("Answers")), book.begins.get("answers"), bold=True))
    book.put(_row(book.one(say("Help numbers")), book.begins.get("numbers"), bold=True))


def _row(words: str, page: int | None, *, bold: bool = False) -> Block:
    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        indent = 0 if bold else 10
        below = sheet.text(words, x + indent, y, width - 40 - indent, STYLE.body, bold=bold, marked=False)
        sheet.text(str(page or ""), x, y, width, STYLE.body, align="R")
        sheet.line(x, below + 2, x + width, below + 2, LINE, 0.4)
        return below + 6

    return draw


def _head(words: str, size: float = STYLE.head) -> Block:
    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        y = sheet.text(words, x, y + 4, width, size, colour=LEAF, bold=True, leading=1.25, marked=False)
        sheet.box(x, y + 2, 40, 2.4, fill=GOLD)
        return y + 12

    return draw


def _module(book: _Book, module: Module) -> None:
    say = book.c.catalogue.say
    book.new_page()
    book.mark(module.key)
    book.put(_head(book.one(module.title), 20), book.words(module.summary), space(STYLE.gap))
    for lesson in module.lessons:
        for place, card in enumerate(lesson.cards):
            blocks = [*_card(book, card)]
            if place == 0:
                blocks.insert(0, _head(book.one(lesson.title), 12.5))
            book.put(*blocks)
            if place == 0:
                book.mark(f"{module.key}/{lesson.key}")
        book.put(space(STYLE.gap))
    stories, questions = stories_of(module, book.c), quiz_of(module, book.c)
    if stories:
        book.put(_head(book.one(say("What would you do?"))))
    for story in stories:
        book.put(
            paragraph(Said(book.one(story.title)), STYLE.body * 1.1, bold=True, colour=CLAY),
            book.statement(story.statement),
            *_choices(book, story.choices),
        )
    if questions:
        book.put(_head(book.one(say("Quiz"))))
    for place, question in enumerate(questions, 1):
        book.put(_numbered(f"{place}", book.statement(question.statement)), *_choices(book, question.choices))


def _card(book: _Book, card: Card) -> Iterable[Block]:
    yield book.statement(card.statement)
    picture = book.c.library.media.get(card.statement.picture or "")
    if picture is not None and card.statement.grade_on(today(book.c)) != "C":
        file = book.media / picture.file

        def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
            side = width * _PICTURE
            return sheet.image(file, x + (width - side) / 2, y, side) + STYLE.gap

        yield draw


def _choices(book: _Book, choices: tuple[QuizChoice, ...]) -> list[Block]:
    """With a box to tick by hand."""
    made = [
        _numbered(f"□ {LETTERS[place]}", paragraph(book.said(choice.text), STYLE.body), 26)
        for place, choice in enumerate(choices)
    ]
    return [*made, space(STYLE.gap)]


def _numbered(mark: str, block: Block, indent: float = 16) -> Block:
    def draw(sheet: Sheet, x: float, y: float, width: float) -> float:
        sheet.text(mark, x, y, indent, STYLE.body, colour=LEAF, bold=True)
        return block(sheet, x + indent, y, width - indent) + 2

    return draw


def _answers(book: _Book, modules: tuple[Module, ...]) -> None:
    """Apart from the questions: which choice is right, and what comes of each choice in the stories."""
    say, c = book.c.catalogue.say, book.c
    book.new_page()
    book.put(_head(book.one(say("Answers"))))
    book.mark("answers")
    for module in modules:
        stories, questions = stories_of(module, c), quiz_of(module, c)
        if stories or questions:
            book.put(paragraph(Said(book.one(module.title)), STYLE.body * 1.15, bold=True, colour=LEAF), space(3))
        for story in stories:
            told = [_numbered(_mark(i, x), _explained(book, x), 26) for i, x in enumerate(story.choices)]
            book.put(paragraph(Said(book.one(story.title)), STYLE.body, bold=True), *told, space(4))
        for place, question in enumerate(questions, 1):
            right = next((i, choice) for i, choice in enumerate(question.choices) if choice.right)
            book.put(_numbered(f"{place} {LETTERS[right[0]]}", _explained(book, right[1]), 26))
        book.put(space(STYLE.gap))


def _mark(place: int, choice: QuizChoice) -> str:
    return f"{LETTERS[place]} ✓" if choice.right else LETTERS[place]


def _explained(book: _Book, choice: QuizChoice) -> Block:
    return paragraph(book.said(choice.explain), STYLE.body * 0.94)


def _numbers(book: _Book) -> None:
    """Every help number, the surest first, and the missions; the words are those of the chat."""
    say, c = book.c.catalogue.say, book.c
    book.new_page()
    book.put(_head(book.one(say("Help numbers"))))
    book.mark("numbers")
    untested = said(say("not tested"), c).words
    countries = {"my": "Malaysia", "id": "Indonesia"}
    tiles = []
    for country, name in countries.items():
        lines = emergency(country, c)
        note = untested if any(line.rung_on is None for line in lines) else ""
        if lines:
            tiles.append(alarm(name, " · ".join(line.number for line in lines), note, STYLE))
    book.put(side_by_side(tiles))
    book.put(book.statement(c.library.notices["danger-head"]))
    for country, name in countries.items():
        lines = [line for line in in_order(c.library.helplines, c) if line.country == country]
        rows = [number(*name_and_number(line, c), replace(STYLE, number=11)) for line in lines]
        if country == "my":
            rows += [_mission(book, mission) for mission in c.library.missions]
        for start in range(0, len(rows), 2):
            pair = in_columns(rows[start : start + 2])
            book.put(*([_head(name, 11.5)] if start == 0 else []), pair)
    foot = say("Not tested: nobody of ours has rung it yet. If one fails, try the next.")
    book.put(paragraph(Said(book.one(foot)), STYLE.small, colour=SOFT))


def _mission(book: _Book, mission: Mission) -> Block:
    name, _, digits = said(mission_row(mission, book.c), book.c).words.partition(":\n")
    if mission.number is None:
        return stack((paragraph(Said(name), STYLE.small, colour=SOFT), paragraph(Said(digits), STYLE.small), space(5)))
    return number(name, digits, replace(STYLE, number=11))
