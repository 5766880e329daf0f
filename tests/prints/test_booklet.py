"""The booklet: its parts, its pages, its grades, its QR codes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.conversation.types import Context
from bot.library.model import Module, Phrase, QuizChoice, Statement, Story
from bot.prints.booklet import Link, booklet
from bot.prints.sheet import Sheet
from tests.prints.conftest import ROOT, on, pages_of, text_of

MEDIA = ROOT / "content" / "media"
FACT = "F-110"  # the minimum wage: grade A, and it expires


@pytest.fixture(scope="module")
def small(context: Context) -> Module:
    """Two lessons, one with a picture, a question and a story."""
    module = context.library.modules[0]
    lessons = list(module.lessons[:2])
    card = lessons[0].cards[0]
    fact = context.library.facts[FACT]
    wage = Statement("x: y", Phrase("Upah paling sedikit RM1.700."), (fact,), "jtk", Phrase("Tanyakan upah ke JTK."))
    pictured = replace(card, statement=replace(card.statement, facts=(), picture="day-hours"))
    lessons[0] = replace(lessons[0], cards=(pictured, replace(card, key="wage", statement=wage)))
    told = (
        QuizChoice("a", Phrase("Bayar sekarang"), False, Phrase("Uangnya hilang.")),
        QuizChoice("b", Phrase("Tanya dulu"), True, Phrase("Uangnya aman.")),
    )
    story = Story("s", Phrase("Tamu di teras"), Statement("x: s", Phrase("Amaq Rahman didatangi tamu.")), told)
    return replace(module, lessons=tuple(lessons), quiz=module.quiz[:2], stories=(story,))


def test_all_its_parts_in_order(context: Context, small: Module) -> None:
    pdf = booklet(on(context), [small], MEDIA, [Link("Web", "https://bekal.example/chat")])
    assert set(pages_of(pdf)) == {(419.5, 595.3)}
    words = text_of(pdf)
    order = [
        "Dibuat 1 Desember 2026. Cek lagi setelah",
        "Isi",
        small.lessons[0].title.id,
        "Upah paling sedikit RM1.700.",
        small.lessons[1].cards[0].statement.text.id.split(".")[0].replace("*", ""),
        context.catalogue.say("What would you do?").id,
        "Amaq Rahman didatangi tamu.",
        "Kuis",
        small.quiz[0].statement.text.id.split("?")[0].split(".")[0],
        "Jawaban",
        "Uangnya aman.",
        "Nomor bantuan",
        "+60 10-528 8040",
    ]
    place = 0
    for part in order:
        place = words.index(part, place)
    # the answers are not beside the questions
    assert words.index("Uangnya aman.") > words.index(small.quiz[1].choices[0].text.id)
    right = next(i for i, choice in enumerate(small.quiz[0].choices) if choice.right)
    assert f"1 {'ABC'[right]}" in words[words.rindex("Jawaban") :]


def test_the_contents_name_the_pages(context: Context, small: Module) -> None:
    pdf = booklet(on(context), [small], MEDIA)
    words = text_of(pdf)
    contents = words[words.index("Isi") : words.index(small.summary.id.split(".")[0])]
    found = dict(re.findall(r"(Jawaban|Nomor bantuan|" + re.escape(small.title.id) + r") (\d+)", contents))
    assert int(found[small.title.id]) == 3
    assert 3 < int(found["Jawaban"]) < int(found["Nomor bantuan"]) <= len(pages_of(pdf))


def test_what_expired_is_not_printed(context: Context, small: Module) -> None:
    late = text_of(booklet(on(context, date(2031, 1, 1)), [small], MEDIA))
    assert "RM1.700" not in late and "Tanyakan upah ke JTK." in late


def test_qr_codes_and_pictures(context: Context, small: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[str] = []
    files: list[str] = []
    draw = Sheet.image
    monkeypatch.setattr(Sheet, "qr", lambda self, data, *where: codes.append(data))

    def image(self: Sheet, file: Path, x: float, y: float, width: float) -> float:
        files.append(file.name)
        return draw(self, file, x, y, width)

    monkeypatch.setattr(Sheet, "image", image)
    links = [Link("Web", "https://bekal.example/chat"), Link("Telegram", "https://t.me/bekal")]
    assert b"/Subtype /Image" in booklet(on(context), [small], MEDIA, links)
    assert set(codes) == {"https://bekal.example/chat", "https://t.me/bekal"}
    shown = {card.statement.picture for lesson in small.lessons for card in lesson.cards} - {None}
    assert shown and set(files) == {context.library.media[key or ""].file for key in shown}


def test_sasak_drafts_are_called_drafts(context: Context, small: Module) -> None:
    words = text_of(booklet(on(context, language="sas"), [small], MEDIA))
    summary = small.summary
    assert summary.sas and f"Sasak (draf): {summary.sas.split('.')[0]}" in words
    assert "masih draf" in words
    hidden = text_of(booklet(replace(on(context, language="sas"), drafts="hide"), [small], MEDIA))
    assert summary.sas.split(".")[0] not in hidden and "draf" not in hidden
