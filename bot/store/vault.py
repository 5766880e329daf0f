"""Everything that is hashed or sealed: AES-256-GCM under keys derived from SECRET_KEY or kept one per contact.

A sealed value is b"\\x01" + 12 random bytes + ciphertext + 16-byte tag. Its associated data binds the owner and the
column, so that a value moved to another contact or column does not open. A contact's key is 32 random bytes, wrapped
under SECRET_KEY in `contact_key`; when that row is gone, `seal_for` raises `Erased` and `open_for` gives None.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import insert, select
from sqlmodel import Session

from bot.store.sql import run, table
from bot.store.tables import ContactKey

_VERSION = b"\x01"
_NONCE = 12
_KEY = 32
# Another process may erase a contact whose key is in this one's memory: it is forgotten here by itself.
_FORGET_AFTER = 600.0
_KEYS = table(ContactKey)
_WRAPPED = select(_KEYS.c.wrapped)


class VaultError(Exception):
    """Tree: VaultError > Erased (the contact's key is gone), Unreadable (wrong key, place or damaged bytes)."""


class Erased(VaultError):
    """The contact's key is gone: the contact was erased."""


class Unreadable(VaultError):
    """A sealed value does not open here: another SECRET_KEY, another contact or column, or damage."""


def load_or_make_secret(data_dir: Path) -> bytes:
    """The 32 bytes in `data_dir/secret.key`, made (mode 0600) when absent. ValueError when the file holds no key."""
    path = data_dir / "secret.key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = data_dir / f".secret.{secrets.token_hex(8)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, base64.b64encode(secrets.token_bytes(_KEY)) + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        # A link fails where the name is taken: of two processes starting at once both use the first one's key.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    try:
        secret = base64.b64decode(path.read_bytes().strip(), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != _KEY:
        raise ValueError(
            f"{path} does not hold a key. Put the file back from your backup: what is stored cannot be read without it."
        )
    return secret


def secret_from_text(text: str) -> bytes:
    """The setting SECRET_KEY as key material: any text of at least 32 characters. ValueError otherwise."""
    secret = text.strip().encode()
    if len(secret) < _KEY:
        raise ValueError(f"SECRET_KEY must have at least {_KEY} characters; make one with: openssl rand -base64 48")
    return secret


class Vault:
    def __init__(self, secret: bytes, *, cached: int = 2048) -> None:
        """`secret`: at least 32 bytes (ValueError). `cached`: how many contacts' keys are kept unwrapped in memory."""
        if len(secret) < _KEY:
            raise ValueError(f"the secret must have at least {_KEY} bytes")
        self._lookup = _derive(secret, b"lookup")
        self._idempotency = _derive(secret, b"idempotency")
        self._pin = _derive(secret, b"pin")
        self.file_key = _derive(secret, b"files")  # signs links to drawn files (bot/web/tickets.py)
        self._codes = _derive(secret, b"codes")
        self._signing = _derive(secret, b"signing")
        self._own = AESGCM(_derive(secret, b"own"))
        self._wrap = AESGCM(_derive(secret, b"wrap"))
        self._limit = cached
        self._cache: OrderedDict[str, tuple[AESGCM, float]] = OrderedDict()
        self._lock = threading.Lock()

    # --- hashes ---

    def lookup(self, sender: str, account: str) -> str:
        """Keyed hash (64 hex digits) by which an address is found again."""
        return _hash(self._lookup, sender, account)

    def idempotency(self, key: str) -> str:
        """Keyed hash (64 hex digits) of an outbox row's key."""
        return _hash(self._idempotency, key)

    def code_lookup(self, kind: str, code: str) -> str:
        """Keyed hash (64 hex digits) by which a code that somebody types is found again; `kind` as "recovery"."""
        return _hash(self._codes, kind, code)

    def signature(self, kind: str, text: str, bits: int) -> int:
        """The first `bits` (at most 64) of a signature: what carries it was made under this SECRET_KEY."""
        return int(_hash(self._signing, kind, text)[:16], 16) >> (64 - bits)

    def pin_hash(self, contact_id: str, pin: str, salt: bytes | None = None) -> str:
        """A salted hash to keep instead of the PIN, "scrypt$salt$hash".

        Four digits are guessed in no time by whoever holds the database: what protects them is that the key that goes
        in beforehand is not there. So scrypt may be light (4 MB, a few ms), since it runs inside a transaction.
        """
        salt = salt or secrets.token_bytes(16)
        peppered = _hash(self._pin, contact_id, pin).encode()
        digest = hashlib.scrypt(peppered, salt=salt, n=4096, r=8, p=1, dklen=_KEY)
        return f"scrypt${salt.hex()}${digest.hex()}"

    def pin_matches(self, contact_id: str, pin: str, kept: str) -> bool:
        salt = bytes.fromhex(kept.split("$")[1])
        return hmac.compare_digest(self.pin_hash(contact_id, pin, salt), kept)

    # --- under SECRET_KEY ---

    def seal_own(self, place: str, owner: str, text: str) -> bytes:
        """Sealed under SECRET_KEY itself: accounts (`place` "address.account", `owner` the address id), staff rows."""
        return _seal(self._own, _to_bytes(text), _bind(place, owner))

    def open_own(self, place: str, owner: str, sealed: bytes) -> str:
        """Opens `seal_own`. Raises Unreadable."""
        return _to_text(_open(self._own, sealed, _bind(place, owner)))

    # --- under a contact's key ---

    def new_key(self, session: Session, contact_id: str) -> None:
        """Makes the contact's key and inserts it, wrapped."""
        wrapped = _seal(self._wrap, secrets.token_bytes(_KEY), _bind("contact_key.wrapped", contact_id))
        run(session, insert(_KEYS).values(contact_id=contact_id, wrapped=wrapped))
        self.learn(contact_id, wrapped)

    def seal_for(self, session: Session, contact_id: str, column: str, text: str) -> bytes:
        """Sealed under the contact's key; `column` as "inbox.body". Raises Erased."""
        return self.seal_bytes_for(session, contact_id, column, _to_bytes(text))

    def open_for(self, session: Session, contact_id: str, column: str, sealed: bytes | None) -> str | None:
        """Opens `seal_for`; None for None or when the key is gone. Raises Unreadable."""
        plain = self.open_bytes_for(session, contact_id, column, sealed)
        return None if plain is None else _to_text(plain)

    def seal_bytes_for(self, session: Session, contact_id: str, column: str, plain: bytes) -> bytes:
        """As `seal_for`, for what is not text."""
        key = self._key(session, contact_id)
        if key is None:
            raise Erased("the contact was erased")
        return _seal(key, plain, _bind(column, contact_id))

    def open_bytes_for(self, session: Session, contact_id: str, column: str, sealed: bytes | None) -> bytes | None:
        """As `open_for`."""
        key = None if sealed is None else self._key(session, contact_id)
        return None if sealed is None or key is None else _open(key, sealed, _bind(column, contact_id))

    def learn(self, contact_id: str, wrapped: bytes) -> None:
        """Unwraps and keeps a key that a query brought along, so that it need not be asked for again."""
        if not self._cached(contact_id):
            key = AESGCM(_open(self._wrap, wrapped, _bind("contact_key.wrapped", contact_id)))
            with self._lock:
                self._cache[contact_id] = (key, time.monotonic())
                while len(self._cache) > self._limit:
                    self._cache.popitem(last=False)

    def forget(self, contact_id: str) -> None:
        """Drops the unwrapped key from memory (erasure)."""
        with self._lock:
            self._cache.pop(contact_id, None)

    def _cached(self, contact_id: str) -> AESGCM | None:
        with self._lock:
            found = self._cache.get(contact_id)
            if found is None:
                return None
            if time.monotonic() - found[1] > _FORGET_AFTER:
                del self._cache[contact_id]
                return None
            self._cache.move_to_end(contact_id)
            return found[0]

    def _key(self, session: Session, contact_id: str) -> AESGCM | None:
        if key := self._cached(contact_id):
            return key
        wrapped = run(session, _WRAPPED.where(_KEYS.c.contact_id == contact_id)).scalar()
        if wrapped is None:
            return None
        self.learn(contact_id, wrapped)
        return self._cached(contact_id)


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=b"bekal/1/" + purpose).derive(secret)


def _hash(key: bytes, *parts: str) -> str:
    return hmac.digest(key, _bind(*parts), "sha256").hex()


def _bind(*parts: str) -> bytes:
    """The parts with their lengths before them: ("ab", "c") and ("a", "bc") must not look the same."""
    raw = [_to_bytes(part) for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in raw)


def _seal(key: AESGCM, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return _VERSION + nonce + key.encrypt(nonce, plain, bound)


def _open(key: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    if sealed[:1] != _VERSION or len(sealed) < 1 + _NONCE + 16:
        raise Unreadable("the value was not sealed by this programme")
    try:
        return key.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], bound)
    except InvalidTag:
        raise Unreadable(
            "the value was sealed under another key, for another contact or column, or is damaged"
        ) from None


def _to_bytes(text: str) -> bytes:
    # Half an emoji (a lone surrogate) comes in JSON now and then. It must neither stop a turn nor get a person's
    # whole text into the exception that UTF-8 would raise.
    return text.encode("utf-8", "surrogatepass")


def _to_text(plain: bytes) -> str:
    return plain.decode("utf-8", "surrogatepass")
