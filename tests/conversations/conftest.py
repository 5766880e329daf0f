"""The real content, catalogues and understanding, read once."""

from __future__ import annotations

import pytest

from bot.app import Knowledge, blank_context, read_knowledge
from bot.conversation.transcript import CLOCK
from bot.conversation.types import Context


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return read_knowledge()


@pytest.fixture
def context(knowledge: Knowledge) -> Context:
    return blank_context(knowledge, CLOCK)
