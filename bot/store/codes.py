"""Codes that people write down and type again: Crockford's base 32, without I, L, O and U, in groups of four."""

from __future__ import annotations

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
_LONGEST = 64  # characters of what somebody typed; longer is no code


def encode(value: int, letters: int) -> str:
    """`value` (below 32 ** letters) in so many letters, without dashes."""
    return "".join(_LETTERS[value >> 5 * place & 31] for place in reversed(range(letters)))


def decode(code: str) -> int:
    """The value of letters as `plain` gives them."""
    value = 0
    for letter in code:
        value = value << 5 | _LETTERS.index(letter)
    return value


def plain(typed: str, letters: int, prefix: str = "") -> str | None:
    """What was typed as `letters` letters without dashes: small letters, spaces, points, missing dashes and a missing
    `prefix` do not matter, O is read as 0, I and L as 1. None: it cannot be such a code."""
    if len(typed) > _LONGEST:
        return None
    kept = "".join(letter for letter in typed.upper() if letter.isalnum())
    if prefix and len(kept) == letters + len(prefix) and kept.startswith(prefix):
        kept = kept.removeprefix(prefix)
    kept = kept.translate(_READ_AS)
    return kept if len(kept) == letters and all(letter in _LETTERS for letter in kept) else None


def grouped(code: str) -> str:
    """ "ABCDEFGH" as "ABCD-EFGH"."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
