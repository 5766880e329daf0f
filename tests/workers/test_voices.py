"""Voice notes for staff: fetched, looked at, kept sealed, deleted at the provider; through outages, restarts, erasure."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.channels.base import Fetched, NotFetched
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.conversation.types import HandOver, Message, Turn
from bot.store import inbox, people, privacy, questions
from bot.store.sql import run, table
from bot.store.staff import add_staff
from bot.store.tables import ContactKey, Question
from bot.workers import voices as module
from bot.workers.voices import AT_ONCE, TRIES, WAITS, Voices
from tests.servers import Answer, TelegramServer, TwilioServer, closed_port_url, reset_after, tg, tw
from tests.workers.house import House
from tests.workers.post import QUICK, eventually

SOUND = (Path(__file__).parents[2] / "content" / "media" / "menu.ogg").read_bytes()
PHONE = "+6280000000001"


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[TelegramServer, Telegram]]:
    async with TelegramServer() as server:
        channel = Telegram(server.token, base=server.url, timeouts=QUICK)
        yield server, channel
        await channel.close()
        assert server.complaints == []


@pytest.fixture
async def twilio() -> AsyncIterator[tuple[TwilioServer, WhatsApp]]:
    async with TwilioServer() as server:
        channel = WhatsApp(server.sid, server.auth_token, server.number, api_base=server.url, timeouts=QUICK)
        yield server, channel
        await channel.close()
        assert server.complaints == []


def handed_over(
    house: House, media: str, *, account: str = "siti", sender: str = "telegram:7000000001"
) -> inbox.Received:
    """Somebody's voice note, as the turn leaves it."""
    who = house.hear(account, sender=sender)
    with house.begin() as session:
        people.set_consent(session, who.contact_id, True, "1", house.clock())
        questions.hand_over(
            session, house.store, contact_id=who.contact_id, address_id=who.address_id, question="(pesan suara)",
            safe_to_write=True, media=media, now=house.clock(),
        )  # fmt: skip
    return who


def loop_of(house: House, channel: Any, **more: Any) -> Voices:
    return Voices(house.store, channel, clock=house.clock, **more)


def listed(house: House) -> list[questions.OpenQuestion]:
    with house.store.read() as session:
        return questions.list_open(session, house.store)


def state(house: House) -> tuple[str | None, str | None]:
    """The voice of the one question, and why it failed."""
    (question,) = listed(house)
    return question.voice, question.about.fault


def raw(house: House) -> Any:
    with house.store.read() as session:
        return run(session, select(table(Question))).one()


# --- as it should be --------------------------------------------------------------------------------------------------


async def test_a_voice_note_from_telegram_is_kept_sealed(house: House, telegram: Any) -> None:
    server, channel = telegram
    server.voice(41, SOUND)
    handed_over(house, "voice-in")
    assert state(house) == ("waiting", None)
    assert not await loop_of(house, channel).run_once()
    (question,) = listed(house)
    assert (question.voice, question.about.mime, question.about.size) == ("here", "audio/ogg", len(SOUND))
    assert question.about.seconds
    with house.store.read() as session:
        assert questions.voice_of(session, house.store, "P-0001").sound == SOUND
    row = raw(house)
    assert row.media is None and SOUND[:200] not in row.voice and b"audio/ogg" not in row.voice
    calls = len(server.calls)
    await loop_of(house, channel).run_once()
    assert len(server.calls) == calls, "once is enough, also for the next process"


async def test_a_voice_note_from_whatsapp_is_deleted_there_after_it_is_kept(house: House, twilio: Any) -> None:
    server, channel = twilio
    server.media["ME1"] = ("audio/ogg; codecs=opus", SOUND)
    handed_over(house, server.media_url("ME1"), account=PHONE, sender=channel.sender)
    server.script("delete-media", tw.broken(500))
    voices = loop_of(house, channel)
    await voices.run_once()
    assert state(house) == ("here", None)
    assert "ME1" in server.media and raw(house).media is not None, "the reference stays until it is deleted there"
    house.clock.move(WAITS[0] + 1)
    await voices.run_once()
    assert server.media == {} and raw(house).media is None
    assert state(house) == ("here", None)
    assert len(server.called("media")) == 1


async def test_a_kill_between_keeping_and_deleting(house: House, twilio: Any) -> None:
    """What the last process did not delete, the next one does."""
    server, channel = twilio
    server.media["ME1"] = ("audio/ogg", SOUND)
    handed_over(house, server.media_url("ME1"), account=PHONE, sender=channel.sender)
    with house.begin() as session:
        assert questions.keep_voice(session, house.store, 1, SOUND, mime="audio/ogg")
    await loop_of(house, channel).run_once()
    assert server.media == {} and state(house) == ("here", None)
    assert server.called("media") == []


