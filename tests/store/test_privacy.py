"""A copy of what is kept, erasure of all of it, and what is forgotten by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Table, func, insert, select, update
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from bot.conversation.types import SeatTaken
from bot.store import (
    certificates,
    events,
    inbox,
    learning,
    outbox,
    papers,
    people,
    questions,
    recovery,
    reminders,
    retention,
)
from bot.store.privacy import erase_contact, export_contact, prune
from bot.store.session import new_id
from bot.store.sql import run, table
from bot.store.tables import (
    Address,
    AddressContact,
    Alert,
    Contact,
    ContactKey,
    Idempotency,
    Inbox,
    Moment,
    Outbox,
    Question,
    Registration,
    Seen,
)
from tests.store.world import DAY, HOUR, MINUTE, NOW, SECOND, World

TABLES = SQLModel.metadata.tables
PERSONAL = [one for one in TABLES.values() if "contact_id" in one.c or "address_id" in one.c]


def count(world: World, which: Table, **where: Any) -> int:
    with world.store.read() as session:
        counted = select(func.count()).select_from(which).filter_by(**where)
        total: int = run(session, counted).scalar_one()
        return total


def erase(world: World, who: inbox.Received, **more: Any) -> tuple[events.Promotion, ...]:
    with world.store.begin() as session:
        return erase_contact(session, world.store, who.contact_id, NOW, **more).promotions


def filled(which: Table, contact_id: str, address_id: str) -> dict[str, Any]:
    """A row of any table, with something in every column."""
    made: dict[str, Any] = {}
    for column in which.columns:
        kind = column.type
        if column.name == "contact_id":
            made[column.name] = contact_id
        elif column.name == "address_id":
            made[column.name] = address_id
        elif column.primary_key and column.autoincrement is True:
            continue
        elif isinstance(kind, Moment):
            made[column.name] = NOW + DAY
        elif kind.python_type is date:
            made[column.name] = NOW.date()
        elif isinstance(kind, JSON):
            made[column.name] = [["a-question", True]]
        elif kind.python_type is bytes:
            made[column.name] = b"sealed"
        elif kind.python_type is bool:
            made[column.name] = False
        elif kind.python_type is int:
            made[column.name] = 1
        elif isinstance(kind, AutoString):
            made[column.name] = new_id()[: kind.length or 22]
        else:
            raise AssertionError(f"{which.name}.{column.name}: teach this test {kind!r}")
    return made


# --- erasure ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stay", [False, True])
def test_every_table_with_a_person_in_it_is_erased(world: World, stay: bool) -> None:
    """Found by walking the tables: a new one cannot be forgotten."""
    assert len(PERSONAL) >= 17
    siti, ani = world.hear("siti"), world.hear("ani")
    for which in PERSONAL:
        for one in (siti, ani):
            with world.store.begin() as session:
                there = select(func.count()).select_from(which).where(person(which, one))
                if not run(session, there).scalar():
                    run(session, insert(which).values(filled(which, one.contact_id, one.address_id)))
                assert run(session, there).scalar(), f"no row of {which.name} to erase"
    before = {which.name: count_of(world, which, ani) for which in PERSONAL}

    erase(world, siti, keep_address=siti.address_id if stay else None)

    left = {which.name: count_of(world, which, siti) for which in PERSONAL if count_of(world, which, siti)}
    # The address that answers stays, linked to somebody new of whom nothing is known.
    assert left == ({"address_contact": 1, "inbox": 1} if stay else {})
    assert count(world, table(Address), id=siti.address_id) == int(stay)
    with world.store.read() as session:
        for which in PERSONAL:
            if "contact_id" in which.c:
                found = select(func.count()).select_from(which).where(which.c.contact_id == siti.contact_id)
                assert run(session, found).scalar() == 0, which.name
        assert run(session, select(table(Contact)).filter_by(id=siti.contact_id)).first() is None
    assert {which.name: count_of(world, which, ani) for which in PERSONAL} == before


def person(which: Table, one: inbox.Received) -> Any:
    """Rows of this contact or of its address."""
    found = [which.c.contact_id == one.contact_id] if "contact_id" in which.c else []
    if "address_id" in which.c:
        found.append(which.c.address_id == one.address_id)
    condition = found[0]
    for more in found[1:]:
        condition = condition | more
    return condition


def count_of(world: World, which: Table, one: inbox.Received) -> int:
    with world.store.read() as session:
        total: int = run(session, select(func.count()).select_from(which).where(person(which, one))).scalar_one()
        return total


def test_the_key_goes_and_nothing_opens_any_more(world: World) -> None:
    siti = world.person()
    with world.store.begin() as session:
        sealed = world.store.vault.seal_for(session, siti.contact_id, "a.b", "in an old backup")
    erase(world, siti)
    with world.store.begin() as session:
        assert world.store.vault.open_for(session, siti.contact_id, "a.b", sealed) is None
    assert count(world, table(ContactKey)) == 0


def test_erasing_twice_or_nobody_does_nothing(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani")
    erase(world, siti), erase(world, siti)
    with world.store.begin() as session:
        erase_contact(session, world.store, "nobody", NOW)
    assert count(world, table(Contact)) == count(world, table(Address)) == 1
    assert world.address(ani).contact_id == ani.contact_id


def test_in_her_own_turn_the_answer_can_still_be_sent(world: World) -> None:
    """She erases herself; what she wrote meanwhile is played; nothing is known of her."""
    siti = world.person("siti", language="sas")
    wish = world.hear("siti", "hapus")
    world.hear("siti", "halo lagi")
    (claimed,) = world.claim()
    with world.store.begin() as session:
        people.open_address(session, world.store, siti.address_id, lock=True)
        erase_contact(session, world.store, siti.contact_id, NOW, keep_address=siti.address_id)
        person = people.snapshot(session, world.store, siti.address_id, NOW)
        assert person.contact_id != siti.contact_id and person.first and person.state is None
        people.save_state(session, world.store, person, "{}", 1, NOW)
        inbox.finish(session, wish.inbox_id or 0, NOW)
        answer = outbox.put(
            session, world.store, sender=person.sender, address_id=person.address_id, contact_id=person.contact_id,
            lane=1, key=f"turn:{wish.inbox_id}:0", body={"text": "Sudah dihapus"}, not_before=NOW,
        )  # fmt: skip
        inbox.release(session, siti.address_id, NOW, unplayed=claimed.inbox_ids[1:])
    assert answer is not None
    (item,) = world.send(world.lease())
    assert (item.body["text"], item.account) == ("Sudah dihapus", "siti")
    assert world.play(world.claim()) == ["halo lagi"]


def test_other_people_on_the_phone_stay_and_are_not_opened(world: World) -> None:
    siti = world.person("siti")
    with world.store.begin() as session:
        people.add_profile(
            session, world.store, address_id=siti.address_id, nickname="Ani", pin="1234", now=NOW + SECOND
        )
        ani = people.snapshot(session, world.store, siti.address_id, NOW)
        people.save_state(session, world.store, ani, "ani's place", 1, NOW)
        people.switch_profile(
            session, world.store, address_id=siti.address_id, profile=siti.contact_id, pin=None, now=NOW
        )
    erase(world, siti)
    with world.store.begin() as session:
        person = people.snapshot(session, world.store, siti.address_id, NOW)
        assert person.contact_id not in (siti.contact_id, ani.contact_id) and person.first
        assert sorted(one.nickname for one in person.contact.profiles) == ["", "Ani"]
        people.switch_profile(
            session, world.store, address_id=siti.address_id, profile=ani.contact_id, pin="1234", now=NOW
        )
        assert people.snapshot(session, world.store, siti.address_id, NOW).state == "ani's place"


def test_a_profile_that_is_not_active_is_erased_alone(world: World) -> None:
    siti = world.person("siti")
    with world.store.begin() as session:
        people.add_profile(session, world.store, address_id=siti.address_id, nickname="Ani", pin=None, now=NOW)
    active = world.address(siti).contact_id
    erase(world, siti)
    assert world.address(siti).contact_id == active
    assert count(world, table(AddressContact)) == count(world, table(Contact)) == 1


def test_her_seat_goes_to_the_next_in_line(world: World) -> None:
    event_id = world.event(1)
    siti, ani = world.person("siti"), world.person("ani")
    world.seated(siti, event_id), world.seated(ani, event_id)
    (promotion,) = erase(world, siti)
    assert (promotion.contact_id, promotion.address_id) == (ani.contact_id, ani.address_id)
    assert count(world, table(Registration)) == count(world, table(Registration), status="seat") == 1


def test_a_seat_for_somebody_without_a_phone_stays_as_a_code(world: World) -> None:
    """She wrote the code down, and comes."""
    event_id, siti = world.event(2), world.person("siti")
    taken = world.seated(siti, event_id, other=True)
    assert erase(world, siti) == ()
    with world.store.begin() as session:
        row = run(session, select(table(Registration))).one()
        assert (row.contact_id, row.address_id, row.name, row.village) == ("", "", None, None)
        assert (row.status, row.code) == ("seat", taken.code)
        done, _ = events.cancel_by_code(session, world.store, event_id=event_id, code=taken.code, now=NOW)
        assert done.done


def test_a_message_in_flight_is_no_trouble(world: World) -> None:
    siti = world.person("siti")
    world.put(siti)
    (item,) = world.send(world.lease())
    erase(world, siti)
    assert world.accept(item) is None
    assert count(world, table(Outbox)) == 0


def test_who_was_erased_comes_back_as_somebody_new(world: World) -> None:
    siti = world.person("siti", language="sas")
    erase(world, siti)
    again = world.hear("siti")
    assert again.new and again.contact_id != siti.contact_id and again.address_id != siti.address_id


# --- a copy ----------------------------------------------------------------------------------------------------------


def test_a_copy_tells_what_is_kept_in_plain_words(world: World) -> None:
    event_id = world.event(5)
    siti = world.person("6281234", sender="whatsapp:1", language="sas", role="family", kabupaten="lombok-timur")
    world.seated(siti, event_id, name="Siti Aminah", village="Aikmel")
    with world.store.begin() as session:
        people.mark_lesson(session, siti.contact_id, "documents", "passport", NOW)
        people.record_quiz(session, siti.contact_id, "documents", 4, 5, NOW)
        people.set_safe_to_write(session, siti.contact_id, False)
        people.set_announcements(session, siti.address_id, False, False, NOW)
        text = export_contact(
            session, world.store, siti.contact_id, NOW, {"documents/passport": "Paspor", "lombok-timur": "Lombok Timur"}
        )
    assert text.splitlines()[0] == "Catatan tentang Anda, 24 November 2026"
    for line in (
        "Bahasa: Sasak",
        "Persetujuan menyimpan data: ya, 24 November 2026 (teks 1)",
        "Keadaan: keluarga",
        "Kabupaten/kota: Lombok Timur",
        "Petugas boleh menulis lebih dulu: jangan",
        "- WhatsApp 6281234, tidak menerima pengumuman",
        "- Paspor, 24 November 2026",
        "- documents: 4 benar dari 5, 24 November 2026",
    ):
        assert line in text.splitlines()
    assert "- Bekal sebelum berangkat, 1 Desember 2026 11.00 WITA, Kantor Desa Aikmel: dapat tempat, kode " in text
    assert "atas nama Siti Aminah, Aikmel" in text


def test_a_copy_tells_of_the_way_to_departure(world: World) -> None:
    siti = world.person("siti")
    with world.store.begin() as session:
        papers.set_departure(session, siti.contact_id, date(2027, 1, 30))
        papers.set_paper(session, siti.contact_id, "passport", "asked", date(2026, 12, 3), NOW)
        papers.set_paper(session, siti.contact_id, "visa", "missing", None, NOW)
        for kind in ("papers", "lesson"):
            reminders.set_reminder(session, siti.contact_id, siti.address_id, kind, True, NOW, every="week")
        learning.record_check(session, siti.contact_id, "before", 2, 6, [("q", True)], NOW)
        code = certificates.make_certificate(session, world.store, siti.contact_id, "Siti Aminah", "id", NOW)
        recovered = recovery.make_recovery_code(session, world.store, siti.contact_id, NOW)
        text = export_contact(session, world.store, siti.contact_id, NOW, {"passport": "Paspor"})
    lines = text.splitlines()
    for line in (
        "Tanggal berangkat: 30 Januari 2027",
        "Kode pemulihan: ada, berlaku sampai 29 Desember 2027",
        "- Paspor: sedang diurus, tanggal 3 Desember 2026",
        "- visa: belum ada",
        "- pelajaran, setiap minggu, sejak 24 November 2026",
        "- surat-surat, sejak 24 November 2026",
        "- sebelum belajar: 2 benar dari 6, 24 November 2026",
        f"- kode {code}, 24 November 2026, atas nama Siti Aminah",
    ):
        assert line in lines
    assert recovered is not None and recovered.code not in text


def test_a_copy_is_silent_about_danger_and_what_was_handed_over(world: World) -> None:
    """Other people read this phone."""
    siti, ani = world.person("siti"), world.person("ani")
    with world.store.begin() as session:
        who = {"contact_id": siti.contact_id, "address_id": siti.address_id, "now": NOW}
        questions.hand_over(session, world.store, question="majikan memukul", safe_to_write=True, **who)
        questions.answer(session, world.store, "P-0001", "kami datang", NOW)
        questions.new_alert(session, level="now", country="my", safe_to_write=False, **who)
        with_danger, without = (
            export_contact(session, world.store, one.contact_id, NOW).replace(name, "")
            for one, name in ((siti, "siti"), (ani, "ani"))
        )
    assert with_danger == without


def test_a_copy_of_nearly_nothing(world: World) -> None:
    siti = world.hear("secret cookie", sender="webchat")
    with world.store.read() as session:
        text = export_contact(session, world.store, siti.contact_id, NOW)
        assert "Persetujuan menyimpan data: belum ditanya" in text
        assert "- obrolan web" in text and "secret cookie" not in text
        with pytest.raises(KeyError):
            export_contact(session, world.store, "nobody", NOW)


# --- forgetting ------------------------------------------------------------------------------------------------------


def forget(world: World, now: Any = NOW, limit: int = 500) -> dict[str, int]:
    """What was forgotten, by kind."""
    with world.store.begin() as session:
        return {kind: rows for kind, rows in prune(session, world.store, now, limit).items() if rows}


def test_a_busy_day_forgets_nothing(world: World) -> None:
    siti = world.person("siti")
    world.hear("siti"), world.put(siti), world.event()
    assert forget(world) == {}


def test_without_consent_thirty_silent_days_are_the_end(world: World) -> None:
    long_ago = NOW - 30 * DAY - MINUTE
    world.person("asked never", consent=None, now=long_ago)
    world.person("refused", consent=False, now=long_ago)
    stays = [world.person("consented", now=long_ago), world.person("recent", consent=None, now=NOW - 29 * DAY)]
    asked = world.person("asked something", consent=None, now=long_ago)
    with world.store.begin() as session:
        questions.hand_over(
            session, world.store, contact_id=asked.contact_id, address_id=asked.address_id, question="?",
            safe_to_write=True, now=long_ago,
        )  # fmt: skip
    assert forget(world)["contacts"] == 2
    with world.store.read() as session:
        left = set(run(session, select(table(Contact).c.id)).scalars())
    assert left == {one.contact_id for one in [*stays, asked]}
    assert count(world, table(Address)) == 3


def test_a_few_contacts_at_a_time(world: World) -> None:
    for number in range(5):
        world.person(f"p{number}", consent=None, now=NOW - 31 * DAY)
    assert [forget(world, limit=20).get("contacts") for _ in range(4)] == [2, 2, 1, None]


def test_seen_ids_and_keys_have_their_time(world: World) -> None:
    siti = world.person("siti")
    world.put(siti)
    assert forget(world, NOW + 3 * DAY).get("seen") is None
    assert forget(world, NOW + 3 * DAY + SECOND)["seen"] == 1
    assert count(world, table(Seen)) == 0
    assert count(world, table(Idempotency)) == 1
    assert forget(world, NOW + retention.KEYS + DAY)["keys"] == 1


def test_rows_played_go_and_parked_ones_wait_for_staff(world: World) -> None:
    world.person("done"), world.person("bad")
    bad = world.hear("bad")
    with world.store.begin() as session:
        inbox.park(session, bad.inbox_id or 0, "fault", NOW)
    world.hear("pending")
    assert forget(world, NOW + 2 * DAY).get("inbox") is None  # TUTUP needs their ids for 48 hours
    assert forget(world, NOW + 4 * DAY)["inbox"] == 2
    assert count(world, table(Inbox)) == 2
    assert forget(world, NOW + 31 * DAY)["inbox"] == 1
    assert count(world, table(Inbox), status="pending") == 1


def test_texts_that_left_go_before_their_fates(world: World) -> None:
    people_ = [world.person(f"p{number}") for number in range(3)]
    for one in people_:
        world.put(one)
    epoch = world.lease()
    final, reported, refused = world.send(epoch)
    world.accept(final)
    world.accept(reported, final=False)  # and no report ever comes
    world.accept(refused, final=False)
    with world.store.begin() as session:
        outbox.status_callback(session, world.store, refused.id, f"m{refused.id}", "failed", "63016", NOW)
    assert [world.row(item.id).body is not None for item in (final, reported, refused)] == [False, True, True]
    assert forget(world, NOW + 2 * DAY) == {}
    assert forget(world, NOW + 3 * DAY + MINUTE)["outbox bodies"] == 2
    assert [world.row(item.id).status for item in (final, reported, refused)] == ["sent", "sent", "failed"]
    forget(world, NOW + 40 * DAY)
    assert count(world, table(Outbox)) == 0


def test_what_was_never_sent_is_given_up_after_a_month(world: World) -> None:
    outbox_id = world.put(world.person("siti"))
    assert forget(world, NOW + 29 * DAY).get("unsent") is None
    assert forget(world, NOW + 31 * DAY)["unsent"] == 1
    assert (world.row(outbox_id).status, world.row(outbox_id).body) == ("cancelled", None)


def test_danger_and_answers_are_kept_a_month(world: World) -> None:
    siti = world.person("siti")
    with world.store.begin() as session:
        who = {"contact_id": siti.contact_id, "address_id": siti.address_id, "now": NOW}
        questions.new_alert(session, level="now", country=None, safe_to_write=True, **who)
        questions.hand_over(session, world.store, question="a", safe_to_write=True, **who)
        questions.hand_over(session, world.store, question="open", safe_to_write=True, media="file:1", **who)
        questions.answer(session, world.store, "1", "b", NOW)
    assert forget(world, NOW + 8 * DAY)["voices"] == 1
    assert "alerts" not in forget(world, NOW + 29 * DAY)
    gone = forget(world, NOW + 31 * DAY)
    assert (gone["alerts"], gone["questions"]) == (1, 1)
    assert count(world, table(Alert)) == 0 and count(world, table(Question), status="open") == 1


def test_names_go_some_time_after_the_event(world: World) -> None:
    siti = world.person("siti")
    taken = world.seat(siti, world.event(5, starts=NOW + HOUR))
    assert isinstance(taken, SeatTaken)
    assert "names" not in forget(world, NOW + 90 * DAY)
    assert forget(world, NOW + 91 * DAY)["names"] == 1
    assert count(world, table(Registration), name=None, code=taken.code) == 1


def test_what_was_put_in_beside_an_erasure_is_found(world: World) -> None:
    siti = world.person("siti")
    world.put(siti), world.hear("siti")
    with world.store.begin() as session:
        run(session, update(table(Outbox)).values(contact_id="gone"))
        run(session, update(table(Inbox)).values(contact_id="gone"))
    assert forget(world)["orphans"] == 3


def test_recovery_codes_and_wrong_ones_have_their_time(world: World) -> None:
    siti = world.person("siti")
    with world.store.begin() as session:
        recovery.make_recovery_code(session, world.store, siti.contact_id, NOW)
        recovery.use_recovery_code(
            session, world.store, address_id=siti.address_id, typed="wrong", pin=None, now=NOW
        )  # fmt: skip
    assert forget(world, NOW + HOUR) == {}
    assert forget(world, NOW + DAY + MINUTE) == {"recovery tries": 1}
    assert "recovery codes" not in forget(world, NOW + recovery.VALID)
    assert forget(world, NOW + recovery.VALID + DAY)["recovery codes"] == 1


def test_a_limit_is_kept(world: World) -> None:
    for number in range(7):
        world.hear(f"p{number}")
    assert [forget(world, NOW + 4 * DAY, limit=3)["seen"] for _ in range(3)] == [3, 3, 1]


def test_how_long_things_are_kept_is_what_people_are_told() -> None:
    assert retention.SILENT_WITHOUT_CONSENT == retention.DANGER == timedelta(days=30)
    assert timedelta(days=7) == retention.VOICE
    assert timedelta(hours=48) < retention.INBOX_ROWS
