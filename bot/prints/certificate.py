"""The certificate: what somebody has learned, for the family's wall. It opens no door, and says so on its face.

Portrait for the phone, landscape for paper; both are put together from the same parts. No logo of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.conversation.speech import short_day
from bot.conversation.types import Context, Language
from bot.library.model import Phrase
from bot.prints.blocks import measure, paragraph
from bot.prints.sheet import CLAY, GOLD, INK, LEAF, MM, PAPER, RED, ROSE, SAND, SOFT, Align, Sheet
from bot.prints.words import Notes, Said

PHONE = (360.0, 520.0)
A4 = (297 * MM, 210 * MM)


@dataclass(frozen=True)
class CertificateData:
    """`name` None: none was given for it."""

    code: str
    name: str | None
    issued: date
    language: Language = "id"


def certificate(c: Context, data: CertificateData, base_url: str, size: tuple[float, float]) -> bytes:
    """One page of that size, as PDF. Without a public address there is no QR code, only the code in letters."""
    sheet = Sheet(*size, title="Sertifikat", today=data.issued)
    sheet.add_page()
    _Drawing(sheet, Notes(c), data, base_url).draw()
    return sheet.pdf_bytes()


@dataclass
class _Drawing:
    sheet: Sheet
    notes: Notes
    data: CertificateData
    base_url: str

    def draw(self) -> None:
        width, height = self.sheet.width, self.sheet.height
        wide = width > height
        self.unit = height / 38 if wide else width / 28  # the size of plain text
        edge = self.unit * 1.1
        self._frame(edge)
        self.x, self.room = edge + self.unit * 1.4, width - 2 * (edge + self.unit * 1.4)
        y = edge + self.unit * (2.2 if wide else 1.6)
        y = self._head(y)
        bottom = height - edge - self.unit * 1.2
        top = self._foot(bottom, wide)
        self._modules(y, top)

    def _frame(self, edge: float) -> None:
        sheet, unit = self.sheet, self.unit
        sheet.box(0, 0, sheet.width, sheet.height, fill=SAND)
        sheet.box(
            edge * 0.5, edge * 0.5, sheet.width - edge, sheet.height - edge, fill=PAPER, line=LEAF, thick=unit * 0.14
        )
        sheet.box(
            edge * 0.9, edge * 0.9, sheet.width - 1.8 * edge, sheet.height - 1.8 * edge, line=GOLD, thick=unit * 0.07
        )
        sheet.band(edge * 0.5, edge * 0.5, sheet.width - edge, unit * 0.6)

    def _centred(
        self, phrase: Phrase | str, y: float, size: float, *, bold: bool = False, colour: tuple[int, int, int] = INK
    ) -> float:
        words = Said(phrase) if isinstance(phrase, str) else self.notes.said(phrase)
        align: Align = "C"
        y = self.sheet.text(
            words.words, self.x, y, self.room, size, bold=bold, colour=colour, align=align, marked=False
        )
        if words.beside:
            y = self.sheet.text(words.beside, self.x, y, self.room, size * 0.75, colour=SOFT, align=align, marked=False)
        return y

    def _head(self, y: float) -> float:
        say, unit, data = self.notes.c.catalogue.say, self.unit, self.data
        y = self._centred(say("Certificate of learning"), y, unit * 2, bold=True, colour=LEAF)
        y = self._centred(say("The provisions for safe migration: Bekal"), y, unit * 0.95, colour=SOFT) + unit * 0.7
        name = data.name or say("Participant of Bekal")
        shown = name if isinstance(name, str) else self.notes.said(name).words
        sizes = tuple(unit * share for share in (2.1, 1.8, 1.5, 1.25, 1.05))
        y = self._centred(name, y, self.sheet.largest(shown, self.room, sizes, bold=True), bold=True)
        self.sheet.line(self.x + self.room * 0.2, y + 1, self.x + self.room * 0.8, y + 1, GOLD, unit * 0.1)
        done = say("has finished all lessons and quizzes on {day}.", day=short_day(data.issued))
        return self._centred(done, y + unit * 0.5, unit) + unit * 0.7

    def _modules(self, y: float, bottom: float) -> None:
        """The titles, in as many columns and letters as the room between head and foot allows."""
        titles = [self.notes.said(module.title).words for module in self.notes.c.library.modules]
        wide = self.sheet.width > self.sheet.height
        columns = 3 if wide else 2
        rows = -(-len(titles) // columns)
        each = self.room / columns
        size = self.unit * 1.05
        while size > self.unit * 0.5 and (
            rows * size * 1.5 > bottom - y
            or any(self.sheet.width_of(f"✓ {title}", size) > each - 4 for title in titles)
        ):
            size *= 0.94
        y += max(0.0, (bottom - y - rows * size * 1.5) * 0.45)
        for place, title in enumerate(titles):
            x, at = self.x + place // rows * each, y + place % rows * size * 1.5
            self.sheet.text("✓", x, at, size * 1.4, size, colour=CLAY, bold=True)
            self.sheet.text(title, x + size * 1.25, at, each - size * 1.25, size, marked=False)

    def _foot(self, bottom: float, wide: bool) -> float:
        """From the bottom upwards; the y above it."""
        unit, notes, say, c = self.unit, self.notes, self.notes.c.catalogue.say, self.notes.c
        small = unit * 0.72
        plainly = say("Free. It cannot be used to leave. Whoever sells it is a cheat.")
        instead = say("It does not replace the official orientation (OPP).")
        origin = say("Put together from the topics of the official orientation. Not an official module of IOM.")
        rows = [notes.said(origin).words]
        if c.operator.name:
            rows.append(notes.said(say("Run by {name}.", name=c.operator.name)).words)
        code = notes.said(say("Code: {code}", code=self.data.code)).words
        square = unit * (7.5 if wide else 6.2)
        link = f"{self.base_url}/verify/{self.data.code}" if self.base_url else ""
        left = self.room - (square + unit if link else 0)
        blocks = [
            paragraph(Said(f"*{code}*"), unit * 0.85, colour=LEAF),
            paragraph(notes.said(say("Genuine? Send this code to Bekal, or open the code beside it."))
                      if link else notes.said(say("Genuine? Send this code to Bekal.")), small, colour=SOFT),
            *(paragraph(Said(row), small, colour=SOFT) for row in rows),
        ]  # fmt: skip
        heights = [measure(self.sheet, block, left) for block in blocks]
        lower = max(sum(heights), square if link else 0)
        y = bottom - lower
        for block, height in zip(blocks, heights, strict=True):
            block(self.sheet, self.x, y, left)
            y += height
        if link:
            self.sheet.qr(link, self.x + self.room - square, bottom - lower, square)
        return self._warning(Said(f"*{notes.said(plainly).words}*"), notes.said(instead), bottom - lower - unit * 0.7)

    def _warning(self, plainly: Said, instead: Said, bottom: float) -> float:
        unit, pad = self.unit, self.unit * 0.6
        blocks = (paragraph(plainly, unit * 0.98, colour=RED), paragraph(instead, unit * 0.85))
        height = sum(measure(self.sheet, block, self.room - 2 * pad) for block in blocks) + 2 * pad
        y = bottom - height
        self.sheet.box(self.x, y, self.room, height, fill=ROSE, line=RED, radius=unit * 0.5, thick=unit * 0.07)
        at = y + pad
        for block in blocks:
            at = block(self.sheet, self.x + pad, at, self.room - 2 * pad)
        return y - unit * 0.6
