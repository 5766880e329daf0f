"""What every request passes: size, errors, security headers, metrics, and a log without people in it."""

from __future__ import annotations

import time
import traceback
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.store.session import is_database_away
from bot.web import words
from bot.web.deps import DEPS
from bot.web.metrics import METRICS
from bot.web.refusal import SENTENCES, Refusal, refusal_response

log = structlog.get_logger(__name__)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
_WATCHERS = ("/healthz", "/readyz", "/metrics")  # they ask every few seconds
_A_YEAR = "max-age=31536000"
_RETRY = 5.0  # seconds, with a 503


@web.middleware
async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: one line and one measurement a request. Never its query, address, cookie or body."""
    began = time.perf_counter()
    status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as error:
        status = error.status
        raise
    finally:
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else "-"
        seconds = time.perf_counter() - began
        request.app[METRICS].request(request.method, route, status, None if route == "/chat/stream" else seconds)
        tell = log.debug if route in _WATCHERS else log.info
        tell("request", method=request.method, route=route, status=status, ms=round(seconds * 1000, 1))


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every fault as a status and a kind sentence; a faulty handler tells its kind and place to the log, no values."""
    try:
        if (request.content_length or 0) > request.app[DEPS].limits.body:
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words.TOO_LARGE)
        return await handler(request)
    except Refusal as refusal:
        return refusal_response(request, refusal)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        sentence = SENTENCES.get(HTTPStatus(error.status), words.NOT_UNDERSTOOD)
        response = refusal_response(request, Refusal(HTTPStatus(error.status), sentence))
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except ConnectionError:
        raise
    except Exception as error:
        if is_database_away(error):
            log.warning("database away", error=type(error).__name__)
            return refusal_response(request, Refusal(HTTPStatus.SERVICE_UNAVAILABLE, words.AWAY, _RETRY))
        frames = traceback.extract_tb(error.__traceback__)
        log.error(
            "request failed",
            error=type(error).__name__,
            where=[f"{frame.filename.rpartition('/bot/')[2]}:{frame.lineno}" for frame in frames[-6:]],
        )
        return refusal_response(request, Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, words.BROKEN))


async def secure(request: web.Request, response: web.StreamResponse) -> None:
    """On every response, streams as well (signal on_response_prepare)."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[DEPS].public_base_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", _A_YEAR)
    response.headers.pop("Server", None)
