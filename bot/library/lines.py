"""Where a place of the content stands in its file, so that a fault can be told by its line.

A place is the way the readers of content/ name a spot: "lessons/family-talk/cards/goal/text/sas". It is looked up only
when there is a fault to tell, in the tree of the YAML parser, which remembers lines.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.library.reading import Problem

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAMES = ("key", "id", "name")  # by which the entries of a list are named


class Lines:
    """The lines of the files of one content folder; each file is read once, when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trees: dict[str, yaml.Node | None] = {}

    def of(self, file: str, place: str) -> int | None:
        """The line, from 1, of the place or of the nearest spot around it that is there. None: no such file, or not YAML."""
        node = self._tree(file)
        if node is None:
            return None
        line: int = node.start_mark.line + 1
        for part in place.split("/") if place else ():
            found = _below(node, part)
            if found is None:
                break
            line, node = found
        return line

    def told(self, problem: Problem) -> str:
        """«error: modules/01-decide.yaml:42: lessons/…: what is wrong. How to mend it»"""
        line = None if problem.place.startswith("line ") else self.of(problem.file, problem.place)
        if line is None:
            return str(problem)
        return str(problem).replace(f"{problem.file}:", f"{problem.file}:{line}:", 1)

    def _tree(self, file: str) -> yaml.Node | None:
        if file not in self._trees:
            path = self._folder / file
            try:
                tree = yaml.compose(path.read_bytes(), _Loader) if path.suffix == ".yaml" else None
            except (OSError, yaml.YAMLError, ValueError):
                tree = None
            self._trees[file] = tree
        return self._trees[file]


def _below(node: yaml.Node, part: str) -> tuple[int, yaml.Node] | None:
    """The line and the value of one step down: a name of a mapping, or an entry of a list by its key or its number."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == part:
                return name.start_mark.line + 1, value
        return None
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            if isinstance(entry, yaml.MappingNode) and any(
                name.value in _NAMES and isinstance(value, yaml.ScalarNode) and value.value == part
                for name, value in entry.value
            ):
                return entry.start_mark.line + 1, entry
        if part.isdigit() and 1 <= int(part) <= len(node.value):
            entry = node.value[int(part) - 1]
            return entry.start_mark.line + 1, entry
    return None
