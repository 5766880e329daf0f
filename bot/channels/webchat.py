"""Web chat: pulled by the browser (`bot/web/stream.py`), so there is nothing to send, only JSON to make.

One object a reply (`Part.data`). Its text keeps *bold* as written: the page finds bold, numbers and links by itself and
sets every piece by `textContent`, never as HTML.

    {"text": "Polisi: *999*", "step": 17,
     "choices": [{"key": "learn", "label": "Belajar", "number": 1}], "nav": [{"key": "menu", "label": "Menu"}],
     "picture": {"url", "alt", "size", "mime", "synthetic"}, "sound": {the same},
     "document": {"name", "mime", "text"}, "print": {"url", "name", "mime", "size", "title"}}

What comes in by `POST /chat/messages` is read in `bot/web/chat.py`, beside the cookie that names the visitor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.channels import media as files
from bot.channels import text
from bot.channels.base import LIMITS, Body, FileLink, Part
from bot.conversation.prints import FORMS
from bot.library.model import Media

MEDIA_PATH = "/media/"


class WebChat:
    name = "webchat"
    sender = "webchat"
    limits = LIMITS["webchat"]

    def __init__(self, media: Mapping[str, Media] | None = None, link: FileLink | None = None) -> None:
        """`link`: where a print is fetched; without it prints are left out."""
        self._media = dict(media or {})
        self._link = link

    def render(self, body: Body) -> list[Part]:
        """One part, of kind json. A `delete` body asks the browser to clear its screen."""
        if "delete" in body:
            return [Part("json", data={"clear": True})]
        words = str(body.get("text", ""))
        data: dict[str, Any] = {
            "text": words,
            "step": int(body.get("step", 0)),
            "choices": [
                {"key": choice["key"], "label": choice["label"], "number": number}
                for number, choice in enumerate(body.get("choices") or (), 1)
            ],
            "nav": [{"key": way["key"], "label": way["label"]} for way in body.get("nav") or ()],
        }
        for item in files.chosen(body, self._media, self.limits):
            data[item.kind] = {
                "url": MEDIA_PATH + quote(item.file),
                "alt": item.alt.id,
                "size": text.said_size(item.size),
                "mime": item.mime,
                "synthetic": item.synthetic,
            }
        spec = files.print_of(body, self.limits)
        if spec is not None and self._link is not None:
            form = FORMS[spec.kind]
            data["print"] = {
                "url": self._link(spec),
                "name": form.name,
                "mime": form.mime,
                "size": files.print_size(spec),
                "title": form.title,
            }
        if document := body.get("document"):
            data["document"] = {name: document[name] for name in ("name", "mime", "text")}
        return [Part("json", text=text.plain(words), data=data)]
