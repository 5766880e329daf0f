"""What can be said of a single text: its length, its marks, numbers that do not belong there, and its two languages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Protocol

from bot.library.desk import Text
from bot.library.reading import Problem, Severity, problem

# Which text may be how long, by "file: place"; docs/content.md. The first that fits counts.
LIMITS: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern), limit)
    for pattern, limit in (
        (r"modules/.*: title", 24),
        (r"modules/.*: summary", 150),
        (r"modules/.*: (lessons|stories)/[^/]+/title", 40),
        (r"modules/.*/(question|explain)", 300),
        (r"modules/.*/choices/[^/]+/text", 60),
        (r"modules/.*/(cards|family|stories)/[^/]+/(text|safe)", 420),
        (r"modules/.*/safe", 300),
        (r"faq/.*: (title|topics/[^/]+/label)", 24),
        (r"faq/.*: topics/[^/]+/question", 140),
        (r"faq/.*: topics/[^/]+/(answer|safe|(more/\d+|family)/(text|safe))", 420),
        (r"tools/.*: (title|.*/(label|title))", 24),
        (r"tools/.*/(text|safe|then)", 420),
        (r"tools/.*/question", 200),
        (r"tools/.*: heads/.*", 60),
        (r"tools/words\.yaml: .*/(means|note)", 90),
        (r"notices\.yaml: .*/(text|safe)", 420),
        (r"check\.yaml: .*/choices/[^/]+/text", 60),
        (r"check\.yaml: .*/(question|explain|safe)", 300),
        (r"pocket\.yaml: (.*/title|.*/label)", 40),
        (r"pocket\.yaml: .*/(text|safe)", 200),  # so that all of it fits on a card
        (r"pocket\.yaml: .*/message", 420),
        (r"helplines\.yaml: offices/.*", 45),
        (r"helplines\.yaml: .*/name", 40),
        (r"helplines\.yaml: .*/(who|area|hours)", 90),
        (r"media/media\.yaml: .*", 420),
        (r"language/faq_topics\.yaml: .*", 140),
    )
)

_PHONE = re.compile(r"(?<![\w.,])\+?\d(?:[ \-()]?\d){6,}(?![\w])|(?<!\w)(?:0800|1500)[ \-]?\d+")
_YEARS = re.compile(r"(?:19|20)\d\d ?- ?(?:19|20)\d\d")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+|https?://\S+|\bwww\.\S+|\bwa\.me/\S+")
_FIGURE = re.compile(r"\b(?:RM|Rp)\s?\d|\d\s?(?:%|persen\b)|\b(?:ringgit|rupiah)\s+\d", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_NUMBER = re.compile(r"\d+(?:[.,/:]\d+)*")
_SPELLED = {
    "satu": "1", "dua": "2", "tiga": "3", "empat": "4", "lima": "5", "enam": "6", "tujuh": "7", "delapan": "8",
    "sembilan": "9", "sepuluh": "10",
}  # fmt: skip
_ONE = re.compile(r"\b(?:se|tiap[- ]|setiap )(?:hari|jam|minggu|bulan|tahun|kali|orang|lembar|kamar)\b", re.IGNORECASE)
_MARKUP = re.compile(r"\*\*|__|`|</?\w+>|\[[^\]]*\]\(|^#", re.MULTILINE)


def check_text(text: Text, short_codes: Collection[str]) -> Iterator[Problem]:
    """The faults of one text in itself. `short_codes`: numbers like 999, which are shown from helplines.yaml."""

    def fault(what: str, remedy: str, language: str = "", severity: Severity = "error") -> Problem:
        place = f"{text.place}/{language}" if language else text.place
        return problem(text.file, place, what, remedy, severity)

    limit = next((limit for pattern, limit in LIMITS if pattern.fullmatch(text.key)), None)
    for language, words in (("id", text.id), ("sas", text.sas or "")):
        if limit is not None and len(words) > limit:
            yield fault(f"{len(words)} characters, {limit} at most", "Shorten it, or split it", language)
        if words.count("*") % 2 or _MARKUP.search(words):
            yield fault("marks other than *bold*, or one left open", "Use pairs of * around a few words", language)
        if text.file == "helplines.yaml":
            continue
        for found in _PHONE.findall(_YEARS.sub("", words)) + _ADDRESS.findall(words):
            yield fault(
                f"looks like a telephone number or an address: {found.strip()!r}",
                "Put it into helplines.yaml and name the office here",
                language,
            )
        codes = sorted(set(re.findall(r"(?<![\w.,/-])\d{3}(?![\w.,/-]*\d)", words)) & set(short_codes))
        if codes and not _FIGURE.search(words):
            yield fault(
                f"a number to ring stands in the text: {', '.join(codes)}",
                "Better say NOMOR, which shows it with its source; leave it only where it must be seen at once",
                language,
                "warning",
            )
    if text.sas is not None:
        yield from _languages(text, fault)


def _languages(text: Text, fault: _Fault) -> Iterator[Problem]:
    ours, theirs = (sorted(_PLACEHOLDER.findall(words)) for words in (text.id, text.sas or ""))
    if ours != theirs:
        yield fault(f"the placeholders differ: {ours}, in Sasak {theirs}", "Use the same in both languages", "sas")
    numbers, sasak = numbers_in(text.id), numbers_in(text.sas or "")
    if numbers and sasak and numbers != sasak:
        extra, missing = sorted(sasak - numbers - spelled_in(text.id)), sorted(numbers - sasak)
        if not extra and not missing:
            return
        parts = [f"only in Sasak: {', '.join(extra)}"] if extra else []
        parts += [f"only in Indonesian: {', '.join(missing)}"] if missing else []
        yield fault(
            f"the numbers differ ({'; '.join(parts)})",
            "Give the same numbers in both languages, or none in Sasak",
            "sas",
            "error" if extra else "warning",
        )


class _Fault(Protocol):
    """The type of `fault` above."""

    def __call__(self, what: str, remedy: str, language: str = "", severity: Severity = "error") -> Problem: ...


def numbers_in(words: str) -> set[str]:
    """The numbers of a text, as written, without the points of thousands."""
    return {re.sub(r"(?<=\d)\.(?=\d{3}\b)", "", found) for found in _NUMBER.findall(_PLACEHOLDER.sub("", words))}


def spelled_in(words: str) -> set[str]:
    """The numbers an Indonesian text gives in words; Sasak texts write digits."""
    found = {_SPELLED[word] for word in re.findall(r"\w+", words.lower()) if word in _SPELLED}
    return found | {"1"} if _ONE.search(words) else found


def has_figure(words: str) -> bool:
    """Whether an amount of money or a percentage is stated."""
    return _FIGURE.search(words) is not None
