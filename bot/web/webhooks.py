"""What Telegram and Twilio deliver: verified, kept and committed before they hear 200.

Wrong secret or signature: 403 and nothing stored. Not parseable: 400. A kind we pass over, or seen before: 200. The
database away: Telegram hears 503 and comes again; Twilio does not, so its delivery goes to the spool.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Coroutine
from datetime import datetime
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from sqlmodel import Session

from bot.channels import whatsapp_parse
from bot.channels.base import BlockChange, Inbound, NotParseable
from bot.channels.whatsapp import WhatsApp
from bot.store import inbox, outbox
from bot.store.session import is_database_away
from bot.web import words
from bot.web.deps import DEPS, WebDeps
from bot.web.metrics import METRICS
from bot.web.refusal import refuse
from bot.web.spool import SPOOL, Spool, SpoolFull

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
SIGNATURE_HEADER = "X-Twilio-Signature"
TELEGRAM_KEEP_DAYS = 3  # update_id may start again anywhere after a week of silence
TWILIO_KEEP_DAYS = 30
PATIENCE = 8.0  # seconds that a delivery of Twilio waits for the database
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Afterwards:
    """What is done after an answer, best effort: the clock on a tapped button stops."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finish(self, _app: web.Application) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


AFTERWARDS: web.AppKey[Afterwards] = web.AppKey("afterwards", Afterwards)


def setup(app: web.Application) -> None:
    deps = app[DEPS]
    app[SPOOL] = Spool(deps.spool_dir, deps.store.vault, files=deps.limits.spool_files, size=deps.limits.spool_bytes)
    app[AFTERWARDS] = Afterwards()
    if deps.telegram is not None:
        app.router.add_post("/webhooks/telegram", telegram)
    if deps.whatsapp is not None:
        app.router.add_post("/webhooks/twilio", twilio)
        app.router.add_post("/webhooks/twilio/status", twilio_status)
        app.cleanup_ctx.append(draining)
    app.on_cleanup.append(app[AFTERWARDS].finish)


# --- Telegram --------------------------------------------------------------------------------------------------------


async def telegram(request: web.Request) -> web.StreamResponse:
    deps = request.app[DEPS]
    channel = deps.telegram
    given = request.headers.get(SECRET_HEADER, "")
    if channel is None or not _same(given, deps.telegram_secret):
        raise refuse(HTTPStatus.FORBIDDEN, words.NOT_UNDERSTOOD)
    try:
        payload = json.loads(await request.read())
        found = channel.parse(payload, deps.now())
    except (NotParseable, ValueError, RecursionError):
        raise refuse(HTTPStatus.BAD_REQUEST, words.NOT_UNDERSTOOD) from None
    if isinstance(found, BlockChange):
        await deps.write(lambda session: _block(session, deps, channel.sender, found))
    elif found is not None:
        try:
            await _keep(request.app, channel.name, channel.sender, found, TELEGRAM_KEEP_DAYS)
        except Exception as error:
            if is_database_away(error) and deps.rescue is not None:
                await deps.rescue.answer(channel, found)
            raise  # 503: Telegram comes again
        request.app[AFTERWARDS].start(channel.acknowledge(payload))
    return web.Response()


def _same(given: str, wanted: str | None) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), (wanted or "").encode())


def _block(session: Session, deps: WebDeps, sender: str, change: BlockChange) -> None:
    """Blocked: nothing is sent there any more. Let in again: it may be."""
    address_id = inbox.find_address(session, deps.store, sender, change.account)
    if address_id is None:
        return
    if change.blocked:
        outbox.mark_unreachable(session, address_id, "blocked", deps.now())
    else:
        outbox.mark_reachable(session, address_id)


# --- Twilio ----------------------------------------------------------------------------------------------------------


async def twilio(request: web.Request) -> web.StreamResponse:
    app, deps = request.app, request.app[DEPS]
    channel, fields = await _signed(request)
    try:
        found = channel.parse(fields, deps.now())
    except NotParseable:
        raise refuse(HTTPStatus.BAD_REQUEST, words.NOT_UNDERSTOOD) from None
    if found is not None:
        try:
            # Twilio waits 15 seconds. Should this be committed after all, the spooled one counts as seen before.
            async with asyncio.timeout(PATIENCE):
                await _keep(app, channel.name, channel.sender, found, TWILIO_KEEP_DAYS)
        except Exception as error:
            if not isinstance(error, TimeoutError) and not is_database_away(error):
                raise
            if deps.rescue is not None:
                await deps.rescue.answer(channel, found)
            await _spool(app, fields)
    return web.Response(text=EMPTY_TWIML, content_type="text/xml")


