"""Which pictures, sounds and prints of a reply a channel can carry, and how their size is said."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.channels.base import Body, Limits
from bot.channels.text import said_size
from bot.conversation.prints import FORMS, wrong_with
from bot.conversation.types import Print
from bot.library.model import Media

log = logging.getLogger(__name__)

# The same words in Indonesian and Sasak (loans).
WORDS = {"picture": "Gambar", "sound": "Suara", "file": "Berkas"}


def chosen(body: Body, media: Mapping[str, Media], limits: Limits) -> list[Media]:
    """The picture, then the sound, of the body. One that is missing, too big or of a type that the channel does not
    take is left out with a warning: the text is complete without it."""
    found = []
    for kind in ("picture", "sound"):
        if not (key := body.get(kind)):
            continue
        item = media.get(key)
        if item is None or item.size > limits.media.get(item.mime, 0):
            log.warning("%s %r left out: %s", kind, key, "not in the library" if item is None else "type or size")
            continue
        found.append(item)
    return found


def print_of(body: Body, limits: Limits) -> Print | None:
    """What is to be drawn for this body; None with a warning where it makes no sense or the channel cannot carry it."""
    if not (given := body.get("print")):
        return None
    spec = Print(**given)
    wrong = wrong_with(spec)
    if wrong is None and FORMS[spec.kind].most > limits.media.get(FORMS[spec.kind].mime, 0):
        wrong = "type or size"
    if wrong is not None:
        log.warning("print %r left out: %s", spec.kind, wrong)
        return None
    return spec


def print_size(spec: Print) -> str:
    """Its size is known when it is drawn; told is how big it may be: 'sampai 60 kB'."""
    return f"sampai {said_size(FORMS[spec.kind].most)}"


def size_line(items: list[Media], spec: Print | None = None) -> str:
    """'Suara, 60 kB': said before the file comes, since data is dear."""
    rows = [f"{WORDS[item.kind]}, {said_size(item.size)}" for item in items]
    if spec is not None:
        rows.append(f"{WORDS['picture' if FORMS[spec.kind].picture else 'file']}, {print_size(spec)}")
    return "\n".join(rows)
