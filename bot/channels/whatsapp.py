"""WhatsApp through Twilio's Messages API.

Free text goes only within 24 hours of the person's last message; outside, an approved template or nothing. Making a
message is not idempotent at Twilio: after an unanswered request, `find_sent` looks whether it was made.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from bot.channels import twilio_http, whatsapp_parse, whatsapp_render
from bot.channels.base import (
    FETCHED_AT_MOST,
    LIMITS,
    Address,
    Body,
    Fetched,
    FileLink,
    Inbound,
    NotFetched,
    NotParseable,
    Part,
    SendFailed,
    Sent,
)
from bot.channels.errors import classify_twilio
from bot.channels.transport import Answer, NotSent, Timeouts, TooLarge, TransportError, Wire
from bot.channels.twilio_http import TwilioHttp
from bot.library.model import Media

WINDOW = timedelta(hours=24)
# The last minutes are not trusted: a message may wait in Twilio's queue, and clocks differ.
MARGIN = timedelta(minutes=2)
STATUS_PATH = "/webhooks/twilio/status"
MEDIA_PATH = "/media/"
_GONE = ("failed", "undelivered", "canceled")
_SKEW = timedelta(seconds=10)
# What a person sent lies under this path of the API, which sends on to a host that only stores, with a link that runs
# out by itself: there the password is not shown.
_MEDIA = re.compile(r"/2010-04-01/Accounts/([A-Za-z0-9]+)/Messages/([A-Za-z0-9]+)/Media/([A-Za-z0-9]+)")
_STORES = re.compile(r"(?:[a-z0-9-]+\.)*(?:twilio\.com|twiliocdn\.com)|s3-external-1\.amazonaws\.com")
_HOPS = 4
_DOWNLOAD = 120.0  # seconds for the bytes of a file, beside the time-outs of any request
_FAULTS = (TwilioException, TransportError, ValueError)  # ValueError: an answer that is no JSON


def window_open(inbound_at: datetime | None, now: datetime) -> bool:
    """May free text be sent? Within 24 hours, less a margin, of the person's last message."""
    return inbound_at is not None and now - inbound_at < WINDOW - MARGIN


