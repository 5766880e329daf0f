"""The quiz at the end of a module: a question at a time, why an answer is right or not, the score.

> kuis
< *Soal 1 dari 6* ...  A. ...  B. ...
> b
< *Benar!* ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.lessons import LETTERS, NEXT, InModule, ModuleList, ModulePage, next_choice, quiz_of, start_quiz
from bot.conversation.speech import arrive, lines, option, reply, same, shown
from bot.conversation.state import State
from bot.conversation.types import Choice, Context, Message, RecordQuiz, Reply, Turn
from bot.library.model import Module, QuizQuestion


@dataclass(frozen=True)
class _InQuiz(InModule):
    question: str

    def _here(self, c: Context) -> tuple[Module, QuizQuestion, int, int]:
        """Module, question, its index and how many there are today."""
        module = self._module(c)
        questions = quiz_of(module, c)
        index = next(index for index, question in enumerate(questions) if question.key == self.question)
        return module, questions[index], index, len(questions)

    def valid(self, c: Context) -> bool:
        try:
            self._here(c)
        except (LookupError, StopIteration):
            return False
        return True


@dataclass(frozen=True)
class QuizAsk(_InQuiz):
    """`right`: how many were answered rightly before."""

    NAME: ClassVar[str] = "quiz"
    right: int = 0

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        _, question, index, total = self._here(c)
        rows = [same(f"{LETTERS[i]}. ") + choice.text for i, choice in enumerate(question.choices)]
        head = say("*Question {number} of {total}*", number=index + 1, total=total)
        words = lines(head, question.statement.text, lines(*rows, gap="\n"))
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        _, question, _, _ = self._here(c)
        return tuple(
            Choice(choice.key, LETTERS[i], tuple(filter(None, (choice.text.id, choice.text.sas))))
            for i, choice in enumerate(question.choices)
        )

    def choose(self, key: str, c: Context) -> Turn:
        _, question, _, _ = self._here(c)
        chosen = next(choice for choice in question.choices if choice.key == key)
        return arrive(QuizExplain(self.module, self.question, key, self.right + chosen.right), c)

    def back(self, c: Context) -> State:
        return ModulePage(self.module)


@dataclass(frozen=True)
class QuizExplain(_InQuiz):
    """Why the chosen answer is right or not; `right` counts this one too."""

    NAME: ClassVar[str] = "quiz-why"
    choice: str
    right: int

    def valid(self, c: Context) -> bool:
        return super().valid(c) and any(choice.key == self.choice for choice in self._here(c)[1].choices)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        _, question, _, _ = self._here(c)
        chosen = next(choice for choice in question.choices if choice.key == self.choice)
        head = say("*Right!*") if chosen.right else say("*Not quite.*")
        right = next(choice for choice in question.choices if choice.right)
        answer = None if chosen.right else say("The right answer: {answer}", answer=right.text)
        return (reply(c, lines(head, chosen.explain, answer), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return next_choice(c)

    def choose(self, key: str, c: Context) -> Turn:
        module, _, index, total = self._here(c)
        if index + 1 < total:
            following = quiz_of(module, c)[index + 1]
            return arrive(QuizAsk(self.module, following.key, self.right), c)
        effects = (RecordQuiz(self.module, self.right, total),) if c.contact.consent else ()
        return arrive(ModuleDone(self.module, self.right, total), c, *effects)

    def back(self, c: Context) -> State:
        return ModulePage(self.module)


@dataclass(frozen=True)
class ModuleDone(InModule):
    NAME: ClassVar[str] = "module-done"
    right: int
    total: int

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(
            say("*Finished!* Your score: {right} of {total}.", right=self.right, total=self.total),
            say("You may repeat the quiz as often as you like."),
            shown(c.library.notices["certificate"], c),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        more = [] if self._following(c) is None else [option(c, "next", say("Next module"), *NEXT)]
        return (
            *more,
            option(c, "again", say("Repeat the quiz"), "ulangi", "ulang kuis", "malik"),
            option(c, "ask", say("Ask"), "tanya"),
            option(c, "modules", say("Other modules"), "modul lain"),
        )

    def _following(self, c: Context) -> Module | None:
        modules = c.library.modules
        index = modules.index(self._module(c))
        return modules[index + 1] if index + 1 < len(modules) else None

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.questions import AskQuestion

        following = self._following(c)
        if key == "next" and following is not None:
            return arrive(ModulePage(following.key), c)
        if key == "again":
            return arrive(start_quiz(self._module(c), c), c)
        return arrive(AskQuestion() if key == "ask" else ModuleList(), c)

    def hear(self, message: Message, c: Context) -> Turn | None:
        return None

    def back(self, c: Context) -> State:
        return ModulePage(self.module)
