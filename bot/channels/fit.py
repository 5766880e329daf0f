"""What a channel would cut or refuse of a reply, said before anybody receives it: for `python -m bot check` and the
console's preview."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.channels import stamp, text
from bot.channels.base import LIMITS, Body
from bot.conversation.prints import FORMS, wrong_with
from bot.conversation.types import Print
from bot.library.model import Media


def complaints(channel: str, body: Body, media: Mapping[str, Media] | None = None) -> list[str]:
    """Sentences for the author, empty when all fits. `body` as in base.py."""
    return [f"{channel}: {complaint}" for complaint in _complaints(channel, body, media or {})]


def _complaints(channel: str, body: Body, media: Mapping[str, Media]) -> Iterator[str]:
    limits = LIMITS[channel]
    choices, nav = list(body.get("choices") or ()), list(body.get("nav") or ())
    words = str(body.get("text", ""))
    most = limits.text_with_choices if choices or nav else limits.text
    if (size := text.units(words)) > most:
        yield f"the text has {size} characters, one message holds {most}; it would be split"
    if len(choices) > limits.choices:
        yield f"{len(choices)} choices, at most {limits.choices} can be tapped"
    for choice in [*choices, *nav]:
        label = str(choice["label"])
        if not label.strip():
            yield f"the choice {choice['key']!r} has no label"
        if text.units(label) > limits.label:
            yield f"the label {label!r} has {text.units(label)} characters, at most {limits.label} are shown"
        try:
            stamp.build(str(body.get("state", "")), 999_999, str(choice["key"]), limits.callback)
        except ValueError as problem:
            yield str(problem)
    labels = [str(choice["label"]).casefold() for choice in [*choices, *nav]]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield f"two choices are called {label!r}"
    for kind in ("picture", "sound"):
        if not (key := body.get(kind)):
            continue
        item = media.get(key)
        if item is None:
            yield f"the {kind} {key!r} is not in the library"
        elif channel != "terminal" and item.size > limits.media.get(item.mime, 0):
            yield f"the {kind} {key!r} ({item.mime}, {item.size} bytes) cannot be sent"
    if given := body.get("print"):
        spec = Print(**given)
        if (wrong := wrong_with(spec)) is not None:
            yield wrong
        elif channel != "terminal" and FORMS[spec.kind].most > limits.media.get(FORMS[spec.kind].mime, 0):
            yield f"the {spec.kind} ({FORMS[spec.kind].mime}, up to {FORMS[spec.kind].most} bytes) cannot be sent"
