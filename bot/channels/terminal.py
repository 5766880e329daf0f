"""A terminal: numbered text, as WhatsApp without buttons shows it. Pulled, like web chat."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels import text
from bot.channels.base import LIMITS, Body, Part
from bot.channels.media import print_size
from bot.conversation.prints import FORMS, wrong_with
from bot.conversation.types import Print
from bot.library.model import Media

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


class Terminal:
    """`colour`: *bold* by escape codes; otherwise the stars stay."""

    name = "terminal"
    sender = "terminal"
    limits = LIMITS["terminal"]

    def __init__(self, media: Mapping[str, Media] | None = None, *, colour: bool = False) -> None:
        self._media = dict(media or {})
        self._colour = colour

    def render(self, body: Body) -> list[Part]:
        """One part with everything in it; pictures and sounds are said in words."""
        if "delete" in body:
            return [Part("text", text="\x1b[2J\x1b[H" if self._colour else "")]
        blocks = [text.numbered(body)]
        for kind in ("picture", "sound"):
            if item := self._media.get(body.get(kind) or ""):
                blocks.append(f"[{item.alt.id}, {text.said_size(item.size)}]")
        if (given := body.get("print")) and wrong_with(spec := Print(**given)) is None:
            form = FORMS[spec.kind]
            blocks.append(f"[{form.title}: {form.name}, {print_size(spec)}]")
        if document := body.get("document"):
            blocks.append(f"[{document['name']}]\n{document['text']}")
        words = "\n\n".join(block for block in blocks if block)
        if self._colour:
            words = "".join(f"{_BOLD}{run}{_PLAIN}" if bold else run for run, bold in text.tokens(words))
        return [Part("text", text=words)]
