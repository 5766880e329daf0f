"""The real content with a pocket card of the tests' own, so that nothing hangs on what others write."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.app import Knowledge, blank_context, read_catalogue
from bot.conversation.types import Context
from bot.library.load import load
from bot.understanding import build

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 12, 1)


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A content folder: the real files, but for pocket.yaml."""
    folder = tmp_path_factory.mktemp("content")
    for path in (ROOT / "content").iterdir():
        if path.name != "pocket.yaml":
            (folder / path.name).symlink_to(path)
    (folder / "pocket.yaml").symlink_to(Path(__file__).with_name("pocket.yaml"))
    return folder


@pytest.fixture(scope="session")
def context(content: Path) -> Context:
    knowledge = Knowledge(load(content), build(ROOT / "content"), read_catalogue(ROOT / "locales"))
    return blank_context(knowledge, datetime(2026, 12, 1, 4, tzinfo=UTC))
