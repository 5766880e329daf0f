"""Sasak: stale where the Indonesian changed, signed by the right people, and stamping that loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.library.load import load
from bot.library.model import Phrase
from bot.library.reading import ContentError
from bot.library.review import REVIEW_FILE, Review, text_hash
from bot.library.stamp import stamp
from tests.library.tree import FAQ, MODULE, Tree

PLACE = f"{MODULE}: lessons/l1/cards/one/text"
ANSWER = f"{FAQ}: topics/total-cost/answer"
EAST, CENTRAL = "Inaq Sari, lombok-timur, 2027-01-15", "Amaq Udin, lombok-tengah, 2027-01-20"
WEST = "Inaq Rus, lombok-barat, 2027-01-20"
Change = Callable[[Callable[[Tree], Any]], Path]


def _card(files: Tree) -> dict[str, Any]:
    found: dict[str, Any] = files[MODULE]["lessons"][0]["cards"][0]
    return found


def reviews(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / REVIEW_FILE).read_text(encoding="utf-8"))
    return found


def sign(folder: Path, place: str, *signed: str, review: str = "approved") -> None:
    """As a reviewer does: by hand, in the file."""
    entries = reviews(folder)
    entries[place].update(review=review, signed=list(signed))
    (folder / REVIEW_FILE).write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")


def card_text(folder: Path) -> Phrase:
    return load(folder).modules[0].lessons[0].cards[0].statement.text


def test_stamping_writes_one_sorted_line_a_text(folder: Path) -> None:
    lines = [line for line in (folder / REVIEW_FILE).read_text().splitlines() if not line.startswith("#")]
    assert lines == sorted(lines)
    assert len(lines) == len(reviews(folder)) == 16  # ten cards, four for families, a title, an answer
    before = (folder / REVIEW_FILE).read_bytes()
    counts = stamp(folder)
    assert (counts.texts, counts.new, counts.redone, counts.removed, counts.stale) == (16, 0, 0, 0, ())
    assert (folder / REVIEW_FILE).read_bytes() == before


def test_an_unstamped_text_is_a_fresh_draft(folder: Path) -> None:
    (folder / REVIEW_FILE).unlink()
    text = card_text(folder)
    assert text.sas is not None
    assert not text.signed


def test_a_changed_indonesian_makes_the_sasak_stale_until_somebody_looked(change: Change) -> None:
    folder = change(lambda files: _card(files)["text"].update(id="Kartu satu: tanya dulu."))
    assert card_text(folder) == Phrase("Kartu satu: tanya dulu.")
    assert stamp(folder).stale == (PLACE,), "stamping alone does not renew it"
    assert card_text(folder).sas is None
    counts = stamp(folder, accept=[PLACE])
    assert (counts.accepted, counts.stale) == (1, ())
    assert card_text(folder).sas is not None


def test_a_sasak_made_anew_is_a_fresh_draft(folder: Path, change: Change) -> None:
    sign(folder, PLACE, EAST, CENTRAL)
    assert card_text(folder).signed
    change(lambda files: _card(files).update(text={"id": "Tanya dulu.", "sas": "langan"}))
    text = card_text(folder)
    assert (text.sas, text.signed) == ("langan", False)
    counts = stamp(folder)
    assert (counts.redone, counts.lost, counts.stale) == (1, (PLACE,), ())
    assert reviews(folder)[PLACE]["review"] == "draft"


def test_a_signature_counts_only_for_the_words_it_was_given_for(folder: Path, change: Change) -> None:
    sign(folder, PLACE, EAST, CENTRAL)
    change(lambda files: _card(files)["text"].update(sas="langan"))
    assert not card_text(folder).signed


def test_stamping_keeps_signatures(folder: Path, change: Change) -> None:
    sign(folder, PLACE, EAST, CENTRAL)
    change(lambda files: files[MODULE]["lessons"][1]["cards"][0]["text"].update(id="Lain."))
    counts = stamp(folder)
    assert counts.signed == 1
    assert reviews(folder)[PLACE]["signed"] == [EAST, CENTRAL]


def test_a_moved_text_takes_its_signatures_along(folder: Path, change: Change) -> None:
    sign(folder, PLACE, EAST, CENTRAL)
    change(lambda files: _card(files).update(key="uno"))
    counts = stamp(folder)
    assert (counts.new, counts.removed) == (0, 0)
    assert PLACE not in reviews(folder)
    assert card_text(folder).signed


def test_a_stale_text_keeps_its_signatures_for_when_it_is_accepted(folder: Path, change: Change) -> None:
    sign(folder, PLACE, EAST, CENTRAL)
    change(lambda files: _card(files)["text"].update(id="Kartu satu, simpan kontrak."))
    stamp(folder)
    assert card_text(folder) == Phrase("Kartu satu, simpan kontrak.")
    stamp(folder, accept=[PLACE])
    assert card_text(folder).signed


def test_a_text_that_is_gone_is_removed(folder: Path, change: Change) -> None:
    change(lambda files: _card(files)["text"].pop("sas"))
    assert stamp(folder).removed == 1
    assert PLACE not in reviews(folder)


@pytest.mark.parametrize(
    ("signed", "review", "critical", "counts"),
    [
        ((EAST, CENTRAL), "approved", True, True),
        ((EAST, CENTRAL), "draft", True, False),
        ((EAST, WEST), "approved", True, False),
        ((EAST, WEST), "approved", False, True),
        ((EAST,), "approved", False, False),
        ((EAST, EAST.replace("timur", "tengah")), "approved", True, False),  # one person twice
        ((), "approved", False, False),
        (("nonsense",), "approved", True, False),
    ],
)
def test_who_must_sign(signed: tuple[str, ...], review: Any, critical: bool, counts: bool) -> None:
    assert Review("", "", review, signed).is_signed(critical) is counts


def test_a_critical_text_needs_east_and_central(folder: Path) -> None:
    sign(folder, ANSWER, EAST, WEST)
    assert not load(folder).topics["total-cost"].answer.text.signed
    sign(folder, ANSWER, EAST, CENTRAL)
    assert load(folder).topics["total-cost"].answer.text.signed


def test_stamping_refuses_broken_content_and_writes_nothing(folder: Path, change: Change) -> None:
    before = (folder / REVIEW_FILE).read_bytes()
    change(lambda files: files.update({FAQ: "broken: ["}))
    with pytest.raises(ContentError, match=r"faq/costs\.yaml"):
        stamp(folder)
    assert (folder / REVIEW_FILE).read_bytes() == before


def test_accepting_an_unknown_place(folder: Path) -> None:
    with pytest.raises(LookupError, match="no Sasak text"):
        stamp(folder, accept=["nowhere"])


@pytest.mark.parametrize("entry", ["[]", "{of: a}", "{of: a, sas: b, review: maybe}", "{of: a, sas: b, signed: x}"])
def test_a_broken_review_is_named(folder: Path, entry: str) -> None:
    (folder / REVIEW_FILE).write_text(f'"{PLACE}": {entry}\n', encoding="utf-8")
    with pytest.raises(ContentError, match=r"sasak_review\.yaml: modules/01-first\.yaml: lessons/l1"):
        load(folder)


@given(st.text(), st.text())
def test_the_hash_does_not_mind_white_space(one: str, two: str) -> None:
    assert text_hash(f" {one}\n{two} ") == text_hash(f"{one}  {two}")
    if one.split() != two.split():
        assert text_hash(one) != text_hash(two)


# ------------------------------------------------------------------ sounds that read a text aloud


def _reads_the_card(files: Tree, of: str) -> None:
    _card(files)["sound"] = "hello"
    files["media/media.yaml"]["media"]["hello"].update(reads=PLACE, of=of)


@pytest.mark.parametrize(("of", "sound"), [(text_hash("Kartu one: simpan kontrak."), "hello"), ("old", None)])
def test_a_sound_is_left_out_when_its_text_has_changed(change: Change, of: str, sound: str | None) -> None:
    library = load(change(lambda files: _reads_the_card(files, of)))
    assert library.modules[0].lessons[0].cards[0].statement.sound == sound
