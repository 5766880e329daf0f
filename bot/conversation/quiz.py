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
from bot.conversation.speech import arrive, lines, option, reply, same, shown, with_contact
from bot.conversation.state import State, dump
from bot.conversation.types import Choice, Context, RecordQuiz, Reply, Turn
from bot.library.model import Module, QuizQuestion, Statement


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

    def stands_on(self, c: Context) -> Statement | None:
        return self._here(c)[1].statement

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return next_choice(c)

    def choose(self, key: str, c: Context) -> Turn:
        module, _, index, total = self._here(c)
        if index + 1 < total:
            following = quiz_of(module, c)[index + 1]
            return arrive(QuizAsk(self.module, following.key, self.right), c)
        done = ModuleDone(self.module, self.right, total)
        if not c.contact.consent:
            return arrive(done, c)
        best = max((self.right, total), c.contact.quizzes.get(self.module, (0, total)))
        after = with_contact(c, quizzes={**c.contact.quizzes, self.module: best})
        return arrive(done, after, RecordQuiz(self.module, self.right, total))

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
        from bot.conversation.certificate import certificate_choice
        from bot.conversation.reminders import lesson_choice
        from bot.conversation.six_questions import check_choice

        say = c.catalogue.say
        earned = () if c.contact.certificate is not None else certificate_choice(c)
        following = () if self._following(c) is None else (option(c, "next", say("Next module"), *NEXT),)
        pack = (option(c, "pack", say("Departure pack"), "bekal saya"),) if self._is_first(c) else ()
        return (
            *earned,
            *check_choice(c),
            *following,
            *pack,
            option(c, "again", say("Repeat the quiz"), "ulangi", "ulang kuis", "malik"),
            option(c, "ask", say("Ask"), "tanya"),
            option(c, "modules", say("Other modules"), "modul lain"),
            option(c, "my-progress", say("My progress"), "kemajuan", "progres"),
            *(() if "lesson" in c.contact.reminders else (lesson_choice(c),)),
        )

    def _is_first(self, c: Context) -> bool:
        return c.library.modules.index(self._module(c)) == 0

    def _following(self, c: Context) -> Module | None:
        modules = c.library.modules
        index = modules.index(self._module(c))
        return modules[index + 1] if index + 1 < len(modules) else None

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.certificate import to_certificate
        from bot.conversation.departure import first_pack
        from bot.conversation.progress import MyProgress
        from bot.conversation.questions import AskQuestion
        from bot.conversation.reminders import to_lessons_by_chat
        from bot.conversation.six_questions import to_check

        following = self._following(c)
        match key:
            case "next" if following is not None:
                return arrive(ModulePage(following.key), c)
            case "again":
                return arrive(start_quiz(self._module(c), c), c)
            case "certificate":
                return arrive(to_certificate(c), c)
            case "check":
                return arrive(to_check(self, c), c)
            case "pack":
                return arrive(first_pack(dump(self), c), c)
            case "my-progress":
                return arrive(MyProgress(), c)
            case "every":
                return to_lessons_by_chat(dump(self), c)
            case _:
                return arrive(AskQuestion() if key == "ask" else ModuleList(), c)

    def back(self, c: Context) -> State:
        return ModulePage(self.module)