async def _spool(app: web.Application, fields: list[tuple[str, str]]) -> None:
    text = json.dumps({"fields": fields, "at": app[DEPS].now().isoformat()})
    try:
        await asyncio.to_thread(app[SPOOL].put, text)
    except SpoolFull:
        log.error("spool full: a delivery was refused")
        raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, words.AWAY, retry_after=5) from None
    app[METRICS].received.labels("whatsapp", "spooled").inc()


async def twilio_status(request: web.Request) -> web.StreamResponse:
    deps = request.app[DEPS]
    _, fields = await _signed(request)
    try:
        update = whatsapp_parse.parse_status(request.raw_path, fields)
    except NotParseable:
        raise refuse(HTTPStatus.BAD_REQUEST, words.NOT_UNDERSTOOD) from None
    if update is not None and update.outbox_id is not None and update.outbox_id < 2**63:
        row, code = update.outbox_id, None if update.code is None else str(update.code)

        def note(session: Session) -> None:
            now = deps.now()
            fate = outbox.status_callback(session, deps.store, row, update.provider_id, update.status, code, now)
            if fate.changed:
                deps.on_fate(session, fate)

        await deps.write(note)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def _signed(request: web.Request) -> tuple[WhatsApp, list[tuple[str, str]]]:
    """The fields of a form that Twilio signed, all of them, in order."""
    channel = request.app[DEPS].whatsapp
    raw = await request.read()
    try:
        fields = whatsapp_parse.form_fields(raw)
    except NotParseable:
        fields = None
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if channel is None or not channel.verify(request.raw_path, fields or [], signature):
        raise refuse(HTTPStatus.FORBIDDEN, words.NOT_UNDERSTOOD)
    if fields is None:
        raise refuse(HTTPStatus.BAD_REQUEST, words.NOT_UNDERSTOOD)
    return channel, fields


async def draining(app: web.Application) -> AsyncIterator[None]:
    """At the start and after each outage: what was spooled goes into the inbox."""
    task = asyncio.create_task(_drain(app))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _drain(app: web.Application) -> None:
    deps, spool = app[DEPS], app[SPOOL]
    while True:
        try:
            if len(spool):
                kept = await drain(deps, spool)
                log.info("spool drained", deliveries=kept)
        except Exception as error:
            if not is_database_away(error):
                log.error("spool not drained", error=type(error).__name__)
        await asyncio.sleep(deps.drain_seconds)


async def drain(deps: WebDeps, spool: Spool) -> int:
    """Everything spooled into the inbox, as if it came now; how many. Raises what the database raises."""
    channel = deps.whatsapp
    if channel is None:
        return 0
    woken: list[str] = []

    def keep(text: str) -> None:
        told = json.loads(text)
        found = channel.parse([(name, value) for name, value in told["fields"]], datetime.fromisoformat(told["at"]))
        if found is not None:
            with deps.store.begin() as session:
                received = _receive(session, deps, channel.name, channel.sender, found, TWILIO_KEEP_DAYS)
            if received.inbox_id is not None:
                woken.append(received.address_id)

    try:
        return await deps.run_in_store_thread(lambda: spool.drain(keep))
    finally:
        for address_id in woken:
            deps.on_received(address_id)


# --- both ------------------------------------------------------------------------------------------------------------


def _receive(
    session: Session, deps: WebDeps, channel: str, sender: str, found: Inbound, keep_days: int
) -> inbox.Received:
    return inbox.receive(
        session,
        deps.store,
        channel=channel,
        sender=sender,
        account=found.account,
        provider_id=found.provider_id,
        message=found.message,
        provider_message=found.provider_message,
        now=found.received_at,
        keep_days=keep_days,
    )


async def _keep(app: web.Application, channel: str, sender: str, found: Inbound, keep_days: int) -> None:
    deps = app[DEPS]
    received = await deps.write(lambda session: _receive(session, deps, channel, sender, found, keep_days))
    new = received.inbox_id is not None
    app[METRICS].received.labels(channel, "new" if new else "double").inc()
    if new:
        deps.on_received(received.address_id)
