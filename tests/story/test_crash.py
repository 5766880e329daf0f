"""The process is killed again and again under load, and everybody is still answered exactly once.

Each chat walks through the same lessons. What it must see is known from the pure conversation: a message that was played
twice would skip a card, one that was lost would leave a hole, and a reply sent again shows as the same text twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
from pathlib import Path

import aiohttp
import pytest

from bot.app import blank_context, read_knowledge
from bot.conversation import transcript
from bot.conversation.rehearsal import Rehearsal
from tests.servers import TelegramServer
from tests.story.process import Bekal

WORDS = [
    "halo",
    "1",
    "belajar",
    "lanjut",
    "lanjut",
    "lanjut",
    "lanjut",
    "ya",
    "ya",
    "lewati",
    "lewati",
    *["lanjut"] * 12,
]
SECRET = "a-secret-of-the-crash-test"
CONCURRENCY = 4
BURST = 3


def bare(words: str) -> str:
    return re.sub(r"\W+", " ", words).strip()


def expected() -> list[str]:
    """What one person must see, in order."""
    knowledge = read_knowledge()
    context = transcript.given(
        {"staff": False, "events": False, "channel": "telegram"}, blank_context(knowledge, transcript.CLOCK)
    )
    rehearsal = Rehearsal(context)
    return [bare(reply.text) for words in WORDS for reply in rehearsal.say(words)]


async def deliver(bekal: Bekal, telegram: TelegramServer, update: dict[str, object]) -> None:
    """As Telegram does it: the same update again until it is taken."""
    async with aiohttp.ClientSession() as web:
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
                async with web.post(
                    f"{bekal.url}/webhooks/telegram",
                    json=update,
                    headers=headers,
                    timeout=aiohttp.ClientTimeout(total=5),
                ) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


async def person(bekal: Bekal, telegram: TelegramServer, chat: int, wanted: int) -> None:
    """Writes word after word; odd chats in bursts, the others after each answer. Sometimes an update comes twice."""
    for sent, words in enumerate(WORDS, 1):
        update = telegram.say(chat, words)
        await deliver(bekal, telegram, update)
        if random.Random(chat * 100 + sent).random() < 0.1:
            await deliver(bekal, telegram, update)
        if chat % 2 == 0 or sent % BURST == 0:
            while len(telegram.texts(chat)) < min(sent, wanted):
                await asyncio.sleep(0.05)
    while len(dict.fromkeys(telegram.texts(chat))) < wanted:
        await asyncio.sleep(0.05)


async def run(folder: Path, *, chats: int, kills: int, **settings: str) -> tuple[Bekal, TelegramServer, int]:
    wanted = len(expected())
    async with TelegramServer() as telegram:
        bekal = Bekal(
            folder,
            TELEGRAM_TOKEN=telegram.token,
            TELEGRAM_API_BASE=telegram.url,
            TELEGRAM_MODE="webhook",
            TELEGRAM_WEBHOOK_SECRET=SECRET,
            PUBLIC_BASE_URL="https://bekal.example",
            TELEGRAM_RATE="30",
            SENDER_CONCURRENCY=str(CONCURRENCY),
            LOG_LEVEL="WARNING",
            **settings,
        )
        await asyncio.to_thread(bekal.start)
        people = asyncio.gather(*(person(bekal, telegram, 1000 + number, wanted) for number in range(chats)))
        done = 0
        chance = random.Random(7)
        while done < kills:
            await asyncio.sleep(chance.uniform(0.05, 0.9))
            if people.done():
                break
            await asyncio.to_thread(bekal.kill)
            done += 1
            await asyncio.to_thread(bekal.start)
        await asyncio.wait_for(people, 180)
        await asyncio.sleep(0.5)
        metrics = await _metrics(bekal)
        await asyncio.to_thread(bekal.stop)
    _judge(telegram, range(1000, 1000 + chats), metrics, done)
    return bekal, telegram, done


async def _metrics(bekal: Bekal) -> dict[str, float]:
    async with aiohttp.ClientSession() as web, web.get(f"{bekal.url}/metrics") as answer:
        rows = (await answer.text()).splitlines()
    return {row.rsplit(" ", 1)[0]: float(row.rsplit(" ", 1)[1]) for row in rows if row and not row.startswith("#")}


def _judge(telegram: TelegramServer, chats: range, metrics: dict[str, float], kills: int) -> None:
    want = expected()
    repeats = 0
    for chat in chats:
        got = [bare(words) for words in telegram.texts(chat)]
        once = [words for i, words in enumerate(got) if i == 0 or words != got[i - 1]]
        assert once == want, f"chat {chat}: {len(got)} messages, {len(once)} different in a row, {len(want)} expected"
        repeats += len(got) - len(once)
    counted = metrics.get("bekal_doubles_possible_total", 0.0)
    assert repeats <= counted, f"{repeats} repeats, {counted} counted"
    assert counted <= kills * CONCURRENCY
    assert telegram.complaints == []
    print(
        f"{kills} kills, {len(chats)} people, {len(want)} replies each, {repeats} repeats, {counted:.0f} counted as possible"
    )


@pytest.mark.timeout(240)
@pytest.mark.xdist_group("crash")
async def test_killed_under_load_sqlite(tmp_path: Path) -> None:
    _, _, kills = await run(tmp_path, chats=12, kills=10)
    assert kills >= 8


@pytest.mark.timeout(240)
@pytest.mark.xdist_group("crash")
async def test_killed_under_load_postgresql(tmp_path: Path, postgres_database: str) -> None:
    import base64

    key = base64.b64encode(b"k" * 32).decode()
    first = Bekal(tmp_path, DATABASE_URL=postgres_database, SECRET_KEY=key)
    assert first.run("migrate").returncode == 0
    _, _, kills = await run(tmp_path, chats=8, kills=6, DATABASE_URL=postgres_database, SECRET_KEY=key)
    assert kills >= 4


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_killed_forty_times_sqlite(tmp_path: Path) -> None:
    _, _, kills = await run(tmp_path, chats=40, kills=40)
    assert kills >= 30


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_killed_forty_times_postgresql(tmp_path: Path, postgres_database: str) -> None:
    import base64

    key = base64.b64encode(b"k" * 32).decode()
    first = Bekal(tmp_path, DATABASE_URL=postgres_database, SECRET_KEY=key)
    assert first.run("migrate").returncode == 0
    _, _, kills = await run(tmp_path, chats=40, kills=40, DATABASE_URL=postgres_database, SECRET_KEY=key)
    assert kills >= 30
