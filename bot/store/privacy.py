"""A person's rights over what is kept: a copy, and erasure; and `prune`, what is forgotten by itself."""

from __future__ import annotations

from bot.store.erasure import Erasure, erase_contact
from bot.store.export import export_contact
from bot.store.retention import prune

__all__ = ["Erasure", "erase_contact", "export_contact", "prune"]
