"""Reading the content: the real one, and one with every kind of fault."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.library.load import load, read
from bot.library.model import Fact, Phrase, Statement
from bot.library.reading import ContentError
from tests.library.tree import FAQ, MODULE, Tree, tree, write

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "content"
Spoil = Callable[[Tree], Any]


@pytest.fixture(scope="module")
def library():  # type: ignore[no-untyped-def]
    return load(CONTENT)


def test_the_real_content_loads(library) -> None:  # type: ignore[no-untyped-def]
    assert len(library.facts) > 300
    assert [module.order for module in library.modules] == sorted(module.order for module in library.modules)
    assert len(library.places) == 10
    assert len(library.missions) == 6
    assert {"disnaker", "bp3mi", "kbri"} <= library.offices.keys()
    assert [line.order for line in library.helplines] == sorted(line.order for line in library.helplines)
    assert all(library.media[key].size for key in ("voice-note", "welcome", "consent", "menu", "help-card"))
    for module in library.modules:
        cards = [card.statement for lesson in module.lessons for card in lesson.cards]
        assert any(card.picture in library.media for card in cards if card.picture), module.key


def test_groups_stand_in_the_order_of_the_topics(library) -> None:  # type: ignore[no-untyped-def]
    order = list(dict.fromkeys(group for group, _ in library.questions.values()))
    assert [group.key for group in library.groups] == [key for key in order if key in {g.key for g in library.groups}]
    for group in library.groups:
        for topic in group.topics:
            assert library.topics[topic.id] is topic
            assert library.questions[topic.id][0] == group.key


def test_every_notice_the_flows_show_is_needed_by_the_check(library) -> None:  # type: ignore[no-untyped-def]
    from bot.library.checks import NOTICES

    code = "".join(path.read_text() for path in (ROOT / "bot" / "conversation").glob("*.py"))
    shown = set(re.findall(r'notices\["([\w-]+)"\]', code))
    assert shown <= set(NOTICES)
    assert set(NOTICES) <= library.notices.keys()


def test_loading_is_quick() -> None:
    """About 0.1 s here; the bound is wide, for slow machines under load."""
    start = time.perf_counter()
    load(CONTENT)
    assert time.perf_counter() - start < 3


def test_a_faultless_folder(folder: Path) -> None:
    library = load(folder)
    card = library.modules[0].lessons[0].cards[0].statement
    assert card.place == "modules/01-first.yaml: lessons/l1/cards/one"
    assert card.text == Phrase("Kartu one: simpan kontrak.", "Kartu one: simpan kontrak.")
    assert [line.key for line in library.helplines] == ["kp2mi", "my-999"]
    topic = library.topics["total-cost"]
    assert topic.answer.text.critical
    assert topic.more[0].text.critical, "what follows a critical answer is critical unless it says otherwise"
    assert library.media["hello"].size == 104


CARD = "lessons/l1/cards/one"


def _lesson(files: Tree) -> dict[str, Any]:
    return files[MODULE]["lessons"][0]


def _card(files: Tree, **more: Any) -> None:
    _lesson(files)["cards"][0].update(more)


def _fact_1(files: Tree, **more: Any) -> None:
    files["facts.yaml"]["facts"]["F-001"].update(more)


def _line(files: Tree) -> dict[str, Any]:
    return files["helplines.yaml"]["helplines"][0]


FAULTS: list[tuple[str, Spoil, str, str, str]] = [
    ("unknown fact", lambda f: _card(f, facts=["F-999"]), MODULE, f"{CARD}/facts", "F-999"),
    ("no facts said", lambda f: _lesson(f)["cards"][0].pop("facts"), MODULE, f"{CARD}/facts", "which facts"),
    ("facts no list", lambda f: _card(f, facts="F-001"), MODULE, f"{CARD}/facts", "list"),
    ("unknown office", lambda f: _card(f, ask="bank"), MODULE, f"{CARD}/ask", "bank"),
    ("unknown sound", lambda f: _card(f, sound="no"), MODULE, f"{CARD}/sound", "no"),
    ("a sound as picture", lambda f: _card(f, picture="hello"), MODULE, f"{CARD}/picture", "hello"),
    ("slip of the pen", lambda f: _card(f, save={"id": "x"}), MODULE, f"{CARD}/save", "save"),
    ("no text", lambda f: _lesson(f)["cards"][0].pop("text"), MODULE, f"{CARD}/text", "missing"),
    ("text is no mapping", lambda f: _card(f, text="x"), MODULE, f"{CARD}/text", "missing"),
    ("no Indonesian", lambda f: _lesson(f).update(title={"sas": "x"}), MODULE, "lessons/l1/title/id", "missing"),
    ("another language", lambda f: _lesson(f)["title"].update(en="x"), MODULE, "lessons/l1/title/en", "en"),
    ("critical no flag", lambda f: _card(f, critical="yes"), MODULE, f"{CARD}/critical", "neither"),
    ("lesson twice", lambda f: f[MODULE]["lessons"].append(_lesson(f)), MODULE, "lessons/l1", "twice"),
    ("lesson without key", lambda f: _lesson(f).pop("key"), MODULE, "lessons/1", "key"),
    ("cards no list", lambda f: _lesson(f).update(cards={"one": 1}), MODULE, "lessons/l1/cards", "list"),
    ("order no number", lambda f: f[MODULE].update(order="first"), MODULE, "order", "number"),
    ("topic without answer", lambda f: f[FAQ]["topics"][0].pop("answer"), FAQ, "topics/total-cost/answer", "missing"),
    ("more with unknown fact", lambda f: f[FAQ]["topics"][0]["more"][0].update(facts=["F-9"]),
     FAQ, "topics/total-cost/more/1/facts", "F-9"),
    ("grade", lambda f: _fact_1(f, grade="D"), "facts.yaml", "facts/F-001/grade", "'D'"),
    ("fact without source", lambda f: f["facts.yaml"]["facts"]["F-001"].pop("source"),
     "facts.yaml", "facts/F-001/source", "missing"),
    ("no day", lambda f: _fact_1(f, check_by="soon"), "facts.yaml", "facts/F-001/check_by", "no day"),
    ("kind of line", lambda f: _line(f).update(kind="shop"), "helplines.yaml", "helplines/my-999/kind", "shop"),
    ("help card", lambda f: _line(f).update({"for": ["later"]}), "helplines.yaml", "helplines/my-999/for", "later"),
    ("media file", lambda f: f["media/media.yaml"]["media"]["hello"].update(file="no.ogg"),
     "media/media.yaml", "media/hello/file", "no.ogg"),
    ("notice", lambda f: f["notices.yaml"]["notices"]["child"].update(facts=["F-7"]),
     "notices.yaml", "notices/child/facts", "F-7"),
    ("broken YAML", lambda f: f.update({FAQ: "group: costs\ntitle: {id: x\n"}), FAQ, "line 3", "YAML"),
    ("a day that is none", lambda f: f.update({FAQ: "group: 2026-13-45"}), FAQ, "", "YAML"),
    ("name twice", lambda f: f.update({"places.yaml": "places:\n  a: A\n  a: B\n"}), "places.yaml", "line 3", "twice"),
    ("a mapping as name", lambda f: f.update({"places.yaml": "places:\n  {a}: A\n"}), "places.yaml", "line 2", "YAML"),
    ("empty file", lambda f: f.update({"places.yaml": ""}), "places.yaml", "", "empty"),
    ("wrong top", lambda f: f.update({"places.yaml": "place: {}"}), "places.yaml", "places", "missing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "file", "place", "what"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_a_fault_is_named_with_file_place_and_remedy(
    change: Callable[[Spoil], Path], spoil: Spoil, file: str, place: str, what: str
) -> None:
    with pytest.raises(ContentError) as caught:
        load(change(spoil))
    found = [problem for problem in caught.value.problems if (problem.file, problem.place) == (file, place)]
    assert found, str(caught.value)
    assert what in found[0].what
    assert found[0].remedy and found[0].severity == "error"
    assert f"{file}" in str(caught.value)


def test_all_faults_are_found_at_once(change: Callable[[Spoil], Path]) -> None:
    def spoil(files: Tree) -> None:
        _lesson(files)["cards"][0].update(facts=["F-998"], ask="nobody")
        files["facts.yaml"]["facts"]["F-001"].pop("cite")
        files[FAQ] = "broken: ["

    with pytest.raises(ContentError) as caught:
        load(change(spoil))
    assert {problem.file for problem in caught.value.problems} == {MODULE, "facts.yaml", FAQ}
    assert len(caught.value.problems) == 4


def test_a_missing_file(folder: Path) -> None:
    (folder / "notices.yaml").unlink()
    with pytest.raises(ContentError, match=r"notices\.yaml: the file is missing"):
        load(folder)


# ------------------------------------------------------------------ grades by day


DAY = date(2026, 12, 1)


def _fact(**more: Any) -> Fact:
    said: dict[str, Any] = {"id": "F-1", "says": "x", "source": "x", "cite": "x", "grade": "A", "kind": "rule"}
    return Fact(**said | more)


@pytest.mark.parametrize(
    ("fact", "on", "grade"),
    [
        (_fact(), DAY, "A"),
        (_fact(grade="B"), DAY, "B"),
        (_fact(grade="B", sensitive=True), DAY, "C"),
        (_fact(sensitive=True), DAY, "A"),
        (_fact(grade="C"), DAY, "C"),
        (_fact(check_by=DAY), DAY, "A"),
        (_fact(check_by=DAY), DAY + timedelta(days=1), "C"),
        (_fact(grade="B", check_by=DAY), DAY + timedelta(days=1), "C"),
    ],
)
def test_the_grade_of_a_fact_on_a_day(fact: Fact, on: date, grade: str) -> None:
    assert fact.grade_on(on) == grade


@given(st.lists(st.sampled_from("ABC"), max_size=4))
def test_the_worst_fact_decides(grades: list[str]) -> None:
    statement = Statement("x: y", Phrase("x"), tuple(_fact(grade=grade) for grade in grades))
    assert statement.grade_on(DAY) == max(grades, default="A")


# ------------------------------------------------------------------ whatever a writer does, reading does not break

_odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.dates(),
    st.lists(st.text(max_size=4), max_size=2), st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2),
)  # fmt: skip


def _spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [path, *(spot for key, part in value.items() for spot in _spots(part, (*path, key)))]
    if isinstance(value, list):
        return [path, *(spot for key, part in enumerate(value) for spot in _spots(part, (*path, key)))]
    return [path]


_SPOTS = [spot for spot in _spots(tree()) if spot]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spot=st.sampled_from(_SPOTS), odd=_odd)
def test_reading_never_breaks_off(tmp_path: Path, spot: tuple[Any, ...], odd: Any) -> None:
    files = copy.deepcopy(tree())
    holder: Any = files
    for key in spot[:-1]:
        holder = holder[key]
    holder[spot[-1]] = odd
    content = read(write(tmp_path, files))
    assert all(problem.file and problem.what and problem.remedy for problem in content.problems)
