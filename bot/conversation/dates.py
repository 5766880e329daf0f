"""A day as people write it: «12 januari 2027», «12/1/27», «januari», «minggu depan», «due minggu lagi», «belum tahu».

Pure: what is today comes in. Months and days are understood in Indonesian, Malay and as Sasak says them, with slips of the
finger. What could mean two days is not guessed: it is no day, and the person is asked again.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rapidfuzz import fuzz

from bot.conversation.choosing import number, plain

FARTHEST = timedelta(days=3 * 366)

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "januari jan januwari january",
            "februari feb pebruari peb februwari february",
            "maret mar mac march",
            "april apr apil",
            "mei may mey",
            "juni jun june",
            "juli jul julai july",
            "agustus agu ags agt agst agus ogos august",
            "september sep sept",
            "oktober okt oct october",
            "november nov nopember nop",
            "desember des dec disember december",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: day
    for day, names in enumerate(
        ("senin senen", "selasa selase", "rabu rebo", "kamis kemis", "jumat jumaat", "sabtu saptu", "ahad ahat")
    )
    for name in names.split()
}
_UNKNOWN = frozenset(
    [
        "belum tahu", "belum tau", "blm tau", "blm tahu", "belum", "tidak tahu", "tidak tau", "tdk tau", "gak tau",
        "ga tau", "nggak tau", "ndak tau", "belum pasti", "belum ada", "belum jelas", "ndeqman", "ndeq taoq",
        "ndeqman taoq", "endeq taoq", "masih lama",
    ]
)  # fmt: skip
_FILLERS = frozenset(
    [
        "tanggal", "tgl", "tg", "tahun", "taun", "thn", "insya", "allah", "insyaallah", "insyallah", "sekitar", "kira",
        "kurang", "lebih", "berangkat", "lampaq", "saya", "tiang", "aku", "pada", "di", "leq", "mungkin", "kayaknya",
        "rencana", "rencananya", "jadwal", "nanti", "bareh", "yaq", "gen", "ya",
    ]
)  # fmt: skip
_NEXT = frozenset(["depan", "dateng", "datang", "besok"])  # «minggu depan», «minggu dateng»
_LATER = frozenset(["lagi", "malik"])  # «dua minggu lagi»
_PARTS = {"awal": 1, "pertengahan": 11, "tengah": 11, "akhir": 21}


@dataclass(frozen=True)
class Day:
    """`day` None: it is not known yet. `exact` False: only about then (a month, «minggu depan»); the earliest day of it."""

    day: date | None
    exact: bool = True


def read_day(words: str, today: date) -> Day | None:
    """The day that the words name, or None when they name none, or none that exists. A day without its year is the next one."""
    bare = plain(words)
    if bare in _UNKNOWN:
        return Day(None, False)
    tokens = [token for token in bare.split() if token not in _FILLERS]
    if not tokens or len(tokens) > 6:
        return None
    return _near(tokens, today) or _counted(tokens, today) or _weekday(tokens, today) or _written(tokens, today)


def wrong_with(day: date, today: date) -> Literal["past", "far"] | None:
    """Why the day cannot be that of a departure to come."""
    if day < today:
        return "past"
    return "far" if day - today > FARTHEST else None


def _near(tokens: list[str], today: date) -> Day | None:
    match tokens:
        case ["hari", "ini"] | ["jelo", "ni" | "niki" | "ine"] | ["sekarang"] | ["nane"]:
            return Day(today)
        case ["besok"] | ["besuk"] | ["lemaq"] | ["jemaq"]:
            return Day(today + timedelta(days=1))
        case ["lusa"] | ["lat"] | ["besok", "lusa"]:
            return Day(today + timedelta(days=2))
        case ["minggu", next_one] if next_one in _NEXT:
            return Day(today + timedelta(days=7), False)
        case ["bulan" | "bln", "ini"]:
            return Day(today, False)
        case ["bulan" | "bln", next_one] if next_one in _NEXT:
            return Day(_add_months(today.replace(day=1), 1), False)
    return None


def _counted(tokens: list[str], today: date) -> Day | None:
    """«10 hari lagi», «due minggu lagi», «sebulan lagi»."""
    if len(tokens) < 2 or tokens[-1] not in _LATER:
        return None
    match tokens[:-1]:
        case [one] if one in ("seminggu", "sebulan", "setahun"):
            count, unit = 1, one[2:]
        case [many, unit] if (found := number(many)) is not None or many.isdigit():
            count = found if found is not None else int(many[:4])
        case _:
            return None
    if count < 1 or count > 1500:
        return None
    match unit:
        case "hari" | "jelo":
            return Day(today + timedelta(days=count))
        case "minggu" | "mgg":
            return Day(today + timedelta(days=7 * count), False)
        case "bulan" | "bln":
            return Day(_add_months(today, count), False)
        case "tahun" | "taun":
            return Day(_add_months(today, 12 * count), False)
    return None


def _weekday(tokens: list[str], today: date) -> Day | None:
    """«Jumat», «hari jumat depan»: the next one. A Sunday is only «hari minggu» or «ahad»: «minggu» alone may be a week."""
    named = [token for token in tokens if token not in _NEXT]
    if named == ["hari", "minggu"]:
        weekday = 6
    elif len(named) <= 2 and named and named[-1] in _WEEKDAYS and named[:-1] in ([], ["hari"], ["jelo"]):
        weekday = _WEEKDAYS[named[-1]]
    else:
        return None
    return Day(today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1))


def _written(tokens: list[str], today: date) -> Day | None:
    """With a month's name («12 januari 2027», «akhir januari») or in numbers («12/1/2027», «2027-01-12», «12/1»)."""
    tokens = [token for token in tokens if token not in ("bulan", "bln", "hari") and token not in _WEEKDAYS]
    months = [(at, month) for at, token in enumerate(tokens) if (month := _month(token)) is not None]
    if len(months) == 1:
        at, month = months[0]
        before, after = tokens[:at], tokens[at + 1 :]
        if len(before) > 1 or len(after) > 1:
            return None
        year = _year(after[0]) if after else None
        if after and year is None:
            return None
        if not before:
            return _month_only(month, 1, year, today)
        if before[0] in _PARTS:
            return _month_only(month, _PARTS[before[0]], year, today)
        return _exact(before[0], month, year, today)
    if months or not all(token.isascii() and token.isdigit() and len(token) <= 4 for token in tokens):
        return None
    match tokens:
        case [year_first, month_word, day_word] if len(year_first) == 4:
            return _exact(day_word, int(month_word), int(year_first), today)
        case [day_word, month_word, year_word] if _year(year_word) is not None:
            return _exact(day_word, int(month_word), _year(year_word), today)
        case [day_word, month_word] if len(month_word) <= 2:
            return _exact(day_word, int(month_word), None, today)
        case [month_word, year_word] if len(month_word) <= 2 and len(year_word) == 4 and 1 <= int(month_word) <= 12:
            return _month_only(int(month_word), 1, int(year_word), today)
    return None


