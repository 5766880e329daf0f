"""Words I need: Malay words at work and for help, in small groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.library.desk import Desk, Text
from bot.library.model import Phrase, Statement
from bot.library.reading import Node
from bot.library.review import text_hash


@dataclass(frozen=True)
class Word:
    """A Malay word or sentence and what it means. `note`: a warning, for words that mean something else at home."""

    key: str
    malay: str
    means: Phrase
    note: Phrase | None = None

    def row(self) -> Phrase:
        said = Phrase(f"*{self.malay}* = ") + self.means
        return said if self.note is None else said + ". " + self.note


@dataclass(frozen=True)
class WordGroup:
    """At most 8 words. `sound`: the key of a sound that reads `spoken` aloud, where there is one that still says it."""

    key: str
    title: Phrase
    words: tuple[Word, ...]
    sound: str | None = None

    def page(self) -> Phrase:
        """The title and a row a word: one message."""
        whole = Phrase("*") + self.title + "*"
        for number, word in enumerate(self.words):
            whole = whole + ("\n" if number else "\n\n") + word.row()
        return whole

    @property
    def spoken(self) -> str:
        return spoken(self.title, self.words)


@dataclass(frozen=True)
class Words:
    title: Phrase
    intro: Statement
    groups: tuple[WordGroup, ...]

    def group(self, key: str) -> WordGroup | None:
        return next((group for group in self.groups if group.key == key), None)

    def statements(self) -> Iterator[tuple[Statement, int]]:
        yield self.intro, 0


def spoken(title: Phrase, words: tuple[Word, ...]) -> str:
    """What a voice says of a group, in Indonesian: "Salam. Selamat pagi: artinya selamat pagi. ..." """
    said = [f"{word.malay.rstrip('.?!')}: artinya {word.means.id.rstrip('.')}." for word in words]
    return " ".join([f"{title.id}.", *said])


def read_words(desk: Desk, node: Node) -> Words:
    node.known("key", "title", "intro", "groups")
    return Words(
        title=desk.phrase(node, "title"),
        intro=desk.statement(node.child("intro"), "text"),
        groups=tuple(group(desk, entry) for entry in node.items("groups", by="key")),
    )


def group(desk: Desk, node: Node) -> WordGroup:
    """Its sound is the one of content/media/media.yaml called `words-` and the group's key. What that reads aloud stands
    nowhere as one text, so it is given a place here: "tools/words.yaml: groups/greetings/spoken"."""
    node.known("key", "title", "items")
    key = str(node.child("key").value)
    title = desk.phrase(node, "title")
    words = tuple(word(desk, entry) for entry in node.items("items", by="key"))
    said = Text(node.file, f"{node.place}/spoken", spoken(title, words), None, False)
    desk.texts.append(said)
    sound = f"words-{key}"
    made = desk.spoken.get(sound)
    fresh = made is None or made.reads is None or (made.reads == said.key and made.of == text_hash(said.id))
    there = sound in desk.media and desk.media[sound].kind == "sound" and fresh
    return WordGroup(key, title, words, sound if there else None)


def word(desk: Desk, node: Node) -> Word:
    node.known("key", "malay", "means", "note")
    return Word(
        str(node.child("key").value), node.string("malay"), desk.phrase(node, "means"), desk.maybe(node, "note")
    )
