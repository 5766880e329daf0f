"""Reads content/tools/: one file a tool, each optional."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.library.desk import Desk
from bot.library.reading import Node, problem
from bot.library.tools import KEYS, Tools
from bot.library.tools.contract import read_contract
from bot.library.tools.fees import read_fees
from bot.library.tools.listed import read_listed
from bot.library.tools.money import read_money
from bot.library.tools.offer import read_offer
from bot.library.tools.papers import read_papers
from bot.library.tools.words import read_words

# A new tool: its key in KEYS, its field in Tools, its reader here, its first state in bot/conversation/tools/menu.py.
READERS: Mapping[str, Callable[[Desk, Node], Any]] = {
    "fees": read_fees,
    "offer": read_offer,
    "contract": read_contract,
    "listed": read_listed,
    "words": read_words,
    "papers": read_papers,
    "money": read_money,
}


def read_tools(desk: Desk) -> Tools:
    """The tools with a file. Facts, offices and media must have been read before."""
    found = {}
    for path in sorted((desk.folder / "tools").glob("*.yaml")):
        file, key = f"tools/{path.name}", path.stem
        if key not in KEYS:
            desk.problems.append(problem(file, "", f"there is no tool {key!r}", f"Name it one of: {', '.join(KEYS)}"))
        elif key in READERS:
            node = desk.open(file)
            if node.value is not None and node.string("key") != key:
                node.fault(f"the key is not {key!r}", f"Write key: {key}, like the file's name", "key")
            found[key] = READERS[key](desk, node)
    return Tools(**found)
