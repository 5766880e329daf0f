"""Finishing and departing: what a golden cannot show well."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from bot.app import Knowledge
from bot.commands.content import finished_context, walking_context
from bot.conversation import globals as global_words
from bot.conversation.certificate import code_in
from bot.conversation.choosing import plain
from bot.conversation.flows import FLOWS
from bot.conversation.lessons import enter_lessons
from bot.conversation.menu import Menu
from bot.conversation.progress import PASS, finished, next_lesson
from bot.conversation.recovery import code_of
from bot.conversation.rehearsal import Rehearsal
from bot.conversation.state import State
from bot.conversation.transcript import CLOCK, every_lesson, every_quiz
from bot.conversation.turn import take_turn
from bot.conversation.types import (
    CertificateChecked,
    Context,
    MakeCertificate,
    Message,
    RecordCheck,
    SetDeparture,
    SetReminder,
    SetSafeToWrite,
    VerifyCertificate,
)
from bot.conversation.walk import survey
from bot.library.model import Card, Library, Phrase, Statement

CODE = "BKL-7K3Q-9XTD-2M4R-0001"


@pytest.fixture
def done(knowledge: Knowledge) -> Context:
    return finished_context(knowledge, CLOCK, "id")


@pytest.fixture
def known(knowledge: Knowledge) -> Context:
    """Somebody who has agreed and learned nothing yet."""
    context = walking_context(knowledge, CLOCK, "id")
    return replace(context, contact=replace(context.contact, consent=True, role="prospective", kabupaten="mataram"))


def play(context: Context, *words: str) -> Rehearsal:
    rehearsal = Rehearsal(context, Menu())
    for one in words:
        rehearsal.say(one)
    return rehearsal


def name(rehearsal: Rehearsal) -> str:
    assert rehearsal.state is not None
    return rehearsal.state.NAME


def kept(rehearsal: Rehearsal, *kinds: type) -> list[object]:
    return [effect for effect in rehearsal.effects if isinstance(effect, kinds)]


def quiz(rehearsal: Rehearsal, library: Library, module: str) -> None:
    """Answers the quiz that stands on the screen rightly, to its end."""
    found = library.module(module)
    assert found is not None
    right = {question.key: next(x.key for x in question.choices if x.right) for question in found.quiz}
    while name(rehearsal) == "quiz":
        rehearsal.tap(right[rehearsal.state.question])  # type: ignore[union-attr]
        rehearsal.tap("next")


# --- the certificate -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (CODE, CODE),
        ("bkl-7k3q-9xtd-2m4r-0001", CODE),
        ("bkl 7k3q 9xtd 2m4r 0001", CODE),
        ("BKL7K3Q9XTD2M4R0001", CODE),
        ("  *BKL–7K3Q–9XTD–2M4R–0001*. ", CODE),
        ("BKL-7K3Q 9XTD-2M4R", "BKL-7K3Q-9XTD-2M4R"),
        ("BKL-ABCD-EFGH-JKMN-PQRS", "BKL-ABCD-EFGH-JKMN-PQRS"),
        ("bkl gaji saya dari mana", None),
        ("bkl brpa gaji di malaysia", None),
        ("bkl", None),
        ("BKL-", None),
        ("berangkat 7k3q 9xtd 2m4r 0001", None),
        ("7k3q 9xtd 2m4r 0001", None),
        ("", None),
    ],
)
def test_a_certificate_code_is_told_from_words(words: str, code: str | None) -> None:
    assert code_in(words) == code


def test_danger_and_tutup_come_before_a_code(done: Context) -> None:
    assert take_turn(Menu(), Message("text", f"tolong saya dipukul majikan {CODE}"), done).state.NAME == "help-card"
    assert take_turn(Menu(), Message("text", "tutup"), done).state.NAME == "closed"


def test_a_genuine_code_as_the_first_message_is_answered_before_the_welcome(knowledge: Knowledge) -> None:
    context = walking_context(knowledge, CLOCK)
    asked = take_turn(None, Message("text", CODE.lower(), campaign="desa"), context)
    assert [type(effect).__name__ for effect in asked.effects] == ["CountCampaign", "VerifyCertificate"]
    outcome = CertificateChecked(True, "Siti Aminah", date(2026, 11, 25))
    told = take_turn(asked.state, Message("outcome", outcome=outcome), context)
    assert told.state.NAME == "welcome"
    assert "Siti Aminah" in told.replies[0].text and "25 November 2026" in told.replies[0].text
    assert told.replies[1].choices == asked.state.choices(context)


def test_a_code_is_verified_in_forms_and_the_place_is_kept(known: Context) -> None:
    rehearsal = play(known, "ganti orang", "orang baru", CODE)
    assert name(rehearsal) == "verified" and kept(rehearsal, VerifyCertificate) == [VerifyCertificate(CODE)]
    rehearsal.say("lanjut")
    assert name(rehearsal) == "person-name"


def test_the_certificate_needs_every_lesson_and_eighty_per_cent(done: Context) -> None:
    assert finished(done)
    module = done.library.modules[-1].key
    for quizzes, enough in (((4, 5), True), ((79, 100), False), ((80, 100), True), ((0, 0), False)):
        contact = replace(done.contact, quizzes={**done.contact.quizzes, module: quizzes})
        assert finished(replace(done, contact=contact)) is enough, quizzes
    assert PASS == 80
    for lesson in sorted(done.contact.lessons)[:3]:
        contact = replace(done.contact, lessons=done.contact.lessons - {lesson})
        assert not finished(replace(done, contact=contact))
    fewer = replace(done, contact=replace(done.contact, quizzes={}))
    rehearsal = play(fewer, "sertifikat")
    assert name(rehearsal) == "progress" and kept(rehearsal, MakeCertificate) == []


def test_the_last_quiz_offers_the_certificate_at_once(done: Context) -> None:
    last = done.library.modules[-1].key
    quizzes = {key: result for key, result in done.contact.quizzes.items() if key != last}
    rehearsal = Rehearsal(replace(done, contact=replace(done.contact, quizzes=quizzes)), Menu())
    assert next_lesson(rehearsal.context) is not None
    rehearsal.say("kemajuan")
    rehearsal.tap("go-on")
    while name(rehearsal) == "story":
        rehearsal.tap("skip")
    quiz(rehearsal, done.library, last)
    assert name(rehearsal) == "module-done"
    assert [choice.key for choice in rehearsal.state.choices(rehearsal.context)][:2] == ["certificate", "check"]  # type: ignore[union-attr]
    rehearsal.tap("certificate")
    rehearsal.say("tanpa nama")
    assert kept(rehearsal, MakeCertificate) == [MakeCertificate(None)]


def test_without_consent_no_certificate_is_made(done: Context) -> None:
    refused = replace(done, contact=replace(done.contact, consent=False))
    rehearsal = play(refused, "sertifikat", "ya", "tidak")
    assert kept(rehearsal, MakeCertificate) == []


# --- the six questions -----------------------------------------------------------------------------------------------


def test_the_check_comes_neither_before_consent_nor_for_families(known: Context) -> None:
    assert enter_lessons(known).NAME == "check-offer"
    for contact in (
        replace(known.contact, consent=None),
        replace(known.contact, consent=False),
        replace(known.contact, role="family"),
        replace(known.contact, checks={"before": (3, 6)}),
        replace(known.contact, lessons=frozenset(sorted(every_lesson(known))[:2])),
    ):
        assert enter_lessons(replace(known, contact=contact)).NAME != "check-offer", contact


def test_each_answer_is_kept_once(known: Context) -> None:
    rehearsal = play(known, "belajar", "jawab soal", *["a"] * len(known.library.check))
    [record] = kept(rehearsal, RecordCheck)
    assert isinstance(record, RecordCheck)
    assert record.moment == "before" and record.total == len(known.library.check) == len(record.asked)
    assert record.right == sum(right for _, right in record.asked)
    assert [key for key, _ in record.asked] == [question.key for question in known.library.check]
    rehearsal.say("cek")
    assert name(rehearsal) == "progress"


def test_leaving_the_offer_keeps_the_lesson_that_waits(known: Context) -> None:
    rehearsal = play(known, "belajar")
    assert name(rehearsal) == "check-offer"
    rehearsal.say("menu")
    rehearsal.say("lanjut belajar")
    assert name(rehearsal) == "card"


# --- reminders -------------------------------------------------------------------------------------------------------


def test_no_reminder_without_consent_and_safety(knowledge: Knowledge, known: Context) -> None:
    stranger = replace(walking_context(knowledge, CLOCK, "id"), channel="telegram")
    rehearsal = play(stranger, "pelajaran harian", "tiap hari", "ya", "tidak")
    assert kept(rehearsal, SetReminder) == []
    rehearsal = play(known, "pelajaran harian", "tiap hari", "jangan")
    assert kept(rehearsal, SetReminder, SetSafeToWrite) == [SetSafeToWrite(False)]
    rehearsal = play(known, "pelajaran harian", "tiap minggu", "aman")
    assert kept(rehearsal, SetReminder, SetSafeToWrite) == [SetSafeToWrite(True), SetReminder("lesson", True, "week")]
    rehearsal.say("stop pelajaran")
    assert kept(rehearsal, SetReminder)[-1] == SetReminder("lesson", False)


def test_a_word_that_a_reminder_asked_for_means_the_reminder(known: Context) -> None:
    """PELAJARAN is «the lesson on this» below an answer, unless a daily lesson was asked for."""
    topic = next(topic for topic in known.library.topics.values() if topic.lesson is not None)
    from bot.conversation.answers import Answer

    answer = Answer(topic.id)
    plain_turn = take_turn(answer, Message("text", "pelajaran"), known)
    assert f"{plain_turn.state.module}/{plain_turn.state.lesson}" == topic.lesson  # type: ignore[attr-defined]
    daily = replace(known, contact=replace(known.contact, reminders=frozenset({"lesson"}), lesson_every="day"))
    released = take_turn(answer, Message("text", "PELAJARAN"), daily)
    first = daily.library.modules[0]
    assert (released.state.module, released.state.lesson) == (first.key, first.lessons[0].key)  # type: ignore[attr-defined]


def test_surat_without_a_papers_tool_is_a_question_like_any_other(known: Context) -> None:
    if getattr(known.library, "tools", None) is None:
        assert global_words.by_key("papers", Menu(), known) is None
    assert take_turn(Menu(), Message("text", "surat"), known).replies


def test_every_global_word_does_something_and_means_one_thing() -> None:
    assert set(global_words.WORDS.values()) <= set(global_words._ACTS)
    every = [word for words in global_words._WORDS.values() for word in words.split(",")]
    assert len(every) == len(set(every))
    assert all(plain(word) == word for word in every)
    assert not set(every) & (global_words.GREETINGS | global_words.CLOSE)


# --- the departure pack ----------------------------------------------------------------------------------------------


def test_after_the_first_module_the_day_is_asked_once_and_may_be_skipped(known: Context) -> None:
    first = known.library.modules[0].key
    lessons = frozenset(key for key in every_lesson(known) if key.startswith(f"{first}/"))
    rehearsal = Rehearsal(replace(known, contact=replace(known.contact, lessons=lessons)), Menu())
    rehearsal.say("modul")
    rehearsal.tap(first)
    rehearsal.tap("quiz")
    quiz(rehearsal, known.library, first)
    assert name(rehearsal) == "module-done"
    rehearsal.tap("pack")
    assert name(rehearsal) == "departure-date"
    rehearsal.say("lewati")
    assert name(rehearsal) == "pack"
    rehearsal.tap("card")
    rehearsal.say("0")
    assert name(rehearsal) == "module-done" and kept(rehearsal, SetDeparture) == []


def test_the_day_is_kept_only_after_it_was_confirmed(known: Context) -> None:
    rehearsal = play(known, "bekal saya", "tanggal berangkat", "12 januari 2027")
    assert kept(rehearsal, SetDeparture) == []
    rehearsal.say("ya")
    assert kept(rehearsal, SetDeparture) == [SetDeparture(date(2027, 1, 12))]
    rehearsal.say("aman")
    assert kept(rehearsal, SetReminder) == [SetReminder("departure", True)]


def test_the_first_days_are_one_message_where_there_is_one(known: Context) -> None:
    library = replace(known.library)
    message = Phrase("Tidak ada yang menjemput? Tetap di dalam bandara.")
    object.__setattr__(library, "pocket", SimpleNamespace(arrival=SimpleNamespace(message=message)))
    rehearsal = play(replace(known, library=library), "bekal saya")
    assert rehearsal.tap("message")[0].text == message.id


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("7K3Q-9XTD-0001", "7K3Q-9XTD-0001"),
        ("pulih 7k3q 9xtd 0001", "7K3Q 9XTD 0001"),
        ("PULIH: 7k3q9xtd0001.", "7K3Q9XTD0001"),
        ("ABCD-EFGH-JKMN", "ABCD-EFGH-JKMN"),
        ("tidak ada kode", None),
        ("pulih dong kak", None),
        ("Siti Aminah", None),
        ("1234", None),
        ("berapa gaji di malaysia?", None),
    ],
)
def test_a_recovery_code_is_told_from_words(words: str, code: str | None) -> None:
    assert code_of(words) == code


def test_the_recovery_code_stands_in_one_message_and_in_no_state(known: Context) -> None:
    rehearsal = play(known, "bekal saya", "kode pulih", "buat kode")
    assert "7K3Q-9XTD-0001" not in str(rehearsal.person.saved)
    for words in ("tutup", "lanjut", "bantuan", "lanjut", "zzqx"):
        assert all("7K3Q-9XTD-0001" not in reply.text for reply in rehearsal.say(words)), words


# --- what others read over the shoulder ------------------------------------------------------------------------------

LOUD = ("perdagangan orang", "kekerasan", "kabur", "lari", "pelecehan", "narkoba", "dipukul", "majikan", "bahaya")


def test_first_lines_of_finishing_and_departing_stay_quiet(knowledge: Knowledge) -> None:
    lines: dict[str, str] = {}

    def meet(state: State, replies: tuple[object, ...]) -> None:
        if isinstance(state, (*FLOWS["departure"], *FLOWS["finishing"])) and not hasattr(state, "question"):
            lines[f"{state}"] = replies[0].text.split("\n")[0].lower()  # type: ignore[attr-defined]

    survey(finished_context(knowledge, CLOCK, "id"), meet=meet)
    assert len(lines) > 15
    for state, line in lines.items():
        assert not [word for word in LOUD if word in plain(line).split()], (state, line)


# --- the family's way ------------------------------------------------------------------------------------------------


def with_families(context: Context) -> Context:
    """Content in which each module has the short version for families, whatever is written so far."""

    def card(module: str, key: str) -> Card:
        return Card(key, Statement("fixture", Phrase(f"Untuk keluarga: {module}, {key}.")))

    modules = tuple(
        replace(module, family=(card(module.key, "ask"), card(module.key, "lost-contact")))
        for module in context.library.modules
    )
    return replace(context, library=replace(context.library, modules=modules))


def test_the_family_reads_the_short_version_the_next_module_and_asks_about_lost_contact(known: Context) -> None:
    family = with_families(replace(known, contact=replace(known.contact, role="family")))
    rehearsal = play(family, "belajar")
    first, second = family.library.modules[:2]
    assert (name(rehearsal), rehearsal.state.module) == ("for-family", first.key)  # type: ignore[union-attr]
    rehearsal.say("lanjut")
    rehearsal.say("lanjut")
    assert name(rehearsal) == "family-done"
    rehearsal.say("lanjut")
    assert (name(rehearsal), rehearsal.state.module) == ("for-family", second.key)  # type: ignore[union-attr]
    [said] = rehearsal.say("sumber")
    assert name(rehearsal) == "for-family" and f"{second.key}, ask" in said.text
    replies = rehearsal.say("bagaimana mencari keluarga yang hilang kontak di malaysia?")
    assert name(rehearsal) == "answer" and rehearsal.state.topic == "lost-contact"  # type: ignore[union-attr]
    assert replies[-1].choices
    rehearsal.tap("go-on")
    assert (name(rehearsal), rehearsal.state.module) == ("for-family", second.key)  # type: ignore[union-attr]


def test_results_that_transcripts_give_are_those_of_the_content(done: Context) -> None:
    assert set(every_quiz(done)) == {module.key for module in done.library.modules}
