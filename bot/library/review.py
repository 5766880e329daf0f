"""The state of each Sasak text: what it was made from, and who signed it. Kept in content/language/sasak_review.yaml.

One entry a text: `"modules/01-decide.yaml: title": {of: 1f0c…, sas: 77ab…, review: draft, signed: []}`. `of` is the
hash of the Indonesian text the Sasak was made from, `sas` that of the Sasak text itself: a signature counts for the
words it was given for. A signature reads "Name, kabupaten key, date": "Inaq Sari, lombok-timur, 2027-01-15".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from bot.library.reading import Node, Problem, parse

REVIEW_FILE = "language/sasak_review.yaml"
EAST, CENTRAL = "lombok-timur", "lombok-tengah"


def text_hash(text: str) -> str:
    """A short hash; white space at the ends and line breaks do not count."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Review:
    of: str
    sas: str
    review: Literal["draft", "approved"] = "draft"
    signed: tuple[str, ...] = ()

    def state(self, indonesian: str, sasak: str) -> Literal["current", "stale", "changed"]:
        """stale: the Indonesian changed and the Sasak did not. changed: the Sasak did, so it is a fresh draft."""
        if self.sas != text_hash(sasak):
            return "changed"
        return "current" if self.of == text_hash(indonesian) else "stale"

    def is_signed(self, critical: bool) -> bool:
        """Approved by two people; a critical text by one of East and one of Central Lombok."""
        people = {_part(line, 0) for line in self.signed}
        places = {_part(line, 1) for line in self.signed}
        return self.review == "approved" and len(people) >= 2 and (not critical or {EAST, CENTRAL} <= places)


def _part(line: str, number: int) -> str:
    parts = [part.strip().lower() for part in line.split(",")]
    return parts[number] if number < len(parts) else ""


def load_reviews(content_dir: Path, problems: list[Problem]) -> Mapping[str, Review]:
    """The entries by place; empty where the file is not there yet. Faults are added to `problems`."""
    path = content_dir / REVIEW_FILE
    if not path.exists():
        return {}
    found: dict[str, Review] = {}
    for place, node in Node(parse(path, REVIEW_FILE, problems), REVIEW_FILE, "", problems).entries():
        value = node.value
        if not isinstance(value, dict) or not isinstance(value.get("of"), str) or not isinstance(value.get("sas"), str):
            node.fault("the entry has no hashes `of` and `sas`", "Delete it and run: python -m bot content stamp")
            continue
        node.known("of", "sas", "review", "signed")
        review = cast(Literal["draft", "approved"], node.option("review", ("draft", "approved")))
        found[place] = Review(value["of"], value["sas"], review, node.strings("signed"))
    return found
