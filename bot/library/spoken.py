"""From a text to what a voice says: numbers, money, times, laws, abbreviations, in Indonesian words.

    >>> speaker.say("Gaji minimum *RM1.700* sebulan. Tanya P3MI.")
    'Gaji minimum seribu tujuh ratus ringgit sebulan. Tanya pe tiga em i.'

The list is content/language/pronunciation.yaml; a speech engine reads the rest by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.library.reading import Node

FILE = "language/pronunciation.yaml"
_How = str | Callable[[re.Match[str]], str]
_LETTERS = {
    "A": "a",
    "B": "be",
    "C": "ce",
    "D": "de",
    "E": "e",
    "F": "ef",
    "G": "ge",
    "H": "ha",
    "I": "i",
    "J": "je",
    "K": "ka",
    "L": "el",
    "M": "em",
    "N": "en",
    "O": "o",
    "P": "pe",
    "Q": "ki",
    "R": "er",
    "S": "es",
    "T": "te",
    "U": "u",
    "V": "fe",
    "W": "we",
    "X": "eks",
    "Y": "ye",
    "Z": "zet",
}
_DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_POWERS = ((1_000_000_000, "miliar"), (1_000_000, "juta"), (1000, "ribu"), (100, "ratus"), (10, "puluh"))
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?"
_CAPITALS = re.compile(r"(?<![\w-])[A-Z][A-Z0-9]*[A-Z](?![\w])")
_MONEY = {"RM": "ringgit", "Rp": "rupiah"}
_UNITS = {"kg": "kilogram", "km": "kilometer", "m": "meter", "cm": "sentimeter", "kB": "kilobait", "ml": "mililiter"}


def cardinal(number: int) -> str:
    """1700 is seribu tujuh ratus. Written here since the packages that know Indonesian numbers (num2words, PyICU) must be
    compiled or bring an abandoned one along."""
    if number < 10:
        return _DIGITS[number]
    if number == 11:
        return "sebelas"
    if number < 20:
        return "sepuluh" if number == 10 else f"{_DIGITS[number - 10]} belas"
    power, name = next(row for row in _POWERS if number >= row[0])
    many, rest = divmod(number, power)
    head = f"se{name}" if many == 1 and power <= 1000 else f"{cardinal(many)} {name}"
    return f"{head} {cardinal(rest)}" if rest else head


def number_in_words(written: str) -> str:
    """«1.700» is seribu tujuh ratus, «1,75» satu koma tujuh lima; «0123» is read digit by digit."""
    whole, _, part = written.replace(".", "").partition(",")
    said = digits(whole) if len(whole) > 1 and whole.startswith("0") else cardinal(int(whole))
    return f"{said} koma {digits(part)}" if part else said


def digits(written: str) -> str:
    return " ".join(_DIGITS[int(digit)] for digit in written if digit.isdigit())


@dataclass(frozen=True)
class Speaker:
    """`short_codes`: numbers to ring (999), read digit by digit."""

    letters: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    short_codes: frozenset[str] = frozenset()

    @classmethod
    def read(cls, node: Node, short_codes: Iterable[str] = ()) -> Speaker:
        """From pronunciation.yaml; faults are noted in the node's problems."""
        node.known("letters", "words", "plain")
        words = {written: str(said.value) for written, said in node.entries("words")}
        return cls(frozenset(node.strings("letters")), words, frozenset(node.strings("plain")), frozenset(short_codes))

    def say(self, text: str) -> str:
        """What the voice says. Every figure and every abbreviation of the list is a word then."""
        said = re.sub(r"[*_«»„“”\"]", "", text).replace("–", "-").replace("…", ".").replace("≤", "paling banyak ")
        if self._listed is not None:
            said = self._listed.sub(lambda found: self.words[found[0]], said)
        for pattern, how in self._rules:
            said = pattern.sub(how, said)
        said = _CAPITALS.sub(self._capitals, said)
        return re.sub(r"[ \t]+", " ", re.sub(r"\n{2,}", "\n", said)).strip()

    def unknown(self, text: str) -> list[str]:
        """Words in capitals that the list does not know: the voice might read them as a word or as letters."""
        listed = self._listed.sub(" ", text) if self._listed is not None else text
        known = self.letters | self.plain
        return sorted({word for word in _CAPITALS.findall(listed) if word not in known and word not in _MONEY})

    @cached_property
    def _listed(self) -> re.Pattern[str] | None:
        names = sorted(self.words, key=len, reverse=True)
        return re.compile(rf"(?<![\w/-])(?:{'|'.join(map(re.escape, names))})(?![\w/])") if names else None

    @cached_property
    def _rules(self) -> list[tuple[re.Pattern[str], _How]]:
        number = rf"(?<![\w.,])({_NUMBER})"
        unit = "|".join(_UNITS)
        return [
            (re.compile(r"(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)"), _date),
            (re.compile(r"(?<=\d)\s?-\s?(?=\d)"), " sampai "),
            (re.compile(r"(?<=\d)\s?x\s?(?=\d)"), " kali "),
            (re.compile(r"\b(\d{1,3})/((?:19|20)\d\d)\b"), _law),
            (re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:go\.id|com|org|my|id|net)\b(?:/\S*)?"), _address),
            # Two figures after a point are minutes: thousands have three, and decimals a comma.
            (re.compile(r"(?<![\w.,])([01]?\d|2[0-3])\.([0-5]\d)(?!\d|[.,]\d)"), _time),
            (re.compile(rf"\b(RM|Rp)\s?({_NUMBER})(\s(?:ribu|juta|miliar))?"), _money),
            (re.compile(rf"{number}\s?(?:%|persen\b)"), lambda found: f"{number_in_words(found[1])} persen"),
            (re.compile(rf"{number}\s?({unit})\b"), lambda found: f"{number_in_words(found[1])} {_UNITS[found[2]]}"),
            (re.compile(r"\bke-(\d+)\b"), lambda found: f"ke{cardinal(int(found[1]))}"),
            (re.compile(r"(?<![\w.,])(\d{3})(?![\w]|[.,]\d)"), self._code),
            (re.compile(r"(?<!\w)(\d+)x\b"), lambda found: f"{cardinal(int(found[1]))} kali"),
            (re.compile(rf"{number}(?![\w])"), lambda found: number_in_words(found[1])),
            (re.compile(r"(?<=\w)/(?=\w)"), " atau "),
            (re.compile(r"\s&\s"), " dan "),
        ]  # fmt: skip

    def _code(self, found: re.Match[str]) -> str:
        return digits(found[1]) if found[1] in self.short_codes else number_in_words(found[1])

    def _capitals(self, found: re.Match[str]) -> str:
        word = found[0]
        if word in self.plain or word not in self.letters:
            return word.lower() if word in self.plain else word
        return " ".join(_LETTERS[letter] if letter.isalpha() else digits(letter) for letter in word)


def _date(found: re.Match[str]) -> str:
    month = int(found[2])
    if not 1 <= month <= 12:
        return found[0]
    return f"{number_in_words(found[1].lstrip('0'))} {_MONTHS[month - 1]} {number_in_words(found[3])}"


def _address(found: re.Match[str]) -> str:
    """«siskop2mi.bp2mi.go.id»: its parts, with «titik» between them."""
    return found[0].replace(".", " titik ").replace("/", " garis miring ")


def _law(found: re.Match[str]) -> str:
    """«UU 18/2017»: number 18 of the year 2017."""
    return f"nomor {number_in_words(found[1])} tahun {number_in_words(found[2])}"


def _time(found: re.Match[str]) -> str:
    minutes = "" if found[2] == "00" else f" lewat {number_in_words(found[2].lstrip('0'))} menit"
    return f"{number_in_words(str(int(found[1])))}{minutes}"


def _money(found: re.Match[str]) -> str:
    return f"{number_in_words(found[2])}{found[3] or ''} {_MONEY[found[1]]}"
