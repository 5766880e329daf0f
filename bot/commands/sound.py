"""`sound make` lets a machine read every lesson and first answer aloud; `sound sheet` is for people who do it better.

The machine speaks Indonesian only (espeak-ng, offline). Sasak is spoken by people: the sheet lists what they may record,
with the name each file must have. What is made stands in content/media/made/ and is never committed.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, cast

import typer

from bot.app import Knowledge, blank_context, read_catalogue
from bot.config import ROOT
from bot.conversation.speech import safe, shown
from bot.conversation.types import Context
from bot.library.load import Content, read
from bot.library.model import Library, Statement
from bot.library.reading import Node, Problem, parse
from bot.library.review import text_hash
from bot.library.sounds import INDEX, LARGEST, MADE, RECORDINGS, read_index
from bot.library.spoken import FILE, Speaker
from bot.library.summary import spoken_statements
from bot.understanding import Understanding

sound_app = typer.Typer(no_args_is_help=True, help="What can be heard: the machine's voice, and recordings by people.")

PROGRAMS = ("espeak-ng", "ffmpeg")
BITRATES = ("16k", "12k", "10k", "8k")
# In which order people record: greeting, menu and help stand in media.yaml; then costs, contract, brokers; then the rest.
FIRST = ("modules/03-costs", "modules/04-contract", "modules/05-safe-migration", "faq/costs", "faq/help-emergency")


@dataclass(frozen=True)
class Spoken:
    """A text to be read aloud. `of` is its hash."""

    place: str
    of: str
    words: str


def read_speaker(content_dir: Path, library: Library) -> Speaker:
    """The pronunciation list. Raises typer.Exit with every fault of it."""
    problems: list[Problem] = []
    node = Node(parse(content_dir / FILE, FILE, problems), FILE, "", problems)
    speaker = Speaker.read(node, short_codes(library))
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        raise typer.Exit(1)
    return speaker


def short_codes(library: Library) -> frozenset[str]:
    return frozenset(line.number for line in library.helplines if line.number.isdigit() and len(line.number) == 3)


def texts_to_read(library: Library, c: Context) -> list[Spoken]:
    """What may stand on the screen of a lesson, a story or a first answer: as shown today, and the safe sentence instead."""
    found: dict[str, Spoken] = {}
    for statement in spoken_statements(library):
        for words in _variants(statement, c):
            of = text_hash(words)
            found.setdefault(of, Spoken(statement.place, of, words))
    for group in library.tools.words.groups if library.tools.words is not None else ():
        of = text_hash(group.spoken)
        found.setdefault(of, Spoken(f"tools/words.yaml: groups/{group.key}/spoken", of, group.spoken))
    return list(found.values())


def _variants(statement: Statement, c: Context) -> Iterator[str]:
    yield shown(statement, c).id
    if statement.facts:
        yield safe(statement, c).id


@sound_app.command("make")
def make(
    only: Annotated[str, typer.Option(help="Only places that begin so: modules/03, faq/costs.yaml")] = "",
) -> None:
    """Read aloud what has no sound yet, or another text now; throw away what nothing says any more."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        packages = " ".join(missing)
        typer.echo(
            f"error: {packages} not found. On Debian: apt-get install -y --no-install-recommends {packages}", err=True
        )
        raise typer.Exit(2)
    content = read(ROOT / "content")
    if content.problems:
        typer.echo("The content has faults: python -m bot check", err=True)
        raise typer.Exit(1)
    for key, size in make_named(content, ROOT / "content"):
        typer.echo(f"{key}: {size} bytes")
    typer.echo(str(make_sounds(content, ROOT / "content", ROOT / "locales", only)))


@dataclass(frozen=True)
class Made:
    """How many were made anew, stood already, were thrown away, came out too large; bytes of all that are there."""

    new: int
    kept: int
    gone: int
    too_large: int
    size: int

    def __str__(self) -> str:
        return (
            f"{self.new} sounds made, {self.kept} kept, {self.gone} thrown away, {self.too_large} too large and left out; "
            f"{self.size // 1024} kB altogether"
        )


