"""The http client that twilio's library is given.

Not a subclass of its AsyncTwilioHttpClient, whose `request` would be replaced whole: that one opens its session when it
is made (no loop is running then), signs in by a way that aiohttp 3.14 deprecates, writes people's numbers to the log at
INFO, cannot send the JSON of the Content API, and forgets whether anything was written when a request fails.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from twilio.http.response import Response

from bot.channels.transport import Wire

# The Retry-After of the last answer in this task: twilio's exceptions carry no headers.
retry_after: ContextVar[float | None] = ContextVar("retry_after", default=None)


class TwilioHttp:
    """What twilio's Client asks of an http client. `hosts` replaces scheme and host: {"api.twilio.com": "http://..."}."""

    is_async = True

    def __init__(self, wire: Wire, hosts: Mapping[str, str] | None = None) -> None:
        self._wire = wire
        self._hosts = {host: urlsplit(base.rstrip("/")) for host, base in (hosts or {}).items()}

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - twilio's signature
        allow_redirects: bool = False,
    ) -> Response:
        """Raises NotSent or Unanswered; every answered status is a Response."""
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        body: bytes | None = None
        if data is not None:
            as_json = sent.get("Content-Type") == "application/json"
            body = json.dumps(_given(data)).encode() if as_json else urlencode(data, doseq=True).encode()
        retry_after.set(None)
        answer = await self._wire.request(method.upper(), self._local(url, params), body=body, headers=sent)
        retry_after.set(seconds(answer.headers.get("Retry-After")))
        return Response(answer.status, answer.body.decode("utf-8", "replace"), answer.headers)

    def _local(self, url: str, params: Mapping[str, Any] | None) -> str:
        parts = urlsplit(url)
        if base := self._hosts.get(parts.hostname or ""):
            parts = parts._replace(scheme=base.scheme, netloc=base.netloc, path=base.path + parts.path)
        if params:
            query = urlencode(params, doseq=True)
            parts = parts._replace(query=f"{parts.query}&{query}" if parts.query else query)
        return urlunsplit(parts)


def _given(value: Any) -> Any:
    """Without the Nones that twilio's models put in for everything not said (nor the empty holes left by them)."""
    if isinstance(value, Mapping):
        return {name: _given(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_given(item) for item in value]
    return value


def seconds(header: str | None) -> float | None:
    """What a Retry-After says."""
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:  # a date: Twilio does not send one
        return None
