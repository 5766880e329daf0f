"""What a module has beside its lessons: stories («what would you do?») and the short version for families.

> cerita
< *Tamu di teras* ...  A. ...  B. ...
> b
< *Pilihan baik.* ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.lessons import (
    LETTERS,
    NEXT,
    InModule,
    ModulePage,
    media_choices,
    media_reply,
    next_choice,
    sound_choice,
    start_quiz,
)
from bot.conversation.speech import arrive, lines, option, reply, same, shown, today
from bot.conversation.state import State
from bot.conversation.types import Choice, Context, Reply, Turn
from bot.library.model import Module, Statement, Story


def stories_of(module: Module, c: Context) -> tuple[Story, ...]:
    """Those whose facts may be stated today."""
    return tuple(story for story in module.stories if story.statement.grade_on(today(c)) != "C")


def after_lessons(module: Module, c: Context) -> State:
    """The stories, then the quiz."""
    stories = stories_of(module, c)
    return StoryAsk(module.key, stories[0].key) if stories else start_quiz(module, c)


@dataclass(frozen=True)
class _InStory(InModule):
    story: str

    def _story(self, c: Context) -> Story:
        return next(story for story in stories_of(self._module(c), c) if story.key == self.story)

    def valid(self, c: Context) -> bool:
        return super().valid(c) and any(story.key == self.story for story in stories_of(self._module(c), c))

    def stands_on(self, c: Context) -> Statement | None:
        return self._story(c).statement

    def back(self, c: Context) -> State:
        return ModulePage(self.module)


@dataclass(frozen=True)
class StoryAsk(_InStory):
    NAME: ClassVar[str] = "story"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        story = self._story(c)
        rows = [same(f"{LETTERS[i]}. ") + choice.text for i, choice in enumerate(story.choices)]
        words = lines(same("*") + story.title + "*", shown(story.statement, c), lines(*rows, gap="\n"))
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        answers = [
            Choice(choice.key, LETTERS[i], tuple(filter(None, (choice.text.id, choice.text.sas))))
            for i, choice in enumerate(self._story(c).choices)
        ]
        sound = sound_choice(self._story(c).statement, c)
        return (
            *answers,
            *sound,
            option(c, "skip", c.catalogue.say("Skip the stories"), "lewati", "lewat", "langsung kuis"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        if key == "skip":
            return arrive(start_quiz(self._module(c), c), c)
        if key == "sound":
            return Turn(self, (media_reply(key, self._story(c).statement, self.choices(c), c),))
        return arrive(StoryTold(self.module, self.story, key), c)


@dataclass(frozen=True)
class StoryTold(_InStory):
    """What comes of the choice."""

    NAME: ClassVar[str] = "story-told"
    choice: str

    def valid(self, c: Context) -> bool:
        return super().valid(c) and any(choice.key == self.choice for choice in self._story(c).choices)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        chosen = next(choice for choice in self._story(c).choices if choice.key == self.choice)
        head = say("*A good choice.*") if chosen.right else say("*Careful.*")
        return (reply(c, lines(head, chosen.explain), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (*next_choice(c), option(c, "again", c.catalogue.say("Choose again"), "ulangi", "malik", "pilih lagi"))

    def choose(self, key: str, c: Context) -> Turn:
        if key == "again":
            return arrive(StoryAsk(self.module, self.story), c)
        module = self._module(c)
        stories = stories_of(module, c)
        index = next(index for index, story in enumerate(stories) if story.key == self.story)
        if index + 1 < len(stories):
            return arrive(StoryAsk(self.module, stories[index + 1].key), c)
        return arrive(start_quiz(module, c), c)


@dataclass(frozen=True)
class ForFamily(InModule):
    """The short version for who stays at home: what to ask, what to prepare, staying in touch, money, lost contact."""

    NAME: ClassVar[str] = "for-family"
    card: str

    def valid(self, c: Context) -> bool:
        return super().valid(c) and any(card.key == self.card for card in self._module(c).family)

    def _index(self, c: Context) -> int:
        return next(index for index, card in enumerate(self._module(c).family) if card.key == self.card)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        module, index = self._module(c), self._index(c)
        title = say("*For families: {module}*", module=module.title) if index == 0 else None
        return (reply(c, lines(title, shown(module.family[index].statement, c)), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.sources import source_choice

        say = c.catalogue.say
        whole = option(c, "whole", say("The whole module"), "modul lengkap", "lengkap")
        media = media_choices(self._module(c).family[self._index(c)], c)
        return (*next_choice(c), *media, whole, *source_choice(self, c))

    def stands_on(self, c: Context) -> Statement | None:
        return self._module(c).family[self._index(c)].statement

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.sources import to_source

        module, index = self._module(c), self._index(c)
        if key == "source":
            return to_source(self, c)
        if key in ("sound", "picture"):
            return Turn(self, (media_reply(key, module.family[index].statement, self.choices(c), c),))
        if key == "whole":
            return arrive(ModulePage(self.module), c)
        if index + 1 < len(module.family):
            return arrive(ForFamily(self.module, module.family[index + 1].key), c)
        return arrive(FamilyDone(self.module), c)

    def back(self, c: Context) -> State:
        index = self._index(c)
        return ForFamily(self.module, self._module(c).family[index - 1].key) if index else ModulePage(self.module)


@dataclass(frozen=True)
class FamilyDone(InModule):
    NAME: ClassVar[str] = "family-done"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(
            say("That was the short version of *{module}*.", module=self._module(c).title),
            say("Talk about it at home. What will you ask and prepare first?"),
        )
        return (reply(c, words, self.choices(c)),)

    def _following(self, c: Context) -> Module | None:
        modules = c.library.modules
        rest = modules[modules.index(self._module(c)) + 1 :]
        return next((module for module in rest if module.family), None)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        following = (option(c, "next", say("Next module"), *NEXT),) if self._following(c) else ()
        return (
            *following,
            option(c, "whole", say("The whole module"), "modul lengkap"),
            option(c, "modules", say("Other modules"), "modul lain"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.lessons import ModuleList

        following = self._following(c)
        if key == "next" and following is not None:
            return arrive(family_version(following), c)
        return arrive(ModulePage(self.module) if key == "whole" else ModuleList(), c)

    def back(self, c: Context) -> State:
        return (
            ForFamily(self.module, self._module(c).family[-1].key)
            if self._module(c).family
            else ModulePage(self.module)
        )


def family_version(module: Module) -> State:
    """Its first card; the module's page where it has no version for families."""
    return ForFamily(module.key, module.family[0].key) if module.family else ModulePage(module.key)
