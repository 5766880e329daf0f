"""Everything that can be wrong with the content, for `python -m bot check`. Reads all of it anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from bot.library.check_launch import check_launch
from bot.library.check_media import check_media
from bot.library.check_reading import check_quiet, check_reading
from bot.library.check_sasak import check_sasak
from bot.library.check_spoken import check_spoken
from bot.library.check_texts import check_text, has_figure
from bot.library.check_tools import check_tools
from bot.library.load import Content, read
from bot.library.model import Fact, Library, Module, QuizQuestion, Statement, Topic
from bot.library.reading import Problem, Severity, problem
from bot.library.tools import KEYS

__all__ = ["Problem", "check_content"]

MESSAGE = 500  # characters, per language
CAUTION = 90  # the line of caution under a B, as the catalogue words it
SOON = timedelta(days=60)
CHECK = "check.yaml"
NOTICES = ("first-tip", "child", "certificate", "danger-head", "danger-note", "family-head", "family-collect")
OFFICES = ("disnaker", "kbri")  # the ones the flows name themselves


def check_content(folder: Path, *, today: date, strict: bool = False, launch: bool = False) -> list[Problem]:
    """All faults, errors first. `strict`: expired facts are errors. `launch`: numbers must have been rung."""
    content = read(folder)
    problems = list(content.problems)
    library = content.library
    short_codes = {line.number for line in library.helplines if line.number.isdigit() and len(line.number) == 3}
    for text in content.texts:
        problems += check_text(text, short_codes)
    problems += check_sasak(folder, content)
    problems += check_reading(content.texts)
    problems += check_quiet(folder, library)
    problems += check_spoken(folder, content)
    problems += _facts(library, today, "error" if strict else "warning")
    problems += _statements(library, today)
    for module in library.modules:
        problems += _module(module, today)
    problems += _topics(library)
    problems += _doubles(content)
    problems += _needed(library)
    problems += check_tools(library)
    problems += _check_questions(library, today)
    problems += check_media(content)
    problems += check_launch(folder, library, today, launch)
    return sorted(set(problems))


def statements(library: Library) -> Iterator[tuple[Statement, int]]:
    """Every statement that is shown with its grade, and how many characters stand above it. Without quiz questions."""
    for module in library.modules:
        for lesson in module.lessons:
            heading = max(len(lesson.title.id), len(lesson.title.sas or "")) + 4  # two asterisks, an empty line
            for number, card in enumerate(lesson.cards):
                yield card.statement, 0 if number else heading
        for story in module.stories:
            yield (
                story.statement,
                2
                + max(len(story.title.id), len(story.title.sas or ""))
                + sum(5 + max(len(choice.text.id), len(choice.text.sas or "")) for choice in story.choices),
            )
        for card in module.family:
            yield card.statement, 0
    for topic in library.topics.values():
        for statement in (topic.answer, *topic.more, *((topic.family,) if topic.family else ())):
            yield statement, 0
    for statement in library.notices.values():
        yield statement, 0
    yield from library.tools.statements()
    if library.pocket is not None:
        pocket = library.pocket
        for card in (*pocket.rights, *pocket.papers_taken, *pocket.say, *pocket.arrival.steps):
            yield card.statement, 0


def _at(statement: Statement, what: str, remedy: str, severity: Severity = "error", name: str = "") -> Problem:
    file, _, place = statement.place.partition(": ")
    return problem(file, f"{place}/{name}" if name else place, what, remedy, severity)


def _statements(library: Library, today: date) -> Iterator[Problem]:
    for statement, heading in statements(library):
        grade = statement.grade_on(today)
        text, safe = statement.text, statement.safe
        for language, words in (("id", text.id), ("sas", text.sas or "")):
            longest = heading + len(words) + (CAUTION if grade == "B" and words else 0)
            if longest > MESSAGE:
                above = ", its heading" if heading else ""
                below = f", the line of caution ({CAUTION})" if grade == "B" else ""
                what = f"about {longest} characters with{above}{below}".replace("with,", "with")
                yield _at(statement, f"{what}; {MESSAGE} at most", "Shorten the text", "error", language)
        weak = [fact for fact in statement.facts if fact.grade == "C" or (fact.grade == "B" and fact.sensitive)]
        if safe is None and weak:
            names = ", ".join(fact.id for fact in weak)
            yield _at(statement, f"has no `safe` text, though {names} may not be stated", "Write safe: who to ask")
        elif safe is None and any(fact.perishable for fact in statement.facts):
            names = ", ".join(fact.id for fact in statement.facts if fact.perishable)
            yield _at(statement, f"has no `safe` text, though {names} will expire", "Write safe: who to ask", "warning")
        if statement.ask is None and (safe is not None or statement.grade_on(date.max) != "A"):
            yield _at(statement, "does not say who to ask", "Write ask: and an office of helplines.yaml", "warning")
        if not statement.facts and has_figure(text.id):
            yield _at(statement, "states an amount without a fact", "Name the fact, or take the amount out")
        if safe is not None and has_figure(safe.id):
            yield _at(statement, "the `safe` text states an amount", "Say only who to ask", "warning", "safe")


def _facts(library: Library, today: date, severity: Severity) -> Iterator[Problem]:
    used: defaultdict[str, list[str]] = defaultdict(list)
    for statement, _ in statements(library):
        for fact in statement.facts:
            used[fact.id].append(statement.place)
    for fact in library.facts.values():
        place = f"facts/{fact.id}"
        if fact.verify_with is None:
            yield problem("facts.yaml", place, "does not say who can verify it", 'Write verify_with: "…"')
        if fact.check_by is not None and fact.check_by < today:
            what = f"expired on {fact.check_by}; {len(used[fact.id])} texts now show their safe sentence"
            remedy = "Read the source again; set as_of, verified_on and check_by"
            yield problem("facts.yaml", place, what, remedy, severity)
        warnings = (
            (fact.perishable and fact.grade == "A" and fact.check_by is None, "perishable, but without check_by"),
            (fact.grade == "A" and fact.verified_on is None, "grade A, but without verified_on"),
            (fact.verified_on is not None and fact.verified_on > today, "verified on a day in the future"),
            (fact.grade == "A" and fact.seen is None, "grade A, but does not say where it was seen"),
        )
        for applies, what in warnings:
            if applies:
                yield problem("facts.yaml", place, what, "Read the source and set the dates, or grade B", "warning")


def _module(module: Module, today: date) -> Iterator[Problem]:
    file = next((x.cards[0].statement.place.partition(":")[0] for x in module.lessons if x.cards), "modules")

    def count(place: str, found: int, least: int, most: int, what: str) -> Iterator[Problem]:
        if not least <= found <= most:
            yield problem(file, place, f"{found} {what}", f"Make it {least} to {most}")

    yield from count("lessons", len(module.lessons), 5, 8, "lessons")
    yield from count("quiz", len(module.quiz), 4, 6, "questions")
    yield from count("stories", len(module.stories), 2, 3, "stories")
    yield from count("family", len(module.family), 4, 6, "cards for families")
    for lesson in module.lessons:
        place = f"lessons/{lesson.key}/cards"
        yield from count(place, len(lesson.cards), 2, 4, "cards")
        for word, what in (("example", "an everyday example"), ("next", "what to do next")):
            if not any(word in card.holds for card in lesson.cards):
                yield problem(file, place, f"no card holds {what}", f"Write one, and holds: [{word}] on its card")
    for story in module.stories:
        yield from count(f"stories/{story.key}/choices", len(story.choices), 2, 3, "choices")
        if not any(choice.right for choice in story.choices) or all(choice.right for choice in story.choices):
            yield problem(
                file, f"stories/{story.key}/choices", "all or none are right", "Mark the good ones right: true"
            )
    for question in module.quiz:
        yield from count(f"quiz/{question.key}/choices", len(question.choices), 2, 4, "choices")
        yield from _question(file, f"quiz/{question.key}/choices", question, today)


def _question(file: str, place: str, question: QuizQuestion, today: date) -> Iterator[Problem]:
    right = sum(choice.right for choice in question.choices)
    if right != 1:
        yield problem(file, place, f"{right} right choices", "Mark exactly one right: true")
    for fact in question.statement.facts:
        yield from _quiz_fact(question.statement, fact, today)


def _check_questions(library: Library, today: date) -> Iterator[Problem]:
    """The questions before and after learning: always the same six, so that two answers can be compared."""
    if not library.check:
        yield problem(CHECK, "", "the file is missing", "Write the six questions before and after learning", "warning")
        return
    if len(library.check) != 6:
        yield problem(CHECK, "check", f"{len(library.check)} questions", "Make it exactly 6: they are compared")
    for question in library.check:
        place = f"check/{question.key}/choices"
        if len(question.choices) != 3:
            yield problem(CHECK, place, f"{len(question.choices)} choices", "Make it exactly 3")
        yield from _question(CHECK, place, question, today)
        together = len(question.statement.text.id) + sum(4 + len(choice.text.id) for choice in question.choices)
        if together > MESSAGE - 40:  # «Soal 1 dari 6» stands above
            yield problem(CHECK, place, f"{together} characters with its question", "Shorten them to fit one message")


def _quiz_fact(statement: Statement, fact: Fact, today: date) -> Iterator[Problem]:
    if fact.grade == "C" or (fact.grade == "B" and fact.sensitive):
        yield _at(statement, f"asks about {fact.id}, which is not confirmed", "Ask something else", name="facts")
    elif fact.check_by is not None and fact.check_by < today + SOON:
        what = f"asks about {fact.id}, which expires on {fact.check_by}"
        yield _at(statement, what, "Verify the fact again, or ask something else", "warning", "facts")


def _topics(library: Library) -> Iterator[Problem]:
    lessons = {f"{module.key}/{lesson.key}" for module in library.modules for lesson in module.lessons}
    groups = {group for group, _ in library.questions.values()}
    for topic in (topic for group in library.groups for topic in group.topics):
        yield from _topic(topic, library, lessons)
    for group in library.groups:
        if group.key not in groups:
            yield problem(f"faq/{group.key}.yaml", "group", f"{group.key!r} is no group", "Use one of faq_topics.yaml")
    missing = [key for key in library.questions if key not in library.topics]
    if missing:
        what = f"{len(missing)} questions have no answer: {', '.join(missing)}"
        yield problem("language/faq_topics.yaml", "", what, "Write them in content/faq/", "warning")


def _topic(topic: Topic, library: Library, lessons: set[str]) -> Iterator[Problem]:
    known = library.questions.get(topic.id)
    if known is None:
        yield _at(topic.answer, f"{topic.id!r} is no topic", "Use an id of language/faq_topics.yaml", name="id")
    elif known[0] != topic.group:
        yield _at(topic.answer, f"belongs to the group {known[0]!r}", f"Move it to faq/{known[0]}.yaml")
    if topic.lesson is not None and topic.lesson not in lessons:
        yield _at(topic.answer, f"there is no lesson {topic.lesson!r}", "Write module key/lesson key", name="lesson")
    if topic.tool is not None and topic.tool not in KEYS:
        yield _at(topic.answer, f"there is no tool {topic.tool!r}", f"Use one of: {', '.join(KEYS)}", name="tool")
    elif topic.tool is not None and library.tools.by_key(topic.tool) is None:
        yield _at(topic.answer, f"the tool {topic.tool!r} has no content yet", "Write it", "warning", "tool")
    if len(topic.related) > 3:
        yield _at(topic.answer, f"{len(topic.related)} related topics, 3 at most", "Keep the nearest", name="related")
    for other in topic.related:
        if other not in library.questions:
            yield _at(topic.answer, f"there is no topic {other!r}", "Use an id of faq_topics.yaml", name="related")
        elif other == topic.id:
            yield _at(topic.answer, "is related to itself", "Take it out", name="related")
        elif other not in library.topics:
            yield _at(topic.answer, f"{other!r} has no answer yet", "Write it", "warning", "related")


def _doubles(content: Content) -> Iterator[Problem]:
    """Keys given in two files. Those within one list are found when reading."""
    library = content.library
    for what, keys in (
        ("module key", [module.key for module in library.modules]),
        ("module order", [str(module.order) for module in library.modules]),
        ("group", [group.key for group in library.groups]),
        ("topic", [topic.id for group in library.groups for topic in group.topics]),
    ):
        for key, times in Counter(keys).items():
            if times > 1:
                folder = "modules" if what.startswith("module") else "faq"
                yield problem(folder, "", f"the {what} {key!r} is used {times} times", "Give one of them another")


def _needed(library: Library) -> Iterator[Problem]:
    for key in NOTICES:
        if key not in library.notices:
            yield problem("notices.yaml", f"notices/{key}", "the notice is missing", "Write it; the bot shows it")
    for key in OFFICES:
        if key not in library.offices:
            yield problem("helplines.yaml", f"offices/{key}", "the office is missing", "Write it; the bot names it")
