"""No name, number or word of a person in an exception, a repr or the database file."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation.types import Message
from bot.store import (
    broadcasts,
    certificates,
    events,
    feedback,
    inbox,
    listings,
    outbox,
    people,
    questions,
)
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Address, Inbox, Miss, Registration
from bot.store.vault import Erased, Unreadable
from tests.store.world import BOT, DAY, NOW, World

ACCOUNT, WORDS, NAME, NICKNAME = "6281234567890", "majikan menahan paspor saya", "Siti Aminah", "Inaq Mur"
SECRETS = (ACCOUNT, WORDS, NAME, NICKNAME)


def tells_nothing(shown: str) -> None:
    for secret in SECRETS:
        assert secret not in shown
        assert secret.encode().hex() not in shown


@contextmanager
def fails_silently(*kinds: type[Exception]) -> Iterator[None]:
    """Raises one of these, and neither its text nor its whole traceback with all causes tells anything."""
    with pytest.raises(kinds) as caught:
        yield
    tells_nothing("".join(traceback.format_exception(caught.value)))
    tells_nothing(repr(caught.value))


def known(world: World) -> inbox.Received:
    siti = world.person(ACCOUNT)
    with world.store.begin() as session:
        people.name_contact(session, world.store, siti.contact_id, NICKNAME, "1234")
        person = people.snapshot(session, world.store, siti.address_id, NOW)
        people.save_state(session, world.store, person, WORDS, 1, NOW)
        questions.hand_over(
            session, world.store, contact_id=siti.contact_id, address_id=siti.address_id, question=WORDS,
            safe_to_write=True, now=NOW,
        )  # fmt: skip
        certificates.make_certificate(session, world.store, siti.contact_id, NAME, "id", NOW)
    world.hear(ACCOUNT, WORDS)
    world.put(siti, WORDS)
    world.seated(siti, world.event(5), name=NAME, village=WORDS)
    return siti


def test_what_functions_return_can_be_logged(world: World) -> None:
    siti = known(world)
    (claimed,) = world.claim()
    sending = world.send(world.lease())
    with world.store.begin() as session:
        answered = questions.answer(session, world.store, "1", WORDS, NOW)
        shown = [
            siti,
            claimed,
            sending,
            answered,
            people.open_address(session, world.store, siti.address_id, lock=True),
            people.snapshot(session, world.store, siti.address_id, NOW),
            inbox.open_message(session, world.store, claimed.inbox_ids[0]),
            inbox.waiting_behind(session, world.store, siti.address_id),
            questions.list_open(session, world.store),
            questions.unread_answers(session, world.store, siti.contact_id),
            outbox.Pulled(1, 1, 1, "message", {"text": WORDS}, NOW),
            questions.VoiceToFetch(1, BOT, "telegram", WORDS),
            events.upcoming(session, NOW),
            world.store,
            world.store.vault,
        ]
    for one in shown:
        tells_nothing(repr(one))


def test_faults_of_the_database_tell_nothing(world: World) -> None:
    siti = known(world)
    store = world.store
    with fails_silently(SQLAlchemyError), store.begin() as session:  # the address is there already
        values = {"id": "x", "channel": "x", "sender": BOT, "lookup": store.vault.lookup(BOT, ACCOUNT)}
        run(
            session,
            insert(table(Address)).values(**values, account=WORDS.encode(), contact_id="c", last_seq=0, created_at=NOW),
        )
    with fails_silently(SQLAlchemyError), store.begin() as session:  # something is missing
        run(session, insert(table(Inbox)).values(address_id=siti.address_id, contact_id=WORDS, error=NAME))
    with fails_silently(SQLAlchemyError, ValueError), store.begin() as session:  # of the wrong kind
        run(session, insert(table(Miss)).values(words=WORDS, day=NAME, count=1))
    with fails_silently(SQLAlchemyError), store.begin() as session:
        run(session, text("SELECT nothing FROM nowhere WHERE a = :a"), {"a": WORDS})


def test_faults_of_the_vault_tell_nothing(world: World) -> None:
    siti, vault = known(world), world.store.vault
    with world.store.begin() as session:
        sealed = vault.seal_for(session, siti.contact_id, "a.b", WORDS)
        with fails_silently(Unreadable):
            vault.open_for(session, siti.contact_id, "b.c", sealed)
        with fails_silently(Unreadable):
            vault.open_own("address.account", WORDS, WORDS.encode())
        with fails_silently(Erased):
            vault.seal_for(session, "nobody", "a.b", WORDS)


@pytest.mark.parametrize("odd", [f"{WORDS}\ud83d", f"{WORDS}\x00", WORDS * 3000])
def test_odd_text_passes_everywhere(world: World, odd: str) -> None:
    """Half emojis, NUL and very long texts: taken and given back, not a fault with somebody's words in it."""
    store = world.store
    with store.begin() as session:
        received = inbox.receive(
            session, store, channel="telegram", sender=BOT, account=odd, provider_id=odd,
            message=Message("text", text=odd), provider_message=odd, now=NOW, keep_days=3,
        )  # fmt: skip
        item = inbox.open_message(session, store, received.inbox_id or 0)
        assert item is not None and item.message is not None and item.message.text == odd
        who = {"contact_id": received.contact_id, "address_id": received.address_id}
        questions.hand_over(session, store, question=odd, safe_to_write=True, now=NOW, **who)
        assert questions.list_open(session, store)[0].text == odd
        people.name_contact(session, store, received.contact_id, odd, odd)
        people.set_consent(session, received.contact_id, True, "1", NOW)
        certificates.make_certificate(session, store, received.contact_id, odd, "id", NOW)
        assert not certificates.verify_certificate(session, store, odd).genuine
        assert not listings.search(session, odd).rows
        feedback.record_miss(session, odd, NOW)
        feedback.record_feedback(session, odd, True, NOW)
        feedback.report_sasak(session, odd, odd, NOW)
        feedback.count_campaign(session, odd)
        person = people.snapshot(session, store, received.address_id, NOW)
        assert person.account == odd
        people.save_state(session, store, person, odd, 1, NOW)
        event_id = events.create_event(session, title="T", starts=NOW + DAY, place="P", now=NOW)
        events.take_seat(
            session, store, event_id=event_id, name=odd, village=odd, other=False, seats="on", now=NOW, **who
        )  # fmt: skip
        assert events.registrations_of(session, store, received.contact_id, NOW)[0].name == odd
        assert outbox.put(session, store, sender=BOT, lane=1, key=odd, body={"text": odd}, not_before=NOW, **who)
    (sent,) = world.send(world.lease())
    assert sent.body == {"text": odd}


