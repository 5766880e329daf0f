"""The staff's desk: every command does what it says, explains what it refuses, and never shows a stack trace."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.library.checks import Problem
from bot.library.load import ContentError
from bot.store import events, inbox, people, questions, staff
from bot.store.sql import run, table
from bot.store.tables import Event
from bot.workers.pushes import NEUTRAL
from tests.commands.desk import Desk, on_one_line

ROOT = Path(__file__).resolve().parents[2]
SOUND = (ROOT / "content" / "media" / "menu.ogg").read_bytes()


def create(desk: Desk, **options: str | None) -> Any:
    given: dict[str, str | None] = {
        "title": "Orientasi sawit", "starts": "2099-12-18T08:30", "place": "Aula contoh", "capacity": "30",
    }  # fmt: skip
    given |= options
    words = [word for name, value in given.items() if value is not None for word in (f"--{name}", value)]
    return desk.type("event", "create", *words)


def row_of(desk: Desk, event_id: str) -> Any:
    with desk.store.read() as session:
        return run(session, select(table(Event)).where(table(Event).c.id == event_id)).one()


# --- event create, event list -----------------------------------------------------------------------------------------


def test_an_event_is_made_and_listed(desk: Desk) -> None:
    said = desk.well("event", "list")
    assert said.words == "No upcoming event."
    said = create(desk, **{"title-sas": "Orientasi", "about": "Bawa KTP.", "deadline": "2099-12-15", "kind": "talk"})
    assert said.code == 0
    event_id, rest = said.words.split(maxsplit=1)
    assert rest.startswith("Orientasi sawit") and "08.30" in rest
    made = row_of(desk, event_id)
    assert (made.kind, made.capacity, made.place) == ("talk", 30, "Aula contoh")
    assert made.title == {"id": "Orientasi sawit", "sas": "Orientasi"}
    assert made.starts.isoformat() == "2099-12-18T00:30:00+00:00", "without a zone it is WITA"
    assert made.deadline.isoformat() == "2099-12-15T15:59:00+00:00", "the last day is a whole day"
    assert create(desk, capacity=None, title="Tanpa batas", starts="2099-12-19T08:30+07:00").code == 0
    first, second = desk.well("event", "list").lines
    assert event_id in first and "30 left" in first
    assert "Tanpa batas" in second and "no limit" in second
    assert [action for action, _ in desk.audit()] == ["event.created"] * 2
    assert desk.audit()[0] == ("event.created", event_id)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"starts": "besok"}, "'besok' is no ISO date and time; write 2026-12-18T08:30"),
        ({"starts": "2099-13-40"}, "is no ISO date and time"),
        ({"starts": "2020-01-01T08:00"}, "is in the past"),
        ({"kind": "party"}, "kind is session, contest or talk"),
        ({"capacity": "0"}, "--capacity"),
        ({"capacity": "many"}, "--capacity"),
        ({"title": None}, "--title"),
        ({"title": "  "}, "an event needs a title"),
        ({"title": "x" * 81}, "the title must have at most 80 characters"),
        ({"title-sas": "x" * 81}, "the title-sas must have at most 80 characters"),
        ({"about": "x" * 501}, "the about must have at most 500 characters"),
        ({"place": " "}, "the place must have 1 to 200 characters"),
        ({"place": "x" * 201}, "the place must have 1 to 200 characters"),
        ({"deadline": "2099-12-20"}, "the deadline must be before the event starts"),
        ({"deadline": "soon"}, "'soon' is no ISO date"),
    ],
)
def test_an_event_that_cannot_be(small_desk: Desk, options: dict[str, str | None], says: str) -> None:
    said = create(small_desk, **options)
    assert (said.code, says in said.words) == (2, True), said.words
    assert small_desk.well("event", "list").words == "No upcoming event."
    assert small_desk.audit() == []


# --- event cancel-seat ------------------------------------------------------------------------------------------------


def test_a_seat_is_cancelled_at_the_desk_and_the_next_moves_up(desk: Desk) -> None:
    event_id, siti = desk.event(1), desk.person("siti")
    ani = desk.person("ani", safe_to_write=True)
    taken, waiting = desk.seat(siti, event_id), desk.seat(ani, event_id, name="Ani")
    assert waiting.waiting
    wrong = next(code for code in ("1111", "2222", "3333") if code not in (taken.code, waiting.code))
    for code in (wrong, "", "12345", "abcd"):
        said = desk.type("event", "cancel-seat", event_id, code)
        assert (said.code, said.words) == (1, "no seat with that code")
    assert desk.type("event", "cancel-seat", "nothing", taken.code).code == 1
    assert desk.texts() == []
    assert desk.well("event", "cancel-seat", event_id, taken.code).words == "cancelled"
    (told,) = desk.texts(ani)
    assert told.startswith(NEUTRAL) and waiting.code in told
    assert desk.texts(siti) == []
    assert desk.type("event", "cancel-seat", event_id, taken.code).code == 1, "once"
    assert desk.audit() == [("seat.cancelled", event_id)], "what was done, and no name"


# --- event seats, event approve ---------------------------------------------------------------------------------------


def test_who_is_registered(desk: Desk) -> None:
    event_id = desk.event(1)
    first = desk.seat(desk.person("siti"), event_id)
    second = desk.seat(desk.person("ani", sender="whatsapp:62"), event_id, name="Ani")
    third = desk.seat(desk.person("cookie", sender="webchat"), event_id, name="Budi", seats="approve", other=True)
    said = desk.well("event", "seats", event_id)
    assert said.lines[0].startswith("Orientasi sawit")
    assert [line for line in said.lines if line and not line.startswith(" ")][1:] == [
        "Seats, of 1: 1",
        "Waiting list: 1",
        f"To approve, with: event approve {event_id} CODE: 1",
    ]
    assert [line.strip() for line in said.lines if line.startswith("  ")] == [
        f"{first.code}  Siti Aminah, Anjani  telegram",
        f"{second.code}  1. Ani, Anjani  whatsapp",
        f"{third.code}  Budi, Anjani  webchat, registered by somebody else",
    ]
    assert "1 to approve" in desk.well("event", "list").words
    assert desk.audit() == [("event.seats_listed", event_id)]


def test_an_event_nobody_knows_has_no_seats(small_desk: Desk) -> None:
    said = small_desk.type("event", "seats", "nothing")
    assert said.code == 2 and "there is no event 'nothing' (see: event list)" in said.words
    assert small_desk.audit() == []
    event_id = small_desk.event(None)
    with small_desk.store.begin() as session:
        events.cancel_event(session, event_id, small_desk.now)
    assert "called off" in small_desk.well("event", "seats", event_id).words


def test_names_do_not_command_the_terminal(small_desk: Desk) -> None:
    event_id, siti = small_desk.event(), small_desk.person()
    small_desk.seat(siti, event_id, name="Siti\x1bc\x07\u202e Aminah")
    small_desk.question(siti, "Berapa\x1b]0;x\x07 biaya?\nDua baris.")
    shown = "\n".join(small_desk.well("event", "seats", event_id).lines)
    listed = "\n".join(small_desk.well("questions", "list").lines)
    assert "Sitic Aminah" in shown and "Dua baris." in listed
    assert not any(char in shown + listed for char in "\x1b\x07\u202e")


def test_a_seat_of_the_web_chat_is_approved_and_the_person_told(desk: Desk) -> None:
    event_id = desk.event(1)
    cookie = desk.person("cookie", sender="webchat", safe_to_write=True, language="id")
    late = desk.person("late", sender="webchat", safe_to_write=True, language="id")
    taken, behind = desk.seat(cookie, event_id, seats="approve"), desk.seat(late, event_id, name="Ani", seats="approve")
    said = desk.well("event", "approve", event_id, taken.code)
    assert said.words == "approved: a seat is kept; the person is told"
    (told,) = desk.texts(cookie)
    assert told.startswith(NEUTRAL) and taken.code in told and "Siti" not in told
    said = desk.type("event", "approve", event_id, taken.code)
    assert said.code == 1 and said.words.startswith("nobody with that code waits for approval"), "once"
    said = desk.well("event", "approve", event_id, behind.code)
    assert said.words == "approved: number 1 in the waiting list; the person is told"
    with desk.store.read() as session:
        assert [row.status for row in events.seats_of(session, desk.store, event_id)] == ["seat", "waiting"]
    assert desk.audit() == [("seat.approved", event_id)] * 2
    assert len(desk.texts()) == 2


def test_what_cannot_be_approved(desk: Desk) -> None:
    event_id, cookie = desk.event(), desk.person("cookie", sender="webchat")
    taken = desk.seat(cookie, event_id, seats="approve")
    for code in ("0000" if taken.code != "0000" else "0001", "", "12345", "x'; --"):
        assert desk.type("event", "approve", event_id, code).code == 1
    said = desk.type("event", "approve", "nothing", taken.code)
    assert said.code == 2 and "there is no event" in said.words
    assert desk.type("event", "approve", event_id).code == 2
    with desk.store.begin() as session:
        run(session, table(Event).update().values(starts=desk.now - timedelta(hours=1)))
    said = desk.type("event", "approve", event_id, taken.code)
    assert said.code == 2 and "the event has begun" in said.words
    with desk.store.begin() as session:
        events.cancel_event(session, event_id, desk.now)
    said = desk.type("event", "approve", event_id, taken.code)
    assert said.code == 2 and "the event was called off" in said.words
    assert desk.texts() == [] and desk.audit() == []


# --- broadcast --------------------------------------------------------------------------------------------------------


def test_an_announcement_is_shown_first_and_then_put_out(desk: Desk) -> None:
    readers = [desk.person(f"p{number}", safe_to_write=True) for number in range(3)]
    desk.person("no", consent=False)
    words = ("broadcast", "--segment", "all", "--text", "Orientasi Sabtu pukul 9.")
    for answer, ended in (("n\n", ""), ("", "Aborted"), ("what?\n", "Aborted")):
        said = desk.type(*words, answer=answer)
        assert said.code == 1 and "To 3 people (all): Orientasi Sabtu pukul 9." in said.words and ended in said.words
    assert desk.texts() == [] and desk.audit() == []
    said = desk.well(*words, answer="y\n")
    assert "3 messages wait in the outbox" in said.words
    assert [len(desk.texts(one)) for one in readers] == [1, 1, 1]
    assert all(text.startswith(NEUTRAL) for text in desk.texts())
    assert [action for action, _ in desk.audit()] == ["broadcast.created"]


def test_an_announcement_without_asking(desk: Desk) -> None:
    sasak = desk.person("siti", language="sas", kabupaten="lombok-timur", safe_to_write=True)
    other = desk.person("ani", language="id", kabupaten="lombok-timur", safe_to_write=True)
    said = desk.well(
        "broadcast", "--segment", "lang:sas,kabupaten:lombok-timur", "--text", "Halo.", "--text-sas", "Halo Sasak.", "--yes"
    )  # fmt: skip
    assert "To 1 people" in said.words and "1 messages wait" in said.words
    assert "Halo Sasak." in desk.texts(sasak)[0] and desk.texts(other) == []
    assert "0 messages wait" in desk.well("broadcast", "--segment", "channel:whatsapp", "--text", "x", "--yes").words


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--segment", "everybody", "--text", "x"), "segment: 'everybody' is not one of all,"),
        (("--segment", "", "--text", "x"), "segment: '' is not one of all,"),
        (("--segment", "lang:en", "--text", "x"), "'en' is not one of id, sas"),
        (("--segment", "kabupaten:bali", "--text", "x"), "'bali' is not one of"),
        (("--segment", "all,lang:id", "--text", "x"), "'all' stands alone"),
        (("--segment", "event:'; drop", "--text", "x"), "after the colon goes a key"),
        (("--segment", ",".join(["lang:id"] * 40), "--text", "x"), "at most 200 characters"),
        (("--segment", "all", "--text", "x" * 501), "the text must have 1 to 500 characters"),
        (("--segment", "all", "--text", "x", "--text-sas", "x" * 501), "the text must have 1 to 500 characters"),
        (("--segment", "all", "--text", " "), "the text must have 1 to 500 characters"),
        (("--segment", "all"), "--text"),
        (("--text", "x"), "--segment"),
    ],
)
def test_an_announcement_that_cannot_be(small_desk: Desk, options: tuple[str, ...], says: str) -> None:
    small_desk.person(safe_to_write=True)
    said = small_desk.type("broadcast", *options, "--yes")
    assert (said.code, says in said.words) == (2, True), said.words
    assert small_desk.texts() == [] and small_desk.audit() == []


# --- questions --------------------------------------------------------------------------------------------------------


def test_open_questions_are_listed(desk: Desk) -> None:
    assert desk.well("questions", "list").words == "No open question."
    siti = desk.person("siti", language="sas")
    desk.question(siti)
    desk.question(desk.person("ani", sender="whatsapp:62"), "Suami saya di Johor.", safe=False)
    said = desk.well("questions", "list")
    assert said.lines[0].startswith("P-0001") and said.lines[0].endswith("telegram, sas, may be written to")
    assert said.lines[1] == "    Berapa biaya paspor?"
    assert said.lines[3].startswith("P-0002") and said.lines[3].endswith("whatsapp, -, waits until the person writes")
    assert "voice" not in said.words


def test_what_could_not_be_played_is_listed(desk: Desk) -> None:
    siti = desk.person()
    heard = desk.person("siti", played=False)
    assert heard.inbox_id is not None and heard.contact_id == siti.contact_id
    with desk.store.begin() as session:
        inbox.park(session, heard.inbox_id, "KeyError at bot/x.py:1", desk.now)
    said = desk.well("questions", "list")
    assert said.words == f"not played: message {heard.inbox_id}, KeyError at bot/x.py:1"


def test_an_answer_goes_out_or_waits(desk: Desk) -> None:
    siti, ani = desk.person("siti", safe_to_write=True), desk.person("ani", safe_to_write=False)
    desk.question(siti)
    desk.question(ani, safe=False)
    assert desk.well("questions", "answer", "p1", "Rp350.000").words == "in the outbox"
    (told,) = desk.texts(siti)
    assert told.startswith(NEUTRAL) and "Rp350.000" in told
    assert desk.well("questions", "answer", "P-0002", "Di kantor Disnaker.").words.startswith("kept; shown when")
    assert desk.texts(ani) == []
    assert desk.audit() == [("question.answered", "P-0001"), ("question.answered", "P-0002")]
    said = desk.type("questions", "answer", "P-0001", "sekali lagi")
    assert said.code == 2 and "P-0001 is answered already (see: questions list)" in said.words
    assert desk.well("questions", "list").words == "No open question."


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("P-0099", "x"), "there is no question P-0099 (see: questions list)"),
        (("yang pertama", "x"), "'yang pertama' is no question's number; they look like P-0042"),
        (("9" * 30, "x"), "is no question's number"),
        (("P-0001", "  "), "the answer must have 1 to 1000 characters"),
        (("P-0001", "x" * 1001), "the answer must have 1 to 1000 characters"),
        (("P-0001",), "Missing argument 'text'"),
    ],
)
def test_an_answer_that_cannot_be(small_desk: Desk, words: tuple[str, ...], says: str) -> None:
    small_desk.question(small_desk.person())
    said = small_desk.type("questions", "answer", *words)
    assert (said.code, says in said.words) == (2, True), said.words
    assert small_desk.texts() == [] and small_desk.audit() == []


# --- questions voice --------------------------------------------------------------------------------------------------


def voice(desk: Desk, sound: bytes | None = SOUND, *, fault: str = "") -> None:
    """A question with a voice note, in the state asked for."""
    number = desk.question(desk.person(), "(pesan suara)", media="file-1")
    question_id = int(number.removeprefix("P-"))
    with desk.store.begin() as session:
        if fault:
            questions.give_up_voice(session, desk.store, question_id, fault)
        elif sound is not None:
            questions.keep_voice(session, desk.store, question_id, sound, mime="audio/ogg", seconds=12)


def test_a_voice_note_is_written_for_who_listens(desk: Desk, tmp_path: Path) -> None:
    voice(desk)
    size = f"{round(len(SOUND) / 1000)} kB"
    assert f"voice note (12 s / {size}), get it with: questions voice P-0001" in desk.well("questions", "list").words
    out = tmp_path / "note.ogg"
    before = os.umask(0)
    try:
        said = desk.well("questions", "voice", "p1", "--out", str(out))
    finally:
        os.umask(before)
    assert out.read_bytes() == SOUND
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert f"12 s / {size}, audio/ogg" in said.words and "Delete the file" in said.words
    assert desk.audit() == [("question.voice_taken", "P-0001")]


def test_no_file_is_written_over(desk: Desk, tmp_path: Path) -> None:
    voice(desk)
    out, link = tmp_path / "note.ogg", tmp_path / "link.ogg"
    out.write_bytes(b"mine")
    link.symlink_to(tmp_path / "elsewhere.ogg")
    for taken in (out, link, tmp_path):
        said = desk.type("questions", "voice", "P-0001", "--out", str(taken))
        assert said.code == 2 and "exists already; name another file" in said.words
    said = desk.type("questions", "voice", "P-0001", "--out", str(tmp_path / "no" / "note.ogg"))
    assert said.code == 2 and "cannot be written: No such file or directory" in said.words
    assert desk.type("questions", "voice", "P-0001").code == 2
    assert out.read_bytes() == b"mine" and not (tmp_path / "elsewhere.ogg").exists()
    assert desk.audit() == [], "nothing was taken"


@pytest.mark.parametrize(
    ("state", "listed", "says"),
    [
        ("waiting", "voice note, not here yet: a running server or worker fetches it", "is not here yet"),
        ("too-large", "voice note that could not be had (it is larger than 16 MB); ask for it in words", "(too-large)"),
        ("not-a-sound", "voice note that could not be had (it is no sound); ask", "(not-a-sound)"),
        ("http-503", "(the provider did not give it: http-503)", "(http-503)"),
    ],
)
def test_a_voice_note_that_is_not_here(desk: Desk, tmp_path: Path, state: str, listed: str, says: str) -> None:
    voice(desk, None, fault="" if state == "waiting" else state)
    assert listed in desk.well("questions", "list").words
    said = desk.type("questions", "voice", "P-0001", "--out", str(tmp_path / "note.ogg"))
    assert (said.code, says in said.words) == (2, True), said.words
    assert not (tmp_path / "note.ogg").exists() and desk.audit() == []


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("P-0001", "P-0001 has no voice note, or it is not kept any more"),
        ("P-0099", "there is no question P-0099 (see: questions list)"),
        ("suara", "'suara' is no question's number"),
    ],
)
def test_no_voice_note(small_desk: Desk, tmp_path: Path, number: str, says: str) -> None:
    small_desk.question(small_desk.person())
    said = small_desk.type("questions", "voice", number, "--out", str(tmp_path / "note.ogg"))
    assert (said.code, says in said.words) == (2, True), said.words
    assert not (tmp_path / "note.ogg").exists() and small_desk.audit() == []


# --- staff ------------------------------------------------------------------------------------------------------------


def test_somebody_reads_from_now_on(desk: Desk) -> None:
    hours = "Senin-Jumat 08.00-16.00 WITA"
    said = desk.well("staff", "add", "Ibu Rina", "--organisation", "Disnakertrans NTB", "--hours", hours)
    member, name = said.words.split(maxsplit=1)
    assert name == "Ibu Rina"
    with desk.store.read() as session:
        assert staff.anybody_reads(session) == (True, hours)
    assert desk.audit() == [("staff.added", member)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("Ibu Rina",), "--organisation"),
        (("  ", "--organisation", "Disnaker"), "a staff member needs a name and an organisation"),
        (("Ibu Rina", "--organisation", " "), "a staff member needs a name and an organisation"),
        (("--organisation", "Disnaker"), "Missing argument 'name'"),
    ],
)
def test_staff_without_a_name(small_desk: Desk, words: tuple[str, ...], says: str) -> None:
    said = small_desk.type("staff", "add", *words)
    assert (said.code, says in said.words) == (2, True), said.words
    with small_desk.store.read() as session:
        assert staff.anybody_reads(session) == (False, None)


# --- demo -------------------------------------------------------------------------------------------------------------


def test_an_empty_database_is_filled_once(desk: Desk) -> None:
    said = desk.well("demo")
    assert said.words == "demo: 3 events, 4 made-up contacts, 2 questions, one staff member"
    assert len(desk.well("event", "list").lines) == 3
    listed = desk.well("questions", "list").words
    assert "P-0001" in listed and "P-0002" in listed and "demo," in listed
    assert desk.texts() == [], "nothing is ever sent to anybody"
    said = desk.type("demo")
    assert said.code == 2 and "the database is not empty" in said.words
    assert desk.well("demo", "--if-empty").words == ""
    with desk.store.read() as session:
        assert people.count_contacts(session) == 4


@pytest.mark.parametrize("there", ["event", "person"])
def test_a_database_with_anything_in_it_is_let_be(desk: Desk, there: str) -> None:
    desk.event() if there == "event" else desk.person()
    said = desk.type("demo")
    assert said.code == 2 and "the database is not empty; give DATABASE_URL of a new one" in said.words
    assert desk.well("demo", "--if-empty").words == ""
    with desk.store.read() as session:
        assert staff.anybody_reads(session) == (False, None)


@pytest.mark.parametrize(
    "settings",
    [
        {"TELEGRAM_TOKEN": "1:made-up"},
        {
            "TWILIO_ACCOUNT_SID": "AC1",
            "TWILIO_AUTH_TOKEN": "x",
            "TWILIO_WHATSAPP_FROM": "whatsapp:+620000000000",
            "PUBLIC_BASE_URL": "https://bekal.example",
        },
    ],
)
def test_no_made_up_people_beside_a_real_channel(
    small_desk: Desk, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    said = small_desk.type("demo")
    assert said.code == 2 and "a real channel or operator is set; demo data are not for real people" in said.words
    assert small_desk.well("demo", "--if-empty").words == ""
    with small_desk.store.read() as session:
        assert people.count_contacts(session) == 0 and events.upcoming(session, small_desk.now) == ()


# --- what an operator has to mend -------------------------------------------------------------------------------------

EVERY = [
    ("event", "create", "--title", "x", "--starts", "2099-01-01T08:00", "--place", "y"),
    ("event", "list"),
    ("event", "cancel-seat", "x", "1234"),
    ("event", "seats", "x"),
    ("event", "approve", "x", "1234"),
    ("broadcast", "--segment", "all", "--text", "x", "--yes"),
    ("questions", "list"),
    ("questions", "answer", "P-0001", "x"),
    ("questions", "voice", "P-0001", "--out", "note.ogg"),
    ("staff", "add", "x", "--organisation", "y"),
    ("demo",),
]


@pytest.mark.parametrize("words", EVERY, ids=lambda words: " ".join(words[:2]))
def test_settings_and_databases_that_are_wrong(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_database: str
) -> None:
    desk = Desk(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))

    def told(says: str) -> None:
        said = desk.type(*words)
        assert (said.code, says in said.words) == (2, True), said.words
        assert not (tmp_path / "note.ogg").exists()

    monkeypatch.setenv("TELEGRAM_TOKEN", "no token")
    told("error: a setting is wrong. TELEGRAM_TOKEN must look like 123456:ABC…")
    monkeypatch.delenv("TELEGRAM_TOKEN")

    (tmp_path / "data").write_text("a file, not a folder")
    told("cannot be used")
    (tmp_path / "data").unlink()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.key").write_text("not a key")
    told("does not hold a key. Put the file back from your backup")
    (tmp_path / "data" / "secret.key").unlink()
    (tmp_path / "data" / "bekal.db").mkdir()
    told("the database cannot be reached")

    monkeypatch.setenv("SECRET_KEY", "c2VjcmV0" * 5)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    told("SECRET_KEY")
    monkeypatch.setenv("SECRET_KEY", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
    told("error: the database cannot be reached or is busy; see that DATABASE_URL is right")
    monkeypatch.setenv("DATABASE_URL", postgres_database.replace("postgresql+psycopg", "postgresql"))
    told("error: the database is not up to date. Run: python -m bot migrate")


def test_another_key_reads_nothing(small_desk: Desk, tmp_path: Path) -> None:
    desk, event_id = small_desk, small_desk.event()
    taken = desk.seat(desk.person(), event_id)
    voice(desk)
    desk.close()
    (tmp_path / "data" / "secret.key").unlink()
    for words in (
        ("questions", "list"),
        ("questions", "answer", "P-0001", "x"),
        ("event", "seats", event_id),
    ):
        said = desk.type(*words)
        assert said.code == 2 and "cannot be read with this SECRET_KEY" in said.words, said.words
    said = desk.type("questions", "voice", "P-0001", "--out", str(tmp_path / "note.ogg"))
    assert said.code == 2 and not (tmp_path / "note.ogg").exists()
    assert desk.well("event", "cancel-seat", event_id, taken.code).words == "cancelled", "a code is no secret of ours"


@pytest.mark.parametrize("words", [("approve", "x", "1234"), ("cancel-seat", "x", "1234")])
def test_content_with_faults(small_desk: Desk, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise ContentError([Problem("error", "content/x.yaml", "1", "odd", "mend it")])

    monkeypatch.setattr("bot.commands.opening.read_knowledge", broken)
    said = small_desk.type("event", *words)
    assert said.code == 2 and said.words == "error: the content has 1 faults; see: python -m bot check"


# --- as an operator types it ------------------------------------------------------------------------------------------


def typed(folder: Path, *words: str, **settings: str) -> tuple[int, str]:
    """In a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT, env=kept | {"DATA_DIR": str(folder / "data")} | settings, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, on_one_line(done.stdout + done.stderr)


