"""How the web says no: a status and one kind sentence; as JSON to our page, as a small page to a reader."""

from __future__ import annotations

import html
import json
import math
from http import HTTPStatus

from aiohttp import web

from bot.web import words


class Refusal(Exception):
    """A request that is answered with a status and a sentence."""

    def __init__(self, status: HTTPStatus, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after = status, sentence, retry_after


def refuse(status: HTTPStatus, sentence: str, *, retry_after: float | None = None) -> Refusal:
    return Refusal(status, sentence, retry_after)


def refusal_response(request: web.Request, refusal: Refusal) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(refusal.retry_after)))
    if "text/html" in request.headers.get("Accept", ""):
        body = (
            '<!doctype html><html lang="id"><meta charset="utf-8"><title>Bekal</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<p>{html.escape(refusal.sentence)}</p><p><a href="/chat">{words.TO_CHAT}</a></p></html>'
        )
        return web.Response(text=body, content_type="text/html", status=refusal.status, headers=headers)
    text = json.dumps({"error": refusal.sentence}, ensure_ascii=False)
    return web.Response(text=text, content_type="application/json", status=refusal.status, headers=headers)


SENTENCES = {
    HTTPStatus.NOT_FOUND: words.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: words.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: words.TOO_LARGE,
    HTTPStatus.SERVICE_UNAVAILABLE: words.AWAY,
}
