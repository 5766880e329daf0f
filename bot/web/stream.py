"""What comes back to a visitor: server-sent events, or the same asked for.

    event: ready   data: {"chat": name, "now": …}     at the start, and when the visitor's address becomes known
    id: 7          data: {"seq", "at", "lane", "body"}
    event: beat                                        every 15 seconds; a comment for proxies, an event for the page

`chat` names the address. A page that names another one gets everything from the start: its numbers count elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web

from bot.channels.webchat import WebChat
from bot.store import inbox, outbox
from bot.store.session import is_database_away
from bot.web import visitors, words
from bot.web.deps import DEPS, WEBCHAT, WebDeps
from bot.web.notifier import Subscription
from bot.web.refusal import refuse

log = structlog.get_logger(__name__)

RETRY_MS = 3000
RETRY_ENDED_MS = 60_000  # of a page that was closed to make room for newer ones
LONGEST_WAIT = 25.0  # seconds that an asking page may wait
_NAME = 8
_PER_LOOK = 200
_BETWEEN_LOOKS = 0.02  # seconds

RENDERER: web.AppKey[WebChat] = web.AppKey("renderer", WebChat)


def chat_name(address_id: str | None) -> str:
    """Enough of the random address id to notice that it is another one."""
    return (address_id or "")[:_NAME]


async def stream(request: web.Request) -> web.StreamResponse:
    deps = request.app[DEPS]
    visitor = visitors.visitor_of(request)
    if visitor is None:
        raise refuse(HTTPStatus.FORBIDDEN, words.NO_VISITOR)
    listens = "application/json" not in request.headers.get("Accept", "")
    deps.notifier.make_room(visitor, deps.limits.streams)
    if listens and len(deps.notifier.open) >= deps.limits.all_streams:
        raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, words.AWAY, retry_after=10)
    address_id = await deps.read(lambda session: inbox.find_address(session, deps.store, WEBCHAT, visitor))
    with deps.notifier.subscribe(visitor, address_id, start_of(request, address_id)) as mine:
        return await (_listen if listens else _ask)(request, deps, mine)


def start_of(request: web.Request, address_id: str | None) -> int:
    """The number after which the page wants to hear."""
    if request.query.get("chat", chat_name(address_id)) != chat_name(address_id):
        return 0
    given = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0


async def _listen(request: web.Request, deps: WebDeps, mine: Subscription) -> web.StreamResponse:
    headers = {
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
        "Content-Type": "text/event-stream; charset=utf-8",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        await response.write(f"retry: {RETRY_MS}\n\n".encode())
        async for event in _events(request, deps, mine):
            await response.write(event.encode())
    return response


async def _events(request: web.Request, deps: WebDeps, mine: Subscription) -> AsyncIterator[str]:
    named = None
    while not deps.notifier.closing:
        if mine.ended:
            yield f"retry: {RETRY_ENDED_MS}\n\n"
            return
        mine.woken.clear()
        if named != (mine.address_id or ""):
            named = mine.address_id or ""
            yield f"event: ready\ndata: {json.dumps({'chat': chat_name(named), 'now': deps.now().isoformat()})}\n\n"
        found = await _news(request, deps, mine)
        for one in found:
            yield f"id: {one['seq']}\ndata: {json.dumps(one, ensure_ascii=False, separators=(',', ':'))}\n\n"
        if len(found) < deps.limits.batch and not await _woken(mine, deps.heartbeat_seconds):
            yield ": beat\nevent: beat\ndata: 1\n\n"


async def _ask(request: web.Request, deps: WebDeps, mine: Subscription) -> web.StreamResponse:
    """At once what there is; with `wait`, held back so many seconds until there is something."""
    try:
        wait = min(float(request.query.get("wait", "0")), LONGEST_WAIT)
    except ValueError:
        wait = 0.0
    found = await _news(request, deps, mine)
    ends = asyncio.get_running_loop().time() + wait
    while (
        not found
        and not mine.ended
        and not deps.notifier.closing
        and (left := ends - asyncio.get_running_loop().time()) > 0
    ):
        mine.woken.clear()
        if await _woken(mine, left):
            found = await _news(request, deps, mine)
    told = {"chat": chat_name(mine.address_id), "now": deps.now().isoformat(), "messages": found}
    return web.json_response(told, headers={"Cache-Control": "no-store"})


async def _woken(mine: Subscription, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await mine.woken.wait()
    except TimeoutError:
        return False
    return True


async def _news(request: web.Request, deps: WebDeps, mine: Subscription) -> list[dict[str, Any]]:
    address_id = mine.address_id
    if address_id is None:
        return []
    now = deps.now()
    try:
        if not await deps.read(lambda session: outbox.has_news(session, address_id, mine.after, now)):
            return []
        batch = deps.limits.batch
        pulled = await deps.write(lambda session: outbox.pull(session, deps.store, address_id, mine.after, batch, now))
    except Exception as error:
        if not is_database_away(error):
            raise
        return []  # the page keeps listening; the poll looks again
    if pulled:
        mine.after = pulled[-1].seq
    return [for_the_page(request.app[RENDERER], row) for row in pulled]


def for_the_page(rendered: WebChat, pulled: outbox.Pulled) -> dict[str, Any]:
    """One outbox row as the page reads it: the reply, its media with address and size."""
    data = dict(rendered.render(pulled.body)[0].data)
    body = {name: value for name, value in data.items() if value not in ((), [], None)}
    for name in ("state", "lang", "clear"):
        if name in pulled.body:
            body[name] = pulled.body[name]
    return {"seq": pulled.seq, "at": pulled.created_at.isoformat(), "lane": pulled.lane, "body": body}


async def polling(app: web.Application) -> AsyncIterator[None]:
    """Looks for everybody who listens, all in one reading: what another process put out, what became due."""
    deps = app[DEPS]
    deps.notifier.start()
    task = asyncio.create_task(_poll(deps))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _poll(deps: WebDeps) -> None:
    turn = 0
    while True:
        told = await deps.notifier.news(deps.poll_seconds)
        waiting = [one for one in deps.notifier.open if not one.woken.is_set()]
        if not told:  # nothing known of: a part of them at a time, or the store would do nothing else
            turn = (turn + _PER_LOOK) if turn + _PER_LOOK < len(waiting) else 0
            waiting = waiting[turn : turn + _PER_LOOK]
        try:
            for start in range(0, len(waiting), _PER_LOOK):
                await _look(deps, waiting[start : start + _PER_LOOK])
        except Exception as error:
            if not is_database_away(error):
                log.error("poll failed", error=type(error).__name__)
        if told:
            await asyncio.sleep(_BETWEEN_LOOKS)  # what many turns put out meanwhile is found in one look


async def _look(deps: WebDeps, waiting: list[Subscription]) -> None:
    now = deps.now()

    def look(session: Any) -> list[tuple[Subscription, str]]:
        found = []
        for one in waiting:
            address_id = one.address_id or inbox.find_address(session, deps.store, WEBCHAT, one.visitor)
            if address_id and (not one.address_id or outbox.has_news(session, address_id, one.after, now)):
                found.append((one, address_id))
        return found

    for one, address_id in await deps.read(look):
        one.address_id = address_id
        one.woken.set()
