"""What keys are called, for a person who reads them: modules, lessons, papers, kabupaten."""

from __future__ import annotations

from bot.library.model import Library


def titles_of(library: Library) -> dict[str, str]:
    """Indonesian names by key; lessons by "module/lesson"."""
    named = dict(library.places)
    for module in library.modules:
        named[module.key] = module.title.id
        named.update(
            {f"{module.key}/{lesson.key}": f"{module.title.id}: {lesson.title.id}" for lesson in module.lessons}
        )
    if library.tools.papers is not None:
        named.update({item.key: item.label.id for item in library.tools.papers.items})
    return named
