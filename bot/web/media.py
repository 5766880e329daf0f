"""Small sounds and pictures of the content, for the page and for Twilio, which asks with HEAD before GET."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from bot.web import words
from bot.web.deps import DEPS
from bot.web.refusal import refuse

_DAY = "public, max-age=86400"


def setup(app: web.Application) -> None:
    app.router.add_get("/media/{name:.+}", medium)


async def medium(request: web.Request) -> web.StreamResponse:
    """Only what the library names; the file's type is the library's."""
    deps = request.app[DEPS]
    name = request.match_info["name"]
    found = next((item for item in deps.library.media.values() if item.file == name), None)
    path = deps.media_dir / name
    if found is None or not path.is_file():
        raise refuse(HTTPStatus.NOT_FOUND, words.NOT_FOUND)
    response = web.FileResponse(path)
    response.content_type = found.mime
    response.headers["Cache-Control"] = _DAY
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
