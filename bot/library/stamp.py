"""Keeps content/language/sasak_review.yaml: what each Sasak text was made from, and who signed it."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from bot.library.desk import Text
from bot.library.load import read
from bot.library.reading import ContentError
from bot.library.review import REVIEW_FILE, Review, text_hash

HEAD = """\
# yaml-language-server: $schema=../schemas/sasak-review.schema.json
# What each Sasak text was made from (of: hash of the Indonesian, sas: hash of the Sasak), and who signed it.
# Written by `python -m bot content stamp`. By hand, change only `review` and `signed`:
#   review: approved, signed: ["Inaq Sari, lombok-timur, 2027-01-15", "Amaq Udin, lombok-tengah, 2027-01-20"]
# Two people sign; danger, health, law and money: one of East Lombok, one of Central Lombok.
"""


@dataclass(frozen=True)
class Counts:
    """What stamping found. `lost`: signatures that no longer count, because the Sasak they were given for changed."""

    texts: int
    new: int
    redone: int
    accepted: int
    removed: int
    signed: int
    stale: tuple[str, ...]
    lost: tuple[str, ...]

    def __str__(self) -> str:
        line = (
            f"{self.texts} Sasak texts: {self.new} new, {self.redone} made anew, {self.accepted} accepted, "
            f"{self.removed} removed, {self.signed} signed, {len(self.stale)} stale"
        )
        stale = [f"stale, not shown: {key}" for key in self.stale]
        return "\n".join([line, *stale, *(f"signatures gone, the Sasak changed: {key}" for key in self.lost)])


def stamp(folder: Path, accept: Collection[str] = ()) -> Counts:
    """Brings the file up to date. A stale text stays stale until its Sasak changes too or its place is in `accept`.

    A text that moved to another place takes its review along. Raises `ContentError` where the content cannot be read
    whole, `LookupError` for a place in `accept` that is no Sasak text; nothing is written then.
    """
    content = read(folder)
    if content.problems:
        raise ContentError(list(content.problems))
    texts = {text.key: text for text in content.texts if text.sas is not None}
    unknown = [place for place in accept if place not in texts]
    if unknown:
        raise LookupError(f"no Sasak text is at: {', '.join(unknown)}")
    before = content.reviews
    gone = {(review.of, review.sas): key for key, review in before.items() if key not in texts}
    came_from = {key: key if key in before else gone.get(_hashes(text)) for key, text in texts.items()}
    old = {key: before[source] for key, source in came_from.items() if source is not None}
    now = {key: _stamped(text, old.get(key), key in accept) for key, text in sorted(texts.items())}
    _write(folder, now)
    return Counts(
        texts=len(now),
        new=len(now) - len(old),
        redone=sum(old[key].sas != now[key].sas for key in old),
        accepted=len(set(accept)),
        removed=len(before.keys() - set(came_from.values())),
        signed=sum(review.is_signed(texts[key].critical) for key, review in now.items()),
        stale=tuple(key for key, review in now.items() if review.of != _hashes(texts[key])[0]),
        lost=tuple(key for key in now if key in old and old[key].signed and not now[key].signed),
    )


def _hashes(text: Text) -> tuple[str, str]:
    return text_hash(text.id), text_hash(text.sas or "")


def _stamped(text: Text, before: Review | None, accept: bool) -> Review:
    of, sas = _hashes(text)
    if before is None or before.sas != sas:
        return Review(of, sas)
    return replace(before, of=of) if accept else before


def _write(folder: Path, reviews: dict[str, Review]) -> None:
    """One line an entry, sorted; replaced in one step."""
    lines = [
        f"{json.dumps(key, ensure_ascii=False)}: {{of: {json.dumps(review.of)}, sas: {json.dumps(review.sas)}, "
        f"review: {review.review}, signed: {json.dumps(list(review.signed), ensure_ascii=False)}}}\n"
        for key, review in sorted(reviews.items())
    ]
    path = folder / REVIEW_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".new")
    aside.write_text(HEAD + "".join(lines), encoding="utf-8")
    os.replace(aside, path)
