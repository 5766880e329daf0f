"""What a sound is, told by its bytes: names and types that come with it are whatever somebody wrote there."""

from __future__ import annotations

_OPUS_RATE = 48_000  # of an Opus stream's clock, whatever was recorded
_LONGEST = 24 * 3600


def mime_of(content: bytes) -> str | None:
    """The type by which a player knows it; None: no sound that we know. MP4 and WebM may hold pictures as well."""
    head = content[:16]
    if head.startswith(b"OggS"):
        return "audio/ogg"
    if head.startswith(b"#!AMR"):
        return "audio/amr"
    if head.startswith(b"fLaC"):
        return "audio/flac"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "audio/webm"
    if head[4:8] == b"ftyp":
        return "audio/3gpp" if head[8:11] == b"3gp" else "audio/mp4"
    if head.startswith(b"ID3"):
        return "audio/mpeg"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "audio/aac" if head[1] & 0xF6 == 0xF0 else "audio/mpeg"
    return None


def seconds_of(content: bytes) -> int | None:
    """How long an Ogg Opus sound is, as all voice notes are: where its last page ends. None: another kind, or damaged."""
    head = content.find(b"OpusHead", 0, 512)
    last = content.rfind(b"OggS")
    if (
        not content.startswith(b"OggS")
        or head < 0
        or len(content) < last + 18
        or content[14:18] != content[last + 14 : last + 18]
    ):
        return None
    silence = int.from_bytes(content[head + 10 : head + 12], "little")  # before the sound begins
    end = int.from_bytes(content[last + 6 : last + 14], "little", signed=True)
    seconds = (end - silence) / _OPUS_RATE
    return max(1, round(seconds)) if 0 < seconds < _LONGEST else None