async def test_the_turn_wakes_the_loop(house: House, telegram: Any) -> None:
    """From the voice note to the sound, with the conversation's own turn between."""
    server, channel = telegram
    update = server.voice(41, SOUND)
    message = channel.parse(update, house.clock()).message
    assert (message.kind, message.media) == ("voice", "voice-in")
    with house.begin() as session:
        add_staff(session, "Petugas", "Contoh", "", house.clock())
    voices = loop_of(house, channel, every=60.0)
    task = asyncio.create_task(voices.run())
    await asyncio.sleep(0.1)  # it looked, and waits for a minute

    def take(state: Any, heard: Message, c: Any) -> Turn:
        if heard.kind == "voice":
            return Turn(module_menu(), (), (HandOver("(pesan suara)", True, heard.media),))
        return Turn(module_menu(), ())

    told: list[str] = []

    def wake(voice: Any) -> None:
        told.append(voice.number)
        voices.wake()

    house.hear("41", message=message)
    await asyncio.to_thread(house.runner(take, fetch_voice=wake).run_once)
    assert told == ["P-0001"]
    await eventually(lambda: state(house) == ("here", None), 5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    voices.wake()  # nobody waits any more


def module_menu() -> Any:
    from bot.conversation.globals import menu_state

    return menu_state()


# --- away, and back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("getFile", tg.broken(502)),
        ("getFile", tg.refused(401, "Unauthorized")),
        ("file", tg.broken(500)),
        ("file", reset_after()),
    ],
)
async def test_the_provider_is_away_then_back(house: House, telegram: Any, method: str, fault: Answer) -> None:
    server, channel = telegram
    server.voice(41, SOUND)
    handed_over(house, "voice-in")
    voices = loop_of(house, channel)
    server.always(method, fault)
    await voices.run_once()
    assert state(house) == ("waiting", None)
    calls = len(server.called(method))
    await voices.run_once()
    assert len(server.called(method)) == calls, "not before its time"
    house.clock.move(WAITS[0] + 0.1)
    await voices.run_once()
    assert len(server.called(method)) > calls
    server.always(method, None)
    house.clock.move(WAITS[1] + 0.1)
    await voices.run_once()
    assert state(house) == ("here", None)
    assert voices._tried == {}


async def test_twilio_has_it_a_moment_after_the_webhook(house: House, twilio: Any) -> None:
    server, channel = twilio
    handed_over(house, server.media_url("ME1"), account=PHONE, sender=channel.sender)
    voices = loop_of(house, channel)
    await voices.run_once()
    assert state(house) == ("waiting", None), "a 404 just now is no answer for ever"
    server.media["ME1"] = ("audio/ogg", SOUND)
    house.clock.move(WAITS[0] + 0.1)
    await voices.run_once()
    assert state(house) == ("here", None)


async def test_the_wait_that_the_provider_names(house: House, telegram: Any) -> None:
    server, channel = telegram
    server.voice(41, SOUND)
    handed_over(house, "voice-in")
    server.script("getFile", tg.flood(100))
    voices = loop_of(house, channel)
    await voices.run_once()
    house.clock.move(99)
    await voices.run_once()
    assert len(server.called("getFile")) == 1
    house.clock.move(2)
    await voices.run_once()
    assert state(house) == ("here", None)


async def test_after_enough_failures_the_question_stays_with_a_note(house: House, twilio: Any) -> None:
    server, channel = twilio
    server.media["ME1"] = ("audio/ogg", SOUND)
    server.always("media", tw.broken(503))
    handed_over(house, server.media_url("ME1"), account=PHONE, sender=channel.sender)
    voices = loop_of(house, channel)
    began = house.clock()
    for times in range(1, TRIES + 1):
        assert state(house) == ("waiting", None), times
        await voices.run_once()
        house.clock.move(WAITS[-1] + 1)
    assert state(house) == ("failed", "http-503")
    assert house.clock() - began > timedelta(hours=12), "a provider's bad day is survived"
    assert listed(house)[0].text == "(pesan suara)"
    assert server.media == {} and raw(house).media is None, "nothing of hers stays there"
    with house.store.read() as session, pytest.raises(questions.NoSuchQuestion, match="http-503"):
        questions.voice_of(session, house.store, "P-0001")
    calls = len(server.calls)
    await voices.run_once()
    assert len(server.calls) == calls


