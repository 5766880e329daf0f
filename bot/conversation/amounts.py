"""Amounts as people type them: «1.700», «RM 1700», «2 juta», «500rb», «1,5 jt», «dua juta», «tidak ada».

Kept as whole sen (a hundredth of a ringgit or rupiah), so that nothing is lost to fractions.
"""

from __future__ import annotations

import re

from bot.conversation.choosing import plain

MOST = 10**14  # sen; more is a slip of the finger
_NOTHING = frozenset(
    {"tidak ada", "tdk ada", "gak ada", "ga ada", "nol", "kosong", "ndeq araq", "tidak", "belum ada", "-"}
)
_SCALES = {
    "rb": 1000, "ribu": 1000, "k": 1000, "jt": 1_000_000, "juta": 1_000_000, "m": 1_000_000_000, "miliar": 1_000_000_000,
}  # fmt: skip
_WORDS = {
    "satu": 1, "dua": 2, "due": 2, "tiga": 3, "telu": 3, "empat": 4, "lima": 5, "lime": 5, "enam": 6, "enem": 6, "tujuh": 7,
    "pituq": 7, "delapan": 8, "baluq": 8, "sembilan": 9, "siwaq": 9, "sepuluh": 10, "sebelas": 11, "seratus": 100,
    "seribu": 1000, "sejuta": 1_000_000, "setengah": 0.5,
}  # fmt: skip
_WRITTEN = re.compile(
    r"(?:rm|rp|ringgit|rupiah)?\.?\s*(\d[\d.,]*)\s*(rb|ribu|k|jt|juta|m|miliar)?\b\s*(?:ringgit|rupiah|rm|rp)?",
    re.IGNORECASE,
)


def amount(words: str) -> int | None:
    """The one amount that the words name, in sen; None when they name none, two, or one that cannot be meant."""
    bare = plain(words)
    if bare in _NOTHING or words.strip() == "-":
        return 0
    found = _WRITTEN.findall(words)
    if len(found) == 1:
        number = _number(found[0][0])
        return _bounded(number * _SCALES.get(found[0][1].lower(), 1)) if number is not None else None
    return None if found else _spelled(bare)


def _number(written: str) -> float | None:
    """Points part thousands and commas decimals; «1,700» and «1.5» are taken as they can only be meant."""
    written = written.rstrip(".,")
    if re.fullmatch(r"\d{1,3}(?:[.]\d{3})+(?:,\d{1,2})?", written):
        return float(written.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?", written):
        return float(written.replace(",", ""))
    if re.fullmatch(r"\d+(?:[.,]\d{1,2})?", written):
        return float(written.replace(",", "."))
    return None


def _spelled(bare: str) -> int | None:
    """«dua juta», «lima ratus ribu», «seribu tujuh ratus», «setengah juta»."""
    total, part = 0.0, 0.0
    tokens = [word for word in bare.split() if word not in ("rupiah", "ringgit", "rm", "rp", "kira", "sekitar")]
    if not tokens:
        return None
    for word in tokens:
        if word in _WORDS:
            part += _WORDS[word]
        elif word == "belas":
            part += 10
        elif word in ("puluh", "pulu"):
            part = part * 10 if part < 10 else part // 10 * 10 + part % 10 * 10
        elif word == "ratus":
            part = part // 10 * 10 + part % 10 * 100 if part >= 10 else part * 100
        elif word in _SCALES:
            total += (part or 1) * _SCALES[word]
            part = 0
        else:
            return None
    return _bounded(total + part)


def _bounded(number: float) -> int | None:
    sen = round(number * 100)
    return sen if 0 <= sen <= MOST else None


def written(sen: int) -> str:
    """«1.700» or «1.700,50»: points part thousands, a comma the sen."""
    whole, part = divmod(abs(sen), 100)
    words = f"{whole:,}".replace(",", ".")
    return ("-" if sen < 0 else "") + (f"{words},{part:02d}" if part else words)
