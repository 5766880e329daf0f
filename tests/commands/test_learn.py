"""`learn`: what was missed, what a phrasing would change, and writing it into the phrasings."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.commands import learn
from bot.store import feedback, questions
from tests.commands.desk import Desk

ROOT = Path(__file__).resolve().parents[2]
TOPICS = ("passport-apply", "send-money", "age-limit")
HELD = {
    "passport-apply": ["imigrasi mana yang bikin paspor"],
    "send-money": ["uang mau dikirim ke rumah"],
    "NONE": ["skor bola"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Three topics of the real language files, and three questions that were held out."""
    content, tests = tmp_path / "content", tmp_path / "tests"
    real, mine = ROOT / "content" / "language", content / "language"
    (mine / "phrasings").mkdir(parents=True)
    tests.mkdir()
    for name in ("danger.yaml", "synonyms.yaml", "followups.yaml", "query_normalisation.tsv"):
        shutil.copy(real / name, mine / name)
    listed = yaml.safe_load((real / "faq_topics.yaml").read_text(encoding="utf-8"))
    _write(mine / "faq_topics.yaml", [topic for topic in listed if topic["id"] in TOPICS])
    _write(mine / "cues.yaml", {"cues": {}})
    for group in ("documents", "money", "requirements", "out_of_scope"):
        lines = yaml.safe_load((real / "phrasings" / f"{group}.yaml").read_text(encoding="utf-8"))
        kept = {topic: lines[topic][:15] for topic in (*TOPICS, "NONE") if topic in lines}
        _write(mine / "phrasings" / f"{group}.yaml", kept)
    _write(tests / "questions.yaml", HELD)
    monkeypatch.setattr(learn, "CONTENT", content)
    monkeypatch.setattr(learn, "TESTS", tests)
    yield mine / "phrasings"


def _write(path: Path, value: object) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")


def test_nothing_was_missed(small_desk: Desk) -> None:
    assert small_desk.well("learn", "list").words == "Nothing to learn yet."


def test_what_was_missed(desk: Desk) -> None:
    siti = desk.person("siti")
    with desk.store.begin() as session:
        for words in ("paspor hijau", "kapal", "paspor hijau"):
            feedback.record_miss(session, words, desk.now)
        for topic in ("", "refund", ""):
            questions.hand_over(
                session,
                desk.store,
                contact_id=siti.contact_id,
                address_id=siti.address_id,
                question="Rahasia saya",
                safe_to_write=False,
                now=desk.now,
                topic=topic,
            )
        questions.answer(session, desk.store, "1", "Ya.", desk.now)
        questions.answer(session, desk.store, "2", "Ya.", desk.now)
    said = desk.well("learn", "list").words
    assert said.index("2 x paspor hijau") < said.index("1 x kapal")
    assert "1 x without a topic" in said and "1 x refund" in said and "1 questions wait" in said
    assert "Rahasia" not in said, "no person's own words"
    assert "Write it in your own words" in said


def test_try_writes_nothing(small_desk: Desk, folder: Path) -> None:
    before = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    said = small_desk.well("learn", "try", "passport-apply", "kitab merantau dibikin di mana").words
    assert "Asking 3 test questions" in said and "'kitab merantau dibikin di mana' is understood today as:" in said
    strange = said.split("words that no phrasing has yet: ")[1].split(". See that none is a name")[0]
    assert {"kitab", "merantau"} <= set(strange.split(", ")) and "mana" not in strange.split(", ")
    assert "questions" in said and "find their topic first today" in said
    assert {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()} == before


def test_add_writes_it_last_under_its_topic(small_desk: Desk, folder: Path) -> None:
    file = folder / "documents.yaml"
    before = yaml.safe_load(file.read_text(encoding="utf-8"))
    said = small_desk.well("learn", "add", "passport-apply", "bikin paspor: ke imigrasi mana", "paspor hijau #1").words
    assert "Written into documents.yaml. Let a second person read the change" in said
    after = yaml.safe_load(file.read_text(encoding="utf-8"))
    added = [*before["passport-apply"], "bikin paspor: ke imigrasi mana", "paspor hijau #1"]
    assert after == before | {"passport-apply": added}


def test_add_refuses_what_takes_other_answers(small_desk: Desk, folder: Path) -> None:
    file = folder / "documents.yaml"
    before = file.read_text(encoding="utf-8")
    wrong = (
        "learn",
        "add",
        "passport-apply",
        "uang dikirim ke rumah",
        "mau dikirim uang ke rumah",
        "uang mau dikirim rumah",
    )
    refused = small_desk.type(*wrong)
    assert refused.code == 1 and "lose their answer" in refused.words and "nothing was written" in refused.words
    assert "uang mau dikirim ke rumah [send-money]" in refused.words
    assert file.read_text(encoding="utf-8") == before
    assert small_desk.type(*wrong, "--anyway").code == 0
    assert "uang dikirim ke rumah" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("no-topic", "apa saja"), "there is no topic 'no-topic'"),
        (("passport-apply", "hubungi 081234567890"), "long number"),
        (("passport-apply", "Imigrasi mana yang bikin paspor"), "it is a test question"),
        (("passport-apply", "satu kali", "satu kali"), "given twice"),
    ],
)
def test_what_is_refused_at_once(small_desk: Desk, folder: Path, words: tuple[str, ...], why: str) -> None:
    for command in ("try", "add"):
        said = small_desk.type("learn", command, *words)
        assert said.code == 2 and why in said.words


def test_without_test_questions_some_phrasings_are_held_back(small_desk: Desk, folder: Path) -> None:
    (learn.TESTS / "questions.yaml").unlink()
    said = small_desk.well("learn", "try", "passport-apply", "buku hijau dibikin di mana").words
    assert "Asking held back phrasings" in said and "Of 12 questions" in said
