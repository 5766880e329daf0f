"""The bodies of outbox rows: JSON, sealed under the contact's key, or under SECRET_KEY for rows to staff."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from bot.conversation.codec import to_json
from bot.store.session import Store

_BODY = "outbox.body"


def seal_body(
    session: Session, store: Store, contact_id: str | None, address_id: str, body: Mapping[str, Any]
) -> bytes:
    """`contact_id` None: to staff. Raises Erased."""
    text = to_json(dict(body))
    if contact_id is None:
        return store.vault.seal_own(_BODY, address_id, text)
    return store.vault.seal_for(session, contact_id, _BODY, text)


def open_body(session: Session, store: Store, row: Any) -> dict[str, Any] | None:
    """`row` has contact_id, address_id and body. None: blanked, or the contact was erased."""
    if row.body is None:
        return None
    if row.contact_id is None:
        text: str | None = store.vault.open_own(_BODY, row.address_id, row.body)
    else:
        text = store.vault.open_for(session, row.contact_id, _BODY, row.body)
    found: dict[str, Any] | None = None if text is None else json.loads(text)
    return found
