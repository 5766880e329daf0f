"""Every effect is carried out, by the real conversation where it leads there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.conversation.menu import Menu
from bot.conversation.state import State
from bot.conversation.turn import take_turn
from bot.conversation.types import (
    AlertImpossible,
    AlertQueued,
    CancelSeat,
    CertificateChecked,
    CertificateMade,
    CheckPin,
    Context,
    CountCampaign,
    Effect,
    HandedOver,
    HandOver,
    Listed,
    ListedFound,
    MakeCertificate,
    MakeRecoveryCode,
    MarkLesson,
    Message,
    Outcome,
    Paper,
    PinRight,
    ProfileSwitched,
    RaiseAlert,
    RecordCheck,
    RecordFeedback,
    RecordMiss,
    RecordQuiz,
    RecoveryCode,
    RecoveryRefused,
    Reply,
    ReportSasak,
    Request,
    SearchListed,
    SeatCancelled,
    SeatRefused,
    SeatTaken,
    SetAnnouncements,
    SetConsent,
    SetDeparture,
    SetLanguage,
    SetPaper,
    SetProfile,
    SetReminder,
    SetSafeToWrite,
    SwitchProfile,
    TakeSeat,
    Turn,
    UseRecoveryCode,
    VerifyCertificate,
    WipeScreen,
    WrongPin,
)
from bot.conversation.types import Contact as ContactData
from bot.store import events, listings, outbox, people, questions, staff
from bot.store.sql import run, table
from bot.store.tables import Alert, Certificate, Contact, Feedback, Miss, Question, SasakReport
from bot.workers.alerts import alert_text
from bot.workers.desk import VoiceNote
from bot.workers.effects import TABLE
from bot.workers.pushes import NEUTRAL
from tests.workers.house import NOW, STAFF_CHAT, House


def all_kinds(base: type[Effect]) -> Iterator[type[Effect]]:
    for kind in base.__subclasses__():
        yield kind
        yield from all_kinds(kind)


def test_the_table_is_complete() -> None:
    wanted = set(all_kinds(Effect)) - {Request}
    assert set(TABLE) == wanted


class Doing:
    """A conversation that does what it is told, and notes what came of it."""

    def __init__(self, *effects: Effect) -> None:
        self.effects = effects
        self.outcomes: list[Outcome] = []
        self.contexts: list[Context] = []

    def __call__(self, state: State | None, message: Message, c: Context) -> Turn:
        self.contexts.append(c)
        if message.outcome is not None:
            self.outcomes.append(message.outcome)
            return Turn(Menu(), (Reply("selesai"),))
        replies = () if any(isinstance(effect, Request) for effect in self.effects) else (Reply("selesai"),)
        return Turn(Menu(), replies, self.effects)


def do(
    house: House, account: str, *effects: Effect, sender: str = "telegram:7000000001", **more: Any
) -> Outcome | None:
    """Has the effects carried out in a turn of this person; the outcome of the request among them."""
    doing = Doing(*effects)
    house.hear(account, "lakukan", sender=sender)
    played = house.runner(doing, **more).run_once()
    assert (played.turns, played.failed) == (1, 0)
    return doing.outcomes[0] if doing.outcomes else None


def known(house: House, account: str, *, consent: bool = True, **columns: Any) -> Any:
    received = house.hear(account, "halo")
    house.runner(Doing()).run_once()
    with house.begin() as session:
        if consent:
            people.set_consent(session, received.contact_id, True, "1", NOW)
        if columns:
            contacts = table(Contact)
            run(session, update(contacts).where(contacts.c.id == received.contact_id).values(columns))
    return received


# --- what is known of the person -------------------------------------------------------------------------------------


def test_what_is_known_of_a_person(house: House) -> None:
    siti = house.hear("siti", "halo")
    house.runner().run_once()
    do(
        house, "siti", SetLanguage("sas"), SetConsent(True, "2026-11"), SetProfile(role="family"),
        SetProfile(kabupaten="lombok-timur"), MarkLesson("decide", "why"), RecordQuiz("decide", 3, 4),
        SetAnnouncements(False), SetSafeToWrite(True),
    )  # fmt: skip
    contact = house.person(siti.address_id).contact
    assert (contact.language, contact.consent, contact.role, contact.kabupaten) == (
        "sas",
        True,
        "family",
        "lombok-timur",
    )
    assert contact.lessons == {"decide/why"} and contact.quizzes == {"decide": (3, 4)}
    assert contact.announcements is False and contact.safe_to_write is True
    do(house, "siti", SetConsent(False, "2026-11"), SetAnnouncements(True))
    contact = house.person(siti.address_id).contact
    assert contact.consent is False and contact.role is None and not contact.lessons and contact.announcements


def test_what_is_counted_without_who(house: House) -> None:
    do(
        house, "siti", RecordFeedback("cost-passport", True), RecordMiss("bayar paspor"),
        ReportSasak("card:module=decide", "salaq"), CountCampaign("desa-aikmel"), CountCampaign("desa-aikmel"),
    )  # fmt: skip
    with house.store.read() as session:
        assert run(session, select(table(Feedback).c.topic, table(Feedback).c.helped)).one() == ("cost-passport", 1)
        assert run(session, select(table(Miss).c.words)).scalar_one() == "bayar paspor"
        assert run(session, select(table(SasakReport).c.place)).scalar_one() == "card:module=decide"
        assert outbox.counters(session) == {"campaign.desa-aikmel": 2}


# --- TUTUP -----------------------------------------------------------------------------------------------------------


def test_a_wiped_telegram_chat_loses_what_telegram_lets_go(house: House) -> None:
    siti = house.hear("siti", "halo", provider_message="11")
    house.runner().run_once()
    assert len(house.rows(siti.address_id)) == 1
    with house.begin() as session:
        epoch = outbox.take_lease(session, "telegram:7000000001", "one", NOW, timedelta(minutes=1))
        assert epoch is not None
        (item,) = outbox.claim(
            session, house.store, sender="telegram:7000000001", epoch=epoch, n=1, now=NOW, lease=timedelta(seconds=30)
        )
        outbox.accepted_part(session, item.id, "12", NOW)
        outbox.sent(session, item.id, epoch=epoch, now=NOW)
    house.clock.move(60)
    house.hear("siti", "tutup", provider_message="13")
    house.runner().run_once()
    rows = [row for row in house.rows(siti.address_id) if row.status == "queued"]
    assert [row.kind for row in rows] == ["delete", "message"]
    assert rows[0].body == {"delete": ["11", "12", "13"]} and rows[0].lane == outbox.DANGER
    assert "bahaya" not in rows[1].text.lower()

    # What is older than two days Telegram keeps.
    house.clock.move(49 * 3600)
    house.hear("siti", "tutup", provider_message="14")
    house.runner().run_once()
    assert [row.body for row in house.rows(siti.address_id) if row.kind == "delete"][-1] == {"delete": ["14"]}


@pytest.mark.parametrize("sender", ["telegram:7000000001", "whatsapp:15005550006"])
def test_what_still_waits_does_not_follow_onto_a_wiped_screen(house: House, sender: str) -> None:
    account = "4711" if sender.startswith("telegram") else "+60123456789"
    siti, ani = house.hear(account, "halo", sender=sender), house.hear(account + "2", "halo", sender=sender)
    house.runner().run_once()  # answered, not sent yet
    house.hear(account, "tutup", sender=sender)
    house.runner().run_once()
    messages = [row.status for row in house.rows(siti.address_id) if row.kind == "message"]
    assert messages == ["cancelled", "queued"]
    assert [row.status for row in house.rows(ani.address_id)] == ["queued"]


def test_a_wiped_web_chat_shows_nothing_when_it_is_loaded_again(house: House) -> None:
    siti = house.hear("cookie", "halo", sender="webchat")
    house.runner().run_once()
    with house.begin() as session:
        assert len(outbox.pull(session, house.store, siti.address_id, 0, 10, NOW)) == 1
    house.hear("cookie", "menu", sender="webchat")
    house.runner().run_once()  # answered, not fetched yet
    house.hear("cookie", "tutup", sender="webchat")
    house.runner().run_once()
    with house.begin() as session:
        fresh = outbox.pull(session, house.store, siti.address_id, 0, 10, NOW)
    assert [row.kind for row in fresh] == ["delete", "message"]
    assert fresh[1].body["state"] == "closed"


def test_whatsapp_deletes_nothing(house: House) -> None:
    do(house, "+60123456789", WipeScreen(), sender="whatsapp:15005550006")
    assert [row.kind for row in house.rows()] == ["message"]


# --- people who help -------------------------------------------------------------------------------------------------


def test_a_question_with_no_staff_is_not_kept(house: House) -> None:
    assert do(house, "siti", HandOver("boleh?", True)) == HandedOver("", staffed=False)
    with house.store.read() as session:
        assert run(session, select(table(Question))).all() == []


def test_a_question_is_kept_for_staff_and_its_voice_note_fetched_after_the_commit(house: House) -> None:
    with house.begin() as session:
        staff.add_staff(session, "Ibu Ana", "Disnaker", "Senin-Jumat 08.00-16.00 WITA", NOW)
    fetched: list[VoiceNote] = []
    outcome = do(house, "siti", HandOver("(pesan suara)", True, media="file-77"), fetch_voice=fetched.append)
    assert isinstance(outcome, HandedOver) and outcome.staffed and outcome.number.startswith("P-")
    assert [(voice.number, voice.channel, voice.media) for voice in fetched] == [
        (outcome.number, "telegram", "file-77")
    ]
    assert "file-77" not in repr(fetched)
    with house.store.read() as session:
        (kept,) = questions.list_open(session, house.store)
        assert (kept.number, kept.text, kept.voice) == (outcome.number, "(pesan suara)", "waiting")
        assert [voice.media for voice in questions.voices_to_fetch(session, house.store)] == ["file-77"]


def test_a_voice_note_of_a_turn_that_failed_is_not_fetched(house: House) -> None:
    with house.begin() as session:
        staff.add_staff(session, "Ibu Ana", "Disnaker", "", NOW)
    fetched: list[VoiceNote] = []

    def take(state: State | None, message: Message, c: Context) -> Turn:
        if message.outcome is not None:
            raise ValueError
        return Turn(Menu(), (), (HandOver("(pesan suara)", True, media="file-77"),))

    house.hear("siti", "lakukan")
    assert house.runner(take, fetch_voice=fetched.append).run_once().failed == 1
    assert fetched == []


def test_an_alert_without_a_staff_chat_is_impossible(house: House) -> None:
    assert do(house, "siti", RaiseAlert("now", "my", True)) == AlertImpossible()
    assert [row.kind for row in house.rows()] == ["message"]


def test_an_alert_goes_to_the_staff_chat_with_level_code_and_country_only(house: House) -> None:
    outcome = do(house, "siti", RaiseAlert("exploitation", "my", True), staffed=True)
    assert isinstance(outcome, AlertQueued)
    (row,) = house.rows(outbox.STAFF)
    assert (row.kind, row.lane) == ("alert", outbox.DANGER)
    assert row.text == alert_text("exploitation", outcome.case, "my")
    assert "EKSPLOITASI" in row.text and outcome.case in row.text and "Malaysia" in row.text
    assert "siti" not in row.text and STAFF_CHAT.account not in row.text
    with house.store.read() as session:
        alert = questions.alert_for_outbox(session, row.id)
        assert alert is not None and alert.status == "queued" and alert.case_code == outcome.case


def test_the_country_may_be_unknown() -> None:
    assert "belum diketahui" in alert_text("now", "K-2", None)


def test_whoever_hears_nothing_of_an_alert_for_two_minutes_hears_that(house: House) -> None:
    """The row waits from the start, so that it goes out even if everything else stops."""
    outcome = do(house, "siti", RaiseAlert("now", None, False), staffed=True)
    assert isinstance(outcome, AlertQueued)
    (silent,) = [row for row in house.rows() if row.body.get("state") == "alert"]
    assert silent.not_before == NOW + timedelta(minutes=2) and silent.lane == outbox.DANGER
    assert outcome.case in silent.text and "TIDAK" in silent.text.upper()


# --- seats -----------------------------------------------------------------------------------------------------------


def event(house: House, capacity: int | None = 1) -> str:
    with house.begin() as session:
        return events.create_event(
            session, title={"id": "Sesi di Aikmel"}, starts=NOW + timedelta(days=5), place="Kantor Desa", now=NOW,
            capacity=capacity,
        )  # fmt: skip


def test_a_seat_is_taken_and_the_next_turn_sees_it(house: House) -> None:
    event_id = event(house)
    known(house, "siti")
    known(house, "budi")
    house.hear("siti", "lakukan")
    house.hear("budi", "lakukan")
    doing = Doing(TakeSeat(event_id, "Siti", "Aikmel"))
    assert house.runner(doing).run_once().turns == 2
    first, second = doing.outcomes
    assert isinstance(first, SeatTaken) and isinstance(second, SeatTaken)
    assert sorted((first.waiting, second.waiting)) == [False, True]
    left = [c.events[0].seats_left for c in doing.contexts]
    assert left == [1, 0, 0, 0], "seen at once by the turns behind it in the same transaction"


def test_seats_of_the_public_web_chat_wait_for_approval(house: House) -> None:
    event_id = event(house)
    outcome = do(house, "cookie", TakeSeat(event_id, "Siti", "Aikmel"), sender="webchat", seats="approve")
    assert isinstance(outcome, SeatTaken) and outcome.approval
    outcome = do(house, "lain", TakeSeat(event_id, "Siti", "Aikmel"), sender="webchat", seats="off")
    assert outcome == SeatRefused("off")
    taken = do(house, "siti", TakeSeat(event_id, "Siti", "Aikmel"), seats="off")
    assert isinstance(taken, SeatTaken) and not taken.approval


@pytest.mark.parametrize(("safe", "shown"), [(True, True), (None, False), (False, False)])
def test_who_moves_up_is_told_neutrally(house: House, safe: bool | None, shown: bool) -> None:
    event_id = event(house)
    known(house, "siti")
    budi = known(house, "budi", language="id", safe_to_write=safe)
    mine = do(house, "siti", TakeSeat(event_id, "Siti", "Aikmel"))
    do(house, "budi", TakeSeat(event_id, "Budi", "Sakra"))
    assert isinstance(mine, SeatTaken)
    assert do(house, "siti", CancelSeat(mine.registration)) == SeatCancelled(True)
    (push,) = [row for row in house.rows(budi.address_id) if row.lane == outbox.PUSHES]
    assert push.text.startswith(NEUTRAL)
    assert ("Aikmel" in push.text) is shown
    assert "choices" not in push.body, "a number would be the answer to something else"
    assert [way["key"] for way in push.body["nav"]] == ["mine"]
    assert push.body["step"] == house.person(budi.address_id).step
    # Twice cancelled, once told.
    assert do(house, "siti", CancelSeat(mine.registration)) == SeatCancelled(False)
    assert len([row for row in house.rows(budi.address_id) if row.lane == outbox.PUSHES]) == 1


def test_the_button_of_that_push_shows_the_seat(house: House) -> None:
    event_id = event(house)
    known(house, "siti")
    budi = known(house, "budi", language="id")
    mine = do(house, "siti", TakeSeat(event_id, "Siti", "Aikmel"))
    do(house, "budi", TakeSeat(event_id, "Budi", "Sakra"))
    assert isinstance(mine, SeatTaken)
    do(house, "siti", CancelSeat(mine.registration))
    (push,) = [row for row in house.rows(budi.address_id) if row.lane == outbox.PUSHES]
    house.tap("budi", "mine", push.body["step"])
    house.runner().run_once()
    assert "Sesi di Aikmel" in house.rows(budi.address_id)[-1].text
    assert "Sesi di Aikmel" in house.say(house.runner(), "budi", "tiket")[-1].text, "and so does the word"


# --- one's own data --------------------------------------------------------------------------------------------------


def test_my_data_comes_as_a_file_with_a_neutral_name(house: House) -> None:
    known(house, "siti", language="id")
    house.say(house.runner(), "siti", "data saya")
    (row,) = house.say(house.runner(), "siti", "lihat")
    assert row.body["document"]["name"] == "catatan.txt"
    assert "Bahasa" in row.body["document"]["text"]


def test_erasing_gives_the_seat_to_the_next(house: House) -> None:
    event_id = event(house)
    known(house, "siti", language="id")
    budi = known(house, "budi", language="id")
    do(house, "siti", TakeSeat(event_id, "Siti", "Aikmel"))
    do(house, "budi", TakeSeat(event_id, "Budi", "Sakra"))
    house.say(house.runner(), "siti", "data saya", "hapus", "ya")
    assert [row.lane for row in house.rows(budi.address_id)][-1] == outbox.PUSHES
    with house.store.read() as session:
        assert house.person(budi.address_id).contact.registrations[0].waiting is False
        assert session is not None


def test_pins(house: House) -> None:
    siti = known(house, "siti")
    assert do(house, "siti", CheckPin("1234")) == PinRight()
    with house.begin() as session:
        people.name_contact(session, house.store, siti.contact_id, "Siti", "1234")
    assert do(house, "siti", CheckPin("1234")) == PinRight()
    assert do(house, "siti", CheckPin("9999")) == WrongPin(4)
    assert do(house, "siti", SwitchProfile("nobody", "1234")) == WrongPin(0)


# --- answers of staff ------------------------------------------------------------------------------------------------


def test_an_answer_that_must_not_be_sent_waits_for_jawaban_and_is_gone_then(house: House) -> None:
    with house.begin() as session:
        staff.add_staff(session, "Ibu Ana", "Disnaker", "", NOW)
    siti = known(house, "siti", language="id")
    asked = do(house, "siti", HandOver("boleh?", False))
    assert isinstance(asked, HandedOver)
    with house.begin() as session:
        questions.answer(session, house.store, asked.number, "Ya, boleh sekali.", NOW)
    (row,) = house.say(house.runner(), "siti", "jawaban")
    assert "Ya, boleh sekali." in row.text
    with house.store.read() as session:
        assert questions.unread_answers(session, house.store, siti.contact_id) == []
        alerts = run(session, select(table(Alert))).all()
    assert alerts == []


# --- preparing to leave ----------------------------------------------------------------------------------------------

LEAVES = date(2027, 1, 30)


def test_what_is_prepared(house: House) -> None:
    siti = known(house, "siti")
    do(
        house, "siti", SetDeparture(LEAVES), SetPaper("passport", "asked", LEAVES), SetPaper("visa", "missing"),
        SetReminder("lesson", True, "week"), SetReminder("papers", True), SetReminder("departure", True),
        SetReminder("papers", False), RecordCheck("before", 2, 6, (("q", True),)), RecordCheck("before", 6, 6),
    )  # fmt: skip
    contact = house.person(siti.address_id).contact
    assert (contact.departure, contact.lesson_every) == (LEAVES, "week")
    assert contact.papers == {"passport": Paper("asked", LEAVES), "visa": Paper("missing")}
    assert contact.reminders == {"lesson", "departure"} and contact.checks == {"before": (2, 6)}
    do(house, "siti", SetDeparture(None), SetReminder("lesson", False))
    contact = house.person(siti.address_id).contact
    assert (contact.departure, contact.lesson_every, contact.reminders) == (None, None, {"departure"})


def test_without_consent_none_of_it_is_kept(house: House) -> None:
    siti = known(house, "siti", consent=False)
    do(
        house, "siti", SetDeparture(LEAVES), SetPaper("visa", "have"), SetReminder("papers", True),
        RecordCheck("before", 2, 6),
    )  # fmt: skip
    assert house.person(siti.address_id).contact == ContactData(consent=None)
    assert do(house, "siti", MakeCertificate("Siti")) == CertificateMade("")
    made = do(house, "siti", MakeRecoveryCode())
    assert isinstance(made, RecoveryCode) and made.code == ""


def test_a_certificate_is_made_and_anybody_can_verify_it(house: House) -> None:
    siti = known(house, "siti", language="sas")
    made = do(house, "siti", MakeCertificate(None))
    assert isinstance(made, CertificateMade) and made.code.startswith("BKL-")
    assert do(house, "siti", MakeCertificate("Siti Aminah")) == made
    assert house.person(siti.address_id).contact.certificate == made.code
    assert do(house, "ani", VerifyCertificate(made.code.lower())) == CertificateChecked(
        True, "Siti Aminah", date(2026, 11, 24)
    )
    assert do(house, "ani", VerifyCertificate("BKL-0000-0000-0000-0000")) == CertificateChecked(False)
    with house.store.read() as session:
        assert run(session, select(table(Certificate).c.language)).scalar_one() == "sas"


def test_going_on_from_a_new_number(house: House) -> None:
    siti = known(house, "siti")
    do(house, "siti", MarkLesson("contract", "two-papers"))
    made = do(house, "siti", MakeRecoveryCode())
    assert isinstance(made, RecoveryCode) and made.until == date(2027, 12, 29)
    new = known(house, "baru", consent=False)
    assert do(house, "baru", UseRecoveryCode("0000-0000-0000")) == RecoveryRefused("unknown")
    assert do(house, "baru", UseRecoveryCode(made.code)) == ProfileSwitched("", new=False)
    person = house.person(new.address_id)
    assert person.contact_id == siti.contact_id and person.contact.lessons == {"contract/two-papers"}
    # The turn's state was kept for her, and the old number's place is untouched.
    assert person.state is not None
    assert house.person(siti.address_id).contact_id == siti.contact_id


def test_a_recovery_by_the_real_conversation_greets_her(house: House) -> None:
    """After the outcome the context is hers: her menu, in her language."""
    known(house, "siti", language="id")
    made = do(house, "siti", MakeRecoveryCode())
    assert isinstance(made, RecoveryCode)
    known(house, "baru", consent=False)

    def take(state: State | None, message: Message, c: Context) -> Turn:
        if message.text == "pulihkan":
            return Turn(Menu(), (), (UseRecoveryCode(made.code),))
        return take_turn(state, message, c)

    (row,) = house.say(house.runner(take), "baru", "pulihkan")
    assert row.text.startswith("Halo")


def test_names_are_looked_up_in_the_lists(house: House) -> None:
    assert do(house, "siti", SearchListed("pt contoh")) == ListedFound("pt contoh", (), False, ())
    company = Listed("p3mi", "PT. Contoh Jaya", "SIP3MI-1", "Mataram")
    with house.begin() as session:
        listings.replace_list(session, "p3mi", "Disnakertrans NTB", LEAVES, [company], NOW)
    found = do(house, "siti", SearchListed("contoh jaya"))
    assert found == ListedFound("contoh jaya", (company,), True, (("p3mi", "Disnakertrans NTB", LEAVES),))
