"""A web server as it runs, over a real store, with a tiny bot that plays what comes in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.conversation.types import Message
from bot.library.model import Helpline, Library, Media, Phrase
from bot.store import inbox, outbox
from bot.store.session import Store
from bot.web.deps import Limits, WebDeps
from bot.web.notifier import Notifier
from bot.web.server import build_app

T = TypeVar("T")
SECRET = b"for the tests only, 32 bytes long"
NAV = [{"key": "back", "label": "Kembali"}, {"key": "menu", "label": "Menu"}, {"key": "help", "label": "Bantuan"}]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 160"><rect width="300" height="160" fill="#c96"/></svg>'

Body = dict[str, Any]
Bot = Callable[[Message, int], list[Body]]


def helpline(key: str, country: str, number: str, kind: str = "emergency", order: int = 1) -> Helpline:
    return Helpline(
        key, country, kind, "call", Phrase(key), Phrase(key), number, "any", None, None, (), None, None, ("now",), order
    )  # type: ignore[arg-type]


def library(media: dict[str, Media] | None = None) -> Library:
    lines = (
        helpline("Darurat Malaysia", "my", "999"),
        helpline("Polisi", "id", "110"),
        helpline("Darurat", "id", "112"),
        helpline("Talian Kasih", "my", "15999", "hotline"),
        helpline("BP2MI", "id", "0800-1000", "hotline"),
    )
    return Library({}, (), (), {}, {}, {}, lines, (), media or {}, {}, {})


def media_in(folder: Path) -> dict[str, Media]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "two-papers.ogg").write_bytes(b"OggS" + bytes(61_000))
    (folder / "ticket.svg").write_text(SVG)
    return {
        "two-papers": Media("two-papers", "sound", "two-papers.ogg", "audio/ogg", 61_004, Phrase("Dua surat")),
        "ticket": Media("ticket", "picture", "ticket.svg", "image/svg+xml", len(SVG), Phrase("Dua orang di meja")),
    }


def echo(message: Message, step: int) -> list[Body]:
    """One message back, saying what came."""
    words = f"pilih {message.choice} {message.stamp}" if message.kind == "choice" else message.text
    return [{"text": f"gema: {words}", "state": "echo", "step": step, "nav": NAV}]


@dataclass
class House:
    store: Store
    deps: WebDeps
    url: str = ""
    heard: list[Message] = field(default_factory=list)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    step: int = 0
    holds: bool = False  # the bot is silent while this is set
    keys: int = 0

    async def run(self, fn: Callable[[], T], /) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, fn)

    def play(self, bot: Bot) -> list[str]:
        """Plays what is due; the addresses that got something. In the store's thread."""
        now = self.store.clock()
        with self.store.begin() as session:
            claimed = inbox.claim(session, self.store, holder="test", limit=20, now=now, lease=timedelta(seconds=30))
        for one in claimed:
            with self.store.begin() as session:
                for inbox_id in one.inbox_ids:
                    item = inbox.open_message(session, self.store, inbox_id)
                    if item is None or item.message is None:
                        continue
                    self.heard.append(item.message)
                    self.step += 1
                    for number, body in enumerate(bot(item.message, self.step)):
                        self._put(session, item.address_id, item.contact_id, f"turn:{inbox_id}:{number}", body)
                    inbox.finish(session, inbox_id, now)
                inbox.release(session, one.address_id, now)
        return [one.address_id for one in claimed]

    def _put(self, session: Any, address_id: str, contact_id: str, key: str, body: Body) -> None:
        lane = body.get("lane", outbox.REPLIES)
        body = {name: value for name, value in body.items() if name != "lane"}
        outbox.put(
            session, self.store, sender="webchat", address_id=address_id, contact_id=contact_id, lane=lane, key=key,
            body=body, not_before=self.store.clock(), pulled=True,
        )  # fmt: skip

    async def push(self, body: Body, *, tell: bool = True) -> str:
        """A message nobody asked for, to the only address; with `tell` this process says so."""

        def put() -> str:
            from sqlalchemy import select

            from bot.store.sql import run, table
            from bot.store.tables import Address

            with self.store.begin() as session:
                row = run(session, select(table(Address))).one()
                self.keys += 1
                self._put(session, row.id, row.contact_id, f"push:{self.keys}", body)
                return str(row.id)

        address_id = await self.run(put)
        if tell:
            self.deps.notifier.notify(address_id)
        return address_id


@asynccontextmanager
async def house(
    store: Store,
    folder: Path,
    *,
    bot: Bot | None = echo,
    telegram: Telegram | None = None,
    whatsapp: WhatsApp | None = None,
    limits: Limits | None = None,
    port: int = 0,
    delay: float = 0.0,
    **more: Any,
) -> AsyncIterator[House]:
    """The server, at `url`. `bot` None: nobody plays."""
    here: House
    wake = asyncio.Event()
    loop = asyncio.get_running_loop()
    media = media_in(folder / "media")
    deps = WebDeps(
        store=store,
        run_in_store_thread=lambda fn: here.run(fn),
        notifier=Notifier(),
        library=library(media),
        media_dir=folder / "media",
        spool_dir=folder / "spool",
        telegram=telegram,
        whatsapp=whatsapp,
        on_received=lambda _address: loop.call_soon_threadsafe(wake.set),
        limits=limits or Limits(),
    )
    here = House(store, replace(deps, **more))

    async def turns() -> None:
        while bot is not None:
            wake.clear()
            if not here.holds:
                for address_id in await here.run(lambda: here.play(bot)):
                    here.deps.notifier.notify(address_id)
            try:
                async with asyncio.timeout(0.2):
                    await wake.wait()
                await asyncio.sleep(delay)
            except TimeoutError:
                pass

    runner = web.AppRunner(build_app(here.deps), access_log=None, shutdown_timeout=2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    here.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    playing = asyncio.create_task(turns())
    try:
        yield here
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        await runner.cleanup()
        here.pool.shutdown()


def client() -> aiohttp.ClientSession:
    """A browser, as far as cookies go."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(30))


async def events(stream: aiohttp.ClientResponse) -> AsyncIterator[dict[str, str]]:
    """Server-sent events as they come; a comment is its `comment`."""
    event: dict[str, str] = {}
    async for raw in stream.content:
        line = raw.decode().rstrip("\n")
        if not line:
            yield event
            event = {}
        else:
            name, _, value = line.partition(":")
            event[name or "comment"] = value.strip()


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Waits for something that happens by itself."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - it is not ours to set an event
            await asyncio.sleep(0.01)
