"""Lists that staff brought in, and names looked up in them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event, select

from bot.conversation.types import Listed, ListedFound
from bot.store import listings
from bot.store.sql import run, table
from bot.store.tables import Listing
from tests.store.world import NOW, World

DAY = date(2026, 11, 20)
COMPANIES = (
    Listed("p3mi", "PT. Sumber Contoh Lestari", "SIP3MI-001/2024", "Mataram", date(2028, 1, 1)),
    Listed("p3mi", "PT Rinjani Contoh Sentosa (Persero)", "SIP3MI-002/2024", "Selong"),
    Listed("p3mi", "CV. Rinjani Contoh", "SIP3MI-003/2024"),
    Listed("p3mi", "PT. Karya Uji Coba", "SIP3MI-004/2024", note="izin diperiksa lagi"),
)
ORDERS = tuple(Listed("job-order", "PT. Sumber Contoh Lestari", f"JO-{number:03}", "Sabah") for number in range(8))


def bring(world: World, rows: tuple[Listed, ...] = COMPANIES, kind: listings.ListKind = "p3mi") -> listings.Import:
    with world.store.begin() as session:
        return listings.replace_list(session, kind, "Disnakertrans NTB", DAY, rows, NOW)


def look(world: World, words: str) -> ListedFound:
    with world.store.read() as session:
        return listings.search(session, words)


def test_with_no_list_that_is_said(world: World) -> None:
    assert look(world, "PT Sumber Contoh") == ListedFound("PT Sumber Contoh", (), False, ())


@pytest.mark.parametrize(
    "words",
    [
        "PT. Sumber Contoh Lestari",
        "sumber contoh lestari",
        "pt sumber contoh lestari tbk",
        "P.T. SUMBER-CONTOH LESTARI",
        "Súmber  contoh, lestari!",
        "SIP3MI-001/2024",
        "sip3mi 001 2024",
    ],
)
def test_the_very_name_or_number(world: World, words: str) -> None:
    bring(world)
    assert look(world, words) == ListedFound(words, COMPANIES[:1], True, (("p3mi", "Disnakertrans NTB", DAY),))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("sumber contho lestari", ["PT. Sumber Contoh Lestari"]),
        ("lestari sumber contoh", ["PT. Sumber Contoh Lestari"]),
        ("karya uji", ["PT. Karya Uji Coba"]),
        ("rinjani", ["CV. Rinjani Contoh", "PT Rinjani Contoh Sentosa (Persero)"]),
        ("sumbr cntoh lestari", ["PT. Sumber Contoh Lestari"]),
    ],
)
def test_similar_names_are_not_called_the_same(world: World, words: str, names: list[str]) -> None:
    bring(world)
    found = look(world, words)
    assert not found.exact and [row.name for row in found.rows] == names


@pytest.mark.parametrize(
    "words", ["", "  ", "PT", "pt cv", "ab", "gunung agung bahari", "1", "001", "contoh palsu", "x" * 5000]
)
def test_what_is_not_there_is_not_found(world: World, words: str) -> None:
    bring(world)
    found = look(world, words)
    assert (found.rows, found.exact) == ((), False) and found.words == words


def test_a_name_that_begins_alike_is_another_company(world: World) -> None:
    """The more dangerous mistake: "yes, it is listed" of a company that is not."""
    bring(world)
    found = look(world, "Sumber Contoh Lestari Abadi")
    assert not found.exact
    assert not look(world, "Rinjani Contoh Sejahtera").exact


def test_never_more_than_five(world: World) -> None:
    bring(world, ORDERS, "job-order")
    found = look(world, "sumber contoh lestari")
    assert found.exact and len(found.rows) == 5
    assert len(look(world, "sumber contoh").rows) == 5
    assert [row.number for row in look(world, "jo-007").rows] == ["JO-007"]


def test_companies_and_orders_are_looked_up_together(world: World) -> None:
    bring(world, ORDERS[:2], "job-order"), bring(world)
    found = look(world, "Sumber Contoh Lestari")
    assert [row.kind for row in found.rows] == ["p3mi", "job-order", "job-order"]
    assert [kind for kind, _, _ in found.lists] == ["p3mi", "job-order"]


def test_a_new_list_takes_the_place_of_the_old(world: World) -> None:
    bring(world), bring(world, ORDERS, "job-order")
    look(world, "karya uji coba")
    bring(world, COMPANIES[:1])
    assert not look(world, "karya uji coba").rows, "the old one is not remembered"
    assert look(world, "SIP3MI-001/2024").exact and look(world, "jo-003").exact
    with world.store.read() as session:
        assert len(run(session, select(table(Listing))).all()) == 1 + len(ORDERS)


def test_a_list_that_fails_half_way_leaves_the_old_one(world: World) -> None:
    bring(world)
    with pytest.raises(RuntimeError), world.store.begin() as session:
        listings.replace_list(session, "p3mi", "x", DAY, COMPANIES[:1], NOW)
        assert listings.search(session, "SIP3MI-001/2024").exact
        raise RuntimeError
    assert look(world, "karya uji coba").exact
    with pytest.raises(ValueError), world.store.begin() as session:
        listings.replace_list(session, "p3mi", "x", DAY, (), NOW)


def test_once_read_the_lines_are_not_asked_for_again(world: World) -> None:
    bring(world)
    with world.store.read() as session:
        listings.warm(session)
    asked: list[str] = []
    listen = ("before_cursor_execute", lambda _c, _cur, statement, *_: asked.append(statement))
    with world.store.begin() as session:
        event.listen(world.store.engine, *listen)
        listings.search(session, "karya uji coba")
        event.remove(world.store.engine, *listen)
    assert len(asked) == 1 and "listing_import" in asked[0]


def test_lists_that_are_gone_leave_the_memory(world: World) -> None:
    old = bring(world)
    look(world, "karya uji coba")
    new = bring(world)
    with world.store.read() as session:
        listings.warm(session)
    assert new.id in listings._kept and old.id not in listings._kept


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("PT. Sawit Jaya (Persero) Tbk.", "sawit jaya"),
        ("P.T. Sawit Jaya", "sawit jaya"),
        ("CV Sawit-Jaya", "sawit jaya"),
        ("Sawit Jaya, PT", "sawit jaya"),
        ("A.B.C. Abadi", "abc abadi"),
        ("PT CV", "pt cv"),
        ("Perseroan Terbatas Áditya", "aditya"),
        ("...", ""),
    ],
)
def test_names_as_they_are_compared(name: str, plain: str) -> None:
    assert listings.plain_name(name) == plain
