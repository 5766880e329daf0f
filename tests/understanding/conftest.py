"""The language files, read and built once for all tests of understanding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.understanding import Understanding
from bot.understanding.data import LanguageData, load_language
from bot.understanding.normalise import Normaliser

HERE = Path(__file__).parent
CONTENT = HERE.parent.parent / "content"


def read(name: str) -> Any:
    """A YAML file beside the tests."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def language() -> LanguageData:
    return load_language(CONTENT)


@pytest.fixture(scope="session")
def normaliser(language: LanguageData) -> Normaliser:
    return Normaliser.from_rows(language.rows)


@pytest.fixture(scope="session")
def understanding(language: LanguageData) -> Understanding:
    return Understanding(language)
