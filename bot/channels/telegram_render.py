"""A reply as Telegram messages: text with inline keyboard, then media, then a print or a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.channels import stamp, text
from bot.channels.base import LIMITS, Body, Button, Part
from bot.channels.media import chosen, print_of
from bot.conversation.types import Document
from bot.library.model import Media

LIMIT = LIMITS["telegram"]
SHORT = 14  # two buttons stand side by side on a small phone if both labels are no longer


def render(body: Body, media: Mapping[str, Media]) -> list[Part]:
    """See `base.py` for the body. A choice that does not fit on a button stands in the text, with its number."""
    if "delete" in body:
        ids = [str(message) for message in body["delete"]]
        size = LIMIT.deletes
        return [Part("delete", messages=tuple(ids[start : start + size])) for start in range(0, len(ids), size)]
    rows, spelled = _buttons(body)
    words = "\n\n".join(block for block in (str(body.get("text", "")).strip(), "\n".join(spelled)) if block)
    pieces = text.split_marked(words, LIMIT.text)
    parts = [Part("text", text=piece) for piece in pieces[:-1]]
    parts += [Part("text", text=piece, buttons=rows) for piece in pieces[-1:]]
    parts += [Part(item.kind, media=item) for item in chosen(body, media, LIMIT)]
    if spec := print_of(body, LIMIT):
        parts.append(Part("file", print=spec))
    if document := body.get("document"):
        parts.append(Part("document", document=Document(**document)))
    return parts


def _buttons(body: Body) -> tuple[tuple[tuple[Button, ...], ...], list[str]]:
    """Rows of buttons, and the lines for choices that fit on none."""
    buttons, spelled = [], []
    for number, choice in enumerate(body.get("choices") or (), 1):
        label = f"{number} {choice['label']}"
        data = _data(body, choice["key"])
        if data is None or text.units(label) > LIMIT.label:
            spelled.append(label)
        if data is not None:
            buttons.append(Button(label if text.units(label) <= LIMIT.label else str(number), data))
    ways = [
        Button(str(way["label"]), data)
        for way in body.get("nav") or ()
        if (data := _data(body, way["key"])) is not None
    ]
    return (*_rows(buttons), *([tuple(ways)] if ways else [])), spelled


def _data(body: Body, key: str) -> str | None:
    """None when it would not fit: `check` says so beforehand, and here the number typed still works."""
    try:
        return stamp.build(str(body.get("state", "")), int(body.get("step", 0)), key, LIMIT.callback)
    except stamp.StampTooLong:
        return None


def _rows(buttons: list[Button]) -> Iterator[tuple[Button, ...]]:
    waiting: Button | None = None
    for button in buttons:
        if waiting is None:
            waiting = button
        elif text.units(waiting.label) <= SHORT and text.units(button.label) <= SHORT:
            yield waiting, button
            waiting = None
        else:
            yield (waiting,)
            waiting = button
    if waiting is not None:
        yield (waiting,)
