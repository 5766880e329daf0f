"""The same six questions before the first module, after the last, and a month later: what was learned?

    > belajar
    < Sebelum belajar: enam soal pendek? ...   1 Jawab 2 Lewati
    > jawab
    < *Soal 1 dari 6* ...

Before, nothing is explained: only thanks. Afterwards each answer is explained, and the end compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.lessons import LETTERS, next_choice
from bot.conversation.places import restore
from bot.conversation.speech import arrive, lines, option, reply, same, today
from bot.conversation.state import Saved, State, dump
from bot.conversation.types import CheckMoment, Choice, Context, RecordCheck, Reply, Turn
from bot.conversation.welcome import skip
from bot.library.model import Phrase, QuizChoice, QuizQuestion, Statement


def asked_today(c: Context) -> tuple[QuizQuestion, ...]:
    """The questions whose facts may be stated today."""
    return tuple(question for question in c.library.check if question.statement.grade_on(today(c)) != "C")


def moment(c: Context) -> CheckMoment | None:
    """Which round is due for who asks for it; None: none now."""
    from bot.conversation.progress import finished

    taken = c.contact.checks
    if not asked_today(c) or c.contact.consent is not True:
        return None
    if "after" in taken:
        return "month" if "month" not in taken else None
    if finished(c):
        return "after"
    return "before" if "before" not in taken and _new(c) else None


def _new(c: Context) -> bool:
    """Nearly nothing learned yet: the first lesson may be read before anything is kept."""
    return len(c.contact.lessons) <= 1 and not c.contact.quizzes


def check_first(then: State, c: Context) -> State:
    """The state itself, or before it the offer of the six questions: to who has agreed, has just begun and would learn."""
    if c.contact.role == "family" or moment(c) != "before":
        return then
    return CheckOffer("before", dump(then))


def check_choice(c: Context) -> tuple[Choice, ...]:
    """Offered once all is learned."""
    if moment(c) != "after":
        return ()
    return (option(c, "check", c.catalogue.say("Six questions again"), "enam soal", "cek", "soal"),)


def month_choice(c: Context, *, answered: bool = False) -> tuple[Choice, ...]:
    """The reminder of the third round: it is counted from the certificate, so that comes first. `answered`: the second
    round has just been."""
    wanted = "check" in c.contact.reminders or "month" in c.contact.checks or c.contact.certificate is None
    if wanted or not (answered or "after" in c.contact.checks):
        return ()
    return (option(c, "month", c.catalogue.say("Again in a month"), "sebulan lagi", "bulan depan", "ingatkan"),)


def to_check(here: State, c: Context) -> State:
    """The round that is due, or the place itself."""
    due = moment(c)
    return CheckOffer(due, dump(here)) if due is not None else here


@dataclass(frozen=True)
class _InCheck(State):
    moment: str
    then: Saved

    def valid(self, c: Context) -> bool:
        return bool(asked_today(c)) and c.contact.consent is True

    def back(self, c: Context) -> State:
        return restore(self.then, c)


@dataclass(frozen=True)
class CheckOffer(_InCheck):
    NAME: ClassVar[str] = "check-offer"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        count = len(asked_today(c))
        if self.moment == "before":
            words = lines(
                say("{count} short questions first? They show later what you have learned.", count=count),
                say("Nobody judges you. You can skip them."),
            )
        else:
            words = say("{count} short questions again. Then you see what you have learned.", count=count)
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "go", say("Answer them"), "jawab", "mulai", "ya", "oke", "ok", "mau"),
            option(c, "skip", say("Skip"), "lewati", "lewat", "lanjut", "terus", "skip", "nanti", "tidak"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        if key == "skip":
            return arrive(restore(self.then, c), c)
        return arrive(CheckAsk(self.moment, self.then, asked_today(c)[0].key), c)


@dataclass(frozen=True)
class _AtQuestion(_InCheck):
    """`marks`: what was answered so far, "key=1" where it was right."""

    question: str
    marks: tuple[str, ...] = ()

    def valid(self, c: Context) -> bool:
        return super().valid(c) and any(question.key == self.question for question in asked_today(c))

    def _here(self, c: Context) -> tuple[QuizQuestion, int, int]:
        """The question, its index and how many there are today."""
        questions = asked_today(c)
        index = next(index for index, question in enumerate(questions) if question.key == self.question)
        return questions[index], index, len(questions)

    def _onwards(self, marks: tuple[str, ...], c: Context) -> Turn:
        """The next question, or the end with what is to be kept."""
        say = c.catalogue.say
        _, index, total = self._here(c)
        thanks = say("Thank you.") if self.moment == "before" else None
        if index + 1 < total:
            following = asked_today(c)[index + 1].key
            return arrive(CheckAsk(self.moment, self.then, following, marks), c, lead=thanks)
        asked = tuple((mark.rpartition("=")[0], mark.endswith("=1")) for mark in marks)
        right = sum(known for _, known in asked)
        kept = () if self.moment in c.contact.checks else (self._record(right, asked),)
        return arrive(CheckDone(self.moment, self.then, right, len(asked)), c, *kept)

    def _record(self, right: int, asked: tuple[tuple[str, bool], ...]) -> RecordCheck:
        moment: CheckMoment = "after" if self.moment == "after" else "month" if self.moment == "month" else "before"
        return RecordCheck(moment, right, len(asked), asked)


@dataclass(frozen=True)
class CheckAsk(_AtQuestion):
    NAME: ClassVar[str] = "check"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        question, index, total = self._here(c)
        rows = [same(f"{LETTERS[i]}. ") + choice.text for i, choice in enumerate(question.choices)]
        head = say("*Question {number} of {total}*", number=index + 1, total=total)
        return (reply(c, lines(head, question.statement.text, lines(*rows, gap="\n")), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        question, _, _ = self._here(c)
        answers = (
            Choice(choice.key, LETTERS[i], tuple(filter(None, (choice.text.id, choice.text.sas))))
            for i, choice in enumerate(question.choices)
        )
        return (*answers, skip(c))

    def choose(self, key: str, c: Context) -> Turn:
        if key == "skip":
            return arrive(restore(self.then, c), c)
        question, _, _ = self._here(c)
        chosen = next(choice for choice in question.choices if choice.key == key)
        marks = (*self.marks, f"{question.key}={int(chosen.right)}")
        if self.moment == "before":
            return self._onwards(marks, c)
        return arrive(CheckWhy(self.moment, self.then, self.question, marks, key), c)


@dataclass(frozen=True)
class CheckWhy(_AtQuestion):
    """Why the chosen answer is right or not. Only after learning: before, it would give the answers away."""

    NAME: ClassVar[str] = "check-why"
    choice: str = ""

    def valid(self, c: Context) -> bool:
        return super().valid(c) and self._chosen(c) is not None

    def _chosen(self, c: Context) -> QuizChoice | None:
        return next((choice for choice in self._here(c)[0].choices if choice.key == self.choice), None)

    def stands_on(self, c: Context) -> Statement | None:
        return self._here(c)[0].statement

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        question, chosen = self._here(c)[0], self._chosen(c)
        right = next(choice for choice in question.choices if choice.right)
        good = chosen is not None and chosen.right
        answer = None if good else say("The right answer: {answer}", answer=right.text)
        head = say("*Right!*") if good else say("*Not quite.*")
        return (reply(c, lines(head, chosen.explain if chosen else None, answer), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return next_choice(c)

    def choose(self, key: str, c: Context) -> Turn:
        return self._onwards(self.marks, c)


@dataclass(frozen=True)
class CheckDone(_InCheck):
    """Before: only thanks. Afterwards: how it was and how it is."""

    NAME: ClassVar[str] = "check-done"
    right: int
    total: int

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        if self.moment == "before":
            words = say("Thank you. After the last lesson you can answer them again and compare.")
        else:
            words = lines(say("*Finished.*") + " " + self._compared(c), self._learned(c))
        return (reply(c, words, self.choices(c)),)

    def _compared(self, c: Context) -> Phrase:
        say = c.catalogue.say
        now = {"right": self.right, "total": self.total}
        earlier = c.contact.checks.get("after" if self.moment == "month" else "before")
        if earlier is None:
            return say("You answered {right} of {total} rightly.", **now)
        before = {"before": earlier[0], "all": earlier[1]}
        if self.moment == "month":
            return say("After learning {before} of {all}, now {right} of {total}.", **before, **now)
        return say("Before learning {before} of {all}, now {right} of {total}.", **before, **now)

    def _learned(self, c: Context) -> Phrase:
        say = c.catalogue.say
        if self.right == self.total:
            return say("You know all of it. Tell somebody in your family about it.")
        return say("What was not right yet stands in the lessons. You may read them again at any time.")

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.certificate import certificate_choice

        say = c.catalogue.say
        found = [option(c, "go-on", say("Next"), "lanjut", "terus", "oke", "ok")]
        if self.moment == "after":
            found += [*certificate_choice(c), *month_choice(c, answered=True)]
        return tuple(found)

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.certificate import to_certificate
        from bot.conversation.reminders import remind

        if key == "certificate":
            return arrive(to_certificate(c), c)
        if key == "month":
            return remind("check", None, dump(self), c)
        return arrive(restore(self.then, c), c)


__all__ = [
    "CheckAsk",
    "CheckDone",
    "CheckOffer",
    "CheckWhy",
    "asked_today",
    "check_choice",
    "check_first",
    "moment",
    "to_check",
]
