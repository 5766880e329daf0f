"""The JSON Schemas in content/schemas/: an editor that reads them completes and checks while somebody types.

They say the same as the readers: the real content fits, what the readers do not know the schemas refuse too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

CONTENT = Path(__file__).resolve().parents[2] / "content"
SCHEMAS = CONTENT / "schemas"
HEAD = re.compile(r"^# yaml-language-server: \$schema=(\S+)$", re.MULTILINE)
FILES = sorted(path.relative_to(CONTENT).as_posix() for path in CONTENT.rglob("*.yaml"))
REGISTRY: Registry[Any] = Registry().with_resources(
    [(path.name, Resource.from_contents(json.loads(path.read_text("utf-8")))) for path in SCHEMAS.glob("*.json")]
)


class _Plain(yaml.SafeLoader):
    """Days stay texts, as an editor sees them."""


_Plain.yaml_implicit_resolvers = {
    letter: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text("utf-8"))
    return Draft202012Validator(schema, registry=REGISTRY, format_checker=FormatChecker())


def schema_of(file: str) -> str:
    """The schema that the file names at its head, for editors."""
    found = HEAD.search("\n".join((CONTENT / file).read_text("utf-8").splitlines()[:3]))
    assert found is not None, f"{file} names no schema in its first lines"
    path = ((CONTENT / file).parent / found[1]).resolve()
    assert path.parent == SCHEMAS and path.is_file(), f"{file} names {found[1]}, which is not there"
    return path.name


@pytest.mark.parametrize("file", FILES)
def test_each_file_names_its_schema_and_fits(file: str) -> None:
    value = yaml.load((CONTENT / file).read_text("utf-8"), _Plain)  # noqa: S506 - it is the safe loader
    faults = [
        f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
        for e in validator(schema_of(file)).iter_errors(value)
    ]
    assert not faults, "\n".join(faults[:10])


def test_every_schema_is_used_and_sound() -> None:
    used = {schema_of(file) for file in FILES} | {"common.schema.json"}
    assert used == {path.name for path in SCHEMAS.glob("*.json")}
    for name in used:
        Draft202012Validator.check_schema(json.loads((SCHEMAS / name).read_text("utf-8")))


def _mappings(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if isinstance(value, dict):
        yield place, value
        for name, inner in value.items():
            yield from _mappings(inner, (*place, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _mappings(inner, (*place, number))


@pytest.mark.parametrize("name", ["module", "faq"])
def test_a_slip_of_the_pen_is_refused_wherever_it_stands(name: str) -> None:
    """As the readers do: a name that means nothing is a fault in every mapping."""
    file = next(file for file in FILES if schema_of(file) == f"{name}.schema.json")
    value = yaml.load((CONTENT / file).read_text("utf-8"), _Plain)  # noqa: S506 - it is the safe loader
    checker = validator(f"{name}.schema.json")
    seen = set()
    for place, mapping in _mappings(value):
        shape = (len(place), tuple(sorted(map(str, mapping))))
        if shape in seen:
            continue
        seen.add(shape)
        mapping["txet"] = "x"
        assert not checker.is_valid(value), f"{place} takes a name that means nothing"
        del mapping["txet"]
    assert checker.is_valid(value)
