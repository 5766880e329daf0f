"""How much there is: counted from the content, for `check --summary` and the table in the README, which a test compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bot.library.check_reading import MEASURED, ease
from bot.library.load import Content
from bot.library.model import Library, Statement

TAUGHT = ("modules/", "faq/", "tools/", "check.yaml", "pocket.yaml", "notices.yaml")


@dataclass(frozen=True)
class Row:
    what: str
    count: str

    def __str__(self) -> str:
        return f"| {self.what} | {self.count} |"


def summary(content: Content, interface: tuple[int, int], pictures: int, recorded: int) -> list[Row]:
    """The rows of the table. `interface`: sentences of the machine with Sasak, and of all. `pictures`: drawn SVG sources.
    `recorded`: sounds that a person spoke."""
    library = content.library
    return [Row(what, count) for what, count in _rows(content, library, interface, pictures, recorded)]


def _rows(
    content: Content, library: Library, interface: tuple[int, int], pictures: int, recorded: int
) -> Iterator[tuple[str, str]]:
    modules = library.modules
    lessons = [lesson for module in modules for lesson in module.lessons]
    yield "modules", str(len(modules))
    yield "lessons, cards", f"{len(lessons)}, {sum(len(lesson.cards) for lesson in lessons)}"
    yield "quiz questions", str(sum(len(module.quiz) for module in modules))
    yield "stories («what would you do?»)", str(sum(len(module.stories) for module in modules))
    yield "cards of the short versions for families", str(sum(len(module.family) for module in modules))
    tools = library.tools
    inside = (
        f"{len(tools.fees.items) if tools.fees else 0} fees, {len(tools.offer.questions) if tools.offer else 0} signs, "
        f"{len(tools.contract.questions) if tools.contract else 0} points of a contract, "
        f"{len(tools.papers.items) if tools.papers else 0} papers, "
        f"{sum(len(group.words) for group in tools.words.groups) if tools.words else 0} Malay words"
    )
    yield "tools", f"{len(tools.all())}: {inside}"
    yield "questions answered, of those listed", f"{len(library.topics)} of {len(library.questions)}"
    grades = Counter(fact.grade for fact in library.facts.values())
    listed = ", ".join(f"{grade} {grades[grade]}" for grade in ("A", "B", "C"))
    yield "facts, by confidence", f"{len(library.facts)}: {listed}"
    numbers = [line.rung_on for line in library.helplines] + [mission.rung_on for mission in library.missions]
    yield "help numbers and missions, rung by staff", f"{len(numbers)}, {sum(day is not None for day in numbers)}"
    taught = [text for text in content.texts if text.file.startswith(TAUGHT)]
    sasak = sum(text.sas is not None for text in taught)
    yield "Sasak drafts of what is taught", f"{sasak} of {len(taught)} texts ({percent(sasak, len(taught))})"
    signed = sum(review.is_signed(False) for review in content.reviews.values())
    yield "Sasak texts signed by native speakers", str(signed)
    yield "Sasak of the interface", f"{interface[0]} of {interface[1]} sentences ({percent(*interface)})"
    yield "pictures drawn for this project", str(pictures)
    yield "texts that `sound make` reads aloud, recordings by people", f"{len(spoken_statements(library))}, {recorded}"
    measured = ease(text.id for text in content.texts if text.file.startswith(MEASURED))
    yield (
        "reading ease: words a sentence, words of 11 letters or more",
        f"{measured.words_a_sentence:.1f}, {measured.long_words:.1f} %",
    )


def percent(part: int, whole: int) -> str:
    return f"{100 * part // whole} %" if whole else "0 %"


def spoken_statements(library: Library) -> list[Statement]:
    """What can be heard: lesson cards, stories, cards for families, and first answers."""
    found: list[Statement] = []
    for module in library.modules:
        found += [card.statement for lesson in module.lessons for card in lesson.cards]
        found += [story.statement for story in module.stories]
        found += [card.statement for card in module.family]
    return found + [topic.answer for topic in library.topics.values()]
