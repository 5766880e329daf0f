"""Is it alive, is it ready, how is it: for those who watch over it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.store.session import Store
from bot.web.deps import DEPS
from bot.web.metrics import METRICS, depths
from bot.web.spool import SPOOL

log = structlog.get_logger(__name__)


class _Known:
    """A schema that was current once stays so while this process runs."""

    current = False


KNOWN: web.AppKey[_Known] = web.AppKey("known", _Known)


def setup(app: web.Application) -> None:
    app[KNOWN] = _Known()
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)


async def alive(request: web.Request) -> web.StreamResponse:
    return web.json_response({"alive": True}, headers={"Cache-Control": "no-store"})


async def ready(request: web.Request) -> web.StreamResponse:
    """200 when the database answers, its schema is the one this code wants, and the turns are being played."""
    deps, known = request.app[DEPS], request.app[KNOWN]
    database = await _holds(request, lambda: _answers(deps.store))
    known.current = known.current or (database and await _holds(request, deps.store.is_current))
    found = {"database": database, "schema": known.current, "turns": deps.turns_alive()}
    status = HTTPStatus.OK if all(found.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    return web.json_response(found, status=status, headers={"Cache-Control": "no-store"})


def _answers(store: Store) -> bool:
    store.ping()
    return True


async def _holds(request: web.Request, question: Callable[[], bool]) -> bool:
    try:
        return await request.app[DEPS].run_in_store_thread(question)
    except Exception as error:
        log.warning("not ready", error=type(error).__name__)
        return False


async def metrics(request: web.Request) -> web.StreamResponse:
    deps, shown = request.app[DEPS], request.app[METRICS]
    try:
        found = await deps.read(depths)
    except Exception as error:
        log.warning("no depths", error=type(error).__name__)
        found = None
    shown.show(found, deps.now())
    shown.streams.set(len(deps.notifier.open))
    shown.spooled.set(len(request.app[SPOOL]))
    return web.Response(body=shown.text(deps.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
