"""GET /verify/<code>: is this certificate genuine? For whoever is shown one: a family, an office.

Both answers come with 200. «Not known» is an answer that must be read: browsers and data savers of phone companies put
pages of their own in the place of a 404. Nothing is told of a code that is not ours.
"""

from __future__ import annotations

import html
import ipaddress
import itertools
import re
from http import HTTPStatus

from aiohttp import web

from bot.conversation.speech import short_day
from bot.conversation.types import CertificateChecked
from bot.web import words
from bot.web.deps import DEPS
from bot.web.page import Page, made
from bot.web.refusal import refuse
from bot.web.visitors import Pace

TRIES, WINDOW = 20, 60.0  # looks of one client, in so many seconds
_CODE = re.compile(r"[A-Za-z0-9 -]{4,64}")
_CSS = (
    "body{margin:0;padding:20px 16px;font:17px/1.5 system-ui,sans-serif;background:#f5efe4;color:#2b2520}"
    "main{max-width:460px;margin:0 auto;padding:18px;background:#fffdf9;border:1px solid #dccfbc;border-radius:14px}"
    "h1{margin:0 0 10px;font-size:18px;color:#0e4f48}h2{margin:0;font-size:30px}.yes{color:#0e4f48}.no{color:#a1241a}"
    "dl{margin:14px 0}dt{font-size:14px;color:#6a5f55}dd{margin:0 0 8px;font-weight:600;overflow-wrap:anywhere}"
    ".plain{padding:12px;border-radius:10px;background:#fdeae6;color:#a1241a;font-weight:700}"
    "a{display:inline-block;padding:12px 0;color:#0e5a52}small{color:#6a5f55}"
)

PACE: web.AppKey[Pace] = web.AppKey("verify_pace", Pace)
_COUNT = itertools.count()


def setup(app: web.Application) -> None:
    app[PACE] = Pace(TRIES, WINDOW)
    app.router.add_get("/verify/{code}", verify)


async def verify(request: web.Request) -> web.StreamResponse:
    deps = request.app[DEPS]
    check = deps.check_certificate
    if check is None:
        raise refuse(HTTPStatus.NOT_FOUND, words.NOT_FOUND)
    if wait := request.app[PACE].wait(client_of(request), str(next(_COUNT))):
        raise refuse(HTTPStatus.TOO_MANY_REQUESTS, words.TOO_MANY_CODES, retry_after=wait)
    code = request.match_info["code"].strip()
    found = CertificateChecked(False)
    if _CODE.fullmatch(code):
        found = await deps.read(lambda session: check(session, code))
    page = verify_page(code, found)
    headers = {"Content-Security-Policy": page.policy, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return web.Response(body=page.html, content_type="text/html", charset="utf-8", headers=headers)


def client_of(request: web.Request) -> str:
    """Who asks: the peer, or, where that is a proxy beside us, whom it names last."""
    peer = request.remote or ""
    try:
        beside = ipaddress.ip_address(peer).is_private
    except ValueError:  # a Unix socket has no address
        beside = True
    named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return named[:64] if beside and named else peer


def verify_page(code: str, found: CertificateChecked) -> Page:
    """The page; the code only where it is ours, so that nobody writes on it by a link."""
    w = words.VERIFY
    if found.genuine:
        rows = [(w["code"], code.upper()), (w["name"], found.name or w["no_name"])]
        if found.issued is not None:
            rows.append((w["issued"], short_day(found.issued)))
        known = "".join(f"<dt>{label}</dt><dd>{html.escape(value)}</dd>" for label, value in rows)
        body = f'<h2 class="yes">✓ {w["genuine"]}</h2><p>{w["genuine_about"]}</p><dl>{known}</dl>'
    else:
        body = f'<h2 class="no">✗ {w["not"]}</h2><p>{w["not_about"]}</p>'
    page = (
        '<!doctype html><html lang="id"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{w['title']}</title><style>{_CSS}</style></head><body><main><h1>{w['title']}</h1>{body}"
        f'<p class="plain">{w["plainly"]}</p><p>{w["instead"]}</p><p><small>{w["origin"]}</small></p>'
        f'<a href="/chat">{words.TO_CHAT}</a></main></body></html>'
    )
    return made(page, _CSS)
