"""The tools as content: the real files, and every fault the reading and the checks name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.library.check_tools import VERDICTS
from bot.library.checks import check_content, statements
from bot.library.load import load, read
from bot.library.model import Library
from bot.library.reading import Problem
from bot.library.review import text_hash
from bot.library.stamp import stamp
from bot.library.tools.fees import KINDS
from tests.library.tree import FAQ, Tree, write

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 12, 1)
BUILT = ("fees", "offer", "contract", "listed", "words")
Spoil = Callable[[Tree], Any]
FEES, OFFER, CONTRACT, LISTED, WORDS = (f"tools/{key}.yaml" for key in BUILT)


def said(words: str = "Tanya dulu.", **more: Any) -> dict[str, Any]:
    return {"text": {"id": words}, "facts": [], "ask": "disnaker", **more}


def asked(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "question": {"id": f"Tanya {key}?"}, "label": {"id": f"Tanda {key}"}, **said(), **more}


def tools() -> Tree:
    """Five small tools without any fault, to stand beside `tree()`."""
    fee = {
        "key": "ticket",
        "label": {"id": "Tiket"},
        "kind": "paid",
        **said(facts=["F-001"]),
        "words": ["tiket pesawat"],
    }
    bribe = {"key": "bribe", "label": {"id": "Uang rokok"}, "kind": "unsure", **said(), "words": ["rokok"]}
    word = {"key": "one", "malay": "percuma", "means": {"id": "gratis"}, "note": {"id": "Bukan sia-sia."}}
    return {
        FEES: {
            "key": "fees", "title": {"id": "Cek biaya"}, "intro": said(), "unknown": said(), "small": ["uang"],
            "heads": {kind: {"id": f"Putusan {kind}"} for kind in KINDS}, "asked": {kind: said() for kind in KINDS},
            "items": [fee, bribe],
        },
        OFFER: {
            "key": "offer", "title": {"id": "Cek tawaran"}, "intro": said(),
            "heads": {level: {"id": words} for level, words in VERDICTS.items()},
            "then": {level: said() for level in VERDICTS},
            "questions": [asked(f"q{n}", flag="yes", weight=3 if n == 1 else 1) for n in range(1, 9)],
        },
        CONTRACT: {
            "key": "contract", "title": {"id": "Cek kontrak"}, "intro": said(), "missing": said(), "complete": said(),
            "questions": [asked(f"q{n}") for n in range(1, 9)],
        },
        LISTED: {
            "key": "listed", "title": {"id": "Cek nama"},
            **{name: said() for name in ("intro", "found", "order", "expired", "unknown", "no_list")},
        },
        WORDS: {
            "key": "words", "title": {"id": "Kata"}, "intro": said(),
            "groups": [{"key": "traps", "title": {"id": "Lain arti"}, "items": [word]}],
        },
    }  # fmt: skip


@pytest.fixture
def with_tools(folder: Path, files: Tree) -> Callable[[Spoil], Path]:
    """Writes the faultless folder with the tools, after a change of them, and stamps it where it can be read."""

    def made(spoil: Spoil) -> Path:
        files.update(copy.deepcopy(tools()))
        spoil(files)
        write(folder, files)
        if not read(folder).problems:
            stamp(folder)
        return folder

    return made


def about_tools(folder: Path) -> list[Problem]:
    return [one for one in check_content(folder, today=DAY) if one.file.startswith("tools/")]


# ------------------------------------------------------------------ the real content


@pytest.fixture(scope="module")
def library() -> Library:
    return load(ROOT / "content")


def test_the_real_tools_are_whole(library: Library) -> None:
    assert set(BUILT) <= {key for key, _ in library.tools.all()}
    errors = [one for one in about_tools(ROOT / "content") if one.severity == "error" and "not stamped" not in one.what]
    assert [one for one in errors if one.file in (FEES, OFFER, CONTRACT, LISTED, WORDS)] == []


def test_every_statement_of_a_tool_is_checked_like_a_card(library: Library) -> None:
    places = {statement.place for statement, _ in statements(library)}
    for key, tool in library.tools.all():
        own = {statement.place for statement, _ in tool.statements()}
        assert own and own <= places, key


def test_no_verdict_about_a_fee_stands_on_a_fact_that_may_not_be_stated(library: Library) -> None:
    """Whatever the file says, who pays is «not sure» on the day its facts may not be stated."""
    fees = library.tools.fees
    assert fees is not None
    for fee in fees.items:
        for day in (DAY, date(2030, 1, 1)):
            if fee.statement.grade_on(day) == "C":
                assert fee.kind_on(day) == "unsure" and fee.statement.safe is not None, fee.key
    sure = {fee.key for fee in fees.items if fee.kind_on(DAY) != "unsure"}
    assert {"ticket-out", "visa", "medical", "broker"} <= sure
    assert not {"passport-first", "levy", "fomema", "pocket-money", "orientation"} & sure
    assert not any(fee.kind_on(date(2030, 1, 1)) in ("paid", "nobody") and fee.statement.facts for fee in fees.items)


# ------------------------------------------------------------------ reading and checks


def test_a_folder_without_tools_has_none(folder: Path) -> None:
    assert load(folder).tools.all() == ()


def test_small_tools_without_a_fault(with_tools: Callable[[Spoil], Path]) -> None:
    folder = with_tools(lambda files: None)
    library = load(folder)
    assert about_tools(folder) == []
    assert [key for key, _ in library.tools.all()] == list(BUILT)
    assert library.tools.by_key("papers") is None and library.tools.by_key("nonsense") is None
    words = library.tools.words
    assert words is not None
    assert words.groups[0].page().id == "*Lain arti*\n\n*percuma* = gratis. Bukan sia-sia."
    assert words.groups[0].spoken == "Lain arti. percuma: artinya gratis."
    contract = library.tools.contract
    assert contract is not None and {one.flag for one in contract.questions} == {"no"}


def _question(files: Tree, file: str = OFFER) -> dict[str, Any]:
    return files[file]["questions"][0]


FAULTS: list[tuple[str, Spoil, str, str, str]] = [
    ("wrong key", lambda f: f[FEES].update(key="fee"), FEES, "key", "not 'fees'"),
    ("unknown kind", lambda f: f[FEES]["items"][0].update(kind="free"), FEES, "items/ticket/kind", "'free'"),
    ("no head", lambda f: f[FEES]["heads"].pop("own"), FEES, "heads/own", "missing"),
    ("unknown head", lambda f: f[FEES]["heads"].update(free={"id": "x"}), FEES, "heads/free", "means nothing"),
    ("no text when asked", lambda f: f[FEES]["asked"].pop("paid"), FEES, "asked/paid/text", "missing"),
    ("unknown fact", lambda f: f[FEES]["items"][0].update(facts=["F-9"]), FEES, "items/ticket/facts", "F-9"),
    ("fee twice", lambda f: f[FEES]["items"].append(f[FEES]["items"][0]), FEES, "items/ticket", "twice"),
    ("words no list", lambda f: f[FEES]["items"][0].update(words="tiket"), FEES, "items/ticket/words", "list"),
    ("weight", lambda f: _question(f).update(weight=4), OFFER, "questions/q1/weight", "4"),
    ("flag", lambda f: _question(f).update(flag="maybe"), OFFER, "questions/q1/flag", "'maybe'"),
    ("a weight in a contract", lambda f: _question(f, CONTRACT).update(weight=1), CONTRACT, "questions/q1/weight", "means"),
    ("no next step", lambda f: f[OFFER]["then"].pop("ask"), OFFER, "then/ask/text", "missing"),
    ("unknown office", lambda f: f[LISTED]["found"].update(ask="bank"), LISTED, "found/ask", "bank"),
    ("no text", lambda f: f[LISTED].pop("no_list"), LISTED, "no_list/text", "missing"),
    ("word without meaning", lambda f: f[WORDS]["groups"][0]["items"][0].pop("means"),
     WORDS, "groups/traps/items/one/means", "missing"),
    ("no such tool", lambda f: f.update({"tools/magic.yaml": {"key": "magic"}}), "tools/magic.yaml", "", "'magic'"),
    ("broken", lambda f: f.update({WORDS: "key: [words\nbad: x\n"}), WORDS, "line 2", "YAML"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "file", "place", "what"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_the_reading_names_a_fault_with_its_place(
    with_tools: Callable[[Spoil], Path], spoil: Spoil, file: str, place: str, what: str
) -> None:
    found = [one for one in read(with_tools(spoil)).problems if (one.file, one.place) == (file, place)]
    assert found and what in found[0].what and found[0].remedy


def _long(files: Tree, name: str, length: int) -> None:
    files[LISTED][name]["text"]["id"] = "kata " * (length // 5)


def _crowd(files: Tree) -> None:
    word = files[WORDS]["groups"][0]["items"][0]
    files[WORDS]["groups"][0]["items"] = [{**word, "key": f"w{n}"} for n in range(9)]


def _wordy(files: Tree) -> None:
    word = {**files[WORDS]["groups"][0]["items"][0], "note": {"id": "n" * 80}}
    files[WORDS]["groups"][0]["items"] = [{**word, "key": f"w{n}"} for n in range(6)]


CHECKS: list[tuple[str, Spoil, str, str, str, str]] = [
    ("two fees of one name", lambda f: f[FEES]["items"][1].update(words=["Tiket"]),
     FEES, "items/ticket/words", "bribe", "error"),
    ("a claim without a fact", lambda f: f[FEES]["items"][0].update(facts=[]), FEES, "items/ticket/facts", "paid", "error"),
    ("no fee", lambda f: f[FEES].update(items=[]), FEES, "items", "no fee", "error"),
    ("a verdict reworded", lambda f: f[OFFER]["heads"]["none"].update(id="Aman"), OFFER, "heads/none/id", "otherwise", "error"),
    ("nothing stops", lambda f: _question(f).update(weight=1), OFFER, "questions", "stops", "error"),
    ("too few questions", lambda f: f[OFFER].update(questions=f[OFFER]["questions"][:7]), OFFER, "questions", "7", "error"),
    ("labels too long together",
     lambda f: [one.update(label={"id": "x" * 60}) for one in f[CONTRACT]["questions"]],
     CONTRACT, "questions", "labels", "error"),
    ("a long label", lambda f: _question(f).update(label={"id": "x" * 25}), OFFER, "questions/q1/label/id", "25", "error"),
    ("a long question", lambda f: _question(f).update(question={"id": "x" * 201}), OFFER, "questions/q1/question/id", "201",
     "error"),
    ("too long under a line of a list", lambda f: _long(f, "found", 300), LISTED, "found/id", "heading", "error"),
    ("nine words", _crowd, WORDS, "groups/traps", "9 words", "error"),
    ("a page too long", _wordy, WORDS, "groups/traps", "characters", "error"),
    ("a fact that may not be stated", lambda f: f[FEES]["items"][0].update(facts=["F-004"]), FEES, "items/ticket", "F-004",
     "error"),
    ("an amount without a fact", lambda f: f[FEES]["unknown"]["text"].update(id="Bayar Rp5."), FEES, "unknown", "amount",
     "error"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "file", "place", "what", "severity"), [row[1:] for row in CHECKS], ids=[row[0] for row in CHECKS]
)
def test_the_check_names_a_fault_with_its_place(
    with_tools: Callable[[Spoil], Path], spoil: Spoil, file: str, place: str, what: str, severity: str
) -> None:
    found = [
        one for one in about_tools(with_tools(spoil)) if (one.file, one.place) == (file, place) and what in one.what
    ]
    assert found and found[0].remedy and found[0].severity == severity


@pytest.mark.parametrize(("tool", "severity"), [("magic", "error"), ("papers", "warning"), ("fees", None)])
def test_the_tool_of_an_answer_exists(with_tools: Callable[[Spoil], Path], tool: str, severity: str | None) -> None:
    folder = with_tools(lambda files: files[FAQ]["topics"][0].update(tool=tool))
    found = [one.severity for one in check_content(folder, today=DAY) if one.place == "topics/total-cost/tool"]
    assert found == ([severity] if severity else [])


# ------------------------------------------------------------------ the sound of a group


@pytest.mark.parametrize(
    ("of", "offered"), [("Lain arti. percuma: artinya gratis.", True), ("Lain arti. percuma: artinya sia-sia.", False)]
)
def test_a_sound_is_offered_while_it_says_the_words(
    with_tools: Callable[[Spoil], Path], of: str, offered: bool
) -> None:
    sound = {
        "kind": "sound", "file": "hello.ogg", "mime": "audio/ogg", "alt": {"id": "Suara."},
        "reads": f"{WORDS}: groups/traps/spoken", "of": text_hash(of),
    }  # fmt: skip
    folder = with_tools(lambda files: files["media/media.yaml"]["media"].update({"words-traps": sound}))
    words = load(folder).tools.words
    assert words is not None
    assert words.groups[0].sound == ("words-traps" if offered else None)
    stale = [one for one in check_content(folder, today=DAY) if one.place == "media/words-traps"]
    assert bool(stale) is not offered
