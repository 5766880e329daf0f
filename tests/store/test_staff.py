from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.staff import add_staff, anybody_reads, audit
from bot.store.tables import Audit, StaffMember
from tests.store.world import HOUR, NOW


def test_nobody_is_promised_help_that_no_person_receives(store: Store) -> None:
    with store.begin() as session:
        assert anybody_reads(session) == (False, None)
        add_staff(session, "Ibu Ratna", "Disnaker Lombok Timur", "", NOW)
        assert anybody_reads(session) == (True, None)
        add_staff(session, "Pak Made", "SBMI", "Senin-Jumat 08.00-16.00 WITA", NOW + HOUR)
        assert anybody_reads(session) == (True, "Senin-Jumat 08.00-16.00 WITA")
        run(session, update(table(StaffMember)).values(active=False))
        assert anybody_reads(session) == (False, None)


@pytest.mark.parametrize("name, organisation", [("", "SBMI"), ("Made", " ")])
def test_a_member_has_a_name_and_an_organisation(store: Store, name: str, organisation: str) -> None:
    with store.begin() as session, pytest.raises(ValueError):
        add_staff(session, name, organisation, "", NOW)


def test_what_was_done_is_noted(store: Store) -> None:
    with store.begin() as session:
        audit(session, "broadcast.created", "Ibu Ratna", "b" * 500, NOW)
        row = run(session, select(table(Audit))).one()
    assert (row.action, row.who, len(row.what), row.at) == ("broadcast.created", "Ibu Ratna", 200, NOW)
