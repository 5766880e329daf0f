"""Codes that people write down and type again."""

from __future__ import annotations

import pytest

from bot.store import codes


@pytest.mark.parametrize(
    "typed",
    [
        "BKL-0A1B-2C3D-4E5F-6G7H",
        "bkl-0a1b-2c3d-4e5f-6g7h",
        "BKL 0A1B 2C3D 4E5F 6G7H",
        "bkl0a1b2c3d4e5f6g7h",
        "0A1B2C3D4E5F6G7H",
        "  BKL-OA1B-2C3D-4E5F-6G7H. ",
        "BKL-oAIB-2C3D-4E5F-6G7H",
        "BKL-0AlB-2C3D-4E5F-6G7H",
        "0A1B–2C3D–4E5F–6G7H",
    ],
)
def test_however_it_is_typed(typed: str) -> None:
    assert codes.plain(typed, 16, "BKL") == "0A1B2C3D4E5F6G7H"


@pytest.mark.parametrize(
    "typed", ["", "BKL", "0A1B", "0A1B-2C3D-4E5F-6G7", "0A1B-2C3D-4E5F-6G7U", "ÄA1B2C3D4E5F6G7H", "0" * 1000, "0" * 17]
)
def test_what_is_no_code(typed: str) -> None:
    assert codes.plain(typed, 16, "BKL") is None


def test_a_code_may_begin_like_the_prefix() -> None:
    assert codes.plain("BKL0-0000-0000-0000", 16, "BKL") == "BK10000000000000"
    assert codes.plain("BKL-BKL0-0000-0000-0000", 16, "BKL") == "BK10000000000000"


def test_there_and_back() -> None:
    for value in (0, 1, 2**80 - 1, 2**79 + 12345, 0x0123456789ABCDEF):
        written = codes.encode(value, 16)
        assert len(written) == 16 and not set(written) & set("ILOU")
        assert codes.decode(written) == value
    assert codes.grouped(codes.encode(2**60 - 1, 12)) == "ZZZZ-ZZZZ-ZZZZ"
