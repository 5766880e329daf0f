"""What each channel can carry: one table, read by the renderers, by `python -m bot check` and by the console's preview.

Read off the providers' documentation in November 2026 (Telegram Bot API 10.1; Twilio's Messages and Content APIs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one message of a channel can carry. Lengths in UTF-16 units (as Telegram counts; never less than others)."""

    text: int
    text_with_choices: int
    caption: int
    choices: int  # to tap at once: inline buttons, list items
    label: int  # of one of them
    callback: int  # bytes of data on it
    quick: int = 0  # quick replies beside a list; 0: the channel has no such thing
    quick_label: int = 0
    lists: bool = False  # choices open as a list of their own
    documents: bool = True  # a file with its name
    deletes: int = 0  # messages taken back in one call
    media: Mapping[str, int] = field(default_factory=dict)  # MIME type -> bytes


LIMITS: Mapping[str, Limits] = {
    "telegram": Limits(
        text=4096,
        text_with_choices=4096,
        caption=1024,
        choices=100,
        label=40,  # Telegram names no limit; longer labels are cut off on small phones
        callback=64,
        deletes=100,
        media={
            "image/jpeg": 10 * _MB,
            "image/png": 10 * _MB,
            "audio/ogg": 50 * _MB,
            "audio/mpeg": 50 * _MB,
            "audio/mp4": 50 * _MB,
            "application/pdf": 50 * _MB,
            "text/vcard": 50 * _MB,
        },
    ),
    "whatsapp": Limits(
        text=1600,
        text_with_choices=1024,
        caption=1024,
        choices=10,
        label=24,
        callback=200,
        quick=3,
        quick_label=20,
        lists=True,
        documents=False,  # words in a file: Twilio sets neither its name nor a caption, so they go as text
        media={
            "image/jpeg": 5 * _MB,
            "image/png": 5 * _MB,
            "audio/ogg": 16 * _MB,
            "audio/mpeg": 16 * _MB,
            "audio/aac": 16 * _MB,
            "audio/amr": 16 * _MB,
            "audio/3gpp": 16 * _MB,
            "application/pdf": 16 * _MB,
            "text/vcard": 16 * _MB,
        },
    ),
    "webchat": Limits(
        text=20_000,
        text_with_choices=20_000,
        caption=1024,
        choices=100,
        label=60,
        callback=200,
        media={
            "image/jpeg": _MB,
            "image/png": _MB,
            "image/webp": _MB,
            "image/svg+xml": _MB,
            "audio/ogg": _MB,
            "audio/mpeg": _MB,
            "audio/mp4": _MB,
            "application/pdf": _MB,
            "text/vcard": _MB,
        },
    ),
    "terminal": Limits(text=20_000, text_with_choices=20_000, caption=0, choices=100, label=120, callback=200),
}
