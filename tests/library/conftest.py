from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.library.stamp import stamp
from tests.library.tree import Tree, tree, write


@pytest.fixture
def files() -> Tree:
    """The values of a faultless content folder, to change before writing."""
    return tree()


@pytest.fixture
def folder(tmp_path: Path, files: Tree) -> Path:
    """The faultless content folder itself, stamped."""
    write(tmp_path, files)
    stamp(tmp_path)
    return tmp_path


@pytest.fixture
def change(folder: Path, files: Tree) -> Callable[[Callable[[Tree], Any]], Path]:
    """Writes the folder again after a change of its values."""

    def changed(spoil: Callable[[Tree], Any]) -> Path:
        spoil(files)
        return write(folder, files)

    return changed