class WhatsApp:
    """One number. `public_base` is PUBLIC_BASE_URL; without it no status comes back and no media go out. `sid_of` gives
    the Content SID remembered for a hash. `link` is where Twilio fetches a print; without it none goes out."""

    name = "whatsapp"
    limits = LIMITS["whatsapp"]

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        number: str,
        *,
        public_base: str | None = None,
        api_base: str = "https://api.twilio.com",
        content_base: str = "https://content.twilio.com",
        media: Mapping[str, Media] | None = None,
        sid_of: whatsapp_render.SidOf = lambda _hash: None,
        link: FileLink | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._sid, self._token = account_sid, auth_token
        self._api = api_base.rstrip("/")
        digits = "".join(char for char in number if char.isdigit())
        self.sender = f"whatsapp:{digits}"
        self._from = f"whatsapp:+{digits}"
        self._public = (public_base or "").rstrip("/")
        self._media = dict(media or {}) if self._public else {}
        self._sid_of = sid_of
        self._link = link if self._public else None
        self._wire = Wire(timeouts)
        self._client = Client(  # type: ignore[no-untyped-call]
            account_sid,
            auth_token,
            http_client=TwilioHttp(self._wire, {"api.twilio.com": api_base, "content.twilio.com": content_base}),
            environment={"TWILIO_EDGE": ""},  # or it would read the process's own, which config.py alone may do
        )

    # --- in

    def verify(self, path_qs: str, fields: Iterable[tuple[str, str]], signature: str) -> bool:
        """Did Twilio sign this request to PUBLIC_BASE_URL? See `whatsapp_parse.verify`."""
        return whatsapp_parse.verify(self._token, self._public, path_qs, fields, signature)

    def parse(self, payload: Any, received_at: datetime) -> Inbound | None:
        return whatsapp_parse.parse(payload, received_at)

    async def list_inbound(self, since: datetime, limit: int = 1000) -> list[Inbound]:
        """What people sent to our number from `since` on, oldest first, for the sweep after an outage. Twilio may
        compare by day only, so the time is compared here again. Buttons come as the text of their label. Raises
        SendFailed."""
        listed = await self._list(to=self._from, date_sent_after=since.astimezone(UTC) - _SKEW, limit=limit)
        found = []
        for one in listed:
            at = one.date_sent or one.date_created
            if one.direction != "inbound" or at is None or at < since - _SKEW:
                continue
            media = {"NumMedia": one.num_media or "0"}
            try:
                parsed = self.parse({"MessageSid": one.sid, "From": one.from_, "Body": one.body or "", **media}, at)
            except NotParseable:
                continue
            if parsed is not None:
                found.append(parsed)
        found.reverse()  # the list begins with the newest, and times have whole seconds: keep its order within one
        return sorted(found, key=lambda inbound: inbound.received_at)

    async def fetch(self, media: str, most: int = FETCHED_AT_MOST) -> Fetched:
        """What `MediaUrl0` names, from our own account at the configured API and from nowhere else. Just after the
        webhook Twilio may not have it yet (404). Raises NotFetched."""
        _, sid = self._media_of(media)
        answer = await self._download(self._api + urlsplit(media).path, most)
        if answer.status == 200 and answer.body:
            mime = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Fetched(sid, mime, answer.body)
        if answer.status == 200:
            raise NotFetched("empty", again=True)
        wait = twilio_http.seconds(answer.headers.get("Retry-After"))
        again = answer.status in (401, 403, 404, 408, 425, 429) or answer.status >= 500
        raise NotFetched(f"http-{answer.status}", again=again, retry_after=wait)

    def _media_of(self, media: str) -> tuple[str, str]:
        """Message and media SID. Raises NotFetched: it is none of our account's, and gets no password."""
        parts = urlsplit(media)
        at, ours = f"{parts.scheme}://{parts.netloc}", ("https://api.twilio.com", self._api)
        found = _MEDIA.fullmatch(parts.path)
        if at not in ours or parts.query or found is None or found[1] != self._sid:
            raise NotFetched("not-ours", again=False)
        return found[2], found[3]

    async def _download(self, url: str, most: int) -> Answer:
        """Follows where Twilio sends us. The password goes to the API alone."""
        word = base64.b64encode(f"{self._sid}:{self._token}".encode()).decode()
        headers = {"Accept-Encoding": "identity", "Authorization": f"Basic {word}"}
        slower = replace(self._wire.timeouts, write=_DOWNLOAD)
        fault = NotFetched("redirects", again=True)
        try:
            for _ in range(_HOPS):
                answer = await self._wire.request("GET", url, headers=headers, timeouts=slower, most=most)
                if answer.status not in (301, 302, 303, 307, 308) or "Location" not in answer.headers:
                    return answer
                url = self._sent_on(urljoin(url, answer.headers["Location"]))
                headers.pop("Authorization", None)
        except TooLarge:
            fault = NotFetched("too-large", again=False)
        except TransportError as exc:
            fault = NotFetched("not-sent" if isinstance(exc, NotSent) else "no-answer", again=True)
        raise fault

    def _sent_on(self, url: str) -> str:
        parts = urlsplit(url)
        stored = parts.scheme == "https" and _STORES.fullmatch(parts.netloc) is not None
        if not stored and f"{parts.scheme}://{parts.netloc}" != self._api:
            raise NotFetched("redirect", again=False, detail=parts.hostname or "")
        return url

    async def forget(self, media: str) -> None:
        """Twilio keeps what people send until it is deleted. Raises NotFetched."""
        message, sid = self._media_of(media)
        try:
            await self._client.messages(message).media(sid).delete_async()
        except _FAULTS as exc:
            if getattr(exc, "status", None) == 404:
                return
            failed = classify_twilio(exc, twilio_http.retry_after.get())
        else:
            return
        raise NotFetched.of(failed)

    # --- out

    def render(self, body: Body) -> list[Part]:
        return whatsapp_render.render(self._sendable(body), self._media, self._sid_of)

    def _sendable(self, body: Body) -> Body:
        """Without a print where nobody could fetch it: its size is not told either then."""
        return body if self._link is not None else {name: value for name, value in body.items() if name != "print"}

    async def send(self, to: Address, part: Part, *, now: datetime, ref: int | None = None) -> Sent:
        """Taken by Twilio, not yet delivered: that comes by status callback. A refused list or quick reply is sent once
        more as numbered text. Raises SendFailed, with action window_closed when only a template could go."""
        try:
            return await self._create(self._form(to, part, now, ref))
        except SendFailed as exc:
            # 63016 and the like are about the person; a Content resource that is refused or gone is about the form.
            if part.content is None or exc.action not in ("content", "permanent_message"):
                raise
            plainer = replace(part, content=None)
            return await self._create(self._form(to, plainer, now, ref))

    def _form(self, to: Address, part: Part, now: datetime, ref: int | None) -> dict[str, Any]:
        form: dict[str, Any] = {"to": f"whatsapp:{to.account}", "from_": self._from}
        if self._public and ref is not None:
            form["status_callback"] = f"{self._public}{STATUS_PATH}?{whatsapp_parse.REF}={ref}"
        if part.validity:
            form["validity_period"] = max(1, min(36_000, part.validity))
        if not window_open(to.inbound_at, now):
            if part.template is None:
                raise SendFailed("window-closed", "window_closed", detail="24 hours since the person wrote")
            return form | {"content_sid": part.template.sid, "content_variables": part.template.variables}
        if part.media is not None:
            return form | {"media_url": [f"{self._public}{MEDIA_PATH}{quote(part.media.file)}"]}
        if part.print is not None and self._link is not None:
            return form | {"media_url": [self._public + self._link(part.print)]}
        if part.content is not None:
            return form | {"content_sid": part.content.sid, "content_variables": part.content.variables}
        return form | {"body": part.text}

    async def _create(self, form: dict[str, Any]) -> Sent:
        try:
            message = await self._client.messages.create_async(**form)
        except _FAULTS as exc:
            failed = classify_twilio(exc, twilio_http.retry_after.get())
        else:
            return Sent(message.sid or "")
        raise failed

    async def find_sent(self, to: Address, part: Part, since: datetime, known: Collection[str] = ()) -> Sent | None:
        """The message that an unanswered `send` may have made: to this person, at or after `since`, of the same words
        (or media), not failed, and not one of the `known` ids. Not filtered by DateSent: a queued one has none yet.
        Raises SendFailed."""
        listed = await self._list(to=f"whatsapp:{to.account}", from_=self._from, limit=50)
        for one in listed:
            at = one.date_created or one.date_sent
            if one.sid in known or one.status in _GONE or (at is not None and at < since - _SKEW):
                continue
            if _same(part, one.body or "", one.num_media or "0"):
                return Sent(one.sid or "")
        return None

    async def _list(self, **filters: Any) -> list[Any]:
        try:
            return list(await self._client.messages.list_async(**filters, page_size=min(1000, filters["limit"])))
        except _FAULTS as exc:
            failed = classify_twilio(exc, twilio_http.retry_after.get())
        if failed.action == "unknown":  # reading twice does no harm
            failed = SendFailed(failed.code, "retry", detail=failed.detail)
        raise failed

    def content_payload(self, body: Body) -> dict[str, Any] | None:
        """The Content resource that would serve this body, or None. Remember the SID made of it under its hash."""
        return whatsapp_render.content_payload(self._sendable(body), self._media)

    async def create_content(self, payload: Mapping[str, Any]) -> str:
        """Make the resource at Twilio; its SID. Raises SendFailed."""
        contents = self._client.content.v1.contents
        try:
            made = await contents.create_async(contents.ContentCreateRequest(dict(payload)))
        except _FAULTS as exc:
            failed = classify_twilio(exc, twilio_http.retry_after.get())
        else:
            return str(made.sid)
        raise failed

    def redact(self, text: str) -> str:
        return text.replace(self._token, "…")

    async def close(self) -> None:
        await self._wire.close()


def _same(part: Part, words: str, media: str) -> bool:
    if part.media is not None or part.print is not None:
        return media not in ("", "0")
    # A list or quick reply is listed with its own, shorter body.
    theirs = " ".join(words.split())
    return theirs in (" ".join(str(ours).split()) for ours in (part.text, part.data.get("listed", part.text)))
