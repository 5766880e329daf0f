"""How a text becomes a reply: the language, the Sasak drafts, the grades of truth, the labels of choices.

`say` finds the words of the machine (gettext, English msgids); `shown` gives a statement of the content as it may be shown
today. Both return a `Phrase` in both languages; only `text` and `label` decide what the person sees.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from babel import Locale

from bot.conversation.state import State
from bot.conversation.types import MAX_CHARS, MAX_LABEL, Choice, Context, Effect, Language, Reply, Turn
from bot.library.model import Media, Phrase, Statement
from bot.library.review import text_hash
from bot.library.sounds import made_key, recording_key

WITA = timezone(timedelta(hours=8), "WITA")  # Nusa Tenggara Barat has no daylight saving time
_DAYS = Locale("id").days["format"]["wide"]
_MONTHS = Locale("id").months["format"]["wide"]


class Catalogue:
    """The gettext catalogues in memory. `say` is the only way to a machine's words."""

    def __init__(self, indonesian: gettext.NullTranslations, sasak: gettext.NullTranslations) -> None:
        self._id = indonesian.gettext
        self._sas = sasak.gettext

    def say(self, msgid: str, **params: Phrase | str | int) -> Phrase:
        """The sentence in both languages, its named placeholders filled. A Phrase fills each language with its own."""
        indonesian, sasak = self._id(msgid), self._sas(msgid)
        has_sasak = sasak != msgid
        if not params:
            return Phrase(indonesian, sasak if has_sasak else None)
        in_id = {name: value.id if isinstance(value, Phrase) else value for name, value in params.items()}
        in_sas = {
            name: (value.sas or value.id) if isinstance(value, Phrase) else value for name, value in params.items()
        }
        return Phrase(indonesian.format(**in_id), sasak.format(**in_sas) if has_sasak else None)


def same(words: str) -> Phrase:
    """Words that are the same in both languages: names, numbers, dates."""
    return Phrase(words)


def lines(*phrases: Phrase | None, gap: str = "\n\n") -> Phrase:
    """Phrases one below the other; None is left out."""
    kept = [phrase for phrase in phrases if phrase is not None and phrase.id]
    whole = kept[0] if kept else Phrase("")
    for phrase in kept[1:]:
        whole = whole + gap + phrase
    return whole


def critical(phrase: Phrase) -> Phrase:
    """Danger, health, law or money: Indonesian is always shown first."""
    return replace(phrase, critical=True)


def text(phrase: Phrase, c: Context) -> str:
    """What the person sees of a phrase, after language and the setting for Sasak drafts (SASAK_DRAFTS)."""
    if c.language == "id" or phrase.sas is None or (c.drafts == "hide" and not phrase.signed):
        return phrase.id
    if phrase.sas == phrase.id:
        return phrase.id
    if c.drafts == "beside" and not phrase.signed:
        return f"{phrase.id}\n\n*Sasak:* {phrase.sas}"
    return f"{phrase.id}\n\n*Sasak:* {phrase.sas}" if phrase.critical else phrase.sas


