"""Modules, and their lessons a card at a time.

    > 1
    < *Pelajaran* ... (card)   1 Lanjut
    > lanjut
    < (next card) ... (quiz)   Benar! ...  Nilai Anda 5 dari 6

A place is named by keys: module, lesson, card. When the last card of the first lesson is read by somebody who has never
been asked, Bekal asks whether it may remember.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from bot.conversation.places import restore
from bot.conversation.speech import arrive, heard, lines, option, reply, same, shown, today
from bot.conversation.state import State, dump
from bot.conversation.types import Choice, Context, MarkLesson, Reply, Turn
from bot.conversation.welcome import gate
from bot.library.model import Card, Lesson, Module, Phrase, QuizQuestion, Statement

LETTERS = "ABCDEF"
PAGE = 6  # modules a page: their titles, how far one is, and «more» fit one message
NEXT = ("lanjut", "terus", "next", "ya", "oke", "ok", "sudah")


# --- where somebody is -----------------------------------------------------------------------------------------------


def enter_lessons(c: Context) -> State:
    """Straight to the first card for who is new; the place where one stopped; else the list of modules."""
    from bot.conversation.quiz import QuizAsk, QuizExplain
    from bot.conversation.six_questions import check_first
    from bot.conversation.stories import ForFamily, StoryAsk, StoryTold, family_version

    if c.bookmark is not None:
        place = restore(c.bookmark, c)
        if isinstance(place, (LessonCard, QuizAsk, QuizExplain, StoryAsk, StoryTold, ForFamily)):
            return place
    if c.contact.role == "family" and c.library.modules and not c.contact.lessons:
        return family_version(c.library.modules[0])
    if not c.contact.lessons and not c.contact.quizzes and c.library.modules:
        return check_first(first_card(c.library.modules[0]), c)
    return ModuleList()


def first_card(module: Module) -> State:
    lesson = module.lessons[0]
    return LessonCard(module.key, lesson.key, lesson.cards[0].key)


def go_on(module: Module, c: Context) -> State:
    """The first unfinished lesson of a module, or its stories and quiz."""
    from bot.conversation.stories import after_lessons

    for lesson in module.lessons:
        if f"{module.key}/{lesson.key}" not in c.contact.lessons:
            return LessonCard(module.key, lesson.key, lesson.cards[0].key)
    return after_lessons(module, c)


def done(module: Module, c: Context) -> int:
    return sum(f"{module.key}/{lesson.key}" in c.contact.lessons for lesson in module.lessons)


def quiz_of(module: Module, c: Context) -> tuple[QuizQuestion, ...]:
    """The questions whose facts may be stated today."""
    return tuple(question for question in module.quiz if question.statement.grade_on(today(c)) != "C")


def start_quiz(module: Module, c: Context) -> State:
    from bot.conversation.quiz import QuizAsk

    questions = quiz_of(module, c)
    return QuizAsk(module.key, questions[0].key) if questions else ModulePage(module.key)


@dataclass(frozen=True)
class ModuleList(State):
    NAME: ClassVar[str] = "modules"
    page: int = 0

    def valid(self, c: Context) -> bool:
        return self.page == 0 or bool(self._shown(c))

    def _shown(self, c: Context) -> tuple[Module, ...]:
        return c.library.modules[self.page * PAGE : (self.page + 1) * PAGE]

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        rows = [self._row(number, module, c) for number, module in enumerate(self._shown(c), 1)]
        return (reply(c, lines(say("Choose a module:"), lines(*rows, gap="\n")), self.choices(c)),)

    def _row(self, number: int, module: Module, c: Context) -> Phrase:
        say = c.catalogue.say
        row = same(f"{number} ") + module.title
        if module.key in c.contact.quizzes:
            right, total = c.contact.quizzes[module.key]
            return row + " · " + say("finished, quiz {right} of {total}", right=right, total=total)
        count = done(module, c)
        if count:
            return row + " · " + say("{done} of {total} lessons", done=count, total=len(module.lessons))
        return row

    def choices(self, c: Context) -> tuple[Choice, ...]:
        named = [option(c, module.key, module.title) for module in self._shown(c)]
        if (self.page + 1) * PAGE < len(c.library.modules):
            named.append(option(c, "more", c.catalogue.say("More modules"), "lainnya", "lagi", *NEXT))
        progress = option(c, "my-progress", c.catalogue.say("My progress"), "kemajuan", "progres")
        return (*named, progress)

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.progress import MyProgress

        if key == "my-progress":
            return arrive(MyProgress(), c)
        return arrive(ModuleList(self.page + 1) if key == "more" else ModulePage(key), c)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import Menu

        return ModuleList(self.page - 1) if self.page else Menu()


@dataclass(frozen=True)
class InModule(State):
    module: str

    def valid(self, c: Context) -> bool:
        return c.library.module(self.module) is not None

    def _module(self, c: Context) -> Module:
        module = c.library.module(self.module)
        if module is None:
            raise LookupError(f"no module {self.module!r}")
        return module


@dataclass(frozen=True)
class ModulePage(InModule):
    """A module: what it is about, how far one is, and where to begin."""

    NAME: ClassVar[str] = "module"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        module = self._module(c)
        far = say("{done} of {total} lessons done.", done=done(module, c), total=len(module.lessons))
        title = same("*") + module.title + "*"
        return (reply(c, lines(title, module.summary, far), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.reminders import lesson_choice
        from bot.conversation.stories import stories_of

        say = c.catalogue.say
        module = self._module(c)
        begin = say("Go on") if done(module, c) else say("Start")
        more = [
            option(c, "go", begin, "mulai", *NEXT),
            option(c, "lessons", say("Choose a lesson"), "pilih pelajaran", "daftar pelajaran"),
        ]
        if stories_of(module, c):
            more.append(option(c, "stories", say("What would you do?"), "cerita", "apa yang anda lakukan"))
        if quiz_of(module, c):
            more.append(option(c, "quiz", say("Quiz"), "kuis"))
        if module.family:
            family = option(c, "family", say("For families (short)"), "keluarga", "untuk keluarga")
            more.insert(0 if c.contact.role == "family" else len(more), family)
        return (*more, lesson_choice(c), option(c, "modules", say("Other modules"), "modul lain"))

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.reminders import to_lessons_by_chat
        from bot.conversation.six_questions import check_first
        from bot.conversation.stories import StoryAsk, family_version, stories_of

        module = self._module(c)
        match key:
            case "stories":
                return arrive(StoryAsk(self.module, stories_of(module, c)[0].key), c)
            case "family":
                return arrive(family_version(module), c)
            case "lessons":
                return arrive(LessonList(self.module), c)
            case "quiz":
                return arrive(start_quiz(module, c), c)
            case "modules":
                return arrive(ModuleList(), c)
            case "every":
                return to_lessons_by_chat(dump(self), c)
            case _:
                finished = done(module, c) == len(module.lessons)
                return arrive(check_first(first_card(module) if finished else go_on(module, c), c), c)

    def back(self, c: Context) -> State:
        return ModuleList(c.library.modules.index(self._module(c)) // PAGE)


@dataclass(frozen=True)
class LessonList(InModule):
    NAME: ClassVar[str] = "lessons"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        module = self._module(c)
        rows = [
            same(f"{number} ") + lesson.title + (" ✓" if f"{module.key}/{lesson.key}" in c.contact.lessons else "")
            for number, lesson in enumerate(module.lessons, 1)
        ]
        return (reply(c, lines(c.catalogue.say("Choose a lesson:"), lines(*rows, gap="\n")), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return tuple(option(c, lesson.key, lesson.title) for lesson in self._module(c).lessons)

    def choose(self, key: str, c: Context) -> Turn:
        lesson = self._module(c).lesson(key)
        if lesson is None:
            return arrive(self, c)
        return arrive(LessonCard(self.module, key, lesson.cards[0].key), c)

    def back(self, c: Context) -> State:
        return ModulePage(self.module)


@dataclass(frozen=True)
class LessonCard(InModule):
    """One idea of a lesson."""

    NAME: ClassVar[str] = "card"
    lesson: str
    card: str

    def _here(self, c: Context) -> tuple[Module, Lesson, int]:
        module = self._module(c)
        lesson = module.lesson(self.lesson)
        if lesson is None:
            raise LookupError(f"no lesson {self.module}/{self.lesson}")
        index = next(index for index, card in enumerate(lesson.cards) if card.key == self.card)
        return module, lesson, index

    def valid(self, c: Context) -> bool:
        try:
            self._here(c)
        except (LookupError, StopIteration):
            return False
        return True

    def ask(self, c: Context) -> tuple[Reply, ...]:
        _, lesson, index = self._here(c)
        card = lesson.cards[index]
        title = same("*") + lesson.title + "*" if index == 0 else None
        return (reply(c, lines(title, shown(card.statement, c)), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.sources import source_choice

        _, lesson, index = self._here(c)
        return (*next_choice(c), *media_choices(lesson.cards[index], c), *source_choice(self, c))

    def stands_on(self, c: Context) -> Statement | None:
        _, lesson, index = self._here(c)
        return lesson.cards[index].statement

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.sources import to_source

        module, lesson, index = self._here(c)
        if key == "source":
            return to_source(self, c)
        if key in ("sound", "picture"):
            return Turn(self, (media_reply(key, lesson.cards[index].statement, self.choices(c), c),))
        if index + 1 < len(lesson.cards):
            return arrive(replace(self, card=lesson.cards[index + 1].key), c)
        return finish_lesson(module, lesson, c)

    def back(self, c: Context) -> State:
        _, lesson, index = self._here(c)
        return replace(self, card=lesson.cards[index - 1].key) if index else ModulePage(self.module)


def next_choice(c: Context) -> tuple[Choice, ...]:
    return (option(c, "next", c.catalogue.say("Next"), *NEXT),)


def media_choices(card: Card, c: Context) -> tuple[Choice, ...]:
    """«dengar» and «gambar», with their size, where media exist and may be shown today."""
    say = c.catalogue.say
    found: list[Choice] = [*sound_choice(card.statement, c)]
    picture = c.library.media.get(card.statement.picture or "")
    if picture and card.statement.grade_on(today(c)) != "C":  # a file says what the text may no longer say
        size = f"{-(-picture.size // 1024)}"
        found.append(option(c, "picture", say("Picture ({size} kB)", size=size), "gambar", "foto", "gitaq"))
    return tuple(found)


def sound_choice(statement: Statement, c: Context) -> tuple[Choice, ...]:
    sound = heard(statement, c)
    if sound is None:
        return ()
    size = f"{-(-sound.size // 1024)}"
    return (option(c, "sound", c.catalogue.say("Listen ({size} kB)", size=size), "dengar", "suara", "dengah"),)


def media_reply(kind: str, statement: Statement, choices: tuple[Choice, ...], c: Context) -> Reply:
    """The sound or picture, with in words what is heard or seen."""
    sound = heard(statement, c) if kind == "sound" else None
    media = sound or c.library.media[statement.picture or ""]
    return reply(c, media.alt, choices, **{kind: media.key})


def finish_lesson(module: Module, lesson: Lesson, c: Context) -> Turn:
    """Mark the lesson; then the next one, or the quiz. The first time, ask whether to remember."""
    from bot.conversation.stories import after_lessons

    say = c.catalogue.say
    following = [other for other in module.lessons[module.lessons.index(lesson) + 1 :]]
    after: State = (
        LessonCard(module.key, following[0].key, following[0].cards[0].key) if following else after_lessons(module, c)
    )
    if c.contact.consent is None:
        return arrive(
            gate(after, "lessons", c, f"{module.key}/{lesson.key}"), c, lead=say("The first lesson is done. Well done!")
        )
    effects = (MarkLesson(module.key, lesson.key),) if c.contact.consent else ()
    lead = None if following else say("All lessons of this module are done. Now: what would you do?")
    return arrive(after, c, *effects, lead=lead)
