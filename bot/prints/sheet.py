"""Drawing: pages in points with our two fonts and few colours, and the way from a page to a small picture.

A picture is its PDF page rendered and then made small, so there is one way to draw.
"""

from __future__ import annotations

import io
import re
import threading
import unicodedata
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Literal

import pypdfium2
import segno
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos
from fpdf.fonts import TTFFont
from PIL import Image

FONTS = Path(__file__).with_name("fonts")
FAMILY = "DejaVu"
MM = 72 / 25.4  # points in a millimetre

Colour = tuple[int, int, int]
INK: Colour = (43, 37, 32)
SOFT: Colour = (98, 87, 78)
LEAF: Colour = (14, 79, 72)
CLAY: Colour = (156, 61, 34)
RED: Colour = (161, 36, 26)
GOLD: Colour = (227, 176, 75)
SAND: Colour = (245, 239, 228)
LINE: Colour = (205, 192, 172)
PAPER: Colour = (255, 255, 255)
ROSE: Colour = (253, 234, 230)
MINT: Colour = (222, 239, 233)

ENDLESS = 14_000.0  # points; a PDF page may not be higher
LEADING = 1.32  # of a line, times the size of its letters
_BOLD = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])")
_pdfium = threading.Lock()  # it works for one thread at a time

Align = Literal["L", "C", "R"]


class TooBig(Exception):
    """A print does not fit into its limit; the text says which and by how much."""


def known_letters() -> frozenset[int]:
    """What our fonts can draw."""
    return _letters()


@cache
def _letters() -> frozenset[int]:
    with TTFont(FONTS / "DejaVuSans.ttf") as regular, TTFont(FONTS / "DejaVuSans-Bold.ttf") as bold:
        return frozenset(regular.getBestCmap()) & frozenset(bold.getBestCmap())


def drawable(words: str) -> str:
    """`words` with letters our fonts have: without accents they lack, «?» for what remains. Line breaks stay."""
    known = _letters()
    made = []
    for letter in unicodedata.normalize("NFC", words):
        if letter == "\n" or ord(letter) in known:
            made.append(letter)
        elif unicodedata.category(letter) in ("Mn", "Cf", "Cc"):
            continue  # a mark that belongs to the letter before, or nothing that is seen
        else:
            bare = unicodedata.normalize("NFKD", letter)[0]
            made.append(bare if ord(bare) in known else "?")
    return "".join(made)


