"""How far one is over all modules, and what the certificate still needs.

> kemajuan
< *Kemajuan Anda*  Pelajaran: 12 dari 80 ...  1 Lanjut dari tadi 2 ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.lessons import NEXT, PAGE, ModuleList, done, enter_lessons, go_on, quiz_of, start_quiz
from bot.conversation.speech import arrive, lines, option, reply, same
from bot.conversation.state import State
from bot.conversation.types import Choice, Context, Reply, Turn
from bot.conversation.welcome import gate
from bot.library.model import Module, Phrase

PASS = 80  # per cent of a quiz that the certificate asks for


def per_cent(module: Module, c: Context) -> int | None:
    """The best result of its quiz, rounded down; None before the first."""
    if module.key not in c.contact.quizzes:
        return None
    right, total = c.contact.quizzes[module.key]
    return 100 * right // total if total else None


def lessons_left(c: Context) -> int:
    return sum(len(module.lessons) - done(module, c) for module in c.library.modules)


def quizzes_left(c: Context) -> tuple[Module, ...]:
    """Modules whose quiz is not answered well enough yet. One that cannot be asked today is not demanded."""
    return tuple(
        module for module in c.library.modules if quiz_of(module, c) and (per_cent(module, c) or 0) < PASS
    )  # fmt: skip


def finished(c: Context) -> bool:
    """Every lesson of every module is done and every quiz is at 80 per cent or more."""
    return bool(c.library.modules) and lessons_left(c) == 0 and not quizzes_left(c)


def complete(module: Module, c: Context) -> bool:
    return done(module, c) == len(module.lessons) and module not in quizzes_left(c)


def next_lesson(c: Context) -> State | None:
    """The first card of the next unfinished lesson; then the first quiz that is not good enough; None when all is done."""
    for module in c.library.modules:
        if done(module, c) < len(module.lessons):
            return go_on(module, c)
    left = quizzes_left(c)
    return start_quiz(left[0], c) if left else None


def stopped_at(c: Context) -> State | None:
    """Where one stopped: the place inside a lesson, else the next unfinished one; None when all is done."""
    if c.bookmark is not None:
        place = enter_lessons(c)
        if not isinstance(place, ModuleList):
            return place
    return next_lesson(c)


@dataclass(frozen=True)
class MyProgress(State):
    NAME: ClassVar[str] = "progress"
    page: int = 0

    def valid(self, c: Context) -> bool:
        return self.page == 0 or bool(self._shown(c))

    def _shown(self, c: Context) -> tuple[Module, ...]:
        return c.library.modules[self.page * PAGE : (self.page + 1) * PAGE]

    def ask(self, c: Context) -> tuple[Reply, ...]:
        rows = lines(*(self._row(module, c) for module in self._shown(c)), gap="\n")
        if self.page:
            return (reply(c, lines(c.catalogue.say("*Your progress*"), rows), self.choices(c)),)
        return (reply(c, lines(self._head(c), rows, self._needed(c)), self.choices(c)),)

    def _head(self, c: Context) -> Phrase:
        say = c.catalogue.say
        modules = c.library.modules
        total = sum(len(module.lessons) for module in modules)
        counts = say(
            "Modules: {modules} of {all}. Lessons: {lessons} of {total}.",
            modules=sum(complete(module, c) for module in modules),
            all=len(modules),
            lessons=total - lessons_left(c),
            total=total,
        )
        return lines(say("*Your progress*"), counts, gap="\n")

    def _row(self, module: Module, c: Context) -> Phrase:
        say = c.catalogue.say
        row = (same("✓ ") if complete(module, c) else same("• ")) + module.title
        row = row + f" {done(module, c)}/{len(module.lessons)}"
        reached = per_cent(module, c)
        return row if reached is None else row + " · " + say("quiz {per_cent}%", per_cent=reached)

    def _needed(self, c: Context) -> Phrase:
        say = c.catalogue.say
        if c.contact.consent is not True:
            return say("Bekal does not remember your lessons, as you have not agreed to it.")
        if c.contact.certificate is not None:
            return say("You have your certificate.")
        if finished(c):
            return say("All is done. Your certificate is ready.")
        return say(
            "The certificate still needs: {lessons} lessons and {quizzes} quizzes with {per_cent}% or more.",
            lessons=lessons_left(c),
            quizzes=len(quizzes_left(c)),
            per_cent=PASS,
        )

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.certificate import certificate_choice
        from bot.conversation.six_questions import check_choice

        say = c.catalogue.say
        found: list[Choice] = []
        if stopped_at(c) is not None:
            found.append(option(c, "go-on", say("Go on where I stopped"), "belajar", *NEXT))
        found += [*certificate_choice(c), *check_choice(c)]
        if (self.page + 1) * PAGE < len(c.library.modules):
            found.append(option(c, "more", say("More modules"), "lainnya", "lagi"))
        if c.contact.consent is not True:
            found.append(option(c, "remember", say("Remember my lessons"), "ingat", "simpan", "setuju"))
        return (*found, option(c, "modules", say("All modules"), "modul", "daftar modul"))

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.certificate import to_certificate
        from bot.conversation.six_questions import to_check

        match key:
            case "go-on":
                return arrive(stopped_at(c) or ModuleList(), c)
            case "more":
                return arrive(MyProgress(self.page + 1), c)
            case "remember":
                return arrive(gate(MyProgress(), "lessons", c), c)
            case "certificate":
                return arrive(to_certificate(c), c)
            case "check":
                return arrive(to_check(self, c), c)
            case _:
                return arrive(ModuleList(), c)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import More

        return MyProgress(self.page - 1) if self.page else More()
