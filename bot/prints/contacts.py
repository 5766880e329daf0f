"""The phone book: confirmed help numbers as a vCard 3.0, which every phone takes into its contacts.

Whoever looks through the phone sees the names too: on request they are neutral, «Kenalan M1» for one in Malaysia.
"""

from __future__ import annotations

from segno.helpers import make_vcard_data

from bot.conversation import danger
from bot.conversation.types import Context
from bot.library.model import Helpline
from bot.prints.words import emergency, in_order, is_confirmed, said

_LINE = 75  # bytes; longer lines go on behind a space


def listed(c: Context) -> list[Helpline]:
    """Emergency codes, and the numbers that somebody has rung or a source that counts gives. Emails are no numbers."""
    found = [line for line in c.library.helplines if line.via != "email" and line.kind != "emergency"]
    codes = [line for country in ("my", "id") for line in emergency(country, c)]
    return [*codes, *(line for line in in_order(found, c) if is_confirmed(line, c))]


def phone_book(c: Context, *, plain: bool) -> str:
    """The cards one after the other, lines ended by CR LF."""
    counted = {"my": 0, "id": 0}
    cards = []
    for line in listed(c):
        counted[line.country] += 1
        neutral = f"Kenalan {'M' if line.country == 'my' else 'I'}{counted[line.country]}"
        cards.append(_card(line, neutral if plain else line.name.id, c, plain=plain))
    return "".join(cards)


def _card(line: Helpline, name: str, c: Context, *, plain: bool) -> str:
    digits = "".join(char for char in line.number if char.isdigit() or char == "+")
    mobile = line.via == "whatsapp"
    say = c.catalogue.say
    known = [said(say("not tested"), c).words] if line.rung_on is None else []
    if line.rung_on is None and not plain and danger.grade(line, c) != "A":
        known.append(said(say("not confirmed by a source"), c).words)
    note = ", ".join(known)
    if not plain:
        note = said(line.who, c).words + (f" ({note})" if note else "")
    made = make_vcard_data(
        _part(name), name, memo=note or None, phone=None if mobile else digits, cellphone=digits if mobile else None
    )
    return "".join(f"{_folded(row)}\r\n" for row in made.splitlines() if row)


def _part(name: str) -> str:
    """A name as the first part of N, in which commas and semicolons would divide it."""
    return name.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


def _folded(row: str) -> str:
    """No more than 75 bytes a line, never cut inside a letter."""
    pieces, piece, room = [], "", _LINE
    for letter in row:
        size = len(letter.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", _LINE - 1
        piece += letter
        room -= size
    return "\r\n ".join([*pieces, piece])