def test_in_a_real_process(tmp_path: Path) -> None:
    """On a machine where nothing has been set up: folder, key and database are made."""
    code, words = typed(tmp_path, "questions", "list")
    assert (code, words) == (0, "No open question.")
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600
    code, words = typed(
        tmp_path, "event", "create", "--title", "Orientasi", "--starts", "2099-12-18T08:30", "--place", "Aula"
    )
    assert code == 0 and "Orientasi" in words
    event_id = words.split()[0]
    code, words = typed(tmp_path, "event", "seats", event_id)
    assert code == 0 and "Seats: 0" in words
    code, words = typed(tmp_path, "broadcast", "--segment", "all", "--text", "Halo")
    assert code == 1 and "To 0 people" in words and "Aborted" in words, "nobody is there to ask"
    code, words = typed(tmp_path, "questions", "voice", "P-0001", "--out", str(tmp_path / "note.ogg"))
    assert code == 2 and "there is no question P-0001" in words
    code, words = typed(tmp_path, "event", "list", DATABASE_URL="mysql://x")
    assert code == 2 and "DATABASE_URL must be sqlite:///path or postgresql://user@host/name" in words


def test_the_help_names_every_command(small_desk: Desk) -> None:
    for group, names in {
        "event": ("create", "list", "seats", "approve", "cancel-seat"),
        "questions": ("list", "answer", "voice"),
        "staff": ("add",),
    }.items():
        said = small_desk.well(group, "--help")
        assert all(name in said.words for name in names)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for words in EVERY:
        assert f"`{' '.join(words[:2] if words[0] in ('event', 'questions', 'staff') else words[:1])}" in readme
