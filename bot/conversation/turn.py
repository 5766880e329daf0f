"""The order of interpretation, on one page. The order is a safety property and has tests.

    1  words of danger          the help card at once, whatever else is going on
    2  TUTUP                    a neutral screen
    3  global words             menu, back, language, help, stop, start, my data, a person please, ...
       a certificate's code     BKL-…: is it genuine; PULIH with a code: go on from a new number
    4  the state's own choices  by number, label, part of it, synonym, with typos
    5  an answer to the question asked
    6  a question               FAQ match
    7  «I did not understand»   kind, and the place is kept (a misspelt global word is still understood)

A tapped button is checked first: an old one shows where the person is and never acts.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import globals as global_words
from bot.conversation.answers import Answer
from bot.conversation.certificate import verified, verify
from bot.conversation.choosing import pick, plain
from bot.conversation.danger import SHOWN, FamilyCard, HelpCard
from bot.conversation.flows import ASKING, LESSONS
from bot.conversation.followups import KEPT
from bot.conversation.handover import HandoverOffer, VoiceNote
from bot.conversation.menu import Closed, standing
from bot.conversation.people import switched
from bot.conversation.places import saved
from bot.conversation.questions import Maybe, answer_to, miss, reads_as_question
from bot.conversation.recovery import with_code
from bot.conversation.six_questions import CheckAsk, CheckOffer
from bot.conversation.speech import arrive, critical
from bot.conversation.state import Saved, State, dump
from bot.conversation.types import (
    MAX_REPLIES,
    CertificateChecked,
    Context,
    CountCampaign,
    Effect,
    Erased,
    Message,
    Outcome,
    ProfileSwitched,
    Reply,
    Request,
    Turn,
    WipeScreen,
)
from bot.conversation.welcome import ALSO, Welcome
from bot.conversation.worry import WorryCard, beside
from bot.library.model import Phrase

LONGEST = 10_000  # characters of a message that are looked at


def take_turn(state: State | None, message: Message, c: Context) -> Turn:
    """What one message causes. `state` None: nothing is known of this address yet. Never raises for any message."""
    if message.kind == "outcome" and message.outcome is not None:
        turn = _outcome(state, message.outcome, c)  # what the state names may be gone by its own request
    else:
        if state is not None and not state.valid(c):
            state = global_words.menu_state()
        message = replace(message, text=message.text[:LONGEST])
        turn = _first(message, c) if state is None else _interpret(state, message, c)
    return _with_bookmark(state, _bounded(turn), c)


def _interpret(state: State, message: Message, c: Context) -> Turn:
    if message.kind == "choice":
        return _tapped(state, message, c)
    if message.kind == "text":
        return (
            _danger(state, message, c)
            or _close(state, message)(c)
            or global_words.answer(state, message, c)
            or _code(state, message)
            or _own_choice(state, message, c)
            or state.hear(message, c)
            or _question(state, message, c)
            or global_words.nearly(state, message, c)
            or _not_understood(state, message, c)
        )
    return state.hear(message, c) or _media(state, message, c)


def _first(message: Message, c: Context) -> Turn:
    """The first message of all: danger and TUTUP first; a question is answered first, nothing kept, then the welcome."""
    campaign = message.campaign or ""
    then = "event:" + campaign.removeprefix("acara-") if campaign.startswith("acara-") else ""
    welcome = Welcome(then)
    counted = (CountCampaign(campaign[:40]),) if campaign else ()
    if message.kind == "text" and message.text.strip():
        early = _danger(welcome, message, c) or _close(welcome, message)(c) or _own_choice(welcome, message, c)
        if early is not None:
            return early
        if plain(message.text) in global_words.EARLY:
            turn = global_words.answer(welcome, message, c)
            if turn is not None:
                return turn
        coded = _code(welcome, message)
        if coded is not None:
            return replace(coded, effects=(*counted, *coded.effects))
        return _first_question(welcome, message, counted, c)
    return arrive(welcome, c, *counted)


def _first_question(welcome: Welcome, message: Message, counted: tuple[Effect, ...], c: Context) -> Turn:
    """The answer before the welcome; what else was asked comes when a language is chosen. No sure answer: that is said."""
    answer = answer_to(message, None, c)
    if isinstance(answer, Answer):
        then = welcome.then or (f"{ALSO}{','.join(answer.also)}" if answer.also else "")
        words = replace(replace(answer, also=()).ask(c)[0], choices=(), nav=())
        return Turn(replace(welcome, then=then), (words, *welcome.ask(c)), counted)
    if c.understanding.assess(message.text).level == "worry":
        return arrive(WorryCard(message.text[:KEPT], dump(welcome)), c, *counted)
    lead = None
    if reads_as_question(message) and plain(message.text) not in global_words.GREETINGS and message.campaign is None:
        lead = c.catalogue.say("For your question I have no sure answer yet. Choose a language, then write it again.")
    return arrive(welcome, c, *counted, lead=lead)


# --- 1 danger --------------------------------------------------------------------------------------------------------


def _danger(state: State, message: Message, c: Context) -> Turn | None:
    found = c.understanding.assess(message.text, sasak=c.language == "sas")
    if found.level not in SHOWN:
        return None
    place = saved(state)
    if found.third_person:
        return arrive(FamilyCard(found.level, place, fuzzy=found.fuzzy), c)
    return arrive(HelpCard(found.level, place, fuzzy=found.fuzzy), c)


# --- 2 TUTUP ---------------------------------------------------------------------------------------------------------


class _close:
    """TUTUP, as a step of the order: called with the context, it gives the turn or None."""

    def __init__(self, state: State, message: Message) -> None:
        self.state, self.message = state, message

    def __call__(self, c: Context) -> Turn | None:
        if plain(self.message.text) not in global_words.CLOSE:
            return None
        return arrive(Closed(standing(self.state)), c, WipeScreen())


# --- 3 codes ---------------------------------------------------------------------------------------------------------


def _code(state: State, message: Message) -> Turn | None:
    """A code is never anything else, so it is understood in forms too."""
    return verify(state, message) or with_code(state, message)


# --- 4 own choices ---------------------------------------------------------------------------------------------------


def _own_choice(state: State, message: Message, c: Context) -> Turn | None:
    chosen = pick(message.text, state.choices(c))
    return state.choose(chosen.key, c) if chosen else None


def _tapped(state: State, message: Message, c: Context) -> Turn:
    """A button. Its stamp must be the conversation's; otherwise it shows where the person is."""
    key = message.choice or ""
    if message.stamp != c.step:
        return arrive(state, c, lead=c.catalogue.say("That button is from before. You are here:"))
    if any(choice.key == key for choice in state.choices(c)):
        return state.choose(key, c)
    turn = global_words.by_key(key, state, c)
    return turn or arrive(state, c)


