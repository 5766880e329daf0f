"""The web server: every route, and what they share.

app = build_app(WebDeps(...))
runner = web.AppRunner(app, access_log=None)   the middleware writes its own log, without people in it
"""

from __future__ import annotations

from aiohttp import web

from bot.channels.webchat import WebChat
from bot.web import chat, files, health, media, middleware, verify, webhooks
from bot.web.deps import DEPS, WebDeps
from bot.web.metrics import METRICS, Metrics
from bot.web.stream import RENDERER, polling

__all__ = ["WebDeps", "build_app"]


def build_app(deps: WebDeps) -> web.Application:
    app = web.Application(middlewares=[middleware.watch, middleware.refusals], client_max_size=deps.limits.body)
    app[DEPS] = deps
    app[METRICS] = Metrics()
    app[RENDERER] = WebChat(deps.library.media, deps.file_link())
    app.on_response_prepare.append(middleware.secure)
    app.cleanup_ctx.append(polling)
    app.on_shutdown.append(_end_streams)
    health.setup(app)
    chat.setup(app)
    media.setup(app)
    files.setup(app)
    verify.setup(app)
    webhooks.setup(app)
    return app


async def _end_streams(app: web.Application) -> None:
    app[DEPS].notifier.close()
