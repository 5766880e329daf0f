"""The language files in memory: read once at start, then only passed around."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

from bot.understanding.normalise import Row, Scope

NONE = "NONE"  # the key of the out-of-scope messages in phrasings/out_of_scope.yaml


@dataclass(frozen=True)
class Topic:
    """One FAQ topic as the matcher needs it."""

    id: str
    group: str
    question: str


@dataclass(frozen=True)
class LanguageData:
    """Everything under content/language that understanding needs.

    `phrasings`: topic id -> how people write it. `out_of_scope`: messages of no topic. `synonyms`: word -> the word it stands
    for. `whole`: words that are never taken apart. `pairs`: words side by side -> the one word they are. `fillers`: words of
    politeness. `cues`: topic id -> cues as text (see `cues`). `danger`: the parsed danger.yaml.
    `followups`: the parsed followups.yaml; its table is for bot.library.
    `danger_examples`: the parsed danger_examples.yaml.
    """

    topics: tuple[Topic, ...]
    phrasings: Mapping[str, tuple[str, ...]]
    out_of_scope: tuple[str, ...]
    rows: tuple[Row, ...]
    synonyms: Mapping[str, str]
    whole: tuple[str, ...]
    pairs: Mapping[str, str]
    fillers: tuple[str, ...]
    cues: Mapping[str, tuple[str, ...]]
    danger: Mapping[str, Any]
    danger_examples: Mapping[str, Any]
    followups: Mapping[str, Any] = field(default_factory=dict)


def load_language(content_dir: Path | str) -> LanguageData:
    """Read content/language below `content_dir` (the folder called content)."""
    folder = Path(content_dir) / "language"
    topics = tuple(
        Topic(id=entry["id"], group=entry["group"], question=entry["question"]["id"])
        for entry in _yaml(folder / "faq_topics.yaml")
    )
    known = {topic.id for topic in topics}
    phrasings: dict[str, tuple[str, ...]] = {topic.id: () for topic in topics}
    out_of_scope: tuple[str, ...] = ()
    for file in sorted((folder / "phrasings").glob("*.yaml")):
        for topic, lines in _yaml(file).items():
            if not all(isinstance(line, str) for line in lines):
                raise ValueError(f"{file.name}: {topic}: every phrasing must be text; put numbers in quotes")
            if topic == NONE:
                out_of_scope += tuple(lines)
            elif topic in known:
                phrasings[topic] += tuple(lines)
            else:
                raise ValueError(f"{file.name}: {topic} is not a topic of faq_topics.yaml")
    words = _yaml(folder / "synonyms.yaml")
    cues = {topic: tuple(lines) for topic, lines in _yaml(folder / "cues.yaml")["cues"].items()}
    if strangers := sorted(set(cues) - known):
        raise ValueError(f"cues.yaml: {strangers[0]} is not a topic of faq_topics.yaml")
    return LanguageData(
        topics=topics,
        phrasings=phrasings,
        out_of_scope=out_of_scope,
        rows=_rows(folder),
        synonyms={word: group[0] for group in words["synonyms"] for word in group[1:]},
        whole=tuple(words["whole"]),
        pairs=words["pairs"],
        fillers=tuple(words["fillers"]),
        cues=cues,
        danger=_yaml(folder / "danger.yaml"),
        followups=_yaml(folder / "followups.yaml"),
        danger_examples=_yaml(examples) if (examples := folder / "danger_examples.yaml").exists() else {},
    )


def _rows(folder: Path) -> tuple[Row, ...]:
    with (folder / "query_normalisation.tsv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(line["lang"], line["input"], line["output"], cast(Scope, line["scope"]), line["confidence"])
            for line in csv.DictReader(file, delimiter="\t")
        )


def _yaml(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader either way
