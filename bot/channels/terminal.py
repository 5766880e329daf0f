"""A terminal: numbered text, as WhatsApp without buttons shows it. Pulled, like web chat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.channels import text
from bot.channels.base import LIMITS, Body, Inbound, Part
from bot.conversation.types import Message
from bot.library.model import Media

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
# What a person cannot type is sent by its name in brackets, as transcripts write it.
_MEDIA = {f"[{kind}]": kind for kind in ("voice", "photo", "video", "sticker", "location", "contact", "document")}


class Terminal:
    """`colour`: *bold* by escape codes; otherwise the stars stay."""

    name = "terminal"
    sender = "terminal"
    limits = LIMITS["terminal"]

    def __init__(self, media: Mapping[str, Media] | None = None, *, colour: bool = False) -> None:
        self._media = dict(media or {})
        self._colour = colour

    def parse(self, line: str, received_at: datetime, *, account: str = "terminal", number: int = 0) -> Inbound:
        """A typed line; "[voice]" and the like stand for what cannot be typed."""
        words = line.strip()
        kind = _MEDIA.get(words.lower())
        message = Message(kind) if kind else Message("text", text=words)  # type: ignore[arg-type]
        return Inbound(account, str(number), message, None, received_at)

    def render(self, body: Body) -> list[Part]:
        """One part with everything in it; pictures and sounds are said in words."""
        if "delete" in body:
            return [Part("text", text="\x1b[2J\x1b[H" if self._colour else "")]
        blocks = [text.numbered(body)]
        for kind in ("picture", "sound"):
            if item := self._media.get(body.get(kind) or ""):
                blocks.append(f"[{item.alt.id}, {text.said_size(item.size)}]")
        if document := body.get("document"):
            blocks.append(f"[{document['name']}]\n{document['text']}")
        words = "\n\n".join(block for block in blocks if block)
        if self._colour:
            words = "".join(f"{_BOLD}{run}{_PLAIN}" if bold else run for run, bold in text.tokens(words))
        return [Part("text", text=words)]
