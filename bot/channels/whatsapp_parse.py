"""What Twilio posts to us: inbound messages and status callbacks, as form fields.

    fields = form_fields(raw body)            every field, blank ones too: they are part of what is signed
    verify(token, base, "/webhooks/twilio?x=1", fields, signature)
    parse(fields, received_at)  -> Inbound | None
    parse_status(path_qs, fields) -> StatusUpdate | None

The profile name is never read. A place, a contact card or a document is only known to have been sent.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from multidict import MultiDict
from twilio.request_validator import RequestValidator

from bot.channels import stamp
from bot.channels.base import Inbound, NotParseable
from bot.conversation.types import Message, MessageKind

MAX_FIELDS = 200
REF = "outbox"  # in the query of a status callback's URL

_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
_PHONE = re.compile(r"\+?([0-9]{3,20})")
# By MIME type, first match counts.
_KINDS: tuple[tuple[str, MessageKind], ...] = (
    ("image/webp", "sticker"),
    ("image/", "photo"),
    ("audio/", "voice"),
    ("video/", "video"),
    ("text/vcard", "contact"),
    ("text/x-vcard", "contact"),
    ("application/", "document"),
    ("text/", "document"),
)
_KEPT_BY_REFERENCE = ("voice", "photo")


@dataclass(frozen=True)
class StatusUpdate:
    """How a message fares. `outbox_id` is ours, out of the callback's URL: it is there even when the callback overtakes
    the answer to our request. `status`: queued, sending, sent, delivered, read, failed, undelivered, ..."""

    outbox_id: int | None
    provider_id: str
    status: str
    code: int | None


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form in their order, blank ones included. Raises NotParseable."""
    try:
        return parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=MAX_FIELDS
        )
    except ValueError:  # UnicodeDecodeError is one
        raise NotParseable("not a form") from None


def verify(token: str, base: str, path_qs: str, fields: Iterable[tuple[str, str]], signature: str) -> bool:
    """Did Twilio sign this? `base` is PUBLIC_BASE_URL (what Twilio called, not what a proxy made of it), `path_qs` the
    raw path and query. Twilio signs now with the port, now without it; all forms are compared, in constant time."""
    url = base.rstrip("/") + path_qs
    validator = RequestValidator(token)  # type: ignore[no-untyped-call]
    signed = MultiDict(fields)
    given = signature.encode()
    right = False
    for form in {url, _with_port(url), _without_port(url)}:
        expected: str = validator.compute_signature(form, signed)  # type: ignore[no-untyped-call]
        right |= hmac.compare_digest(expected.encode(), given)
    return right


def _with_port(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts._replace(netloc=f"{parts.hostname}:{port}").geturl()


def _without_port(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.hostname or "").geturl()


def parse(fields: Mapping[str, str] | Sequence[tuple[str, str]], received_at: datetime) -> Inbound | None:
    """An inbound message. None for what is no WhatsApp message (an SMS to the same number, a reaction). Raises
    NotParseable without id or sender."""
    form = dict(fields)
    provider_id = form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid")
    if not provider_id:
        raise NotParseable("no MessageSid")
    account = _account(form)
    if account is None or form.get("MessageType", "").lower() == "reaction":
        return None
    return Inbound(account, provider_id, _message(form), None, received_at)


def _account(form: Mapping[str, str]) -> str | None:
    """'+628…', or 'ID.…': WhatsApp's id of a person for our business, where the number is hidden. None: no WhatsApp."""
    scheme, _, account = form.get("From", "").partition(":")
    if scheme not in ("", "whatsapp"):
        return None
    # A plus that was not encoded arrives as a space.
    if phone := _PHONE.fullmatch(account.strip()):
        return f"+{phone[1]}"
    for hidden in (account, form.get("ExternalUserId", "").removeprefix("whatsapp:")):
        if _BSUID.fullmatch(hidden):
            return hidden
    raise NotParseable("no sender")


def _message(form: Mapping[str, str]) -> Message:
    words = form.get("Body", "")
    tapped = form.get("ButtonPayload") or form.get("ListId")
    if tapped:
        title = form.get("ButtonText") or form.get("ListTitle") or words
        if found := stamp.parse(tapped):
            return Message("choice", text=title, choice=found.key, stamp=found.step)
        # Not made by us in this form (a template's own button): its label is as good as typed.
        return Message("text", text=title)
    if form.get("Latitude") and form.get("Longitude"):
        return Message("location", text="")
    if form.get("NumMedia", "0") not in ("", "0"):
        mime = form.get("MediaContentType0", "").lower()
        kind: MessageKind = next((kind for start, kind in _KINDS if mime.startswith(start)), "other")
        media = form.get("MediaUrl0") if kind in _KEPT_BY_REFERENCE else None
        return Message(kind, text=words, media=media)  # danger may stand under a picture
    return Message("text", text=words) if words.strip() else Message("other")


def parse_status(path_qs: str, fields: Mapping[str, str] | Sequence[tuple[str, str]]) -> StatusUpdate | None:
    """A status callback; None when it is one of something else. Raises NotParseable without MessageSid."""
    form = dict(fields)
    status = form.get("MessageStatus") or form.get("SmsStatus")
    provider_id = form.get("MessageSid") or form.get("SmsSid")
    if not provider_id:
        raise NotParseable("no MessageSid")
    if not status:
        return None
    ref: Any = parse_qs(urlsplit(path_qs).query).get(REF, [""])[0]
    code = form.get("ErrorCode", "")
    return StatusUpdate(
        int(ref) if ref.isdecimal() else None, provider_id, status.lower(), int(code) if code.isdecimal() else None
    )
