"""What came in is played once, in order, and survives its own faults."""

from __future__ import annotations

import json

from bot.store import inbox, outbox
from tests.workers.house import CRY, House, failing_on


def test_smoke(house: House) -> None:
    runner = house.runner()
    received = house.hear("siti", "halo")
    assert runner.run_once().turns == 1
    rows = house.rows(received.address_id)
    assert len(rows) == 1 and "Bekal" in rows[0].text
    assert house.inbox_row(received.inbox_id).status == "done"
    assert house.inbox_row(received.inbox_id).body is None
    person = house.person(received.address_id)
    assert person.step == 1
    assert json.loads(person.state or "")["state"]["name"] == "welcome"
