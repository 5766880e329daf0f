"""Web chat: pulled by the browser, so there is nothing to send; only JSON in and out.

Out, one object a reply (`Part.data`), of which the browser sets every text by `textContent`, never as HTML:

    {"lines": [[{"text": "Polisi "}, {"text": "999", "bold": true}], [{"text": "+60 3-2116 …", "tel": "+6032116…"}]],
     "choices": [{"key": "learn", "label": "Belajar", "number": 1}], "nav": [{"key": "menu", "label": "Menu"}],
     "step": 17, "picture": {"url", "alt", "size"}, "sound": {"url", "alt", "size", "mime", "synthetic"},
     "document": {"name", "mime", "text"}}

In: {"id": the browser's id of the message, "text": ...} or {"id", "choice": key, "step": 17}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot.channels import media as files
from bot.channels import stamp, text
from bot.channels.base import LIMITS, Body, Inbound, NotParseable, Part
from bot.conversation.types import Message
from bot.library.model import Media

MEDIA_PATH = "/media/"
MAX_TEXT = 4000  # of one message of a person

_TEL = re.compile(r"\+\d[\d \-]{6,18}\d")
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


class WebChat:
    """Rendering and reading for `GET /chat/stream` and `POST /chat/messages`."""

    name = "webchat"
    sender = "webchat"
    limits = LIMITS["webchat"]

    def __init__(self, media: Mapping[str, Media] | None = None) -> None:
        self._media = dict(media or {})

    def parse(self, payload: Any, received_at: datetime, *, account: str) -> Inbound:
        """`account` is whom the cookie names, never the payload. Raises NotParseable."""
        if not isinstance(payload, Mapping) or not isinstance(payload.get("id"), str) or not payload["id"]:
            raise NotParseable("no id")
        words, choice, step = payload.get("text", ""), payload.get("choice"), payload.get("step")
        if not isinstance(words, str) or len(words) > MAX_TEXT:
            raise NotParseable("no text, or too long")
        if choice is not None:
            if not isinstance(choice, str) or not 0 < len(choice) <= self.limits.callback:
                raise NotParseable("no choice")
            known = isinstance(step, int) and not isinstance(step, bool) and step >= 0
            message = Message("choice", text=words, choice=choice, stamp=step if known else stamp.STALE)
        elif words.strip():
            message = Message("text", text=words, campaign=_campaign(payload))
        else:
            raise NotParseable("nothing said")
        return Inbound(account, payload["id"][:80], message, None, received_at)

    def render(self, body: Body) -> list[Part]:
        """One part, of kind json. A `delete` body asks the browser to clear its screen."""
        if "delete" in body:
            return [Part("json", data={"clear": True})]
        data: dict[str, Any] = {
            "lines": [_line(line) for line in str(body.get("text", "")).split("\n")],
            "choices": [
                {"key": choice["key"], "label": choice["label"], "number": number}
                for number, choice in enumerate(body.get("choices") or (), 1)
            ],
            "nav": [{"key": way["key"], "label": way["label"]} for way in body.get("nav") or ()],
            "step": int(body.get("step", 0)),
        }
        for item in files.chosen(body, self._media, self.limits):
            data[item.kind] = {
                "url": MEDIA_PATH + quote(item.file),
                "alt": item.alt.id,
                "size": text.said_size(item.size),
                "mime": item.mime,
                "synthetic": item.synthetic,
            }
        if document := body.get("document"):
            data["document"] = {name: document[name] for name in ("name", "mime", "text")}
        return [Part("json", text=text.plain(str(body.get("text", ""))), data=data)]


def _campaign(payload: Mapping[str, Any]) -> str | None:
    campaign = payload.get("campaign")
    return campaign[:64] if isinstance(campaign, str) and campaign else None


def _line(line: str) -> list[dict[str, Any]]:
    """Runs of one line, with numbers and links found, so that they can be tapped."""
    runs: list[dict[str, Any]] = []
    for words, bold in text.tokens(line):
        position = 0
        for found in sorted([*_TEL.finditer(words), *_URL.finditer(words)], key=re.Match.start):
            if found.start() < position:  # a number inside a link
                continue
            if found.start() > position:
                runs.append(_run(words[position : found.start()], bold))
            key = "href" if found[0].startswith("http") else "tel"
            target = found[0] if key == "href" else "+" + re.sub(r"\D", "", found[0])
            runs.append(_run(found[0], bold) | {key: target})
            position = found.end()
        if position < len(words):
            runs.append(_run(words[position:], bold))
    return runs


def _run(words: str, bold: bool) -> dict[str, Any]:
    return {"text": words, "bold": True} if bold else {"text": words}
