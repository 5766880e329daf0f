"""Certificates: one a person, neither guessed nor forged, and gone with the person."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import event, select

from bot.conversation.types import CertificateChecked
from bot.store import certificates, people
from bot.store.codes import decode, encode, grouped
from bot.store.inbox import Received
from bot.store.privacy import erase_contact
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Certificate
from tests.store.world import DAY, NOW, World, at_once


def make(world: World, who: Received, name: str | None = None, now=NOW) -> str | None:  # type: ignore[no-untyped-def]
    with world.store.begin() as session:
        return certificates.make_certificate(session, world.store, who.contact_id, name, "sas", now)


def verify(world: World, code: str) -> CertificateChecked:
    with world.store.read() as session:
        return certificates.verify_certificate(session, world.store, code)


def test_a_certificate_is_made_once(world: World) -> None:
    siti = world.person()
    code = make(world, siti)
    assert code is not None and re.fullmatch(r"BKL(-[0-9A-HJKMNP-TV-Z]{4}){4}", code)
    assert make(world, siti, now=NOW + 9 * DAY) == code
    assert verify(world, code) == CertificateChecked(True, None, date(2026, 11, 24))
    with world.store.read() as session:
        person = people.snapshot(session, world.store, siti.address_id, NOW)
        row = run(session, select(table(Certificate))).one()
    assert person.contact.certificate == code
    assert row.language == "sas" and code.encode() not in row.code and code not in row.lookup


def test_a_name_given_later_takes_the_place_of_the_first(world: World) -> None:
    siti = world.person()
    code = make(world, siti, "Siti Aminah")
    assert code is not None and verify(world, code).name == "Siti Aminah"
    assert make(world, siti, None) == make(world, siti, "Siti A.") == code
    assert verify(world, code).name == "Siti A."


def test_the_day_is_lomboks(world: World) -> None:
    code = make(world, world.person(), now=NOW.replace(hour=17))
    assert code is not None and verify(world, code).issued == date(2026, 11, 25)


def test_without_consent_there_is_none(world: World) -> None:
    siti = world.person(consent=False)
    assert make(world, siti, "Siti") is None
    with world.store.read() as session:
        assert run(session, select(table(Certificate))).all() == []


def test_it_is_found_however_it_is_typed(world: World) -> None:
    code = make(world, world.person()) or ""
    for typed in (code.lower(), code.replace("-", ""), code.replace("-", " "), code.removeprefix("BKL-"), f" {code}. "):
        assert verify(world, typed).genuine
    alike = code[:4] + code[4:].replace("0", "O").replace("1", "I")
    assert verify(world, alike).genuine


def test_a_forged_code_does_not_reach_the_database(world: World) -> None:
    code = (make(world, world.person()) or "").removeprefix("BKL-").replace("-", "")
    asked: list[str] = []
    listen = ("before_cursor_execute", lambda _c, _cur, statement, *_: asked.append(statement))
    event.listen(world.store.engine, *listen)
    value = decode(code)
    forged = [encode(value ^ 1 << bit, 16) for bit in range(80)]
    with world.store.begin() as session:
        asked.clear()
        for one in [*forged, "", "BKL", "halo", "BKL-0000-0000-0000-0000", "x" * 10_000, "'; drop table contact"]:
            assert certificates.verify_certificate(session, world.store, one) == CertificateChecked(False)
        assert asked == []
        assert certificates.verify_certificate(session, world.store, grouped(code)).genuine
        assert asked
    event.remove(world.store.engine, *listen)


def test_another_houses_code_is_not_ours(world: World, url: str) -> None:
    other = Store(url, b"another secret for tests: 32 bytes", clock=lambda: NOW)
    try:
        assert not verify(world, certificates.written(certificates.new_code(other))).genuine
    finally:
        other.close()


def test_a_signed_code_nobody_was_given_is_not_genuine(world: World) -> None:
    assert verify(world, certificates.written(certificates.new_code(world.store))) == CertificateChecked(False)


@pytest.mark.parametrize("how", ["erased", "withdrawn", "key gone"])
def test_who_left_leaves_no_certificate(world: World, how: str) -> None:
    siti = world.person()
    code = make(world, siti, "Siti") or ""
    with world.store.begin() as session:
        if how == "erased":
            erase_contact(session, world.store, siti.contact_id, NOW)
        elif how == "withdrawn":
            people.set_consent(session, siti.contact_id, False, "1", NOW)
        else:  # a backup of the rows without the key
            run(session, table(people.ContactKey).delete())
            world.store.vault.forget(siti.contact_id)
    assert verify(world, code) == CertificateChecked(False)


def test_two_turns_at_once_make_one(world: World) -> None:
    siti = world.person()
    made = at_once([lambda: make(world, siti)] * 8)
    assert len(set(made)) == 1 and made[0]
