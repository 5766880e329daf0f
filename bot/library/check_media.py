"""Sounds and pictures: small enough, of the right kind, and still saying what the texts say."""

from __future__ import annotations

from collections.abc import Iterator

from bot.library.load import Content
from bot.library.reading import Problem, problem
from bot.library.review import text_hash

FILE = "media/media.yaml"
MEDIA_BYTES = 60_000
MIMES = {"sound": "audio/", "picture": "image/"}


def check_media(content: Content) -> Iterator[Problem]:
    """A sound that lags behind its text is a warning: the reading already leaves it out."""
    texts = {text.key: text.id for text in content.texts}
    for key, media in content.library.media.items():
        place = f"media/{key}"
        if media.size > MEDIA_BYTES:
            yield problem(FILE, place, f"{media.size} bytes, {MEDIA_BYTES} at most", "Make the file smaller")
        if not media.mime.startswith(MIMES[media.kind]):
            what = f"{media.mime!r} does not fit a {media.kind}"
            yield problem(FILE, f"{place}/mime", what, "Write audio/ogg or image/png")
        spoken = content.spoken.get(key)
        if spoken is None:
            continue
        words = media.alt.id if spoken.reads is None else texts.get(spoken.reads)
        if words is None:
            yield problem(FILE, f"{place}/reads", f"there is no text at {spoken.reads!r}", "Give the place of the text")
        elif text_hash(words) != spoken.of:
            what = "the text has changed since this sound was made"
            yield problem(FILE, place, what, "Run: python -m bot sound make; or record it anew", "warning")
    yield from _frozen_facts(content)


def _frozen_facts(content: Content) -> Iterator[Problem]:
    """A sound or picture cannot be withdrawn word by word: it should not state what may expire."""
    cards = [card for module in content.library.modules for lesson in module.lessons for card in lesson.cards]
    for statement in [card.statement for card in cards]:
        if statement.sound is None and statement.picture is None:
            continue
        for fact in statement.facts:
            if fact.perishable or fact.grade == "C" or (fact.grade == "B" and fact.sensitive):
                file, _, place = statement.place.partition(": ")
                what = f"has a sound or picture, though {fact.id} may expire or is not confirmed"
                yield problem(file, place, what, "Take another card, or leave the fact out of it", "warning")
