"""`check` names what differs between the languages of the machine's words, with file and remedy."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

from bot.commands.content import check_catalogues


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    for language in ("id", "sas"):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        catalogue = polib.POFile()
        catalogue.append(polib.POEntry(msgid="Hello {name}.", msgstr="Halo {name}."))
        catalogue.append(polib.POEntry(msgid="Menu", msgstr="Menu"))
        catalogue.save(str(folder / "bot.po"))
    return tmp_path


def change(locales: Path, language: str, msgid: str, msgstr: str) -> None:
    file = str(locales / language / "LC_MESSAGES" / "bot.po")
    catalogue = polib.pofile(file)
    found = catalogue.find(msgid)
    assert found is not None
    found.msgstr = msgstr
    catalogue.save(file)


def test_whole_catalogues_are_fine(locales: Path) -> None:
    assert check_catalogues(locales) == []


def test_a_missing_indonesian_sentence(locales: Path) -> None:
    change(locales, "id", "Menu", "")
    [problem] = check_catalogues(locales)
    assert (problem.severity, problem.file, problem.place) == ("error", "locales/id/LC_MESSAGES/bot.po", "Menu")
    assert problem.remedy == "write its msgstr"


def test_a_missing_sasak_sentence_is_none(locales: Path) -> None:
    change(locales, "sas", "Menu", "")
    assert check_catalogues(locales) == []


@pytest.mark.parametrize("language", ["id", "sas"])
@pytest.mark.parametrize("words", ["Halo.", "Halo {nama}.", "Halo {name} {more}."])
def test_a_placeholder_that_differs(locales: Path, language: str, words: str) -> None:
    change(locales, language, "Hello {name}.", words)
    [problem] = check_catalogues(locales)
    assert problem.file == f"locales/{language}/LC_MESSAGES/bot.po" and "placeholders differ" in problem.what
