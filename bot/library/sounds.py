"""Sounds that are found by what they say: made by a machine (`python -m bot sound make`) or spoken by a person.

    content/media/made/index.json             {"<hash of the text>": {"file", "size"}}; Indonesian only, never committed
    content/media/recordings/id-<hash>.ogg    a person's voice; sas-<hash>.ogg in Sasak

A sound belongs to the very words it says: when the text changes its hash does, and the old sound is no longer found.
`python -m bot sound sheet` prints the texts with their file names for who records them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.library.model import Media, Phrase

MADE = "made"
RECORDINGS = "recordings"
INDEX = "index.json"
LARGEST = 60_000  # bytes


def made_key(of: str) -> str:
    """The key in `Library.media` of the machine's sound of a text; `of` is the text's hash."""
    return f"made-{of}"


def recording_key(language: str, of: str) -> str:
    return f"{language}-{of}"


def found_sounds(media_folder: Path) -> Mapping[str, Media]:
    """The sounds that are there, by key. What is not in the index, too large or missing is passed over."""
    found: dict[str, Media] = {}
    for of, entry in read_index(media_folder).items():
        file = f"{MADE}/{entry.get('file', '')}"
        path = media_folder / file
        if path.is_file() and 0 < path.stat().st_size <= LARGEST:
            found[made_key(of)] = _sound(made_key(of), file, path, synthetic=True)
    for path in sorted((media_folder / RECORDINGS).glob("*.ogg")):
        language, _, of = path.stem.partition("-")
        if language in ("id", "sas") and of and path.stat().st_size <= LARGEST:
            key = recording_key(language, of)
            found[key] = _sound(key, f"{RECORDINGS}/{path.name}", path, synthetic=False)
    return found


def _sound(key: str, file: str, path: Path, *, synthetic: bool) -> Media:
    # In words what is heard is the very text it stands beside; so the line under a sound only says that.
    alt = Phrase("Suara dari tulisan di atas.", "Suara tulisan leq atas.")
    return Media(key, "sound", file, "audio/ogg", path.stat().st_size, alt, synthetic)


def read_index(media_folder: Path) -> dict[str, dict[str, Any]]:
    """The machine's index; empty where it was not made yet or cannot be read."""
    try:
        index = json.loads((media_folder / MADE / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(of): entry for of, entry in index.items() if isinstance(entry, dict)} if isinstance(index, dict) else {}