def test_errors_kept_for_staff_fit(world: World) -> None:
    received = world.hear()
    with world.store.begin() as session:
        inbox.postpone(session, received.inbox_id or 0, NOW, "x" * 1000)
        inbox.park(session, received.inbox_id or 0, "y" * 1000, NOW)
        outbox.halt_sender(session, BOT, "z" * 1000)
        outbox.mark_unreachable(session, received.address_id, "w" * 1000, NOW)
    outbox_id = world.put(world.person("ani"))
    (item,) = world.send(resumed(world))
    with world.store.begin() as session:
        assert outbox.failed(session, item.id, "v" * 1000, epoch=item.epoch, now=NOW)
    assert world.row(outbox_id).why == "v" * 80


def resumed(world: World) -> int:
    with world.store.begin() as session:
        outbox.resume_sender(session, BOT)
    return world.lease()


def test_nothing_readable_lies_in_the_database(world: World) -> None:
    known(world)
    store = world.store
    if store.path is not None:
        files = [store.path, store.path.with_name(store.path.name + "-wal")]
        stored = b"".join(one.read_bytes() for one in files)
        for secret in SECRETS:
            assert secret.encode() not in stored
        return
    with store.read() as session:
        tables = run(session, text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for name in tables:
            dumped = str(run(session, text(f'SELECT t::text FROM "{name}" t')).scalars().all())  # noqa: S608
            tells_nothing(dumped)


def test_sqlalchemys_own_log_shows_no_values(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="sqlalchemy")
    known(world)
    feedback_free = "\n".join(record.getMessage() for record in caplog.records)
    tells_nothing(feedback_free)


def test_a_broadcast_that_is_wrong_shows_its_segment_only(store: Store) -> None:
    with fails_silently(ValueError), store.begin() as session:
        broadcasts.create(session, segment="wrong", text=WORDS, now=NOW)


def test_secrets_are_looked_for_as_they_would_appear() -> None:
    """The test's own eyes: it would see a name."""
    check: Callable[[str], None] = tells_nothing
    with pytest.raises(AssertionError):
        check(f"... {NAME} ...")
    assert table(Registration) is not None
