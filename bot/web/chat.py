"""The web chat: the page, what a visitor writes, what comes back.

GET  /chat            the page, and the cookie that names the visitor
POST /chat/messages   {"id": chosen by the page, "text"} or {"id", "choice", "stamp"}: 202, the same id again 200
GET  /chat/stream     server-sent events after Last-Event-ID; with `Accept: application/json` the same, asked for
POST /chat/ack        {"seq"}: the page has everything up to there; the server forgets the text
GET  /kalender        what stands at the page's address after TUTUP
"""

from __future__ import annotations

import json
import re
from datetime import timedelta, timezone
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.conversation.types import Message
from bot.store import inbox, outbox
from bot.web import visitors, words
from bot.web.calendar import calendar_page
from bot.web.deps import DEPS, WEBCHAT, WebDeps
from bot.web.metrics import METRICS
from bot.web.page import Page, chat_page
from bot.web.refusal import refuse
from bot.web.stream import chat_name, stream

LONGEST = 10_000  # characters of a message; the rest is cut off
KEEP_DAYS = 30  # a page may send its message again so much later
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CAMPAIGN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHOICE = 80  # characters of a choice's key
_STEPS = 2**53
_WITA = timezone(timedelta(hours=8))

PAGE: web.AppKey[Page] = web.AppKey("page", Page)
PACE: web.AppKey[visitors.Pace] = web.AppKey("pace", visitors.Pace)


def setup(app: web.Application) -> None:
    deps = app[DEPS]
    app[PAGE] = chat_page(deps.library, deps.other_ways)
    app[PACE] = visitors.Pace(deps.limits.messages, deps.limits.window)
    app.router.add_get("/", to_chat)
    app.router.add_get("/chat", page)
    app.router.add_get("/chat/stream", stream, allow_head=False)
    app.router.add_post("/chat/messages", messages)
    app.router.add_post("/chat/ack", acknowledge)
    app.router.add_get("/kalender", calendar)


async def to_chat(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/chat")


async def page(request: web.Request) -> web.StreamResponse:
    response = send_page(request, request.app[PAGE])
    visitors.welcome(request, response, request.app[DEPS].public_base_url)
    return response


async def calendar(request: web.Request) -> web.StreamResponse:
    return send_page(request, calendar_page(request.app[DEPS].now().astimezone(_WITA).date()))


def send_page(request: web.Request, page: Page) -> web.Response:
    """Packed where asked for; 304 where the browser has it already."""
    headers = {
        "Content-Security-Policy": page.policy,
        "Cache-Control": "private, no-cache",
        "ETag": page.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match", "").removeprefix("W/") == page.etag:
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = page.html
    if "gzip" in request.headers.get("Accept-Encoding", "").lower():
        headers["Content-Encoding"] = "gzip"
        body = page.packed
    return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)


async def messages(request: web.Request) -> web.StreamResponse:
    deps = request.app[DEPS]
    visitor = trusted_visitor(request)
    payload = await json_object(request)
    message_id, message = read_message(payload)
    if wait := request.app[PACE].wait(visitor, message_id):
        raise refuse(HTTPStatus.TOO_MANY_REQUESTS, words.TOO_FAST, retry_after=wait)
    now = deps.now()
    received = await deps.write(
        lambda session: inbox.receive(
            session,
            deps.store,
            channel=WEBCHAT,
            sender=WEBCHAT,
            account=visitor,
            provider_id=visitors.provider_id(visitor, message_id),
            message=message,
            now=now,
            keep_days=KEEP_DAYS,
        )
    )
    new = received.inbox_id is not None
    if received.address_id:
        deps.notifier.known(visitor, received.address_id)
    request.app[METRICS].received.labels(WEBCHAT, "new" if new else "double").inc()
    if new:
        deps.on_received(received.address_id)
    told = {"id": message_id, "chat": chat_name(received.address_id), "at": now.isoformat()}
    return web.json_response(told, status=HTTPStatus.ACCEPTED if new else HTTPStatus.OK)


async def acknowledge(request: web.Request) -> web.StreamResponse:
    deps = request.app[DEPS]
    visitor = trusted_visitor(request)
    seq = (await json_object(request)).get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq < _STEPS:
        raise refuse(HTTPStatus.BAD_REQUEST, words.NOT_UNDERSTOOD)
    address_id = await address_of(deps, visitor)
    if address_id is not None:
        await deps.write(lambda session: outbox.acknowledge(session, address_id, seq, deps.now()))
    return web.json_response({"seq": seq})


async def address_of(deps: WebDeps, visitor: str) -> str | None:
    return await deps.read(lambda session: inbox.find_address(session, deps.store, WEBCHAT, visitor))


def trusted_visitor(request: web.Request) -> str:
    """The visitor, where the request comes from our own page."""
    if not visitors.same_origin(request, request.app[DEPS].public_base_url):
        raise refuse(HTTPStatus.FORBIDDEN, words.WRONG_ORIGIN)
    visitor = visitors.visitor_of(request)
    if visitor is None:
        raise refuse(HTTPStatus.FORBIDDEN, words.NO_VISITOR)
    return visitor


async def json_object(request: web.Request) -> dict[str, Any]:
    try:
        payload = json.loads(await request.read())
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise refuse(HTTPStatus.BAD_REQUEST, words.NOT_UNDERSTOOD)
    return payload


def read_message(payload: dict[str, Any]) -> tuple[str, Message]:
    """(the page's id, the message). What is too long is cut, what has no sense is refused."""
    message_id, text, choice = payload.get("id"), payload.get("text"), payload.get("choice")
    stamp, campaign = payload.get("stamp"), payload.get("campaign")
    if isinstance(message_id, str) and _ID.fullmatch(message_id):
        if isinstance(choice, str) and 0 < len(choice) <= _CHOICE and text is None:
            known = isinstance(stamp, int) and not isinstance(stamp, bool) and 0 <= stamp < _STEPS
            return message_id, Message("choice", choice=choice, stamp=stamp if known else -1)
        if isinstance(text, str) and choice is None:
            named = isinstance(campaign, str) and _CAMPAIGN.fullmatch(campaign)
            return message_id, Message("text", text=text[:LONGEST], campaign=campaign if named else None)
    raise refuse(HTTPStatus.BAD_REQUEST, words.NOT_UNDERSTOOD)
