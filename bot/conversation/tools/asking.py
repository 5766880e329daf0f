"""Questions with yes, no or «I do not know», one after the other, then what was found: for offers and contracts.

Answers are kept by the key of their question ("licence=no"), so that content may change under somebody who is answering.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.conversation.speech import arrive, lines, option, reply, same, shown
from bot.conversation.state import State
from bot.conversation.tools.common import ToolState, leave
from bot.conversation.types import Choice, Context, Reply, Turn
from bot.library.model import Statement
from bot.library.tools.asking import Asked


def given(answers: Sequence[str]) -> Mapping[str, str]:
    """Key of the question -> yes, no or unknown."""
    return dict(answer.split("=", 1) for answer in answers if "=" in answer)


def flagged(questions: Sequence[Asked], answers: Sequence[str]) -> tuple[Asked, ...]:
    """The questions whose answer is a sign."""
    known = given(answers)
    return tuple(asked for asked in questions if known.get(asked.key) == asked.flag)


def unknown(questions: Sequence[Asked], answers: Sequence[str]) -> tuple[Asked, ...]:
    """The questions that somebody could not answer."""
    known = given(answers)
    return tuple(asked for asked in questions if known.get(asked.key) == "unknown")


def signs(questions: Sequence[Asked], answers: Sequence[str]) -> tuple[Asked, ...]:
    """What there is something to say about at the end: the signs first, then what is not known."""
    return (*flagged(questions, answers), *unknown(questions, answers))


YES = "ya iya iye ye y ada sudah sdh benar betul nggih aoq araq uah"
NO = "tidak tdk tak gak ga nggak ngga enggak engga kagak ndak nda ndaq ndeq endeq ndeqman belum blm bukan"
TOLD = "tahu tau"  # «gak tau», «belum tahu», «ndak tau», «ndeq taoq»


def three_answers(c: Context) -> tuple[Choice, ...]:
    """«Ndak» is a no and «ndak tau» is none: every no is listed to the letter, so that it is never taken for part of the
    other."""
    say = c.catalogue.say
    noes = NO.split()
    unsure = [f"{no} {told}" for no in noes for told in TOLD.split()]
    return (
        option(c, "yes", say("Yes"), *YES.split()),
        option(c, "no", say("No"), *noes, "tidak ada", "belum ada", "ndeq araq"),
        option(c, "unknown", say("I do not know"), *unsure, "ndeq taoq", "lupa", "ragu", "bingung", "kurang tahu"),
    )


@dataclass(frozen=True)
class _Questions(ToolState):
    item: str
    answers: tuple[str, ...] = ()

    def _all(self, c: Context) -> tuple[Asked, ...]:
        """The questions of the tool as it is today."""
        raise NotImplementedError

    def _asked(self, c: Context) -> Asked:
        return next(asked for asked in self._all(c) if asked.key == self.item)

    def valid(self, c: Context) -> bool:
        return super().valid(c) and any(asked.key == self.item for asked in self._all(c))


@dataclass(frozen=True)
class Question(_Questions):
    """One question. The first has the tool's introduction above it."""

    topic: str = ""

    def _intro(self, c: Context) -> Statement:
        raise NotImplementedError

    def _result(self, answers: tuple[str, ...], c: Context) -> State:
        raise NotImplementedError

    def ask(self, c: Context) -> tuple[Reply, ...]:
        questions = self._all(c)
        number = questions.index(self._asked(c)) + 1
        intro = shown(self._intro(c), c) if number == 1 else None
        head = c.catalogue.say("*{number} of {total}*", number=number, total=len(questions))
        return (reply(c, lines(intro, head + "\n" + self._asked(c).question), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return three_answers(c)

    def choose(self, key: str, c: Context) -> Turn:
        questions = self._all(c)
        answers = (*self._without(self.item), f"{self.item}={key}")
        index = questions.index(self._asked(c)) + 1
        if index < len(questions):
            return arrive(replace(self, item=questions[index].key, answers=answers), c)
        return arrive(self._result(answers, c), c)

    def back(self, c: Context) -> State:
        questions = self._all(c)
        index = questions.index(self._asked(c))
        if index == 0:
            return leave(self.topic, c)
        before = questions[index - 1].key
        return replace(self, item=before, answers=self._without(before))

    def _without(self, key: str) -> tuple[str, ...]:
        return tuple(answer for answer in self.answers if not answer.startswith(f"{key}="))


@dataclass(frozen=True)
class Sign(_Questions):
    """One sign of the result: why it matters and what to ask."""

    def _result(self) -> State:
        raise NotImplementedError

    def _following(self, c: Context) -> Asked | None:
        found = signs(self._all(c), self.answers)
        keys = [asked.key for asked in found]
        index = keys.index(self.item) + 1 if self.item in keys else len(keys)
        return found[index] if index < len(keys) else None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        asked = self._asked(c)
        return (reply(c, lines(same("*") + asked.label + "*", shown(asked.statement, c)), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        result = option(c, "result", say("Back to the result"), "hasil")
        if self._following(c) is None:
            return (result,)
        return (option(c, "next", say("Next"), "lanjut", "terus", "next", "lagi"), result)

    def choose(self, key: str, c: Context) -> Turn:
        following = self._following(c)
        if key == "next" and following is not None:
            return arrive(replace(self, item=following.key), c)
        return arrive(self._result(), c)

    def back(self, c: Context) -> State:
        return self._result()
