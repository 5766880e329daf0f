"""What a channel is: the contract, what each one can carry, and the values that go in and out.

    provider ──▶ parse ──▶ Inbound | BlockChange | None         (pure)
    outbox body ──▶ render ──▶ [Part, ...] ──▶ send ──▶ Sent    (one part is one message of the provider)

The outbox body is the JSON form of a Reply (`bot.conversation.codec.reply_to_dict`):

    {"text": str, "choices": [{"key", "label"}], "nav": [{"key", "label"}], "sound": key, "picture": key,
     "document": {"name", "mime", "text"}, "print": {"kind", "language", "code", "plain"},
     "state": short name of the state, "step": int}

and, in rows that are not replies, one of:

    {"delete": [provider's message ids]}                 TUTUP: take messages away where the channel can
    {"text": ..., "template": {"sid", "variables"}}      WhatsApp outside the 24-hour window (planned pushes)
    {..., "validity": seconds}                           WhatsApp: let it die rather than arrive late

`render` is deterministic: the same body gives the same number of parts, so that `outbox.part` may count them.

Errors (all raised by channels; `errors.py` says which provider's fault becomes which):

    ChannelError
    ├── NotParseable      what came in is not what the provider sends: answer 400
    ├── StampTooLong      a button's data does not fit the field (stamp.py; also a ValueError)
    ├── NotFetched        a file that a person sent could not be had; `.again` says whether it may be later
    └── SendFailed        a part did not, or may not, have arrived; `.action` says what to do
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.channels.limits import LIMITS as LIMITS
from bot.channels.limits import Limits as Limits
from bot.conversation.prints import Drawn
from bot.conversation.types import Document, Message, Print
from bot.library.model import Media

Body = Mapping[str, Any]

# How a channel comes by a print, given by bot/app.py: the file itself, or a link that ends ("/files/…").
# A LookupError says that there is no such thing any more: the words stand alone then.
Files = Callable[[Print], Awaitable[Drawn]]
FileLink = Callable[[Print], str]

FETCHED_AT_MOST = 16 * 1024 * 1024  # bytes of a file that a person sent; what WhatsApp lets people send

Action = Literal[
    "retry",  # not sent; again, with growing delays
    "retry_at",  # not sent; again after `retry_after` seconds
    "permanent_address",  # nothing will reach this address: mark it, until it writes again
    "permanent_message",  # this message will never be taken; the address is fine
    "opted_out",  # blocked or stopped on the provider's side: no pushes any more
    "window_closed",  # WhatsApp: a template, or wait until the person writes
    "content",  # the form is at fault; a plainer form (text only) may pass
    "stop_the_line",  # token, account or policy: halt the sender, tell staff
    "unknown",  # may have arrived: reconcile, then decide
]
# What a pause covers. `pushes`: replies inside the window go on.
Scope = Literal["message", "address", "pushes", "sender"]


class ChannelError(Exception):
    """What goes wrong at the edge."""


class NotParseable(ChannelError):
    """The payload is not what the provider sends."""


class SendFailed(ChannelError):
    """A part was not sent, or its outcome is unknown. Its text never holds a person's words, name or number.

    code         stable, short: a Twilio number ("63016"), a Telegram word ("blocked"), "http-500", "no-answer"
    action       what to do, see `Action`
    retry_after  seconds, where the provider or our table names them
    scope        what a pause covers
    tries        at most so many tries altogether, where the table is stricter than the worker
    ours         our fault: content, set-up or credentials; somebody here must look
    moved_to     the account's new name (a Telegram group that became a supergroup)
    """

    def __init__(
        self,
        code: str,
        action: Action,
        *,
        retry_after: float | None = None,
        scope: Scope = "message",
        tries: int | None = None,
        ours: bool = False,
        moved_to: str | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(f"{code}: {action}" + (f" ({detail})" if detail else ""))
        self.code = code
        self.action: Action = action
        self.retry_after = retry_after
        self.scope: Scope = scope
        self.tries = tries
        self.ours = ours
        self.moved_to = moved_to
        self.detail = detail


class NotFetched(ChannelError):
    """A file that a person sent could not be had from the provider, or not be taken away there.

    code         stable, short: "too-large", "gone", "not-ours", "http-500", "no-answer", …
    again        it may be had later; False: never
    retry_after  seconds, where the provider names them
    """

    def __init__(self, code: str, *, again: bool, retry_after: float | None = None, detail: str = "") -> None:
        super().__init__(f"{code}: {'again' if again else 'never'}" + (f" ({detail})" if detail else ""))
        self.code = code
        self.again = again
        self.retry_after = retry_after

    @classmethod
    def of(cls, failed: SendFailed) -> NotFetched:
        """The provider's refusal as the error table reads it. Reading twice does no harm, and credentials get mended."""
        again = failed.action in ("retry", "retry_at", "unknown", "stop_the_line")
        return cls(failed.code, again=again, retry_after=failed.retry_after, detail=failed.detail)


