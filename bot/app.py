"""The wiring: settings, store, knowledge, channels, workers and web become one running program."""

from __future__ import annotations

import asyncio
import gettext
import logging
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import structlog
from aiohttp.web import Application, AppRunner, TCPSite
from prometheus_client import REGISTRY
from sqlmodel import Session

from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.config import ROOT, Settings
from bot.conversation.prints import Drawn, is_personal
from bot.conversation.speech import WITA, Catalogue
from bot.conversation.types import CertificateChecked, Contact, Context, Drafts, Operator, Print
from bot.library.load import load
from bot.library.model import Library
from bot.locales_build import compile_catalogues
from bot.prints import CertificateData, NoPocket, Printer, TooBig
from bot.store.certificates import verify_certificate
from bot.store.outbox import Fate
from bot.store.session import Store
from bot.understanding import Understanding, build
from bot.web.deps import Limits, WebDeps
from bot.web.notifier import Notifier
from bot.web.rescue import Rescue
from bot.web.server import build_app
from bot.web.tickets import Tickets
from bot.workers.contexts import Contexts, StaffChat, TurnSettings
from bot.workers.desk import VoiceNote
from bot.workers.holder import own_name
from bot.workers.intake import poll_loop, sweep_loop, until_taken
from bot.workers.loops import Pulse, planner_loop, sender_loop, turn_loop
from bot.workers.planner import Planner
from bot.workers.sender import Sender, SenderSettings
from bot.workers.settle import Settler
from bot.workers.turns import TurnRunner
from bot.workers.voices import Voices
from bot.workers.wake import INBOX, OUTBOX, Wake, listening, notify, wake_up

T = TypeVar("T")
log = structlog.get_logger(__name__)
MEDIA = ROOT / "content" / "media"


@dataclass(frozen=True)
class Knowledge:
    """What every turn looks at: content, understanding and the machine's words. Read once."""

    library: Library
    understanding: Understanding
    catalogue: Catalogue


def read_knowledge(root: Path = ROOT) -> Knowledge:
    """Content, understanding and catalogues from the folders beside the program.

    Raises:
        ContentError: with every fault of the content, its file, place and remedy.
    """
    return Knowledge(load(root / "content"), build(root / "content"), read_catalogue(root / "locales"))


def read_catalogue(locales: Path) -> Catalogue:
    """The machine's words in both languages; catalogues that are not compiled yet are compiled first."""
    compile_catalogues(locales)
    found = [gettext.translation("bot", locales, [language], fallback=True) for language in ("id", "sas")]
    return Catalogue(found[0], found[1])


def blank_context(knowledge: Knowledge, now: datetime) -> Context:
    """A context in which nothing is known of anybody, for checks, the chart and transcripts."""
    return Context(now, Contact(), knowledge.library, knowledge.understanding, knowledge.catalogue)


