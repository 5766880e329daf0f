"""`listed`: the lists of licensed companies and job orders that an office gave, brought in as CSV and shown."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.desk import who_sits_here
from bot.commands.opening import store_or_exit
from bot.conversation.speech import WITA
from bot.conversation.types import Listed
from bot.store import listings, staff
from bot.store.listings import KINDS, ListKind

listed_app = typer.Typer(
    no_args_is_help=True, help="Lists of licensed companies and job orders, as an office gave them."
)
MOST_BYTES = 5_000_000
SHOWN_FAULTS = 30

# Column -> what its header may be called, in small letters without dots.
COLUMNS = {
    "name": ("name", "nama", "nama perusahaan", "nama p3mi", "perusahaan", "company"),
    "number": (
        *("number", "nomor", "no", "nomor izin", "no izin", "nomor sip3mi", "no sip3mi", "sip3mi", "licence"),
        *("nomor job order", "no job order", "job order", "order number", "licence number"),
    ),
    "place": ("place", "tempat", "alamat", "kota", "lokasi", "penempatan", "address", "city"),
    "until": ("until", "sampai", "berlaku sampai", "berlaku hingga", "berakhir", "masa berlaku", "valid until"),
    "note": ("note", "catatan", "keterangan", "notes"),
}
_CALLED = {called: column for column, names in COLUMNS.items() for called in names}
_LENGTHS = {"name": 120, "number": 60, "place": 120, "note": 200}
_DAY = re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})")


class ListFaults(ValueError):
    """What is wrong with a file, line by line: `faults`."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@listed_app.command("import")
def listed_import(
    file: Annotated[Path, typer.Argument(help="CSV, UTF-8, with the columns name, number, place, until, note.")],
    kind: Annotated[str, typer.Option(help="p3mi (licensed companies) or job-order")],
    source: Annotated[str, typer.Option(help="Who gave the list, as people read it: Disnakertrans NTB")],
    as_of: Annotated[str, typer.Option(help="The day on which the list was right: 2026-12-01")],
) -> None:
    """Bring in a list; it takes the place of the last one of its kind. A file with faults changes nothing."""
    if kind not in KINDS:
        raise typer.BadParameter(f"kind is {' or '.join(KINDS)}, not {kind!r}")
    if not source.strip() or len(source) > 120:
        raise typer.BadParameter("the source must have 1 to 120 characters")
    now = datetime.now(UTC)
    day = _day_of(as_of)
    if day is None:
        raise typer.BadParameter(f"{as_of!r} is no day; write 2026-12-01")
    if day > now.astimezone(WITA).date():
        raise typer.BadParameter(f"{day} lies in the future")
    try:
        rows = read_list(file, kind)
    except ListFaults as error:
        for fault in error.faults[:SHOWN_FAULTS]:
            typer.echo(f"{file.name}: {fault}", err=True)
        if len(error.faults) > SHOWN_FAULTS:
            typer.echo(f"… and {len(error.faults) - SHOWN_FAULTS} more", err=True)
        typer.echo("nothing was imported", err=True)
        raise typer.Exit(2) from None
    with store_or_exit() as (_, store), store.begin() as session:
        made = listings.replace_list(session, kind, source.strip(), day, rows, now)
        what = f"{kind}, {made.rows} rows, as of {day}, {made.source}"
        staff.audit(session, "listed.imported", who_sits_here(), what, now)
    typer.echo(f"{what}: people can look it up from now on")


@listed_app.command("show")
def listed_show() -> None:
    """Which lists there are, from whom, of which day, and how many lines each has."""
    with store_or_exit() as (_, store), store.read() as session:
        found = listings.imports(session)
    for one in found:
        at = one.imported_at.astimezone(WITA).strftime("%Y-%m-%d %H.%M")
        typer.echo(f"{one.kind}  {one.rows} rows  as of {one.as_of}  {one.source}  (imported {at})")
    if not found:
        typer.echo("No list. Bring one in: python -m bot listed import FILE --kind p3mi --source … --as-of …")


# --- reading the file ------------------------------------------------------------------------------------------------


def read_list(file: Path, kind: ListKind) -> list[Listed]:
    """The lines of a CSV file. ListFaults names every line that is wrong, and how."""
    text = _text(file)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count), strict=True)
    try:
        head = next(reader, [])
        places = _header(head)
        rows: list[Listed] = []
        faults: list[str] = []
        seen: dict[tuple[str, str], int] = {}
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = reader.line_num
            wrong = list(_wrong(cells, places, len(head)))
            if not wrong:
                row = _row(cells, places, kind)
                same = (listings.plain_name(row.name), listings.plain_number(row.number))
                if same in seen:
                    wrong = [f"the same name and number as in line {seen[same]}"]
                seen.setdefault(same, line)
                rows.append(row)
            faults += [f"line {line}: {fault}" for fault in wrong]
    except csv.Error as error:
        raise ListFaults([f"line {reader.line_num}: not CSV: {error}"]) from None
    if not faults and not rows:
        faults = ["line 2: there is no line below the header"]
    if faults:
        raise ListFaults(faults)
    return rows


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ListFaults([f"cannot be read: {error.strerror}"]) from None
    if len(raw) > MOST_BYTES:
        raise ListFaults([f"larger than {MOST_BYTES // 1_000_000} MB; is it the right file?"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ListFaults([f"line {line}: not UTF-8; save it as 'CSV UTF-8'"]) from None


def _header(head: list[str]) -> dict[str, int]:
    """Column -> place."""
    places: dict[str, int] = {}
    for place, words in enumerate(head):
        called = " ".join(re.sub(r"[._]", " ", words.casefold()).split())
        column = _CALLED.get(called)
        if column is None and called:
            raise ListFaults([f"line 1: no column is called {words.strip()!r}; there are {', '.join(COLUMNS)}"])
        if column in places:
            raise ListFaults([f"line 1: the column {column} is there twice"])
        if column is not None:
            places[column] = place
    if "name" not in places:
        raise ListFaults(["line 1: the column name (nama) is missing"])
    return places


def _wrong(cells: list[str], places: dict[str, int], width: int) -> Iterator[str]:
    if len(cells) > width:
        yield f"{len(cells)} columns, the header has {width}; is a {';'!r} or ',' within a cell without quotation marks?"
        return
    values = {column: _cell(cells, place) for column, place in places.items()}
    if not listings.plain_name(values["name"]):
        yield "the name is missing"
    for column, most in _LENGTHS.items():
        if len(values.get(column, "")) > most:
            yield f"the {column} has more than {most} characters"
    if values.get("until") and _day_of(values["until"]) is None:
        yield f"until: {values['until']!r} is no day; write 2026-12-31 or 31-12-2026"


def _row(cells: list[str], places: dict[str, int], kind: ListKind) -> Listed:
    values = {column: _cell(cells, place) for column, place in places.items()}
    until = _day_of(values.pop("until", ""))
    return Listed(kind=kind, until=until, **values)


def _cell(cells: list[str], place: int) -> str:
    """One line, without characters that would command a terminal."""
    words = cells[place] if place < len(cells) else ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def _day_of(words: str) -> date | None:
    """2026-12-31, or day first with dashes, slashes or dots; None for anything else."""
    found = _DAY.fullmatch(words.strip())
    try:
        if found:
            return date(int(found["y"]), int(found["m"]), int(found["d"]))
        return date.fromisoformat(words.strip())
    except ValueError:
        return None
