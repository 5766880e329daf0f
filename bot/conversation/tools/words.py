"""Words I need: Malay words in small groups, each one message, with a sound where there is one.

> kata melayu
< Kata Melayu. ... Pilih:  1 Waktu kerja 2 Gaji dan angka ...
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from bot.conversation.speech import arrive, option, reply, shown
from bot.conversation.state import State
from bot.conversation.tools.common import ToolState, leave, tools_choice
from bot.conversation.types import Choice, Context, Reply, Turn
from bot.library.model import Media
from bot.library.review import text_hash
from bot.library.sounds import made_key, recording_key
from bot.library.tools.words import WordGroup, Words

PAGE = 8


@dataclass(frozen=True)
class _InWords(ToolState):
    def _key(self) -> str:
        return "words"

    def _words(self, c: Context) -> Words:
        words = c.library.tools.words
        if words is None:
            raise LookupError("no content/tools/words.yaml")
        return words


@dataclass(frozen=True)
class WordGroups(_InWords):
    NAME: ClassVar[str] = "words"
    page: int = 0
    topic: str = ""

    def valid(self, c: Context) -> bool:
        return super().valid(c) and bool(self._rows(c))

    def _rows(self, c: Context) -> tuple[WordGroup, ...]:
        return self._words(c).groups[self.page * PAGE : (self.page + 1) * PAGE]

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, shown(self._words(c).intro, c), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        named = [option(c, group.key, group.title) for group in self._rows(c)]
        if (self.page + 1) * PAGE < len(self._words(c).groups):
            named.append(option(c, "more", c.catalogue.say("More words"), "lainnya", "lanjut", "lagi"))
        return tuple(named)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(replace(self, page=self.page + 1) if key == "more" else WordPage(key), c)

    def back(self, c: Context) -> State:
        return replace(self, page=self.page - 1) if self.page else leave(self.topic, c)


@dataclass(frozen=True)
class WordPage(_InWords):
    """The words of a group."""

    NAME: ClassVar[str] = "word-group"
    group: str

    def valid(self, c: Context) -> bool:
        return super().valid(c) and self._words(c).group(self.group) is not None

    def _group(self, c: Context) -> WordGroup:
        group = self._words(c).group(self.group)
        if group is None:
            raise LookupError(f"no group of words {self.group!r}")
        return group

    def _sound(self, c: Context) -> Media | None:
        """A person's recording of the words, the sound that media.yaml names, or the machine's."""
        group, media = self._group(c), c.library.media
        of = text_hash(group.spoken)
        return media.get(recording_key("id", of)) or media.get(group.sound or "") or media.get(made_key(of))

    def _following(self, c: Context) -> WordGroup | None:
        groups = self._words(c).groups
        index = groups.index(self._group(c)) + 1
        return groups[index] if index < len(groups) else None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, self._group(c).page(), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        found: list[Choice] = []
        if self._following(c) is not None:
            found.append(option(c, "next", say("Next"), "lanjut", "terus", "next", "lagi"))
        sound = self._sound(c)
        if sound is not None:
            size = f"{-(-sound.size // 1024)}"
            found.append(option(c, "sound", say("Listen ({size} kB)", size=size), "dengar", "suara", "dengah"))
        found.append(option(c, "groups", say("Other words"), "kata lain", "daftar"))
        return (*found, tools_choice(c))

    def choose(self, key: str, c: Context) -> Turn:
        following = self._following(c)
        if key == "sound":
            sound = self._sound(c)
            alt = sound.alt if sound is not None else self._group(c).page()
            return Turn(self, (reply(c, alt, self.choices(c), sound=sound.key if sound is not None else None),))
        if key == "next" and following is not None:
            return arrive(WordPage(following.key), c)
        return arrive(leave("", c) if key == "tools" else self.back(c), c)

    def back(self, c: Context) -> State:
        return WordGroups(self._words(c).groups.index(self._group(c)) // PAGE)