def _month(token: str) -> int | None:
    if token in _MONTHS:
        return _MONTHS[token]
    if len(token) < 4 or token.isdigit():
        return None
    score, month = max((fuzz.ratio(token, name), month) for name, month in _MONTHS.items() if len(name) >= 4)
    return month if score >= 80 else None


def _year(token: str) -> int | None:
    if not (token.isascii() and token.isdigit()):
        return None
    if len(token) == 2:
        return 2000 + int(token)
    return int(token) if len(token) == 4 and 1900 <= int(token) <= 2200 else None


def _month_only(month: int, part: int, year: int | None, today: date) -> Day:
    """The earliest day that may be meant; of the running month, today."""
    if year is None:
        year = today.year if month >= today.month else today.year + 1
    first = date(year, month, part)
    return Day(max(first, today) if (year, month) == (today.year, today.month) else first, False)


def _exact(word: str, month: int, year: int | None, today: date) -> Day | None:
    if not (word.isascii() and word.isdigit()) or not 1 <= month <= 12 or year == 0:
        return None
    number_of_day = int(word)
    for chosen in (year,) if year is not None else (today.year, today.year + 1):
        if not 1 <= number_of_day <= monthrange(chosen, month)[1]:
            continue
        found = date(chosen, month, number_of_day)
        if year is not None or found >= today:
            return Day(found)
    return None


def _add_months(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