class Sheet:
    """Pages of one size. All lengths are points, y runs downwards; what draws text gives the y below it."""

    def __init__(self, width: float, height: float, *, title: str = "", today: date) -> None:
        self.width, self.height, self.today = width, height, today
        self._scratch: Sheet | None = None
        self.pdf = FPDF(unit="pt", format=(width, height))
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        # Only *bold* is markup, and only in our own texts: a name may hold any mark.
        self.pdf.MARKDOWN_ITALICS_MARKER = "\ue001\ue001"
        self.pdf.MARKDOWN_UNDERLINE_MARKER = "\ue002\ue002"
        self.pdf.MARKDOWN_STRIKETHROUGH_MARKER = "\ue003\ue003"
        self.pdf.add_font(FAMILY, "", FONTS / "DejaVuSans.ttf")
        self.pdf.add_font(FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")
        # The same print of the same day is the same file, byte for byte.
        self.pdf.set_creation_date(datetime.combine(today, time(), UTC))
        self.pdf.set_lang("id")
        if title:
            self.pdf.set_title(title)

    def add_page(self) -> None:
        self.pdf.add_page()

    @property
    def scratch(self) -> Sheet:
        """A sheet to measure on; nobody sees it."""
        if self._scratch is None:
            self._scratch = Sheet(self.width, ENDLESS, today=self.today)
            self._scratch.add_page()
            self._scratch._scratch = self._scratch
        return self._scratch

    def text(
        self,
        words: str,
        x: float,
        y: float,
        width: float,
        size: float = 10,
        *,
        colour: Colour = INK,
        bold: bool = False,
        align: Align = "L",
        leading: float = LEADING,
        marked: bool = True,
    ) -> float:
        """Wrapped text from its upper left corner. `marked`: `*bold*` is set bold (never for what people wrote)."""
        if not words:
            return y
        self._style(size, bold, colour)
        self.pdf.set_xy(x, y)
        self.pdf.multi_cell(
            width,
            size * leading,
            _marks(words, bold) if marked else drawable(words),
            align=align,
            markdown=marked and not bold,
            new_x=XPos.LEFT,
            new_y=YPos.NEXT,
        )
        return float(self.pdf.get_y())

    def height_of(
        self, words: str, width: float, size: float = 10, *, bold: bool = False, leading: float = LEADING
    ) -> float:
        """How high that text would be."""
        if not words:
            return 0.0
        self._style(size, bold, INK)
        found = self.pdf.multi_cell(
            width,
            size * leading,
            _marks(words, bold),
            align="L",
            markdown=not bold,
            dry_run=True,
            output=MethodReturnValue.HEIGHT,
        )
        return float(found)  # type: ignore[arg-type]

    def width_of(self, words: str, size: float, *, bold: bool = False) -> float:
        self._style(size, bold, INK)
        return float(self.pdf.get_string_width(drawable(words)))

    def largest(self, words: str, width: float, sizes: tuple[float, ...], *, bold: bool = False) -> float:
        """The largest of these sizes in which the words fit on one line; the last where none does."""
        return next((size for size in sizes if self.width_of(words, size, bold=bold) <= width), sizes[-1])

    def _style(self, size: float, bold: bool, colour: Colour) -> None:
        self.pdf.set_font(FAMILY, "B" if bold else "", size)
        self.pdf.set_text_color(*colour)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: Colour | None = None,
        line: Colour | None = None,
        radius: float = 0,
        thick: float = 0.8,
    ) -> None:
        if fill:
            self.pdf.set_fill_color(*fill)
        if line:
            self.pdf.set_draw_color(*line)
            self.pdf.set_line_width(thick)
        style = ("D" if line else "") + ("F" if fill else "")
        if radius:
            self.pdf.rect(x, y, width, height, style=style, round_corners=True, corner_radius=radius)
        else:
            self.pdf.rect(x, y, width, height, style=style)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: Colour = LINE, thick: float = 0.8, dash: float = 0
    ) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(thick)
        self.pdf.set_dash_pattern(dash=dash, gap=dash)
        self.pdf.line(x1, y1, x2, y2)
        self.pdf.set_dash_pattern()

    def band(self, x: float, y: float, width: float, height: float = 5) -> None:
        """The stripe of woven cloth under a heading, as on the web page."""
        self.box(x, y, width, height, fill=CLAY)
        step = 3 * height
        with self.pdf.rect_clip(x, y, width, height):
            start = x - height
            while start < x + width:
                corners = (
                    (start, y + height),
                    (start + height, y),
                    (start + 2 * height, y),
                    (start + height, y + height),
                )
                self.pdf.set_fill_color(*GOLD)
                self.pdf.polygon(corners, style="F")
                start += step

    def qr(self, data: str, x: float, y: float, size: float) -> None:
        """A QR code with its quiet zone inside `size`."""
        matrix = qr_matrix(data)
        self.box(x, y, size, size, fill=PAPER)
        cell = size / (len(matrix) + 2 * QUIET)
        self.pdf.set_fill_color(0, 0, 0)
        for row, modules in enumerate(matrix):
            start = None
            for column, dark in enumerate((*modules, 0)):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    at = x + (start + QUIET) * cell, y + (row + QUIET) * cell
                    # A hair higher than a cell, so that no white line shows between two rows.
                    self.pdf.rect(*at, (column - start) * cell, cell * 1.02, style="F")
                    start = None

    def image(self, file: Path, x: float, y: float, width: float) -> float:
        with Image.open(file) as picture:
            height = width * picture.height / picture.width
        self.pdf.image(file, x, y, width, height)
        return y + height

    def pdf_bytes(self) -> bytes:
        """The whole as a file; nothing can be drawn any more."""
        made = bytes(self.pdf.output())
        self.close()
        return made

    def close(self) -> None:
        """The library keeps the files of the fonts open."""
        for font in self.pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()
        if self._scratch not in (None, self):
            self._scratch.close()


QUIET = 2  # modules of white around a QR code; white paper goes on around it


def qr_matrix(data: str) -> tuple[tuple[int, ...], ...]:
    """The modules of the code, 1 for dark. A quarter of it may be dirty or torn."""
    return tuple(tuple(int(module) for module in row) for row in segno.make(data, error="q", micro=False).matrix)


def _marks(words: str, bold: bool) -> str:
    """`*bold*` in the library's own markup, or without marks where all is bold."""
    return _BOLD.sub(r"\1" if bold else r"**\1**", drawable(words))


def rendered(pdf: bytes, width: int, page: int = 0, *, smooth: bool = True) -> Image.Image:
    """A page as a picture of `width` pixels. `smooth`: letters with grey edges."""
    with _pdfium:
        document = pypdfium2.PdfDocument(pdf)
        try:
            found = document[page]
            bitmap = found.render(scale=width / found.get_width(), no_smoothtext=not smooth)
            picture: Image.Image = bitmap.to_pil().convert("RGB")
            bitmap.close()
            found.close()
            return picture
        finally:
            document.close()


# Tried one after the other: pixels of the width, colours, grey edges. Sharp letters on many pixels are read more easily
# than smooth ones on few, and need half the bytes.
_SMALLER = ((1.0, 32, True), (1.0, 16, True), (1.0, 16, False), (0.875, 16, False), (0.75, 12, False))


def small_png(pdf: bytes, width: int, most: int, name: str) -> bytes:
    """The first page as a PNG of at most `most` bytes, as fine as that allows. Raises TooBig."""
    made = b""
    for share, colours, smooth in _SMALLER:
        picture = rendered(pdf, round(width * share), smooth=smooth)
        out = io.BytesIO()
        few = picture.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
        made = out.getvalue()
        if len(made) <= most:
            return made
    raise TooBig(f"{name}: {len(made)} bytes, {most} at most; shorten its texts")
