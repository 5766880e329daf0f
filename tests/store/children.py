"""Processes that work on the test's database and are killed: `python -m tests.store.children NAME URL FILE`."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta

from bot.store import broadcasts, inbox, outbox, people
from bot.store.session import Store, new_id, utcnow
from tests.store.world import BOT, SECRET

LEASE = timedelta(seconds=0.5)


def turns(store: Store, _file: str) -> None:
    """Plays the inbox for ever: each message is added to the state, and answered once."""
    if store.dialect == "sqlite":
        with store.begin() as session:
            inbox.clear_claims(session)
    holder = new_id()
    while True:
        with store.begin() as session:
            claimed = inbox.claim(session, store, holder=holder, limit=4, now=utcnow(), lease=LEASE)
        for one in claimed:
            with store.begin() as session:
                if people.open_address(session, store, one.address_id, lock=True).claim != holder:
                    continue
                for inbox_id in one.inbox_ids:
                    play(store, session, inbox_id)
                inbox.release(session, one.address_id, utcnow())
        if not claimed:
            time.sleep(0.01)


def play(store: Store, session, inbox_id: int) -> None:  # type: ignore[no-untyped-def]
    item = inbox.open_message(session, store, inbox_id)
    if item is None or item.message is None:
        return
    person = people.snapshot(session, store, item.address_id, utcnow())
    people.save_state(session, store, person, f"{person.state or ''}{item.message.text} ", person.step + 1, utcnow())
    time.sleep(0.002)  # somewhere to be killed
    put = outbox.put(
        session, store, sender=BOT, address_id=item.address_id, contact_id=person.contact_id, lane=1,
        key=f"turn:{inbox_id}:0", body={"text": item.message.text}, not_before=utcnow(),
    )  # fmt: skip
    assert put is not None
    inbox.finish(session, inbox_id, utcnow())


def expand(store: Store, _file: str) -> None:
    """Expands all announcements, few contacts at a time, and ends."""
    with store.read() as session:
        waiting = broadcasts.expanding(session)
    for broadcast_id in waiting:
        done = False
        while not done:
            with store.begin() as session:
                done = broadcasts.expand(session, store, broadcast_id, 7, utcnow())


def send(store: Store, file: str) -> None:
    """Sends the outbox for ever; the provider is a file that gets a line for each message it takes."""
    provider = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    holder, epoch = new_id(), None
    while epoch is None:
        with store.begin() as session:
            epoch = outbox.take_lease(session, BOT, holder, utcnow(), timedelta(seconds=1))
        time.sleep(0.02)
    while True:
        with store.begin() as session:
            outbox.renew_lease(session, BOT, holder, epoch, utcnow(), timedelta(seconds=1))
            for outbox_id in outbox.expired(session, BOT, utcnow()):
                outbox.resend(session, outbox_id, utcnow())
            items = outbox.claim(
                session, store, sender=BOT, epoch=epoch, n=3, now=utcnow(), lease=LEASE, pace=timedelta(0)
            )  # fmt: skip
        for item in items:
            os.write(provider, f"{item.address_id} {item.id}\n".encode())
            time.sleep(0.002)  # accepted, and not yet noted
            with store.begin() as session:
                outbox.accepted_part(session, item.id, f"m{item.id}", utcnow())
                outbox.sent(session, item.id, epoch=epoch, now=utcnow())


if __name__ == "__main__":
    name, url, path = sys.argv[1:]
    {"turns": turns, "expand": expand, "send": send}[name](Store(url, SECRET), path)
