"""What a message means: its topic, and whether somebody is in danger. Pure once built; files are read once at the start."""

from __future__ import annotations

from pathlib import Path

from bot.understanding.danger import Assessment, Danger
from bot.understanding.data import LanguageData, load_language
from bot.understanding.followups import FollowUp, FollowUpWords
from bot.understanding.match import Match, Matcher
from bot.understanding.normalise import Normaliser

__all__ = ["Assessment", "FollowUp", "Match", "Understanding", "build"]


class Understanding:
    """Everything that looks at words, built from content/language."""

    def __init__(self, data: LanguageData) -> None:
        self._normaliser = Normaliser.from_rows(data.rows)
        self._matcher = Matcher.of(data, self._normaliser)
        self._ordinary = self._matcher.ordinary
        self._danger = Danger(data.danger, self._normaliser, sorted(self._ordinary))
        written = [topic.question for topic in data.topics]
        written += [line for lines in data.phrasings.values() for line in lines] + list(data.out_of_scope)
        if data.danger_examples:  # without them the rules stand alone
            self._danger.learn(data.danger_examples, written)
        self._followups = FollowUpWords(data.followups, self._normaliser)

    def match(self, text: str, *, sasak: bool = False) -> Match:
        """The FAQ topic of a question; see `Match`. Any text is allowed."""
        return self._matcher.match(text, sasak=sasak)

    def assess(self, text: str, *, sasak: bool = False) -> Assessment:
        """The danger that a message tells of; see `Assessment`. Any text is allowed."""
        return self._danger.assess(text, sasak=sasak)

    def follow_up(self, text: str, *, sasak: bool = False) -> FollowUp | None:
        """The kind of a short question about what was just shown; see `FollowUp`. Any text is allowed."""
        return self._followups.read(text, sasak=sasak)

    def ordinary_words(self, text: str) -> tuple[str, ...]:
        """Those words of a message, in their plain form, that stand in our own phrasings: names and numbers do not."""
        return tuple(word for word in self._normaliser.words(text) if word.isalpha() and word in self._ordinary)


def build(content: Path) -> Understanding:
    """From the folder `content/`."""
    return Understanding(load_language(content))
