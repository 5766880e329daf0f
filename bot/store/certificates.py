"""Certificates: a code that can neither be guessed nor forged, and whether a code that somebody shows is genuine.

    BKL-XXXX-XXXX-XXXX-XXXX: 50 random bits and 30 bits of a signature over them, in base 32

A forged code is refused by its signature, before the database is asked. The database holds a keyed hash of the code; the
code itself and the name lie under the contact's key: once that is gone, a code is not genuine any more.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from bot.conversation.types import CertificateChecked
from bot.store.codes import decode, encode, grouped, plain
from bot.store.consent import if_consented
from bot.store.feedback import WITA
from bot.store.session import Store
from bot.store.sql import run, table, upsert
from bot.store.tables import Certificate

PREFIX = "BKL"
LETTERS = 16
_RANDOM, _SIGNED = 50, 30  # bits
_NAME_LENGTH = 80  # characters

_CERTIFICATE = table(Certificate)
_CODE, _NAME = "certificate.code", "certificate.name"
_MINE = select(_CERTIFICATE.c.code).where(_CERTIFICATE.c.contact_id == bindparam("contact"))


def make_certificate(
    session: Session, store: Store, contact_id: str, name: str | None, language: str, now: datetime
) -> str | None:
    """The contact's code, made at the first time; a name given later replaces the one before, None leaves it. None:
    without consent none is made. Call it with the contact's address locked. Raises Erased."""
    sealed = None if name is None else store.vault.seal_for(session, contact_id, _NAME, name.strip()[:_NAME_LENGTH])
    code = new_code(store)
    row = if_consented(
        contact_id,
        _CERTIFICATE,
        lookup=_lookup(store, code),
        code=store.vault.seal_for(session, contact_id, _CODE, code),
        name=sealed,
        language=language,
        issued_on=now.astimezone(WITA).date(),
    )
    put = upsert(session, _CERTIFICATE).from_select(row.selected_columns.keys(), row)
    if run(session, put.on_conflict_do_nothing().returning(_CERTIFICATE.c.lookup)).first() is not None:
        return written(code)
    if sealed is not None:
        run(session, update(_CERTIFICATE).where(_CERTIFICATE.c.contact_id == contact_id).values(name=sealed))
    return certificate_of(session, store, contact_id)


def certificate_of(session: Session, store: Store, contact_id: str) -> str | None:
    """The code of the contact's certificate; None: there is none."""
    return opened(session, store, contact_id, run(session, _MINE, {"contact": contact_id}).scalar())


def opened(session: Session, store: Store, contact_id: str, sealed: bytes | None) -> str | None:
    """The code as people see it, of the column `code`."""
    code = store.vault.open_for(session, contact_id, _CODE, sealed)
    return None if code is None else written(code)


def verify_certificate(session: Session, store: Store, typed: str) -> CertificateChecked:
    """Is it one of ours? Name and day only then. Reads another contact's row and locks nothing."""
    code = read(store, typed)
    if code is None:
        return CertificateChecked(False)
    which = _CERTIFICATE.c.lookup == _lookup(store, code)
    row = run(session, select(_CERTIFICATE).where(which)).first()
    if row is None or store.vault.open_for(session, row.contact_id, _CODE, row.code) is None:
        return CertificateChecked(False)
    return CertificateChecked(True, store.vault.open_for(session, row.contact_id, _NAME, row.name), row.issued_on)


# --- codes -----------------------------------------------------------------------------------------------------------


def new_code(store: Store) -> str:
    """A fresh code, without prefix and dashes."""
    value = secrets.randbits(_RANDOM)
    return encode(value << _SIGNED | _signature(store, value), LETTERS)


def read(store: Store, typed: str) -> str | None:
    """The code as it was made, however it was typed. None: it was not made under this SECRET_KEY."""
    code = plain(typed, LETTERS, PREFIX)
    if code is None:
        return None
    value = decode(code)
    signed = value & ((1 << _SIGNED) - 1)
    return code if signed == _signature(store, value >> _SIGNED) else None


def written(code: str) -> str:
    return f"{PREFIX}-{grouped(code)}"


def _signature(store: Store, value: int) -> int:
    return store.vault.signature("certificate", str(value), _SIGNED)


def _lookup(store: Store, code: str) -> str:
    return store.vault.code_lookup("certificate", code)
