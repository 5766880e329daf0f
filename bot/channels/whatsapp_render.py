"""A reply as WhatsApp messages through Twilio: numbered text always, a list or quick replies where they exist.

Lists and quick replies are Content resources, made beforehand by `python -m bot whatsapp templates` out of
`content_payload(body, media)` and remembered under `content_hash(payload)`. The step of the conversation goes in as
variable 1 at the time of sending, so that one resource serves everybody; texts that name a person are never made into
one, as nobody makes a resource of them beforehand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.channels import stamp, text
from bot.channels.base import LIMITS, Body, Part, Template
from bot.channels.media import chosen, print_of, size_line
from bot.library.model import Media

LIMIT = LIMITS["whatsapp"]
OPEN_LIST = "Pilih"  # on the button that opens the list; the same word in Sasak
STEP = "{{1}}"

SidOf = Callable[[str], str | None]


def render(body: Body, media: Mapping[str, Media], sid_of: SidOf = lambda _hash: None) -> list[Part]:
    """See `base.py` for the body. The number of parts does not depend on `sid_of`. Messages cannot be taken back: a
    `delete` body gives none."""
    if "delete" in body:
        return []
    validity = body.get("validity")
    pieces, below = _pieces(body, media)
    parts = [Part("text", text=piece, validity=validity) for piece in pieces[:-1]]
    for last in pieces[-1:]:
        whole = "\n\n".join(block for block in (last, below) if block)
        parts.append(replace(_content(body, last, sid_of), text=whole, validity=validity))
    parts += [Part(item.kind, media=item, validity=validity) for item in chosen(body, media, LIMIT)]
    if spec := print_of(body, LIMIT):
        parts.append(Part("file", print=spec, validity=validity))
    if document := body.get("document"):
        whole = f"{document['name']}\n\n{document['text']}"
        parts += [Part("text", text=piece, validity=validity) for piece in text.split_text(whole, LIMIT.text)]
    if (template := body.get("template")) and parts:
        variables = json.dumps(template.get("variables") or {}, ensure_ascii=False)
        parts[0] = replace(parts[0], template=Template(template["sid"], variables))
    return parts


def _pieces(body: Body, media: Mapping[str, Media]) -> tuple[list[str], str]:
    """The words in pieces, and what stands below the last one (choices and ways out)."""
    items = chosen(body, media, LIMIT)
    sizes = size_line(items, print_of(body, LIMIT))
    words = "\n\n".join(block for block in (str(body.get("text", "")).strip(), sizes) if block)
    below = text.tail(body)
    room = LIMIT.text - text.units(below) - 2
    if room < 200:  # far too many choices: `check` complains; here they are split like other text
        return text.split_marked(f"{words}\n\n{below}", LIMIT.text), ""
    pieces = text.split_marked(words, min(LIMIT.text_with_choices if below else LIMIT.text, room))
    return pieces or ([""] if below else []), below


def _content(body: Body, words: str, sid_of: SidOf) -> Part:
    """A part with the list or quick replies, if they have been made; `listed` is how Twilio will list it later."""
    payload = _payload(body, words, "id")
    sid = sid_of(content_hash(payload)) if payload else None
    if payload is None or sid is None:
        return Part("text")
    variables = json.dumps({"1": str(body.get("step", 0))})
    (kind,) = payload["types"].values()
    return Part("text", content=Template(sid, variables), data={"listed": kind["body"]})


def content_hash(payload: Mapping[str, Any]) -> str:
    """The name under which a Content resource is remembered; it also stands in its friendly name."""
    what = {name: payload[name] for name in ("language", "variables", "types")}
    return hashlib.sha256(json.dumps(what, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def content_payload(body: Body, media: Mapping[str, Media], language: str = "id") -> dict[str, Any] | None:
    """What Twilio's Content API is asked to make for the last message of this body: a list of up to 10, or up to 3
    quick replies. None where neither fits. `language`: WhatsApp knows no Sasak; resources that are only used inside the
    window are looked at by nobody."""
    pieces, below = _pieces(body, media)
    return _payload(body, pieces[-1], language) if pieces and below else None


def _payload(body: Body, words: str, language: str) -> dict[str, Any] | None:
    choices, ways = list(body.get("choices") or ()), list(body.get("nav") or ())
    below = text.nav_line(ways)
    shown = "\n\n".join(block for block in (words, below) if block)
    if not words or "{{" in words or text.units(shown) > LIMIT.text_with_choices:
        return None
    types = None
    if len(choices) <= LIMIT.quick:
        types = _quick(body, shown, choices, ways if len(choices) + len(ways) <= LIMIT.quick else [])
    if types is None and choices:
        types = _list(body, shown, choices, ways if len(choices) + len(ways) <= LIMIT.choices else [])
    if types is None:
        return None
    payload: dict[str, Any] = {"language": language, "variables": {"1": "0"}, "types": types}
    payload["friendly_name"] = f"bekal_{content_hash(payload)}"
    return payload


def _quick(body: Body, shown: str, choices: list[Any], ways: list[Any]) -> dict[str, Any] | None:
    labels = _labels(choices, ways, LIMIT.quick_label)
    ids = _ids(body, choices + ways)
    if not labels or not ids:
        return None
    actions = [{"type": "QUICK_REPLY", "title": title, "id": name} for title, name in zip(labels, ids, strict=True)]
    return {"twilio/quick-reply": {"body": shown, "actions": actions}}


def _list(body: Body, shown: str, choices: list[Any], ways: list[Any]) -> dict[str, Any] | None:
    labels = _labels(choices, ways, LIMIT.label)
    ids = _ids(body, choices + ways)
    if not labels or not ids or len(labels) > LIMIT.choices:
        return None
    items = [{"item": title, "id": name} for title, name in zip(labels, ids, strict=True)]
    return {"twilio/list-picker": {"body": shown, "button": OPEN_LIST, "items": items}}


def _labels(choices: list[Any], ways: list[Any], limit: int) -> list[str]:
    """With their numbers where all of them fit so, else without; [] where they do not fit, or two are the same, which
    WhatsApp refuses."""
    bare = [str(choice["label"]) for choice in choices]
    out = [str(way["label"]) for way in ways]
    for labels in ([f"{number} {label}" for number, label in enumerate(bare, 1)] + out, bare + out):
        fit = all(0 < text.units(label) <= limit and "{{" not in label for label in labels)
        if fit and len(set(labels)) == len(labels):
            return labels
    return []


def _ids(body: Body, choices: list[Any]) -> list[str]:
    try:
        return [stamp.build(str(body.get("state", "")), STEP, str(way["key"]), LIMIT.callback) for way in choices]
    except stamp.StampTooLong:
        return []
