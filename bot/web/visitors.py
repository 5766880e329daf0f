"""Who visits: a random cookie, where a request comes from, how many messages a minute."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp import web

COOKIE = "bekal_chat"
PATH = "/chat"
DAYS = 180
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


def visitor_of(request: web.Request) -> str | None:
    """The random name in the cookie; None without one of the right form."""
    value = request.cookies.get(COOKIE, "")
    return value if _FORM.fullmatch(value) else None


def welcome(request: web.Request, response: web.StreamResponse, public_base_url: str) -> None:
    """Gives a visitor the cookie, or prolongs it."""
    response.set_cookie(
        COOKIE,
        visitor_of(request) or secrets.token_urlsafe(32),
        max_age=DAYS * 24 * 3600,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=public_base_url.startswith("https://"),
    )


def provider_id(visitor: str, message_id: str) -> str:
    """The browser chooses its message ids: two visitors may choose the same."""
    return hashlib.sha256(f"{visitor} {message_id}".encode()).hexdigest()


def same_origin(request: web.Request, public_base_url: str) -> bool:
    """May this POST act for the visitor? Browsers name the page that a request comes from."""
    origin = request.headers.get("Origin")
    if origin is None:  # no browser, or one that leaves it out for its own page
        return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    if public_base_url and origin == _origin(public_base_url):
        return True
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc == request.host


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Pace:
    """At most `most` new messages of one visitor within `window` seconds. Sending the same one again is free."""

    def __init__(
        self, most: int, window: float, *, seconds: Callable[[], float] = time.monotonic, visitors: int = 20_000
    ) -> None:
        self._most, self._window, self._seconds, self._visitors = most, window, seconds, visitors
        self._seen: OrderedDict[str, deque[tuple[float, str]]] = OrderedDict()

    def wait(self, visitor: str, message_id: str) -> float:
        """Seconds until this message may come; 0: now, and it is counted."""
        now = self._seconds()
        recent = self._seen.setdefault(visitor, deque())
        self._seen.move_to_end(visitor)
        while recent and recent[0][0] <= now - self._window:
            recent.popleft()
        if any(known == message_id for _, known in recent):
            return 0.0
        if len(recent) >= self._most:
            return recent[0][0] + self._window - now
        recent.append((now, message_id))
        while len(self._seen) > self._visitors:
            self._seen.popitem(last=False)
        return 0.0
