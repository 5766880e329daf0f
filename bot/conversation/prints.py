"""What each kind of print is as a file: its neutral name, its type, and how big it may be.

The names say nothing of what is inside: others look through the files of a phone. `most` is also what a person is told
of the size beforehand, as the file is drawn only when it is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.conversation.types import Print, PrintKind

PNG, PDF, VCARD = "image/png", "application/pdf", "text/vcard"


@dataclass(frozen=True)
class Form:
    """`title`: what it is called in a chat, in Indonesian and Sasak alike. `most`: bytes."""

    name: str
    mime: str
    most: int
    title: str

    @property
    def picture(self) -> bool:
        return self.mime == PNG


@dataclass(frozen=True)
class Drawn:
    """A print as a file."""

    name: str
    mime: str
    content: bytes = field(repr=False)


FORMS: Mapping[PrintKind, Form] = {
    "pocket-card": Form("kartu.png", PNG, 60_000, "Kartu saku"),
    "pocket-print": Form("kartu.pdf", PDF, 120_000, "Kartu saku, untuk dicetak"),
    "phone-book": Form("kontak.vcf", VCARD, 10_000, "Nomor untuk buku telepon"),
    "arrival": Form("langkah.png", PNG, 60_000, "Bandara dan hari pertama"),
    "certificate": Form("sertifikat.png", PNG, 100_000, "Sertifikat"),
    "certificate-print": Form("sertifikat.pdf", PDF, 120_000, "Sertifikat, untuk dicetak"),
}


def is_personal(spec: Print) -> bool:
    """Does it hold somebody's name? Such a file is kept nowhere on its way."""
    return spec.kind in ("certificate", "certificate-print")


def wrong_with(spec: Print) -> str | None:
    """Why this cannot be drawn, for the author of the reply; None: it can."""
    if spec.kind not in FORMS:
        return f"{spec.kind!r} is no kind of print"
    if is_personal(spec) != bool(spec.code):
        return f"the {spec.kind} {'needs a' if is_personal(spec) else 'has no'} code"
    if spec.plain and spec.kind != "phone-book":
        return f"only a phone-book has plain names, not the {spec.kind}"
    return None