def label(phrase: Phrase, c: Context) -> str:
    """A button's words: one language only, at most 24 characters, cut at a word."""
    drafts_alone = c.drafts == "show" or phrase.signed
    words = phrase.sas if c.language == "sas" and phrase.sas and drafts_alone else phrase.id
    if len(words) <= MAX_LABEL:
        return words
    cut = words[: MAX_LABEL - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:(") + "…"


def option(c: Context, key: str, phrase: Phrase, *also: str) -> Choice:
    """A choice with its label; the whole words of both languages and `also` mean it too."""
    words = dict.fromkeys(word for word in (phrase.id, phrase.sas, *also) if word)
    return Choice(key, label(phrase, c), tuple(words))


def navigation(c: Context) -> tuple[Choice, ...]:
    """The ways out that are always there."""
    say = c.catalogue.say
    return (
        option(c, "back", say("Back")),
        option(c, "menu", say("Menu")),
        option(c, "help", say("Help")),
    )


def reply(c: Context, phrase: Phrase, choices: Iterable[Choice] = (), **more: object) -> Reply:
    """One message with its choices and the ways out."""
    return Reply(text(phrase, c), tuple(choices), navigation(c), **more)  # type: ignore[arg-type]


def listen(state: State, c: Context) -> tuple[Choice, ...]:
    """«dengar», with its size, where there is a sound for this place. Media come only when asked for."""
    media = c.library.media.get(state.SOUND)
    if media is None:
        return ()
    size = f"{-(-media.size // 1024)}"
    return (option(c, "sound", c.catalogue.say("Listen ({size} kB)", size=size), "dengar", "suara", "dengah"),)


def played(state: State, c: Context) -> Turn:
    """The sound of a place, with in words what is heard; the place stays."""
    return Turn(state, (reply(c, c.library.media[state.SOUND].alt, state.choices(c), sound=state.SOUND),))


def heard(statement: Statement, c: Context) -> Media | None:
    """The sound of a statement as it is shown today: a person's recording first, then the one it names, then the machine's.

    Found by the words themselves, so an old sound never speaks for a text that has changed or is withheld.
    """
    words = shown(statement, c)
    media = c.library.media
    if c.language == "sas" and words.sas and (recorded := media.get(recording_key("sas", text_hash(words.sas)))):
        return recorded
    of = text_hash(words.id)
    if recorded := media.get(recording_key("id", of)):
        return recorded
    named = media.get(statement.sound or "") if statement.grade_on(today(c)) != "C" else None
    if named is not None and not named.synthetic:
        return named
    return media.get(made_key(of)) or named


def caution(statement: Statement, c: Context) -> Phrase | None:
    """The line under a text that stands on facts of grade B."""
    if statement.grade_on(today(c)) != "B":
        return None
    say = c.catalogue.say
    office = c.library.offices.get(statement.ask or "", None) or c.library.offices["disnaker"]
    kinds = {fact.kind for fact in statement.facts if fact.grade_on(today(c)) == "B"}
    if kinds <= {"practice"}:
        return say("This is general advice. In doubt, ask {office}.", office=office)
    if kinds <= {"practice", "health"}:
        return say("This is general health advice. Ask again at {office}.", office=office)
    return say("By the rules as we know them; ask again at {office}.", office=office)


def shown(statement: Statement, c: Context) -> Phrase:
    """The statement as its grade allows today: as written, with a line of caution, or the safe sentence."""
    if statement.grade_on(today(c)) == "C":
        return safe(statement, c)
    return lines(statement.text, caution(statement, c))


def safe(statement: Statement, c: Context) -> Phrase:
    """What is said instead of something that is not confirmed: who to ask."""
    if statement.safe is not None:
        return replace(statement.safe, critical=statement.text.critical)
    office = c.library.offices.get(statement.ask or "", None) or c.library.offices["disnaker"]
    return critical(
        c.catalogue.say(
            "We are not sure of this today, so we do not state it. Ask {office} before you decide or pay.",
            office=office,
        )
    )


def today(c: Context) -> date:
    return c.now.astimezone(WITA).date()


def day_in_words(at: datetime | date) -> str:
    """«Jumat, 18 Desember 2026». The Sasak names of days are not confirmed yet, so Indonesian serves both."""
    day = at.astimezone(WITA).date() if isinstance(at, datetime) else at
    return f"{_DAYS[day.weekday()]}, {short_day(day)}"


def short_day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month]} {day.year}"


def time_in_words(at: datetime) -> str:
    """«08.30 WITA»"""
    return at.astimezone(WITA).strftime("%H.%M WITA")


def with_contact(c: Context, **known: object) -> Context:
    """The context after an effect has changed what is known of the person."""
    return replace(c, contact=replace(c.contact, **known))  # type: ignore[arg-type]


def in_language(c: Context, language: Language) -> Context:
    return with_contact(c, language=language)


def fits(c: Context, words: str) -> bool:
    """Short enough for one message (a text in two languages may be twice as long)."""
    return len(words) <= MAX_CHARS * (1 if c.language == "id" else 2)


def arrive(state: State, c: Context, *effects: Effect, lead: Phrase | None = None) -> Turn:
    """A turn that leads to a state: its *ask*, with a line before it where there is one to say."""
    replies = state.ask(c)
    if lead is not None and lead.id:
        words = text(lead, c)
        together = f"{words}\n\n{replies[-1].text}"
        if fits(c, together) and not (lead.critical and c.language == "sas"):
            replies = (*replies[:-1], replace(replies[-1], text=together))
        elif len(replies) == 1:
            replies = (Reply(words), *replies)
        # Two full messages stand already: the line before them would be a third, and is left out.
    return Turn(state, replies, tuple(effects))


Say = Callable[..., Phrase]