def make_sounds(
    content: Content, content_dir: Path, locales: Path, only: str = "", now: datetime | None = None
) -> Made:
    """Into content/media/made/. Safe to stop and begin again: the index is written whole, at the end of each hundred."""
    library = content.library
    folder = content_dir / "media" / MADE
    folder.mkdir(parents=True, exist_ok=True)
    # Nothing is asked here, so nothing needs to be understood.
    knowledge = Knowledge(library, cast(Understanding, None), read_catalogue(locales))
    c = blank_context(knowledge, now or datetime.now(UTC))
    c = replace(c, contact=replace(c.contact, language="id"))
    speaker = read_speaker(content_dir, library)
    texts = texts_to_read(library, c)
    index = {
        of: entry
        for of, entry in read_index(content_dir / "media").items()
        if (folder / str(entry.get("file"))).is_file()
    }
    wanted = [text for text in texts if text.of not in index and text.place.startswith(only)]
    new, too_large = 0, 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        for start in range(0, len(wanted), 100):
            chunk = wanted[start : start + 100]
            sizes = threads.map(lambda text: speak(speaker.say(text.words), folder / f"{text.of}.ogg"), chunk)
            for text, size in zip(chunk, sizes, strict=True):
                if size > LARGEST:
                    (folder / f"{text.of}.ogg").unlink()
                    too_large += 1
                    continue
                index[text.of] = {"file": f"{text.of}.ogg", "size": size, "place": text.place}
                new += 1
            _write_index(folder, index)
    living = {text.of for text in texts}
    gone = [of for of in index if of not in living]
    for of in gone:
        (folder / str(index.pop(of)["file"])).unlink(missing_ok=True)
    _write_index(folder, index)
    return Made(new, len(index) - new, len(gone), too_large, sum(int(entry["size"]) for entry in index.values()))


def make_named(content: Content, content_dir: Path) -> Iterator[tuple[str, int]]:
    """Makes the few sounds of media.yaml anew whose words have changed (welcome, consent, menu, help card, voice note): they
    are kept in the repository, so that nobody is without them. Writes their new hash; gives key and size of each."""
    texts = {text.key: text.id for text in content.texts}
    speaker = read_speaker(content_dir, content.library)
    for key, spoken in content.spoken.items():
        media = content.library.media[key]
        words = texts.get(spoken.reads, "") if spoken.reads else media.alt.id
        if words and media.synthetic and spoken.of != text_hash(words):
            size = speak(speaker.say(words), content_dir / "media" / media.file)
            _note(content_dir / "media" / "media.yaml", key, text_hash(words))
            yield key, size


def _note(path: Path, key: str, of: str) -> None:
    """Puts the hash into media.yaml, touching nothing else."""
    entry = re.compile(rf'(^  {re.escape(key)}:\n(?:    .*\n)*?    of: )"[^"]*"', re.MULTILINE)
    changed, times = entry.subn(rf'\g<1>"{of}"', path.read_text(encoding="utf-8"))
    if times != 1:
        raise typer.BadParameter(f'{path.name}: the entry {key} has no line `of: "…"`')
    path.write_text(changed, encoding="utf-8")


def _write_index(folder: Path, index: Mapping[str, object]) -> None:
    aside = folder / f"{INDEX}.new"
    aside.write_text(json.dumps(index, ensure_ascii=False, indent=0, sort_keys=True), encoding="utf-8")
    os.replace(aside, folder / INDEX)


def speak(words: str, path: Path) -> int:
    """Writes Ogg Opus, 16 kHz, one channel, as small as it must be. Returns its size in bytes.

    Raises:
        subprocess.CalledProcessError: a program failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        wave, text = Path(folder, "speech.wav"), Path(folder, "text.txt")
        text.write_text(words, encoding="utf-8")
        # A voice at 140 words a minute, with a little silence between words, for who hears it on a loud phone.
        _run("espeak-ng", "-v", "id", "-s", "140", "-g", "2", "-w", str(wave), "-f", str(text))
        for rate in BITRATES:
            _run(
                "ffmpeg", "-v", "error", "-y", "-i", str(wave), "-map_metadata", "-1", "-fflags", "+bitexact",
                "-flags:a", "+bitexact", "-ac", "1", "-ar", "16000", "-c:a", "libopus", "-b:a", rate,
                "-application", "voip", str(path),
            )  # fmt: skip
            if path.stat().st_size <= LARGEST:
                break
    return path.stat().st_size


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)


@sound_app.command("sheet")
def sheet(
    language: Annotated[str, typer.Option(help="sas or id")] = "sas",
) -> None:
    """Print the recording sheet as CSV: what to say, which file name, where it stands. Costs, contract and help come first."""
    if language not in ("sas", "id"):
        raise typer.BadParameter("give sas or id")
    content = read(ROOT / "content")
    rows = csv.writer(sys.stdout)
    rows.writerow(["file", "place", "say", "indonesian", "recorded"])
    for row in recording_rows(content, ROOT / "content" / "media", language):
        rows.writerow(row)


def recording_rows(content: Content, media_folder: Path, language: str) -> list[tuple[str, str, str, str, str]]:
    """(file, place, what to say, its Indonesian, yes or nothing). A text without Sasak is not on the Sasak sheet."""
    found = []
    for statement in spoken_statements(content.library):
        words = statement.text.sas if language == "sas" else statement.text.id
        if words is None:
            continue
        name = f"{language}-{text_hash(words)}.ogg"
        there = "yes" if (media_folder / RECORDINGS / name).is_file() else ""
        found.append((name, statement.place, words, statement.text.id, there))
    return sorted(found, key=lambda row: (not row[1].startswith(FIRST), row[1]))