async def test_the_next_process_goes_on_where_the_last_one_stood(house: House, telegram: Any) -> None:
    server, channel = telegram
    server.voice(41, SOUND)
    handed_over(house, "voice-in")
    away = Telegram(server.token, base=closed_port_url(), timeouts=QUICK)
    await loop_of(house, away).run_once()
    await away.close()
    assert state(house) == ("waiting", None)
    await loop_of(house, channel).run_once()  # at once: what was tried is known to the last process alone
    assert state(house) == ("here", None)


async def test_two_processes_at_once(house: House, twilio: Any) -> None:
    server, channel = twilio
    server.media["ME1"] = ("audio/ogg", SOUND)
    handed_over(house, server.media_url("ME1"), account=PHONE, sender=channel.sender)
    await asyncio.gather(*(loop_of(house, channel).run_once() for _ in range(3)))
    house.clock.move(WAITS[-1])
    await loop_of(house, channel).run_once()
    assert state(house) == ("here", None) and raw(house).media is None and server.media == {}


# --- what is not kept -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [True, False])
async def test_too_large(house: House, telegram: Any, told: bool) -> None:
    server, channel = telegram
    server.voice(41, SOUND)
    handed_over(house, "voice-in")
    if not told:
        small = {"file_id": "voice-in", "file_unique_id": "u", "file_path": "voice/file_1.oga"}
        server.script("getFile", Answer(200, {"ok": True, "result": small}))
    await loop_of(house, channel, most=1000).run_once()
    assert state(house) == ("failed", "too-large")
    assert raw(house).media is None


async def test_too_large_for_telegram_itself(house: House, telegram: Any) -> None:
    server, channel = telegram
    server.voice(41, b"OggS" + bytes(20_000_001))
    handed_over(house, "voice-in")
    await loop_of(house, channel).run_once()
    assert state(house) == ("failed", "too-large")
    assert server.called("file") == []


