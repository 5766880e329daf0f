"""The wiring: settings, store, knowledge, channels, workers and web become one running program."""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.config import ROOT
from bot.conversation.speech import Catalogue
from bot.conversation.types import Contact, Context
from bot.library.load import load
from bot.library.model import Library
from bot.locales_build import compile_catalogues
from bot.understanding import Understanding, build


@dataclass(frozen=True)
class Knowledge:
    """What every turn looks at: content, understanding and the machine's words. Read once."""

    library: Library
    understanding: Understanding
    catalogue: Catalogue


def read_knowledge(root: Path = ROOT) -> Knowledge:
    """Content, understanding and catalogues from the folders beside the program.

    Raises:
        ContentError: with every fault of the content, its file, place and remedy.
    """
    return Knowledge(load(root / "content"), build(root / "content"), read_catalogue(root / "locales"))


def read_catalogue(locales: Path) -> Catalogue:
    """The machine's words in both languages; catalogues that are not compiled yet are compiled first."""
    compile_catalogues(locales)
    found = [gettext.translation("bot", locales, [language], fallback=True) for language in ("id", "sas")]
    return Catalogue(found[0], found[1])


def blank_context(knowledge: Knowledge, now: datetime) -> Context:
    """A context in which nothing is known of anybody, for checks, the chart and transcripts."""
    return Context(now, Contact(), knowledge.library, knowledge.understanding, knowledge.catalogue)