# --- what came in ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Inbound:
    """One message that arrived. `provider_id` is unique per sender; `provider_message` can be deleted (TUTUP)."""

    account: str
    provider_id: str
    message: Message
    provider_message: str | None
    received_at: datetime


@dataclass(frozen=True)
class Fetched:
    """A file that a person sent. `mime` is what the provider says: to be looked at, not trusted."""

    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class BlockChange:
    """The person blocked the bot, or let it write again."""

    account: str
    provider_id: str
    blocked: bool
    received_at: datetime


# --- what goes out ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """Whom to send to. `inbound_at`: when the person last wrote (WhatsApp's window)."""

    account: str
    inbound_at: datetime | None = None


@dataclass(frozen=True)
class Sent:
    """The provider took it and calls it so; "" where it gives no name. Taken is not yet delivered."""

    provider_id: str


@dataclass(frozen=True)
class Button:
    """`data` is the stamp that comes back when it is tapped."""

    label: str
    data: str


@dataclass(frozen=True)
class Template:
    """An approved WhatsApp template; `variables` is the JSON text Twilio wants."""

    sid: str
    variables: str = "{}"


@dataclass(frozen=True)
class Part:
    """One message of the provider. `text` keeps *bold* as written; each channel turns it into its own markup."""

    kind: Literal["text", "picture", "sound", "document", "file", "delete", "json"]
    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()  # rows
    media: Media | None = None
    document: Document | None = None
    print: Print | None = None  # drawn, or linked to, when it is sent
    messages: tuple[str, ...] = ()  # to delete
    content: Template | None = None  # WhatsApp list or quick replies, inside the window
    template: Template | None = None  # WhatsApp, outside the window
    validity: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)  # web chat


# --- the contract ----------------------------------------------------------------------------------------------------


class Pulled(Protocol):
    """A channel that is read from (web chat, terminal): rendered here, fetched by the other side."""

    name: str
    limits: Limits

    def render(self, body: Body) -> list[Part]: ...


class Channel(Protocol):
    """A channel that is sent to."""

    name: str
    sender: str  # which of our bots or numbers: "telegram:<bot id>", "whatsapp:<digits>"
    limits: Limits

    def parse(self, payload: Any, received_at: datetime) -> Inbound | BlockChange | None:
        """What a delivery says; None for kinds we pass over (answer 200). Raises NotParseable."""
        ...

    def render(self, body: Body) -> list[Part]:
        """The body as messages of this channel, in the order they are to be sent. Pure and deterministic."""
        ...

    async def send(self, to: Address, part: Part, *, now: datetime, ref: int | None = None) -> Sent:
        """Hand one part to the provider. `ref` is our outbox id, named back by status callbacks. Raises SendFailed."""
        ...

    async def fetch(self, media: str, most: int = FETCHED_AT_MOST) -> Fetched:
        """The file that `Message.media` names, of at most so many bytes. Raises NotFetched."""
        ...

    async def forget(self, media: str) -> None:
        """Has it deleted at a provider that keeps a copy of its own. Once gone is as good as twice. Raises NotFetched."""
        ...

    def redact(self, text: str) -> str:
        """`text` without this channel's secrets, for logs."""
        ...

    async def close(self) -> None: ...
