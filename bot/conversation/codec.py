"""Messages, replies and states as JSON and back.

Messages and replies cross the inbox and the outbox, states are kept between turns: each has one form here, made of plain
dicts, lists, strings and numbers.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from bot.conversation.types import Choice, Document, Message, Print, Reply


def message_to_dict(message: Message) -> dict[str, Any]:
    """The stored form of an inbound message; outcomes are never stored."""
    if message.outcome is not None:
        raise ValueError("an outcome lives inside one turn and is never stored")
    kept = {name: getattr(message, name) for name in ("kind", "text", "choice", "stamp", "campaign", "media")}
    return {name: value for name, value in kept.items() if value not in (None, "")}


def message_from_dict(data: dict[str, Any]) -> Message:
    """A message as it was stored; names it does not know are passed over (older or newer rows)."""
    known = {field.name for field in fields(Message)} - {"outcome"}
    return Message(**{name: value for name, value in data.items() if name in known})


def reply_to_dict(reply: Reply, *, state: str, step: int) -> dict[str, Any]:
    """The outbox body: what a channel renders, with the stamp that its buttons carry."""
    body: dict[str, Any] = {"text": reply.text, "state": state, "step": step}
    if reply.choices:
        body["choices"] = [{"key": choice.key, "label": choice.label} for choice in reply.choices]
    if reply.nav:
        body["nav"] = [{"key": choice.key, "label": choice.label} for choice in reply.nav]
    for name in ("sound", "picture"):
        if getattr(reply, name):
            body[name] = getattr(reply, name)
    if reply.document:
        body["document"] = asdict(reply.document)
    if reply.print:
        body["print"] = asdict(reply.print)
    return body


def reply_from_dict(body: dict[str, Any]) -> Reply:
    document, drawn = body.get("document"), body.get("print")
    return Reply(
        text=body["text"],
        choices=tuple(Choice(choice["key"], choice["label"]) for choice in body.get("choices", ())),
        nav=tuple(Choice(choice["key"], choice["label"]) for choice in body.get("nav", ())),
        sound=body.get("sound"),
        picture=body.get("picture"),
        document=Document(**document) if document else None,
        print=Print(**drawn) if drawn else None,
    )


def to_json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
