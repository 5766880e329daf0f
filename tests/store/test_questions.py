"""A person please: questions, answers, voice notes; and alerts."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from bot.store import inbox, questions
from bot.store.privacy import erase_contact
from bot.store.sql import run, table
from bot.store.tables import ContactKey, Question
from tests.store.world import BOT, HOUR, NOW, World


def ask(world: World, who: inbox.Received, text: str = "Berapa biaya paspor?", **more: object) -> str:
    with world.store.begin() as session:
        values = {"question": text, "safe_to_write": True, "now": NOW, **more}
        return questions.hand_over(
            session,
            world.store,
            contact_id=who.contact_id,
            address_id=who.address_id,
            **values,  # type: ignore[arg-type]
        )


def test_a_question_gets_a_number_and_is_sealed(world: World) -> None:
    siti, ani = world.person("siti", language="sas"), world.person("ani")
    assert [ask(world, siti), ask(world, ani, "Lain", safe_to_write=False)] == ["P-0001", "P-0002"]
    with world.store.read() as session:
        assert b"paspor" not in run(session, select(table(Question).c.body)).scalars().first()
        first, second = questions.list_open(session, world.store)
    assert (first.number, first.text, first.channel, first.language) == (
        "P-0001", "Berapa biaya paspor?", "telegram", "sas",
    )  # fmt: skip
    assert (first.safe_to_write, first.created_at, first.voice) == (True, NOW, None)
    assert not second.safe_to_write


@pytest.mark.parametrize("written", ["P-0001", "p-0001", "p1", "1", " P-1 ", "0001"])
def test_an_answer_goes_to_who_asked(world: World, written: str) -> None:
    siti = world.person("siti", language="sas")
    ask(world, siti)
    with world.store.begin() as session:
        answered = questions.answer(session, world.store, written, "Rp350.000", NOW + HOUR)
        assert questions.list_open(session, world.store) == []
    assert (answered.question_id, answered.number) == (1, "P-0001")
    assert (answered.address_id, answered.contact_id, answered.sender) == (siti.address_id, siti.contact_id, BOT)
    assert (answered.channel, answered.language, answered.safe_to_write) == ("telegram", "sas", True)
    assert answered.text == "Rp350.000"


@pytest.mark.parametrize("wrong", ["P-0099", "0", "abc", "", "P-", "1; DROP TABLE", "9" * 30])
def test_a_wrong_number_is_explained(world: World, wrong: str) -> None:
    with pytest.raises(questions.NoSuchQuestion, match="questions list"), world.store.begin() as session:
        questions.answer(session, world.store, wrong, "x", NOW)


def test_a_question_is_answered_once(world: World) -> None:
    ask(world, world.person())
    with world.store.begin() as session:
        questions.answer(session, world.store, "P-0001", "x", NOW)
        for again in (questions.answer, lambda *_: questions.close(session, "P-0001", NOW)):
            with pytest.raises(questions.NoSuchQuestion, match="answered already"):
                again(session, world.store, "P-0001", "y", NOW)


def test_an_answer_waits_where_writing_first_is_not_safe(world: World) -> None:
    siti = world.person()
    ask(world, siti, safe_to_write=False)
    with world.store.begin() as session:
        assert not questions.answer(session, world.store, "P-0001", "Rp350.000", NOW).safe_to_write
        (waiting,) = questions.unread_answers(session, world.store, siti.contact_id)
        assert waiting.text == "Rp350.000"
        questions.answer_shown(session, waiting.question_id)
        assert questions.unread_answers(session, world.store, siti.contact_id) == []
        row = run(session, select(table(Question))).one()
    assert (row.body, row.answer, row.status) == (None, None, "answered")


def test_closing_takes_the_words(world: World) -> None:
    ask(world, world.person(), media="file:1")
    with world.store.begin() as session:
        questions.close(session, "P-0001", NOW)
        row = run(session, select(table(Question))).one()
    assert (row.status, row.body, row.media) == ("closed", None, None)


def test_a_question_of_somebody_erased_is_gone(world: World) -> None:
    siti = world.person()
    ask(world, siti)
    with world.store.begin() as session:
        erase_contact(session, world.store, siti.contact_id, NOW)
        assert questions.list_open(session, world.store) == []
        with pytest.raises(questions.NoSuchQuestion):
            questions.answer(session, world.store, "P-0001", "x", NOW)


def test_a_question_whose_key_is_lost_is_listed_without_words(world: World) -> None:
    ask(world, world.person())
    with world.store.begin() as session:
        run(session, delete(table(ContactKey)))
        world.store.vault._cache.clear()
        assert questions.list_open(session, world.store)[0].text is None


def test_a_voice_note_is_fetched_and_heard(world: World) -> None:
    siti, sound = world.person(), b"OggS" + bytes(200)
    ask(world, siti, "", media="file:77")
    with world.store.begin() as session:
        assert questions.list_open(session, world.store)[0].voice == "waiting"
        (fetch,) = questions.voices_to_fetch(session, world.store)
        assert (fetch.media, fetch.sender, fetch.channel) == ("file:77", BOT, "telegram")
        with pytest.raises(questions.NoSuchQuestion, match="not here yet"):
            questions.voice_of(session, world.store, "P-0001")
        assert questions.keep_voice(session, world.store, fetch.question_id, sound, mime="audio/ogg", seconds=12)
        assert not questions.keep_voice(session, world.store, 99, sound)
        assert not questions.keep_voice(session, world.store, fetch.question_id, b"another"), "the first one counts"
        assert questions.voices_to_fetch(session, world.store) == []
        (question,) = questions.list_open(session, world.store)
        assert (question.voice, question.about) == ("here", questions.VoiceAbout("audio/ogg", 12, len(sound)))
        kept = questions.voice_of(session, world.store, "P-0001")
        assert (kept.sound, kept.about) == (sound, question.about)
        assert b"OggS" not in repr(kept).encode()
        with pytest.raises(questions.NoSuchQuestion, match="there is no question P-0002"):
            questions.voice_of(session, world.store, "P-0002")
        assert sound not in run(session, select(table(Question).c.voice)).scalar_one()
    with world.store.begin() as session:
        # Then it is to be deleted at the provider, and the reference goes.
        (left,) = questions.voices_to_forget(session, world.store, BOT)
        assert (left.question_id, left.media) == (fetch.question_id, "file:77")
        questions.voice_gone(session, left.question_id)
        assert questions.voices_to_forget(session, world.store) == []
        assert questions.voice_of(session, world.store, "1").sound == sound


def test_a_voice_note_that_cannot_be_had_leaves_a_note(world: World) -> None:
    ask(world, world.person(), "(pesan suara)", media="file:77")
    with world.store.begin() as session:
        assert questions.give_up_voice(session, world.store, 1, "too-large")
        assert not questions.give_up_voice(session, world.store, 1, "gone")
        assert not questions.keep_voice(session, world.store, 1, b"OggS")
        (question,) = questions.list_open(session, world.store)
        assert (question.text, question.voice, question.about.fault) == ("(pesan suara)", "failed", "too-large")
        with pytest.raises(questions.NoSuchQuestion, match="too-large"):
            questions.voice_of(session, world.store, "P-0001")


def test_voices_are_named_by_bot_and_those_put_off_are_left_out(world: World) -> None:
    for number in range(4):
        ask(world, world.person(f"p{number}", sender=BOT if number else "telegram:2"), "", media=f"file:{number}")
    with world.store.begin() as session:
        assert [one.media for one in questions.voices_to_fetch(session, world.store, "telegram:2")] == ["file:0"]
        found = questions.voices_to_fetch(session, world.store, BOT, limit=2, leave={2})
        assert [one.question_id for one in found] == [3, 4]
        assert "file:" not in repr(found)
        questions.close(session, "P-0003", NOW)
        questions.answer(session, world.store, "P-0004", "x", NOW)
        assert [one.question_id for one in questions.voices_to_fetch(session, world.store, BOT)] == [2]
        assert not questions.keep_voice(session, world.store, 4, b"OggS"), "answered meanwhile"


def test_a_voice_note_whose_key_is_lost(world: World) -> None:
    ask(world, world.person(), "", media="file:77")
    with world.store.begin() as session:
        questions.keep_voice(session, world.store, 1, b"OggS")
    with world.store.begin() as session:
        run(session, delete(table(ContactKey)))
        world.store.vault._cache.clear()
        (question,) = questions.list_open(session, world.store)
        assert (question.voice, question.about.fault) == ("failed", "unreadable")
        (left,) = questions.voices_to_forget(session, world.store)
        assert left.media is None


# --- alerts ----------------------------------------------------------------------------------------------------------


def test_an_alert_names_a_case_and_nobody(world: World) -> None:
    siti = world.person("siti")
    with world.store.begin() as session:
        alert = questions.new_alert(
            session, contact_id=siti.contact_id, address_id=siti.address_id, level="now", country="my",
            safe_to_write=False, now=NOW,
        )  # fmt: skip
        assert alert.case_code.startswith("K-") and len(alert.case_code) == 7
        questions.attach_outbox(session, alert.id, 42)
        found = questions.alert_for_outbox(session, 42)
        assert found is not None
        assert (found.id, found.level, found.country, found.status) == (alert.id, "now", "my", "queued")
        assert questions.alert_for_outbox(session, 43) is None


def test_an_alert_is_marked_once_so_that_the_person_is_told_once(world: World) -> None:
    siti = world.person("siti")
    with world.store.begin() as session:
        alert = questions.new_alert(
            session, contact_id=siti.contact_id, address_id=siti.address_id, level="now", country=None,
            safe_to_write=True, now=NOW,
        )  # fmt: skip
        steps = [questions.mark(session, alert.id, status) for status in ("failed", "failed", "sent", "sent", "failed")]
    assert steps == [True, False, True, False, False]


def test_what_is_still_open_is_named_to_who_asked(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani")
    assert [ask(world, siti), ask(world, ani), ask(world, siti)] == ["P-0001", "P-0002", "P-0003"]
    with world.store.begin() as session:
        questions.answer(session, world.store, "P-0001", "Gratis.", NOW)
        assert questions.open_numbers(session, siti.contact_id) == ["P-0003"]


# --- what it was taken for -------------------------------------------------------------------------------------------


def test_the_topic_it_was_taken_for_is_sealed_and_shown_to_staff(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani")
    ask(world, siti, topic="passport-apply")
    ask(world, ani)
    with world.store.read() as session:
        kept = run(session, select(table(Question).c.topic).order_by(table(Question).c.id)).scalars().all()
        assert b"passport" not in kept[0] and kept[1] is None
        assert [one.topic for one in questions.list_open(session, world.store)] == ["passport-apply", None]


def test_the_topic_goes_with_the_question(world: World) -> None:
    siti = world.person("siti")
    for _ in range(2):
        ask(world, siti, topic="sexual-harassment")
    with world.store.begin() as session:
        questions.answer(session, world.store, "1", "x", NOW)
        questions.answer_shown(session, 1)
        questions.close(session, "2", NOW)
        assert run(session, select(table(Question).c.topic)).scalars().all() == [None, None]


def test_answers_are_counted_by_topic_without_who_asked(world: World) -> None:
    siti = world.person("siti")
    for topic in ("passport-apply", "", "passport-apply", "refund"):
        ask(world, siti, topic=topic)
    with world.store.begin() as session:
        for number in ("1", "2", "3"):
            questions.answer(session, world.store, number, "x", NOW)
        questions.close(session, "4", NOW)
        erase_contact(session, world.store, siti.contact_id, NOW)
        assert questions.answered_by_topic(session) == {"passport-apply": 2, questions.NO_TOPIC: 1}
