"""Would a voice read the texts right? Words in capitals that the pronunciation list does not know, and figures left over."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bot.library.load import Content
from bot.library.reading import Node, Problem, parse, problem
from bot.library.spoken import FILE, Speaker
from bot.library.summary import spoken_statements


def check_spoken(folder: Path, content: Content) -> Iterator[Problem]:
    """Only texts that are read aloud; one warning a word, with the first place where it stands."""
    found: list[Problem] = []
    node = Node(parse(folder / FILE, FILE, found), FILE, "", found)
    if found:
        yield from found
        return
    speaker = Speaker.read(node, {line.number for line in content.library.helplines})
    yield from found
    unknown: defaultdict[str, list[str]] = defaultdict(list)
    for statement in spoken_statements(content.library):
        for phrase in filter(None, (statement.text, statement.safe)):
            for word in speaker.unknown(phrase.id):
                unknown[word].append(statement.place)
            for figures in re.findall(r"\S*\d\S*", speaker.say(phrase.id)):
                yield problem(
                    FILE, "words", f"{figures!r} is not read as words", "Write it there as it is said", "warning"
                )
    for word, places in sorted(unknown.items()):
        what = f"{word!r} is neither in letters, words nor plain ({places[0]})"
        yield problem(FILE, "letters", what, "Say how it is read", "warning")
