"""Telegram's updates as messages.

The update is read as plain JSON, leniently: one field that python-telegram-bot does not expect or misses would make it
refuse the whole update, and Telegram would bring it again and again while others wait behind it. Tests hold that both
read the same.

What a person sends besides words (a place, somebody's number) is not taken over: only that it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels import stamp
from bot.channels.base import BlockChange, Inbound, NotParseable
from bot.conversation.types import Message, MessageKind

# What we ask Telegram for; everything else is passed over.
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)

# The first field that is there decides; Telegram fills `document` beside `animation`, so the order counts.
_KINDS: tuple[tuple[str, MessageKind], ...] = (
    ("voice", "voice"),
    ("audio", "voice"),
    ("photo", "photo"),
    ("animation", "video"),
    ("video_note", "video"),
    ("video", "video"),
    ("sticker", "sticker"),
    ("venue", "location"),
    ("location", "location"),
    ("contact", "contact"),
    ("document", "document"),
    ("dice", "other"),
    ("poll", "other"),
    ("game", "other"),
    ("story", "other"),
    ("paid_media", "other"),
    ("checklist", "other"),
)
_KEPT_BY_REFERENCE = ("voice", "audio", "photo")


def parse(update: Any, received_at: datetime) -> Inbound | BlockChange | None:
    """What the update says. None: edited messages, groups, channels, service messages, kinds we never asked for.
    Raises NotParseable when it is no update."""
    if not isinstance(update, Mapping) or not isinstance(update.get("update_id"), int):
        raise NotParseable("no update_id")
    provider_id = str(update["update_id"])
    try:
        if "message" in update:
            return _message(update["message"], provider_id, received_at)
        if "callback_query" in update:
            return _tap(update["callback_query"], provider_id, received_at)
        if "my_chat_member" in update:
            return _member(update["my_chat_member"], provider_id, received_at)
    except (KeyError, TypeError, AttributeError, IndexError) as exc:
        raise NotParseable(f"update of an unknown shape ({type(exc).__name__})") from None
    return None


def tap_of(update: Mapping[str, Any]) -> str | None:
    """The id of the tap that waits for an answer (its button shows a clock until then), if the update is one."""
    query = update.get("callback_query")
    return str(query["id"]) if isinstance(query, Mapping) and query.get("id") else None


def _message(message: Mapping[str, Any], provider_id: str, received_at: datetime) -> Inbound | None:
    chat = message["chat"]
    if chat["type"] != "private" or (message.get("from") or {}).get("is_bot"):
        return None
    read = _words(str(message["text"])) if message.get("text") else _other(message)
    if read is None:
        return None
    return Inbound(str(chat["id"]), provider_id, read, str(message["message_id"]), received_at)


def _words(text: str) -> Message:
    command = _COMMAND.fullmatch(text.strip())
    if command is None:
        return Message("text", text=text)
    name, rest = command[1].lower(), (command[2] or "").strip()
    if name == "start":
        return Message("text", text="/start", campaign=rest or None)
    return Message("text", text=f"{name.replace('_', ' ')} {rest}".strip())


def _other(message: Mapping[str, Any]) -> Message | None:
    """Danger may stand under a picture: the caption comes along as the text."""
    for name, kind in _KINDS:
        if name in message:
            media = None
            if name in _KEPT_BY_REFERENCE:
                sent = message[name]
                media = str((sent[-1] if name == "photo" else sent)["file_id"])
            return Message(kind, text=str(message.get("caption") or ""), media=media)
    return None


def _tap(query: Mapping[str, Any], provider_id: str, received_at: datetime) -> Inbound | None:
    # Without `message` the keyboard is too old for Telegram to show; private chats carry the person's own id.
    chat = (query.get("message") or {}).get("chat") or {"id": query["from"]["id"], "type": "private"}
    if chat["type"] != "private" or not query.get("data"):
        return None
    found = stamp.parse(str(query["data"])) or stamp.Stamp("", stamp.STALE, str(query["data"]))
    tapped = Message("choice", choice=found.key, stamp=found.step)
    return Inbound(str(chat["id"]), provider_id, tapped, None, received_at)


def _member(change: Mapping[str, Any], provider_id: str, received_at: datetime) -> BlockChange | None:
    if change["chat"]["type"] != "private":
        return None
    blocked = change["new_chat_member"]["status"] in ("kicked", "left")
    return BlockChange(str(change["chat"]["id"]), provider_id, blocked, received_at)
