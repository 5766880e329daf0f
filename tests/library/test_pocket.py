"""content/pocket.yaml: read, and checked like cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.library.checks import check_content, statements
from bot.library.load import ContentError, load
from tests.library.test_checks import TODAY
from tests.library.tree import tree, write


def item(key: str, words: str = "Simpan paspor.", **more: Any) -> dict[str, Any]:
    return {"key": key, "text": {"id": words}, "facts": ["F-001"], "critical": True, "ask": "kbri", **more}


def pocket() -> dict[str, Any]:
    return {
        "pocket": {
            "title": {"id": "Kartu saku"},
            "rights": [item("passport"), item("rest")],
            "papers_taken": [item("call")],
            "say": [item("name")],
            "blanks": [{"key": "employer", "label": {"id": "Majikan"}}],
        },
        "arrival": {
            "title": {"id": "Hari pertama"},
            "steps": [item("inside")],
            "message": {"id": "Saya sudah sampai."},
        },
    }


def place(folder: Path, files: dict[str, Any]) -> Path:
    return write(folder, tree() | {"pocket.yaml": files})


def test_it_is_read(tmp_path: Path) -> None:
    found = load(place(tmp_path, pocket())).pocket
    assert found is not None
    assert [card.key for card in found.rights] == ["passport", "rest"]
    statement = found.rights[0].statement
    assert (statement.place, statement.ask) == ("pocket.yaml: pocket/rights/passport", "kbri")
    assert statement.text.critical and statement.facts[0].id == "F-001"
    assert [(blank.key, blank.label.id) for blank in found.blanks] == [("employer", "Majikan")]
    assert found.arrival.message.id == "Saya sudah sampai."


def test_without_the_file_there_is_no_pocket(tmp_path: Path) -> None:
    assert load(write(tmp_path, tree())).pocket is None


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda f: f.pop("pocket"), "'pocket' is missing"),
        (lambda f: f["pocket"].pop("title"), "the text 'title' is missing"),
        (lambda f: f["pocket"].update(extra=1), "'extra' means nothing here"),
        (lambda f: f["pocket"]["say"][0].pop("facts"), "on which facts"),
        (lambda f: f["pocket"]["rights"][1].update(key="passport"), "used twice"),
        (lambda f: f["pocket"]["blanks"][0].pop("label"), "the text 'label' is missing"),
        (lambda f: f["arrival"].pop("message"), "the text 'message' is missing"),
        (lambda f: f["arrival"]["steps"][0].update(facts=["F-999"]), "no fact 'F-999'"),
    ],
)
def test_faults_are_named(tmp_path: Path, spoil: Any, what: str) -> None:
    files = pocket()
    spoil(files)
    with pytest.raises(ContentError, match=what):
        load(place(tmp_path, files))


@pytest.mark.parametrize("list_", ["rights", "papers_taken", "say", "steps"])
def test_its_statements_are_checked_like_cards(tmp_path: Path, list_: str) -> None:
    files = pocket()
    part = files["arrival" if list_ == "steps" else "pocket"]
    part[list_] = [item("weak", facts=["F-003"]), item("long", "k" * 201), item("call", "Telepon 0812-3456-7890.")]
    folder = place(tmp_path, files)
    assert {s.place for s, _ in statements(load(folder))} >= {f"pocket.yaml: {part_of(list_)}/{list_}/weak"}
    found = [f"{p.place} {p.what}" for p in check_content(folder, today=TODAY) if p.file == "pocket.yaml"]
    for key, what in (("weak", "F-003 may not be stated"), ("long", "201 characters"), ("call", "0812-3456-7890")):
        assert any(f"{list_}/{key}" in line and what in line for line in found), found


def part_of(list_: str) -> str:
    return "arrival" if list_ == "steps" else "pocket"
