"""Every print in both languages: its size, its words, what may be stated on which day, and how it is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest

from bot.conversation.prints import FORMS, Drawn, is_personal
from bot.conversation.types import Context, Operator, Print, PrintKind
from bot.prints import CertificateData, NoPocket, Printer, TooBig
from bot.prints import printer as printing
from bot.prints.certificate import A4, PHONE, certificate
from bot.prints.contacts import phone_book
from bot.prints.pocket import arrival_picture, pocket_picture, pocket_sheet
from bot.prints.sheet import Sheet, drawable, qr_matrix, rendered, small_png
from bot.prints.words import in_order, is_confirmed
from tests.prints.conftest import DAY, LANGUAGES, on, pages_of, picture, text_of, with_lines

CODE = "BKL-7K3Q-9XTD-4MPA-ZZ7Q"
BASE = "https://bekal.example"
LATE = date(2031, 1, 1)  # every date of every fact has passed
SITI = CertificateData(CODE, "Siti Aminah", DAY)


def spec_of(kind: PrintKind, language: str = "id") -> Print:
    code = CODE if kind.startswith("certificate") else ""
    return Print(kind, language, code=code)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def printer(context: Context) -> Printer:
    return Printer(context, base_url=BASE)


# --- size and form


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", get_args(PrintKind))
def test_every_print_is_small_and_neutrally_named(printer: Printer, kind: PrintKind, language: str) -> None:
    form = FORMS[kind]
    for drafts in ("show", "beside", "hide"):
        drawn = printer.draw(spec_of(kind, language), SITI, DAY, drafts)
        assert (drawn.name, drawn.mime) == (form.name, form.mime)
        assert 200 < len(drawn.content) <= form.most
        assert not any(word in drawn.name for word in ("bekal", "bahaya", "darurat", "tki", "pmi", "lapor"))
        if form.picture:
            seen = picture(drawn.content)
            assert seen.mode == "P" and seen.width >= 0.75 * 720 and seen.height > seen.width
    assert form.most <= (100_000 if kind == "certificate" else 60_000) or not form.picture


def test_what_does_not_fit_is_made_coarser_and_then_refused(context: Context) -> None:
    pdf = pocket_picture(on(context))
    fine, coarse = small_png(pdf, 720, 200_000, "x"), small_png(pdf, 720, 40_000, "x")
    assert len(coarse) <= 40_000 < len(fine)
    assert picture(coarse).width == picture(fine).width == 720  # first the letters lose their grey edges
    assert picture(small_png(pdf, 720, 24_000, "x")).width < 720
    with pytest.raises(TooBig, match=r"x: \d+ bytes, 900 at most"):
        small_png(pdf, 720, 900, "x")


def test_the_sheet_is_a4_with_eight_cards(context: Context) -> None:
    pdf = pocket_sheet(on(context))
    assert pages_of(pdf) == [(841.9, 595.3)]
    words = text_of(pdf)
    # a second set for those at home, with lines to fill in
    assert words.count("999 (polisi)") == 2
    for label in ("Nama majikan / perusahaan", "Nama kebun dan blok", "Nomor paspor", "Klinik yang buka malam"):
        assert words.count(label) == 2


# --- words and grades


def test_the_pocket_card_says_numbers_first(context: Context) -> None:
    words = text_of(pocket_picture(on(context)))
    order = [
        "999",
        "110 · 112",
        "Nyawa terancam",
        "+60 10-528 8040",
        "Kalau takut, jangan tegur majikan",
        "Paspor saya",
    ]
    places = [words.index(part) for part in order]
    assert places == sorted(places)
    assert "(WA, belum dites, sumber 24-06-2025)" in words
    assert "Malaysia (belum dites)" in words


def test_what_may_not_be_stated_is_left_out_or_says_whom_to_ask(context: Context) -> None:
    words = text_of(pocket_picture(on(context)))
    assert "RM1.700" in words
    assert "Loker paspor" not in words  # C without a safe text
    assert "Biaya paspor: tanyakan ke Disnaker sebelum bayar." in words  # C with one
    late = text_of(pocket_picture(on(context, LATE)))
    assert "RM1.700" not in late
    assert "Gaji ada batas terendah. Tanyakan angkanya ke JTK." in late
    assert "999" in late


def test_a_grade_b_carries_the_mark_of_its_caution(context: Context) -> None:
    words = text_of(pocket_picture(on(context)))
    assert "Minta slip gaji tiap bulan. Simpan semuanya. ³" in words
    assert "³ Menurut aturan yang kami tahu. Tanya Jabatan Tenaga Kerja (JTK) di Malaysia." in words


def test_it_says_when_to_check_again(context: Context) -> None:
    assert "Dibuat 1 Desember 2026. Cek lagi setelah 24 Februari 2027." in text_of(pocket_picture(on(context)))


def test_numbers_that_are_not_confirmed_stand_apart(context: Context) -> None:
    words = text_of(pocket_picture(on(context, LATE)))
    sure, other = "Nomor bantuan", "Nomor lain, belum pasti"
    assert other in words and sure not in words  # no source counts any more
    lines = [replace(line, rung_on=DAY) if line.key == "mapo-call" else line for line in context.library.helplines]
    rung = text_of(pocket_picture(on(with_lines(context, *lines), LATE)))
    assert rung.index(sure) < rung.index("MAPO") < rung.index(other) < rung.index("KSATRIA")


def test_rung_numbers_come_before_those_of_a_source(context: Context) -> None:
    c = on(context)
    lines = [replace(line, rung_on=DAY) if line.key == "bp3mi-call" else line for line in c.library.helplines]
    ordered = in_order(lines, c)
    assert [line.kind for line in ordered[:4]] == ["emergency"] * 4
    assert ordered[4].key == "bp3mi-call"
    sure = [is_confirmed(line, c) for line in ordered[4:]]
    assert sure == sorted(sure, reverse=True)


def test_sasak_drafts_stand_beside_and_are_called_drafts(context: Context) -> None:
    beside = text_of(pocket_picture(on(context, language="sas")))
    assert "Paspor Anda milik Anda." in beside and "Paspor milik side." in beside
    assert "masih draf" in beside
    hidden = replace(on(context, language="sas"), drafts="hide")
    assert "Paspor milik side." not in text_of(pocket_picture(hidden))
    assert "masih draf" not in text_of(pocket_picture(hidden))


def test_the_first_days(context: Context) -> None:
    words = text_of(arrival_picture(on(context)))
    assert "Tetap di dalam bandara" in words
    assert "Saya sudah sampai" not in words  # that is sent as a message, to be copied
    assert "999" in words and "+60 10-528 8040" in words
    assert "0800-1000" not in words  # does not work from Malaysia


# --- phone book


def test_the_phone_book_holds_confirmed_numbers_and_emergency_codes(context: Context) -> None:
    book = phone_book(on(context), plain=False)
    assert book.count("BEGIN:VCARD\r\nVERSION:3.0\r\n") == book.count("END:VCARD\r\n") == 10
    assert all(len(row.encode()) <= 75 for row in book.split("\r\n"))
    plain = book.replace("\r\n ", "")
    assert "TEL:999\r\n" in plain and "TEL:110\r\n" in plain and "TEL:112\r\n" in plain
    assert "FN:KSATRIA\\, KJRI Johor Bahru\r\nTEL;TYPE=CELL:+60105288040\r\nNOTE:" in plain
    assert "+62370633797" not in plain and "TEL:129" not in plain and "@" not in plain  # C, C, an email
    notes = [row for row in plain.split("\r\n") if row.startswith("NOTE:")]
    assert len(notes) == 10 and all("belum dites" in note for note in notes)


def test_what_was_rung_is_not_called_untested(context: Context) -> None:
    lines = [replace(line, rung_on=DAY) for line in context.library.helplines]
    book = phone_book(on(with_lines(context, *lines)), plain=False)
    assert "belum" not in book
    assert "TEL:129\r\n" in book  # grade C, but somebody rang it


def test_neutral_names_tell_nothing(context: Context) -> None:
    book = phone_book(on(context), plain=True)
    names = [row.removeprefix("FN:") for row in book.split("\r\n") if row.startswith("FN:")]
    assert names[:3] == ["Kenalan M1", "Kenalan I1", "Kenalan I2"] and len(set(names)) == 10
    assert not any(word in book for word in ("KJRI", "KP2MI", "Darurat", "polisi", "Polisi", "perdagangan"))


def test_expired_numbers_leave_the_phone_book(context: Context) -> None:
    assert phone_book(on(context, LATE), plain=False).count("BEGIN:VCARD") == 3  # only the emergency codes


# --- certificates


@pytest.mark.parametrize("size", [PHONE, A4])
def test_the_certificate_says_what_it_is_not(context: Context, size: tuple[float, float]) -> None:
    words = text_of(certificate(on(context), SITI, BASE, size))
    for part in (
        "Sertifikat Belajar",
        "Siti Aminah",
        "1 Desember 2026",
        CODE,
        "Gratis. Tidak bisa dipakai untuk berangkat. Yang menjual ini menipu.",
        "Tidak menggantikan OPP",
        "Disusun dari topik orientasi resmi. Bukan modul resmi IOM.",
        *(module.title.id for module in context.library.modules),
    ):
        assert part in words
    assert "Dijalankan oleh" not in words
    run_by = replace(on(context), operator=Operator("Disnakertrans NTB"))
    assert "Dijalankan oleh Disnakertrans NTB." in text_of(certificate(run_by, SITI, BASE, size))
    nameless = text_of(certificate(on(context), replace(SITI, name=None), BASE, size))
    assert "Peserta Bekal" in nameless and "Siti" not in nameless


NAMES = [
    "李小龍",
    "محمد",
    "Siti 🌴 Aminah",
    "N̈guyễn Thị Ánh",
    "a*b* **c** __d__ --e-- [x](y)",
    "Le\u0000 Na\nMa",
    "W" * 80,
    "  ",
    "Muhammad " * 9,
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["certificate", "certificate-print"])
def test_odd_names_do_not_stop_the_printer(printer: Printer, kind: PrintKind, name: str) -> None:
    assert printer.draw(spec_of(kind), replace(SITI, name=name), DAY).content


def test_letters_that_the_font_lacks() -> None:
    assert drawable("Łukasz Đoàn Ñandú") == "Łukasz Đoàn Ñandú"
    assert drawable("Nguyễn 李 🌴") == "Nguyen ? ?"
    assert drawable("a\u200db\u0000c\td") == "abcd"
    assert drawable("✓ → …") == "✓ → …"


def test_marks_in_a_name_are_no_markup(context: Context) -> None:
    assert "*Budi* **x**" in text_of(certificate(on(context), replace(SITI, name="*Budi* **x**"), BASE, A4))


@pytest.mark.parametrize("data", [f"{BASE}/verify/{CODE}", "https://t.me/bekal"])
def test_the_qr_code_is_the_one_that_was_asked_for(data: str) -> None:
    """Read off the rendered page, module by module."""
    sheet = Sheet(100, 100, today=DAY)
    sheet.add_page()
    sheet.qr(data, 10, 20, 60)
    matrix = qr_matrix(data)
    page = rendered(sheet.pdf_bytes(), 1000).convert("L")
    cell = 600 / (len(matrix) + 4)
    seen = tuple(
        tuple(int(page.getpixel((100 + (x + 2.5) * cell, 200 + (y + 2.5) * cell)) < 128) for x in range(len(matrix)))  # type: ignore[operator]
        for y in range(len(matrix))
    )
    assert seen == matrix


def test_the_certificate_leads_to_its_own_page(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(Sheet, "qr", lambda self, data, *where: drawn.append(data))
    certificate(on(context), SITI, BASE, PHONE)
    certificate(on(context), SITI, "", PHONE)  # no public address: nothing to open
    assert drawn == [f"{BASE}/verify/{CODE}"]


# --- the printer


def test_the_same_day_gives_the_same_file(context: Context) -> None:
    for kind in get_args(PrintKind):
        first, second = (Printer(context, base_url=BASE).draw(spec_of(kind), SITI, DAY) for _ in range(2))
        assert first == second


def test_it_remembers_but_nothing_with_a_name(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    printer = Printer(context, base_url=BASE)
    drawn: list[PrintKind] = []
    monkeypatch.setattr(
        printer, "_draw", lambda spec, *rest: drawn.append(spec.kind) or Drawn("x", "image/png", spec.kind.encode())
    )
    for kind in get_args(PrintKind):
        printer.draw(spec_of(kind), SITI, DAY)
        printer.draw(spec_of(kind), SITI, DAY)
        assert drawn.count(kind) == (2 if is_personal(spec_of(kind)) else 1)
    printer.draw(spec_of("arrival"), None, DAY + timedelta(days=1))  # tomorrow other facts may have expired
    printer.draw(spec_of("arrival"), None, DAY, "hide")
    assert drawn.count("arrival") == 3
    for day in range(printing.KEPT):
        printer.draw(spec_of("pocket-card"), None, DAY + timedelta(days=day + 1))
    printer.draw(spec_of("arrival"), None, DAY)  # pushed out by newer ones
    assert drawn.count("arrival") == 4


def test_what_makes_no_sense_is_refused(printer: Printer, context: Context) -> None:
    for spec, data in (
        (Print("certificate", "id"), SITI),
        (spec_of("certificate"), None),
        (spec_of("certificate"), replace(SITI, code="BKL-OTHER")),
        (Print("arrival", "id", plain=True), None),
        (Print("poster", "id"), None),  # type: ignore[arg-type]
    ):
        with pytest.raises(ValueError):
            printer.draw(spec, data, DAY)
    bare = replace(context, library=replace(context.library, pocket=None))
    with pytest.raises(NoPocket):
        Printer(bare).draw(spec_of("pocket-card"), None, DAY)
    assert Printer(bare).draw(spec_of("phone-book"), None, DAY).content
