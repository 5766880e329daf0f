"""Which pictures and sounds of a reply a channel can carry, and how their size is said."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.channels.base import Body, Limits
from bot.channels.text import said_size
from bot.library.model import Media

log = logging.getLogger(__name__)

# The same words in Indonesian and Sasak (loans).
WORDS = {"picture": "Gambar", "sound": "Suara"}


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


def size_line(items: list[Media]) -> str:
    """'Suara, 60 kB': said before the file comes, since data is dear."""
    return "\n".join(f"{WORDS[item.kind]}, {said_size(item.size)}" for item in items)
