"""Splitting, marking, numbering; and stamps."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels import stamp, text

WORDS = st.text(
    st.sampled_from("ab Cd.!?…,:;\n\t *0123456789+-()'\"”🙏é\u0301\u200d\ufe0f家"), min_size=0, max_size=400
)


def units(piece: str) -> int:
    return len(piece.encode("utf-16-le")) // 2


@given(WORDS, st.integers(2, 80))
@example("🙏🙏🙏", 2)
@example("a" * 30, 7)
@example("e\u0301" * 10, 3)
def test_split_keeps_everything_and_fits(words: str, limit: int) -> None:
    pieces = text.split_text(words, limit)
    assert all(0 < units(piece) <= limit for piece in pieces)
    assert all(piece == piece.strip() for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", words)
    position = 0
    for piece in pieces:  # in order, each as it stood
        position = words.index(piece, position) + len(piece)


@given(st.lists(st.from_regex(r"[A-Za-z]{1,9}|[0-9]{1,9}", fullmatch=True), max_size=80), st.integers(9, 60))
def test_split_cuts_no_word_that_fits(words: list[str], limit: int) -> None:
    pieces = text.split_text(" ".join(words), limit)
    assert " ".join(pieces).split() == words


@given(st.text(), st.integers(2, 50))
def test_units(words: str, _limit: int) -> None:
    assert text.units(words) == len(words.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("words", "limit", "pieces"),
    [
        ("", 10, []),
        (" \n ", 10, []),
        ("pendek", 10, ["pendek"]),
        ("Satu dua.\n\nTiga empat. Lima enam.", 24, ["Satu dua.", "Tiga empat. Lima enam."]),
        ("Satu dua.\nTiga empat. Lima enam.", 22, ["Satu dua.", "Tiga empat. Lima enam."]),
        ("Satu dua tiga. Empat lima enam tujuh", 25, ["Satu dua tiga.", "Empat lima enam tujuh"]),
        ("Katanya «sudah.» Lalu dia pergi jauh", 24, ["Katanya «sudah.»", "Lalu dia pergi jauh"]),
        ("satu dua tiga empat lima", 11, ["satu dua", "tiga empat", "lima"]),
        # a number in groups stays whole
        ("telepon ke +60 12 345 6789 sekarang", 20, ["telepon ke", "+60 12 345 6789", "sekarang"]),
        ("Biaya Rp 2.500.000 saja", 12, ["Biaya Rp", "2.500.000", "saja"]),
        # only where nothing else goes: in front of the number
        ("abcdefghij1234567", 14, ["abcdefghij", "1234567"]),
        ("1234567890", 4, ["1234", "5678", "90"]),
    ],
)
def test_split_table(words: str, limit: int, pieces: list[str]) -> None:
    assert text.split_text(words, limit) == pieces


def test_split_needs_room_for_one_character() -> None:
    with pytest.raises(ValueError, match="at least one"):
        text.split_text("halo", 1)


@given(WORDS, st.integers(12, 80))
def test_split_marked_fits(words: str, limit: int) -> None:
    for piece in text.split_marked(words, limit):
        assert units(piece) <= limit


def test_bold_goes_on_after_a_cut() -> None:
    assert text.split_marked("halo *satu dua tiga empat* lima", 16) == ["halo *satu dua*", "*tiga empat*", "lima"]


@pytest.mark.parametrize(
    ("marked", "runs"),
    [
        ("*999* polisi", [("999", True), (" polisi", False)]),
        ("di *Malaysia*: *999*", [("di ", False), ("Malaysia", True), (": ", False), ("999", True)]),
        ("2*3*4", [("2*3*4", False)]),
        ("* satu * dua", [("* satu * dua", False)]),
        ("*satu\ndua*", [("*satu\ndua*", False)]),
        ("*", [("*", False)]),
        ("", []),
    ],
)
def test_tokens(marked: str, runs: list[tuple[str, bool]]) -> None:
    assert text.tokens(marked) == runs
    assert text.plain(marked) == "".join(run for run, _ in runs)


def test_numbered() -> None:
    body = {
        "text": "Apa yang ingin Anda ketahui?",
        "choices": [{"key": "learn", "label": "Belajar"}, {"key": "ask", "label": "Tanya"}],
        "nav": [
            {"key": "back", "label": "Kembali"},
            {"key": "menu", "label": "Menu"},
            {"key": "help", "label": "Bantuan"},
        ],
    }
    assert text.numbered(body) == ("Apa yang ingin Anda ketahui?\n\n1 Belajar\n2 Tanya\n\n0 Kembali · MENU · BANTUAN")
    assert text.numbered({"text": "Selesai."}) == "Selesai."


@pytest.mark.parametrize(
    ("size", "said"), [(1, "1 kB"), (60_000, "60 kB"), (61_400, "61 kB"), (999_999, "1000 kB"), (1_234_567, "1,2 MB")]
)
def test_said_size(size: int, said: str) -> None:
    assert text.said_size(size) == said


# --- stamps


@given(st.from_regex(r"[a-z-]{0,20}", fullmatch=True), st.integers(0, 999_999), st.text(min_size=1, max_size=30))
def test_a_stamp_is_read_back_or_refused(state: str, step: int, key: str) -> None:
    try:
        key.encode()
    except UnicodeEncodeError:
        return
    size = len(f"{state}:{step}:{key}".encode())
    if size > stamp.TELEGRAM_BYTES:
        with pytest.raises(stamp.StampTooLong):
            stamp.build(state, step, key)
    else:
        assert stamp.parse(stamp.build(state, step, key)) == stamp.Stamp(state, step, key)


def test_the_limit_is_in_bytes() -> None:
    assert stamp.build("menu", 1, "k" * 57)  # 64 bytes
    with pytest.raises(stamp.StampTooLong, match="65 bytes"):
        stamp.build("menu", 1, "k" * 58)
    with pytest.raises(stamp.StampTooLong):
        stamp.build("menu", 1, "é" * 29)


@pytest.mark.parametrize(("state", "step", "key"), [("a:b", 1, "k"), ("a", 1, ""), ("a", -1, "k")])
def test_a_stamp_that_could_not_be_read_back_is_refused(state: str, step: int, key: str) -> None:
    with pytest.raises(ValueError, match="a stamp needs"):
        stamp.build(state, step, key)


@pytest.mark.parametrize("data", ["", "menu", "menu:x:k", "menu:1:", "menu:-1:k", ":", "menu:1" + "0" * 30 + ":k"])
def test_what_is_no_stamp(data: str) -> None:
    assert stamp.parse(data) is None