# --- 6 a question ----------------------------------------------------------------------------------------------------


def _question(state: State, message: Message, c: Context) -> Turn | None:
    """A free question; inside a lesson or a form the place is kept. Who sounds afraid is offered help beside it."""
    place = standing(state)
    if isinstance(state, ASKING) and not (getattr(state, "place", None) or getattr(state, "also", ())):
        place = None  # one question after another: there is no lesson or form to go on with
    answer = answer_to(message, place, c)
    if c.understanding.assess(message.text, sasak=c.language == "sas").level != "worry":
        return arrive(answer, c) if answer is not None else None
    vague = isinstance(answer, Maybe) and not reads_as_question(message)  # «saya takut» asks nothing
    if answer is None or isinstance(answer, HandoverOffer) or vague:
        return arrive(WorryCard(message.text[:KEPT], place), c)
    return arrive(answer, c, lead=beside(c))


# --- 7 not understood ------------------------------------------------------------------------------------------------


def _not_understood(state: State, message: Message, c: Context) -> Turn:
    say = c.catalogue.say
    if plain(message.text) in global_words.GREETINGS:
        return arrive(state, c, lead=say("Hello! You are here:"))
    if not plain(message.text):
        return arrive(state, c, lead=say("Please write a word or a number."))
    if not state.TAKES_WORDS and reads_as_question(message):
        offer = HandoverOffer(message.text[:KEPT], place=standing(state))
        return arrive(offer, c, miss(message.text, c))
    return arrive(state, c, lead=say("Sorry, I did not understand. Choose a number or write *BANTUAN*."))


def _media(state: State, message: Message, c: Context) -> Turn:
    """Voice notes, pictures, stickers, places, contacts: what to do instead; the place is kept."""
    say = c.catalogue.say
    if message.kind == "voice":
        return arrive(VoiceNote(message.media, standing(state)), c)
    lead: dict[str, Phrase] = {
        "photo": critical(
            say("I cannot see pictures. Please never send photos of KTP, passport or papers. Write instead.")
        ),
        "document": critical(say("I cannot open files. Please never send papers here. Write your question instead.")),
        "video": say("I cannot watch videos. Please write instead."),
        "location": say("I cannot use a location. In danger write *TOLONG*."),
        "contact": say("Thank you, but keep other people's numbers to yourself. Write your question instead."),
        "sticker": say("Thank you! Please choose a number or write a word."),
    }
    return arrive(state, c, lead=lead.get(message.kind, say("I cannot read this. Please write a word or a number.")))


# --- outcomes and bounds ---------------------------------------------------------------------------------------------


def _outcome(state: State | None, outcome: Outcome, c: Context) -> Turn:
    """What came of a request. After these two the context is of somebody else, or of nobody yet: the state does not count."""
    if isinstance(outcome, ProfileSwitched):
        return switched(outcome, c)
    if isinstance(outcome, Erased):
        return arrive(Welcome(), c, lead=c.catalogue.say("Everything about you is erased."))
    if state is None:
        return arrive(Welcome(), c)
    if isinstance(outcome, CertificateChecked):
        return verified(state, outcome, c)
    turn = state.outcome(outcome, c)
    if turn is not None:
        return turn
    return arrive(state if state.valid(c) else global_words.menu_state(), c)


def _bounded(turn: Turn) -> Turn:
    """Never nothing, never more than two messages in a row."""
    if turn.replies or any(isinstance(effect, Request) for effect in turn.effects):
        return replace(turn, replies=turn.replies[:MAX_REPLIES])
    raise ValueError(f"the state {turn.state.NAME!r} answered nothing")


def _with_bookmark(before: State | None, turn: Turn, c: Context) -> Turn:
    """Leaving a lesson keeps the place; being in one, or finishing the module, drops the old mark."""
    if isinstance(turn.state, LESSONS):
        return replace(turn, bookmark=None if turn.state.NAME in ("module-done", "family-done") else c.bookmark)
    if isinstance(before, CheckOffer) and not isinstance(turn.state, CheckAsk) and _is_lesson(before.then):
        return replace(turn, bookmark=before.then)
    if before is not None and before.NAME in ("card", "quiz", "quiz-why", "story", "story-told", "for-family"):
        return replace(turn, bookmark=dump(before))
    return replace(turn, bookmark=c.bookmark)


def _is_lesson(place: Saved) -> bool:
    return any(place.get("name") == kind.NAME for kind in LESSONS)


def opening(state: State, c: Context) -> tuple[Reply, ...]:
    """What stands on the screen at a place; for previews, checks and the chart."""
    return state.ask(c)
