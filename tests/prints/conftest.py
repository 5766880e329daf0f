"""The real content with a pocket card of the tests' own, so that nothing hangs on what others write."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from bot.app import Knowledge, blank_context, read_catalogue
from bot.conversation.types import Context, Language
from bot.library.load import load
from bot.library.model import Helpline
from bot.prints.words import context_on
from bot.understanding import build

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 12, 1)
LANGUAGES: tuple[Language, ...] = ("id", "sas")


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    folder = tmp_path_factory.mktemp("content")
    for path in (ROOT / "content").iterdir():
        if path.name != "pocket.yaml":
            (folder / path.name).symlink_to(path)
    (folder / "pocket.yaml").symlink_to(Path(__file__).with_name("pocket.yaml"))
    knowledge = Knowledge(load(folder), build(ROOT / "content"), read_catalogue(ROOT / "locales"))
    return blank_context(knowledge, datetime(2026, 12, 1, 4, tzinfo=UTC))


def on(context: Context, day: date = DAY, language: Language = "id") -> Context:
    return context_on(context, day, language, "beside")


def with_lines(context: Context, *lines: Helpline) -> Context:
    return replace(context, library=replace(context.library, helplines=lines))


def text_of(pdf: bytes) -> str:
    """All its words, on one line."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for page in document:
            words = page.get_textpage()
            pages.append(words.get_text_range())
            words.close()
            page.close()
        return " ".join(" ".join(pages).replace("\ufffe", "").split())
    finally:
        document.close()


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        sizes = [document.get_page_size(number) for number in range(len(document))]
        return [(round(width, 1), round(height, 1)) for width, height in sizes]
    finally:
        document.close()


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))