@pytest.mark.parametrize(
    ("mime", "content"),
    [
        ("audio/ogg", b"<html><script>alert(1)</script>"),
        ("text/html", SOUND),
        ("video/mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(100)),
        ("image/jpeg", b"\xff\xd8\xff\xe0" + bytes(100)),
        ("application/pdf", b"%PDF-1.7"),
    ],
)
async def test_what_is_no_sound(house: House, twilio: Any, mime: str, content: bytes) -> None:
    server, channel = twilio
    server.media["ME1"] = (mime, content)
    handed_over(house, server.media_url("ME1"), account=PHONE, sender=channel.sender)
    await loop_of(house, channel).run_once()
    assert state(house) == ("failed", "not-a-sound")
    assert server.media == {}


async def test_a_reference_that_leads_elsewhere(house: House, twilio: Any) -> None:
    server, channel = twilio
    handed_over(house, "https://evil.example/x", account=PHONE, sender=channel.sender)
    await loop_of(house, channel).run_once()
    assert state(house) == ("failed", "not-ours") and server.calls == []
    assert raw(house).media is None


async def test_other_bots_are_let_be(house: House, telegram: Any) -> None:
    """A file id belongs to one bot. After a change of bots nobody can fetch it; it is forgotten after a week."""
    server, channel = telegram
    handed_over(house, "voice-in", sender="telegram:8000000002")
    await loop_of(house, channel).run_once()
    assert server.calls == [] and state(house) == ("waiting", None)
    with house.begin() as session:
        privacy.prune(session, house.store, house.clock.move(8 * 86400))
    assert state(house) == (None, None)


# --- meanwhile --------------------------------------------------------------------------------------------------------


class Meanwhile:
    """A channel at which something happens while the sound is on its way."""

    name = "whatsapp"
    sender = "whatsapp:15005550006"

    def __init__(self, happens: Callable[[], object]) -> None:
        self.happens = happens
        self.forgotten: list[str] = []

    async def fetch(self, media: str, most: int = 0) -> Fetched:
        self.happens()
        return Fetched("ME1", "audio/ogg", SOUND)

    async def forget(self, media: str) -> None:
        self.forgotten.append(media)


async def test_erased_meanwhile(house: House) -> None:
    who = handed_over(house, "ref", account=PHONE, sender=Meanwhile.sender)

    def erase() -> None:
        with house.begin() as session:
            privacy.erase_contact(session, house.store, who.contact_id, house.clock())

    channel = Meanwhile(erase)
    await loop_of(house, channel).run_once()
    assert listed(house) == []
    assert channel.forgotten == ["ref"], "and it is deleted at the provider as well"


@pytest.mark.parametrize("how", ["answered", "closed"])
async def test_dealt_with_meanwhile(house: House, how: str) -> None:
    handed_over(house, "ref", account=PHONE, sender=Meanwhile.sender)

    def deal() -> None:
        with house.begin() as session:
            if how == "answered":
                questions.answer(session, house.store, "P-0001", "Rp350.000", house.clock())
            else:
                questions.close(session, "P-0001", house.clock())

    channel = Meanwhile(deal)
    await loop_of(house, channel).run_once()
    assert raw(house).voice is None and channel.forgotten == ["ref"]


async def test_the_key_is_lost_meanwhile(house: House) -> None:
    handed_over(house, "ref", account=PHONE, sender=Meanwhile.sender)

    def lose() -> None:
        with house.begin() as session:
            run(session, ContactKey.__table__.delete())  # type: ignore[attr-defined]
        house.store.vault._cache.clear()

    channel = Meanwhile(lose)
    await loop_of(house, channel).run_once()
    assert raw(house).voice is None and channel.forgotten == ["ref"]


async def test_a_damaged_reference_blocks_nobody(house: House, telegram: Any) -> None:
    server, channel = telegram
    server.voice(41, SOUND)
    handed_over(house, "voice-in", account="a")
    handed_over(house, "voice-in", account="b")
    with house.begin() as session:
        run(session, update(table(Question)).where(table(Question).c.id == 1).values(media=b"\x01" + bytes(60)))
    await loop_of(house, channel).run_once()
    assert [question.voice for question in listed(house)] == [None, "here"]


async def test_failing_ones_do_not_stand_before_the_others(house: House, telegram: Any) -> None:
    server, channel = telegram
    for number in range(AT_ONCE + 3):
        handed_over(house, f"lost-{number}", account=f"a{number}")
    server.voice(41, SOUND)
    handed_over(house, "voice-in", account="b")
    voices = loop_of(house, channel)
    assert await voices.run_once(), "a full look: there may be more"
    assert not await voices.run_once()
    assert [question.voice for question in listed(house)] == ["waiting"] * (AT_ONCE + 3) + ["here"]


async def test_a_fault_of_ours_blocks_nobody_and_says_nothing_of_people(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    handed_over(house, "ref-a", account="a", sender=Meanwhile.sender)
    handed_over(house, "ref-b", account="b", sender=Meanwhile.sender)

    class Faulty(Meanwhile):
        async def fetch(self, media: str, most: int = 0) -> Fetched:
            if media == "ref-a":
                raise KeyError("Siti Aminah")
            return await super().fetch(media, most)

    await loop_of(house, Faulty(lambda: None)).run_once()
    assert [question.voice for question in listed(house)] == ["waiting", "here"]
    out, err = capsys.readouterr()
    assert "KeyError" in out + err and "Siti" not in out + err and "ref-a" not in out + err


async def test_what_vanished_is_not_waited_for(house: House) -> None:
    who = handed_over(house, "ref", account=PHONE, sender=Meanwhile.sender)

    class Away(Meanwhile):
        async def fetch(self, media: str, most: int = 0) -> Fetched:
            raise NotFetched("no-answer", again=True)

    voices = loop_of(house, Away(lambda: None))
    await voices.run_once()
    assert voices._until_next() == WAITS[0]
    with house.begin() as session:
        privacy.erase_contact(session, house.store, who.contact_id, house.clock())
    house.clock.move(60)
    await voices.run_once()
    assert voices._tried == {} and voices._until_next() == module.EVERY


async def test_the_loop_survives_the_database(house: House, telegram: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server, channel = telegram
    server.voice(41, SOUND)
    handed_over(house, "voice-in")
    voices = loop_of(house, channel, every=0.05)
    real, faults = questions.keep_voice, iter([OSError("the disk of Siti"), None])

    def flaky(*given: Any, **more: Any) -> bool:
        if (fault := next(faults)) is not None:
            raise fault
        return real(*given, **more)

    monkeypatch.setattr(questions, "keep_voice", flaky)
    task = asyncio.create_task(voices.run())
    await eventually(lambda: state(house) == ("here", None), 5)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_week_later_it_is_forgotten(house: House, telegram: Any) -> None:
    server, channel = telegram
    server.voice(41, SOUND)
    handed_over(house, "voice-in")
    await loop_of(house, channel).run_once()
    with house.begin() as session:
        privacy.prune(session, house.store, house.clock.move(6 * 86400))
    assert state(house) == ("here", None)
    with house.begin() as session:
        privacy.prune(session, house.store, house.clock.move(2 * 86400))
    assert state(house) == (None, None)
    with house.store.read() as session, pytest.raises(questions.NoSuchQuestion, match="not kept any more"):
        questions.voice_of(session, house.store, "P-0001")