def configure_logs(level: str) -> None:
    """One JSON object a line on standard error. Libraries speak from WARNING on: at INFO some print addresses and tokens."""
    number = logging.getLevelNamesMapping()[level]
    logging.basicConfig(
        level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )
    for name in ("httpx", "httpcore", "telegram", "twilio", "aiohttp.access", "aiohttp.client"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def contexts_of(knowledge: Knowledge, settings: Settings) -> Contexts:
    """What turns, pushes and answers look at, for this deployment."""
    chat = None
    if settings.staff_alert_telegram_chat and settings.telegram_token is not None:
        bot_id = settings.telegram_token.get_secret_value().partition(":")[0]
        chat = StaffChat(f"telegram:{bot_id}", settings.staff_alert_telegram_chat)
    turn_settings = TurnSettings(
        drafts={name: settings.drafts_on(name) for name in ("webchat", "terminal", "telegram", "whatsapp")},
        operator=Operator(settings.operator_name or None, settings.operator_contact or None),
        seats=settings.webchat_seats,
        staff_chat=chat,
    )
    return Contexts(knowledge.library, knowledge.understanding, knowledge.catalogue, turn_settings)


def printer_of(knowledge: Knowledge, settings: Settings, now: datetime) -> Printer:
    """Draws the files of this deployment."""
    operator = Operator(settings.operator_name or None, settings.operator_contact or None)
    return Printer(replace(blank_context(knowledge, now), operator=operator), base_url=settings.public_base_url)


# --- the running program ---------------------------------------------------------------------------------------------


class Program:
    """One process: web, turns and senders, or only some of them. `run` until SIGTERM or SIGINT."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        knowledge: Knowledge,
        *,
        web: bool,
        work: bool,
        limits: Limits | None = None,
    ) -> None:
        self.settings, self.store, self.knowledge = settings, store, knowledge
        self.web, self.work = web, work
        self.limits = limits or Limits()
        self.contexts = contexts_of(knowledge, settings)
        self.pulse = Pulse()
        self.notifier = Notifier()
        # Reading and writing for the web; turns have a thread of their own, so that neither waits for the other's queue.
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="store")
        self._turns = ThreadPoolExecutor(max_workers=1, thread_name_prefix="turns")
        self._told: set[asyncio.Task[None]] = set()
        self.printer = printer_of(knowledge, settings, store.clock())
        self.tickets = Tickets(store.vault.file_key, store.clock)
        self.telegram: Telegram | None = None
        self.whatsapp: WhatsApp | None = None

    async def in_store_thread(self, fn: Callable[[], T], /) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, fn)

    async def in_turn_thread(self, fn: Callable[[], T], /) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._turns, fn)

    async def run(self, started: Callable[[str], None] = lambda address: None) -> None:
        """Serve until told to stop; `started` hears the address once it is listening."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        self._open_channels()
        runner: AppRunner | None = None
        try:
            async with listening(self.store), asyncio.TaskGroup() as group:
                tasks = [group.create_task(job) for job in self._jobs()]
                if self.web:
                    self.notifier.start()
                    runner = AppRunner(self._app(), access_log=None)
                    await runner.setup()
                    site = TCPSite(runner, self.settings.host, self.settings.port)
                    await site.start()
                    started(f"http://{self.settings.host}:{runner.addresses[0][1]}")
                await stop.wait()
                if runner is not None:
                    await runner.cleanup()
                for task in tasks:
                    task.cancel()
        finally:
            for channel in (self.telegram, self.whatsapp):
                if channel is not None:
                    await channel.close()
            self._threads.shutdown(wait=True)
            self._turns.shutdown(wait=True)

    # --- parts

    def _open_channels(self) -> None:
        settings, media = self.settings, self.knowledge.library.media
        if settings.telegram_token is not None:
            self.telegram = Telegram(
                settings.telegram_token.get_secret_value(),
                base=settings.telegram_api_base,
                media=media,
                media_folder=MEDIA,
                files=lambda spec: self.draw(spec, settings.drafts_on("telegram")),
            )
        if settings.twilio_account_sid and settings.twilio_auth_token is not None:
            self.whatsapp = WhatsApp(
                settings.twilio_account_sid,
                settings.twilio_auth_token.get_secret_value(),
                settings.twilio_whatsapp_from,
                public_base=settings.public_base_url,
                api_base=settings.twilio_api_base,
                content_base=settings.twilio_content_api_base,
                media=media,
                link=lambda spec: self.tickets.link(spec, settings.drafts_on("whatsapp")),
            )

    async def draw(self, spec: Print, drafts: Drafts) -> Drawn:
        """A print as a file, drawn in a thread. Raises LookupError: no such certificate (any more), or the content has
        nothing to draw it from."""

        def drawn() -> Drawn:
            data = self._certificate(spec) if is_personal(spec) else None
            today = self.store.clock().astimezone(WITA).date()
            try:
                return self.printer.draw(spec, data, today, drafts)
            except (NoPocket, TooBig) as fault:
                log.error("print.not_drawn", kind=spec.kind, language=spec.language, fault=str(fault))
                raise LookupError(spec.kind) from None

        return await self.in_store_thread(drawn)

    def _certificate(self, spec: Print) -> CertificateData:
        with self.store.read() as session:
            found = self.is_genuine(session, spec.code)
        if not found.genuine or found.issued is None:
            raise LookupError("no such certificate")
        return CertificateData(spec.code, found.name, found.issued, spec.language)

    def is_genuine(self, session: Session, code: str) -> CertificateChecked:
        return verify_certificate(session, self.store, code)

    def _jobs(self) -> Iterator[Coroutine[Any, Any, None]]:
        settings = self.settings
        if self.web:
            yield self._wake_pages()
            if self.telegram is not None:
                yield self._tell_telegram()
        if not self.work:
            return
        voices = {
            channel.sender: Voices(self.store, channel, run_in_thread=self.in_store_thread)
            for channel in (self.telegram, self.whatsapp)
            if channel is not None
        }

        def handed_over(voice: VoiceNote) -> None:
            if voice.sender in voices:
                voices[voice.sender].wake()

        yield from (one.run() for one in voices.values())
        runner = TurnRunner(self.store, self.contexts, fetch_voice=handed_over)
        yield turn_loop(runner, run_in_thread=self.in_turn_thread, pulse=self.pulse)
        yield planner_loop(Planner(self.store, self.contexts), run_in_thread=self.in_store_thread)
        channels: list[tuple[Telegram | WhatsApp | None, float]] = [
            (self.telegram, settings.telegram_rate),
            (self.whatsapp, settings.twilio_rate),
        ]
        for channel, rate in channels:
            if channel is not None:
                given = SenderSettings(
                    rate=rate,
                    concurrency=settings.sender_concurrency,
                    staff_account=settings.staff_alert_telegram_chat or None,
                )
                sender = Sender(self.store, channel, self.contexts, given, run_in_thread=self.in_store_thread)
                yield sender_loop(sender)
        if self.telegram is not None and settings.telegram_mode == "polling":
            yield poll_loop(self.telegram, self.store, self.in_store_thread, own_name(), self._received)
        if self.whatsapp is not None:
            yield sweep_loop(self.whatsapp, self.store, self.in_store_thread, self._received)

    def _app(self) -> Application:
        settings = self.settings
        secret = settings.telegram_webhook_secret
        return build_app(
            WebDeps(
                store=self.store,
                run_in_store_thread=self.in_store_thread,
                notifier=self.notifier,
                library=self.knowledge.library,
                media_dir=MEDIA,
                spool_dir=settings.data_dir / "spool",
                telegram=self.telegram,
                telegram_secret=secret.get_secret_value() if secret is not None else None,
                whatsapp=self.whatsapp,
                public_base_url=settings.public_base_url,
                on_received=self._received,
                on_fate=self._on_fate(),
                other_ways=self._other_ways(),
                rescue=Rescue(self.knowledge.understanding, blank_context(self.knowledge, self.store.clock())),
                turns_alive=self.pulse.alive if self.work else lambda: True,
                registry=REGISTRY,
                tickets=self.tickets,
                draw=self.draw,
                check_certificate=self.is_genuine,
                drafts=settings.drafts_on("webchat"),
                limits=self.limits,
            )
        )

    def _on_fate(self) -> Callable[[Session, Fate], None]:
        """What follows when Twilio reports that a message it had taken failed after all."""
        if self.whatsapp is None:
            return lambda session, fate: None
        settler = Settler(self.store, self.contexts, self.whatsapp.sender, self.whatsapp.name, False, time.monotonic)
        return lambda session, fate: settler.reported(session, fate, self.store.clock())

    def _other_ways(self) -> tuple[tuple[str, str], ...]:
        """For who has no JavaScript."""
        number = self.settings.twilio_whatsapp_from.removeprefix("whatsapp:+")
        return (("WhatsApp", f"https://wa.me/{number}"),) if number else ()

    def _received(self, _address_id: str) -> None:
        """Something came in: wake the turns, here or in another process."""
        wake_up(self.store, INBOX)
        if not self.work and self.store.dialect == "postgresql":
            task = asyncio.get_running_loop().create_task(self.in_store_thread(self._tell_workers))
            self._told.add(task)
            task.add_done_callback(self._told.discard)

    def _tell_workers(self) -> None:
        with self.store.begin() as session:
            notify(session, INBOX)

    async def _wake_pages(self) -> None:
        """Open pages look at once when a turn of any process has put something out."""
        async with Wake(self.store, OUTBOX) as wake:
            while True:
                await wake.wait(60.0)
                self.notifier.look()

    async def _tell_telegram(self) -> None:
        """The menu of commands, and where updates are to be delivered. Tried until Telegram has taken it."""
        telegram, settings = self.telegram, self.settings
        if telegram is None:
            return
        secret = settings.telegram_webhook_secret
        if settings.telegram_mode == "webhook" and secret is not None:
            url = f"{settings.public_base_url}/webhooks/telegram"
            await until_taken(lambda: telegram.set_webhook(url, secret.get_secret_value()), "webhook not set")
        await until_taken(telegram.set_my_commands, "commands not set")
