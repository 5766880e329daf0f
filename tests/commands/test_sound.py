"""Every text read aloud, by the real speech engine; found again by its words; a person's recording goes before it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pytest

from bot.app import Knowledge, blank_context, read_catalogue
from bot.commands.sound import make_named, make_sounds, recording_rows
from bot.config import ROOT
from bot.conversation.speech import heard, shown
from bot.conversation.types import Context
from bot.library.load import load, read
from bot.library.model import Card
from bot.library.review import text_hash
from bot.library.sounds import LARGEST, made_key
from bot.understanding import Understanding
from tests.library.faults import change_card
from tests.library.tree import Tree, tree, write

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)


def folder_of(path: Path, spoil: Callable[[Tree], object] = lambda files: None) -> Path:
    files = tree()
    spoil(files)
    return write(path, files)


def make(folder: Path, now: datetime = NOW) -> tuple[int, int, int]:
    made = make_sounds(read(folder), folder, ROOT / "locales", now=now)
    assert made.too_large == 0
    return made.new, made.kept, made.gone


def context(folder: Path, language: str = "id", now: datetime = NOW) -> Context:
    knowledge = Knowledge(load(folder), cast(Understanding, None), read_catalogue(ROOT / "locales"))
    c = blank_context(knowledge, now)
    return replace(c, contact=replace(c.contact, language=language))  # type: ignore[arg-type]


def card(c: Context) -> Card:
    return c.library.modules[0].lessons[0].cards[1]


def test_made_once_found_by_its_words_and_made_anew_when_they_change(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "content")
    new, kept, gone = make(folder)
    assert new > 0 and (kept, gone) == (0, 0)
    made = sorted((folder / "media" / "made").glob("*.ogg"))
    assert len(made) == new
    for path in made:
        assert path.read_bytes().startswith(b"OggS") and path.stat().st_size <= LARGEST
    assert make(folder) == (0, new, 0)
    c = context(folder)
    sound = heard(card(c).statement, c)
    assert sound is not None and sound.key == made_key(text_hash(shown(card(c).statement, c).id)) and sound.synthetic
    folder_of(folder, lambda files: change_card(files, text={"id": "Kata lain di sini."}))
    c = context(folder)
    assert heard(card(c).statement, c) is None  # the old sound does not speak for the new words
    assert make(folder) == (1, new, 0) or make(folder)[0] <= 1
    c = context(folder)
    assert heard(card(c).statement, c) is not None


def test_what_is_read_aloud_is_as_long_as_its_words(tmp_path: Path) -> None:
    """The engine really spoke: a long text lasts longer than a short one."""
    folder = folder_of(
        tmp_path / "content", lambda files: change_card(files, text={"id": "Simpan kontrak di map. " * 12})
    )
    make(folder)
    c = context(folder)
    cards = c.library.modules[0].lessons[0].cards
    lengths = [seconds(folder / "media" / sound.file) for x in cards if (sound := heard(x.statement, c)) is not None]
    assert len(lengths) == 2 and lengths[1] > 3 * lengths[0] > 0.5


def seconds(path: Path) -> float:
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_a_recording_goes_before_the_machine_and_sasak_is_only_spoken_by_people(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "content")
    make(folder)
    statement = card(context(folder)).statement
    assert statement.text.sas is not None
    rows = {row[0]: row for row in recording_rows(read(folder), folder / "media", "sas")}
    name = f"sas-{text_hash(statement.text.sas)}.ogg"
    assert rows[name][2] == statement.text.sas and rows[name][4] == ""
    recordings = folder / "media" / "recordings"
    recordings.mkdir()
    for language, words in (("id", shown(statement, context(folder)).id), ("sas", statement.text.sas)):
        shutil.copy(folder / "media" / "hello.ogg", recordings / f"{language}-{text_hash(words)}.ogg")
    for language in ("id", "sas"):
        c = context(folder, language)
        sound = heard(card(c).statement, c)
        assert sound is not None and not sound.synthetic and sound.key.startswith(f"{language}-")
    rows = {row[0]: row for row in recording_rows(read(folder), folder / "media", "sas")}
    assert rows[name][4] == "yes"


def test_when_a_fact_expires_the_safe_sentence_is_what_is_heard(tmp_path: Path) -> None:
    safe = {"id": "Tanya dulu ke Disnaker."}
    folder = folder_of(tmp_path / "content", lambda files: change_card(files, facts=["F-005"], safe=safe))
    make(folder)
    before, after = context(folder), context(folder, now=datetime(2027, 5, 25, 4, tzinfo=UTC))
    assert before.library.facts["F-005"].check_by == date(2027, 5, 24)
    told, withheld = (heard(card(c).statement, c) for c in (before, after))
    assert told is not None and withheld is not None and told.key != withheld.key
    assert withheld.key == made_key(text_hash("Tanya dulu ke Disnaker."))


def test_the_sounds_kept_in_the_repository_say_what_stands_there(tmp_path: Path) -> None:
    content = read(ROOT / "content")
    assert content.spoken, "welcome, consent, menu, help card and voice note are always there"
    assert list(make_named(content, ROOT / "content")) == []


@pytest.mark.parametrize("language", ["sas", "id"])
def test_the_sheet_of_the_real_content(language: str) -> None:
    rows = recording_rows(read(ROOT / "content"), ROOT / "content" / "media", language)
    assert len(rows) > 400 and len({row[0] for row in rows}) > 300
    assert rows[0][1].startswith(("modules/03", "faq/costs", "faq/help"))
