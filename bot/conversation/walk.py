"""Walk the machine: every state, every choice, in a language, in memory.

A place is told apart by its state and keys, without the places and wishes nested in it. From each place every own choice,
every way out, and example words are tried. What is found is a `Survey`: places, edges and faults.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields

from bot.conversation.flows import FLOWS, REGISTRY
from bot.conversation.prints import wrong_with
from bot.conversation.rehearsal import Rehearsal
from bot.conversation.state import State
from bot.conversation.types import MAX_CHARS, MAX_CHOICES, MAX_LABEL, Context, Message, Reply

# Fields that tell no places apart: what is nested, what people wrote, what is counted up.
_NESTED = frozenset(
    [
        "place",
        "then",
        "right",
        "question",
        "media",
        "name",
        "village",
        "case",
        "code",
        "position",
        "number",
        "registration",
        "profile",
        "nickname",
        "finished",
        "answers",
        "found",
        "words",
        "marks",
        "on",
        "also",
    ]
)
_MARK = len("\n\n*Sasak:* ")
MEDIA = ("voice", "photo", "sticker", "location", "contact", "document", "video", "other")


@dataclass(frozen=True)
class Fault:
    """Something wrong at a place, with the remedy."""

    place: str
    what: str
    remedy: str


@dataclass
class Survey:
    places: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    edges: set[tuple[str, str, str]] = field(default_factory=set)  # from state, by, to state
    faults: list[Fault] = field(default_factory=list)
    replies: int = 0


def place_of(state: State) -> str:
    """«card(module=decide,lesson=why,card=c1)»"""
    in_order = isinstance(state, (*FLOWS["lessons"], *FLOWS["finishing"]))
    nested = _NESTED - {"question"} if in_order else _NESTED
    keys = [f"{f.name}={getattr(state, f.name)}" for f in fields(state) if f.name not in nested]
    return f"{state.NAME}({','.join(keys)})"


def _standing(state: State, here: Rehearsal) -> str:
    """Where more than the state decides what is offered: consent, PIN, seats, people; and what a gate leads to."""
    then = getattr(state, "then", None)
    gate = f" then={then.get('name')}" if isinstance(then, dict) else ""
    if any(isinstance(state, FLOWS[flow]) for flow in ("lessons", "questions", "danger", "tools")):
        return gate
    contact = here.person.contact
    if isinstance(state, FLOWS["finishing"]):
        return f"{gate} {contact.consent} {len(contact.lessons) > 1} {contact.certificate} {contact.lesson_every}"
    if isinstance(state, FLOWS["departure"]):
        return f"{gate} {contact.consent} {contact.departure is not None} {here.person.pin is not None}"
    others = any(person.pin for key, person in here.people.items() if key != here.active)
    known = (contact.consent, here.person.pin is not None, others, bool(here.seats), here.active != "p1")
    # News are stopped and started from these two; elsewhere they change nothing that is offered.
    news = contact.announcements if state.NAME in ("menu", "settings") else True
    return f"{gate} {known} {news}"


Meet = Callable[[State, tuple[Reply, ...]], None]


def survey(*contexts: Context, meet: Meet | None = None) -> Survey:
    """Everything that can be reached from a first message, breadth first, by each of these people.

    `meet` is shown every place once, with what stood on the screen.
    """
    found = Survey()
    expanded: set[str] = set()
    waiting: deque[Rehearsal] = deque(Rehearsal(context) for context in contexts)
    while waiting:
        here = waiting.popleft()
        name = here.state.NAME if here.state else ""
        fresh = name not in expanded
        expanded.add(name)
        for by, message in _moves(here, fresh):
            there = copy.copy(here)
            there.people = {key: copy.copy(person) for key, person in here.people.items()}
            there.seats, there.questions, there.effects = list(here.seats), list(here.questions), []
            before = here.state
            try:
                replies = there.hear(message)
            except Exception as error:  # a walker reports what a person would have met
                place = place_of(before) if before else "start"
                found.faults.append(Fault(place, f"{by}: {type(error).__name__}: {error}", "mend the flow"))
                continue
            after = there.state
            if after is None:
                found.faults.append(Fault(by, "the state did not survive its own dump", "list it in flows.py"))
                continue
            found.edges.add((before.NAME if before else "start", by.split(" ")[0], after.NAME))
            found.replies += len(replies)
            place = place_of(after) + _standing(after, there)
            found.faults += _faults(place, after, replies, there.context)
            if place not in found.places:
                found.places.add(place)
                found.states.add(after.NAME)
                if meet is not None:
                    meet(after, replies)
                waiting.append(there)
    for name in sorted(set(REGISTRY.by_name) - found.states):
        found.faults.append(Fault(name, "no path leads to this state", "offer it somewhere or take it out of flows.py"))
    return found


def _moves(here: Rehearsal, fresh: bool) -> Iterator[tuple[str, Message]]:
    """What a person may do: own choices and the way back; where the state is met for the first time also the other ways
    out, example words, pictures, an old button, nonsense."""
    state = here.state
    if state is None:
        yield "halo", Message("text", "halo")
        yield "question", Message("text", "berapa gaji minimum di malaysia?")
        return
    only = here.base.contact.language  # a walk in one language does not leave it
    for choice in state.choices(here.context):
        if only is not None and state.NAME in ("welcome", "language") and choice.key != only:
            continue
        yield f"[{choice.key}]", Message("choice", choice=choice.key, stamp=here.step)
    yield "back", Message("choice", choice="back", stamp=here.step)
    for words in state.EXAMPLES:
        yield "words", Message("text", words)
    if not fresh:
        return
    for key in ("menu", "help"):
        yield key, Message("choice", choice=key, stamp=here.step)
    yield "nonsense", Message("text", "zzqx")
    yield "old-button", Message("choice", choice="next", stamp=-1)
    yield "question", Message("text", "berapa gaji minimum di malaysia?")
    yield "story", Message("text", "bagaimana caranya supaya kucing tetangga saya tidak naik ke atap rumah lagi")
    for kind in MEDIA:
        yield kind, Message(kind, media="ref" if kind == "voice" else None)  # type: ignore[arg-type]


def _faults(place: str, state: State, replies: tuple[Reply, ...], c: Context) -> Iterator[Fault]:
    if not replies:
        yield Fault(place, "answers nothing", "every turn ends with a reply")
        return
    shown = tuple(choice.key for choice in replies[-1].nav)
    if not set(state.WAYS_OUT) <= set(shown):
        missing = ", ".join(sorted(set(state.WAYS_OUT) - set(shown)))
        yield Fault(place, f"its last message does not offer: {missing}", "end it with reply(c, …)")
    for reply in replies:
        longest = MAX_CHARS if c.language == "id" else 2 * MAX_CHARS + _MARK
        if not reply.text.strip():
            yield Fault(place, "an empty message", "give it words")
        if len(reply.text) > longest:
            yield Fault(
                place, f"{len(reply.text)} characters ({c.language}); at most {longest}", "shorten or split the text"
            )
        if len(reply.choices) > MAX_CHOICES:
            yield Fault(place, f"{len(reply.choices)} choices; at most {MAX_CHOICES}", "page the list")
        keys = [choice.key for choice in reply.choices]
        if len(keys) != len(set(keys)):
            yield Fault(place, f"a choice stands twice: {keys}", "give each choice its own key")
        for choice in reply.choices:
            if not choice.label or len(choice.label) > MAX_LABEL:
                yield Fault(
                    place, f"the label {choice.label!r} is empty or too long", f"at most {MAX_LABEL} characters"
                )
        if reply.print is not None:
            if (wrong := wrong_with(reply.print)) is not None:
                yield Fault(place, wrong, "give Print(…) what its kind needs")
            if reply.print.language != c.language:
                yield Fault(place, f"a print in {reply.print.language} for a reader of {c.language}", "use c.language")
        if "{" in reply.text or "}" in reply.text:
            yield Fault(place, "a placeholder was not filled", "give say() its parameters")
