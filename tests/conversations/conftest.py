"""The real content, catalogues and understanding, read once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app import Knowledge, blank_context, read_knowledge
from bot.config import ROOT
from bot.conversation.transcript import CLOCK
from bot.conversation.types import Context
from bot.library.sounds import found_sounds


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    known = read_knowledge()
    # Whoever ran `make sounds`, or put a recording there, sees one choice more; the conversations stand without.
    found = found_sounds(ROOT / "content" / "media").keys()
    media = {key: item for key, item in known.library.media.items() if key not in found}
    return replace(known, library=replace(known.library, media=media))


@pytest.fixture
def context(knowledge: Knowledge) -> Context:
    return blank_context(knowledge, CLOCK)
