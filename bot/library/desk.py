"""What the readers of content/ share: the files, the faults, the reviews of Sasak, and what was already read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.library.model import Fact, Media, Phrase, Statement
from bot.library.reading import Node, Problem, parse
from bot.library.review import Review, text_hash


@dataclass(frozen=True)
class Text:
    """A text as it stands in a file, stale or not. `key` is how the reviews name it."""

    file: str
    place: str
    id: str
    sas: str | None
    critical: bool

    @property
    def key(self) -> str:
        return f"{self.file}: {self.place}"


@dataclass(frozen=True)
class Spoken:
    """What a sound was made from: the text at the place `reads` (none: its own `alt`), and that text's hash then."""

    reads: str | None
    of: str


@dataclass
class Desk:
    folder: Path
    problems: list[Problem]
    reviews: Mapping[str, Review]
    texts: list[Text] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)
    offices: dict[str, Phrase] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    spoken: dict[str, Spoken] = field(default_factory=dict)

    def open(self, file: str, top: str = "") -> Node:
        """The content of a file. `top`: the name under which everything stands."""
        known = len(self.problems)
        node = Node(parse(self.folder / file, file, self.problems), file, "", self.problems)
        if len(self.problems) == known:
            if node.value is None:
                node.fault("the file is empty", "Write it, or restore it from the repository")
            elif top and not node.has(top):
                node.fault(f"{top!r} is missing at the top of the file", f"Begin with {top}:", top)
        if len(self.problems) > known:
            return Node(None, file, "", [])  # one fault is enough: all that would follow from it is left out
        return node

    def phrase(self, node: Node, name: str, critical: bool = False) -> Phrase:
        """A text that must be there; a stale Sasak counts as missing."""
        text = node.child(name)
        if not isinstance(text.value, dict):
            node.fault(f"the text {name!r} is missing", f'Write {name}: {{id: "…", sas: "…"}}', name)
            return Phrase("", critical=critical)
        text.known("id", "sas")
        indonesian, sasak = text.string("id"), text.string("sas") if text.has("sas") else None
        entry = Text(text.file, text.place, indonesian, sasak, critical)
        self.texts.append(entry)
        review = self.reviews.get(entry.key)
        if sasak is None or review is None:
            return Phrase(indonesian, sasak, critical=critical)
        state = review.state(indonesian, sasak)
        if state == "stale":
            return Phrase(indonesian, critical=critical)
        return Phrase(indonesian, sasak, state == "current" and review.is_signed(critical), critical)

    def maybe(self, node: Node, name: str, critical: bool = False) -> Phrase | None:
        return self.phrase(node, name, critical) if node.has(name) else None

    def facts_of(self, node: Node, name: str = "facts") -> tuple[Fact, ...]:
        """The facts named there. Ids that do not exist are faults."""
        found = []
        for key in node.strings(name):
            if key in self.facts:
                found.append(self.facts[key])
            elif self.facts:  # none at all: that is told already
                node.fault(f"there is no fact {key!r}", "Use an id of content/facts.yaml", name)
        return tuple(found)

    def statement(self, node: Node, name: str, critical: bool = False) -> Statement:
        """A text with its facts. `name` says under which key the text stands."""
        critical = node.flag("critical", critical)
        if not node.has("facts"):
            node.fault("it does not say on which facts it rests", "Write facts: [F-000], or [] if on none", "facts")
        ask, picture, sound = (node.string(key) if node.has(key) else None for key in ("ask", "picture", "sound"))
        if ask is not None and self.offices and ask not in self.offices:
            node.fault(
                f"there is no office {ask!r}",
                f"Use one of the offices of content/helplines.yaml: {', '.join(self.offices)}",
                "ask",
            )
        for key, kind in ((picture, "picture"), (sound, "sound")):
            if key is not None and (key not in self.media or self.media[key].kind != kind):
                node.fault(f"there is no {kind} {key!r}", "Use a key of content/media/media.yaml", kind)
        if sound in self.spoken and not self._still_says(sound, node.child(name)):
            sound = None
        return Statement(
            place=f"{node.file}: {node.place}",
            text=self.phrase(node, name, critical),
            facts=self.facts_of(node),
            ask=ask,
            safe=self.maybe(node, "safe", critical),
            picture=picture,
            sound=sound,
        )

    def _still_says(self, sound: str, text: Node) -> bool:
        """Whether the sound still says what stands in the text it reads aloud. If not, it is not offered."""
        spoken = self.spoken[sound]
        if spoken.reads is None:
            return True
        here = f"{text.file}: {text.place}" == spoken.reads
        return here and isinstance(text.value, dict) and text_hash(str(text.value.get("id"))) == spoken.of
