"""Files that are drawn when they are fetched: by a browser, or by Twilio, which asks with HEAD before GET."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from bot.conversation.prints import is_personal
from bot.web import words
from bot.web.deps import DEPS
from bot.web.refusal import refuse
from bot.web.tickets import PATH

_AN_HOUR = "private, max-age=3600"
_CLOSED = "default-src 'none'; style-src 'unsafe-inline'"  # no sandbox: browsers show no PDF in one


def setup(app: web.Application) -> None:
    app.router.add_get(f"{PATH}{{ticket}}", file)


async def file(request: web.Request) -> web.StreamResponse:
    """Shown in place under a neutral name. What bears a name is kept by nobody on the way."""
    deps = request.app[DEPS]
    found = deps.tickets.read(request.match_info["ticket"]) if deps.tickets is not None else None
    if found is None or deps.draw is None:
        raise refuse(HTTPStatus.NOT_FOUND, words.FILE_GONE)
    spec, drafts = found
    try:
        drawn = await deps.draw(spec, drafts)
    except LookupError:
        raise refuse(HTTPStatus.NOT_FOUND, words.NO_FILE) from None
    headers = {
        "Content-Type": drawn.mime,
        "Content-Disposition": f'inline; filename="{drawn.name}"',
        "Cache-Control": "no-store" if is_personal(spec) else _AN_HOUR,
        "Content-Security-Policy": _CLOSED,
        "X-Robots-Tag": "noindex",
    }
    return web.Response(body=drawn.content, headers=headers)
