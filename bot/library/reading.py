"""Reading YAML so that every fault is found in one go, each with its file, its place inside the file and its remedy.

A `Node` is a value with the place it stands at. Its methods never raise: a fault is noted in the shared list of
problems and a harmless stand-in is returned, so that the reading goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml

Severity = Literal["error", "warning"]
_SafeLoader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is there: about ten times faster


@dataclass(frozen=True, order=True)
class Problem:
    """A fault in the content. `file` is relative to the content folder, `place` the way to the spot inside it."""

    severity: Severity  # errors sort before warnings
    file: str
    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f": {self.place}" if self.place else ""
        return f"{self.severity}: {self.file}{place}: {self.what}. {self.remedy}"


def problem(file: str, place: str, what: str, remedy: str, severity: Severity = "error") -> Problem:
    """A problem; an error unless it says otherwise."""
    return Problem(severity, file, place, what, remedy)


class ContentError(Exception):
    """The content cannot be used. `problems` names every fault."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class _Loader(_SafeLoader):  # type: ignore[misc]  # its base is chosen above
    """Like the safe loader, but a name given twice in one mapping is a fault, not silently the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for number, key in enumerate(names):
            if key in names[:number]:
                mark = next(part.start_mark for part, _ in reversed(node.value) if part.value == key)
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is given twice in one mapping", mark)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def parse(path: Path, file: str, problems: list[Problem]) -> Any:
    """The value of one YAML file; None where it is missing, empty or broken."""
    try:
        return yaml.load(path.read_bytes(), _Loader)  # noqa: S506 - _Loader is the safe loader
    except FileNotFoundError:
        problems.append(problem(file, "", "the file is missing", "Restore it from the repository"))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        problems.append(problem(file, place, f"not readable as YAML: {what}", 'Correct the line; quote texts with "…"'))
    return None


@dataclass(frozen=True)
class Node:
    """A value of the YAML tree: `file` "modules/01-decide.yaml", `place` "lessons/family-talk/cards/goal"."""

    value: Any
    file: str
    place: str
    problems: list[Problem]

    def fault(self, what: str, remedy: str, at: str = "") -> None:
        self.problems.append(problem(self.file, self._at(at), what, remedy))

    def _at(self, name: str) -> str:
        return "/".join(part for part in (self.place, name) if part)

    def child(self, name: str) -> Node:
        """What stands under `name`; a node with the value None where nothing does."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        return Node(value, self.file, self._at(name), self.problems)

    def has(self, name: str) -> bool:
        return isinstance(self.value, dict) and self.value.get(name) is not None

    def known(self, *names: str) -> None:
        """Notes names that mean nothing here: most often a slip of the pen."""
        if not isinstance(self.value, dict):
            self.fault("a mapping of names and values is expected here", "See docs/content.md for its form")
            return
        for name in self.value:
            if name not in names:
                self.fault(f"{name!r} means nothing here", f"Use one of: {', '.join(names)}", str(name))

    def string(self, name: str, default: str | None = None) -> str:
        """A text without languages. Required unless a default is given."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        if isinstance(value, str) and value.strip():
            return value
        if value is None and default is not None:
            return default
        self.fault(f"{name!r} is missing" if value is None else f"{name!r} is no text", f'Write {name}: "…"', name)
        return default or ""

    def option(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.string(name)
        if value and value not in allowed:
            self.fault(f"{value!r} is not known here", f"Use one of: {', '.join(allowed)}", name)
            return allowed[0]
        return value or allowed[0]

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.child(name).value
        if value is not None and not isinstance(value, bool):
            self.fault(f"{name!r} is neither true nor false", "Write true or false, without quotes", name)
        return value if isinstance(value, bool) else default

    def number(self, name: str) -> int:
        value = self.child(name).value
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.fault(f"{name!r} must be a whole number", f"Write {name}: 1", name)
        return 0

    def day(self, name: str) -> date | None:
        value = self.child(name).value
        if value is not None and type(value) is not date:
            self.fault(f"{name!r} is no day", f"Write {name}: 2026-11-24, without quotes", name)
        return value if type(value) is date else None

    def strings(self, name: str) -> tuple[str, ...]:
        """A list of plain texts; empty where nothing stands."""
        value = self.child(name).value
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(f"{name!r} must be a list of texts", f"Write {name}: [one, two]", name)
            return ()
        return tuple(value)

    def entries(self, name: str = "") -> Iterator[tuple[str, Node]]:
        """The names and nodes of a mapping; nothing where there is none."""
        node = self.child(name) if name else self
        if node.value is None:
            return
        if not isinstance(node.value, dict):
            node.fault("a mapping of names and values is expected here", "See docs/content.md for its form")
            return
        for key in node.value:
            yield str(key), node.child(key)

    def items(self, name: str = "", by: str = "") -> Iterator[Node]:
        """The nodes of a list, placed by their `by` ("key", "id") or by number from 1. A name used twice is noted."""
        node = self.child(name) if name else self
        if node.value is None:
            return
        if not isinstance(node.value, list):
            node.fault("a list is expected here", "Begin each entry with a dash")
            return
        seen: set[str] = set()
        for number, value in enumerate(node.value, 1):
            label = value.get(by) if by and isinstance(value, dict) else None
            if by and not isinstance(label, str):
                node.fault(f"{by!r} is missing", f"Give the entry a {by}", str(number))
            here = label if isinstance(label, str) else str(number)
            if here in seen:
                node.fault(f"{here!r} is used twice in this list", "Give one of them another name", here)
            seen.add(here)
            yield Node(value, node.file, node._at(here), self.problems)
