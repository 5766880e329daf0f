"""The tools: are their lists whole, do their pages fit one message, do synonyms name one thing only?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from bot.library.model import Library, Phrase
from bot.library.reading import Problem, problem
from bot.library.tools.asking import STOP, Asked
from bot.library.tools.contract import Contract
from bot.library.tools.fees import Fees
from bot.library.tools.offer import Level, Offer
from bot.library.tools.words import Words

MESSAGE = 500  # characters, per language
SHOWN = 420  # of the labels of all signs together, which stand in one message under the verdict
WORDS = 8  # a group
# The three verdicts, to the letter: none of them calls an offer safe.
VERDICTS: dict[Level, str] = {
    "stop": "Berhenti dulu",
    "ask": "Tanyakan dulu",
    "none": "Belum terlihat tanda bahaya, tetap cek ke Disnaker",
}


def check_tools(library: Library) -> Iterator[Problem]:
    """Every fault of the tools that is not one of a single text. Errors, each with its remedy."""
    tools = library.tools
    if tools.fees is not None:
        yield from _fees(tools.fees)
    if tools.offer is not None:
        yield from _offer(tools.offer)
    if tools.contract is not None:
        yield from _contract(tools.contract)
    if tools.words is not None:
        yield from _words(tools.words)


def _fees(fees: Fees) -> Iterator[Problem]:
    file = "tools/fees.yaml"
    if not fees.items:
        yield problem(file, "items", "there is no fee", "Write some, or take the file away")
    named: defaultdict[str, list[str]] = defaultdict(list)
    for fee in fees.items:
        for words in {_plain(words) for words in (fee.label.id, *fee.words)}:
            named[words].append(fee.key)
        if fee.kind != "unsure" and not fee.statement.facts:
            what = f"says who pays ({fee.kind}) but names no fact"
            yield problem(file, f"items/{fee.key}/facts", what, "Name the fact, or write kind: unsure")
    for words, keys in sorted(named.items()):
        if len(keys) > 1:
            what = f"{words!r} also means {', '.join(keys[1:])}"
            yield problem(file, f"items/{keys[0]}/words", what, "Let it mean one fee only, or ask with longer words")


def _offer(offer: Offer) -> Iterator[Problem]:
    file = "tools/offer.yaml"
    yield from _questions(file, offer.questions, 8, 10)
    for level, words in VERDICTS.items():
        if offer.heads[level].id != words:
            yield problem(file, f"heads/{level}/id", "the verdict is worded otherwise", f'Write exactly: "{words}"')
    if not any(asked.weight == STOP for asked in offer.questions):
        yield problem(file, "questions", "no answer stops at once", f"Give the gravest sign weight: {STOP}")


def _contract(contract: Contract) -> Iterator[Problem]:
    yield from _questions("tools/contract.yaml", contract.questions, 8, 14)


def _questions(file: str, questions: tuple[Asked, ...], least: int, most: int) -> Iterator[Problem]:
    if not least <= len(questions) <= most:
        yield problem(file, "questions", f"{len(questions)} questions", f"Make it {least} to {most}")
    for language, words in _both([asked.label for asked in questions]):
        if sum(len(label) + 3 for label in words) > SHOWN:
            what = f"the labels together are too long for one message ({language})"
            yield problem(file, "questions", what, "Shorten some labels")


def _words(words: Words) -> Iterator[Problem]:
    file = "tools/words.yaml"
    for group in words.groups:
        place = f"groups/{group.key}"
        if not 1 <= len(group.words) <= WORDS:
            yield problem(file, place, f"{len(group.words)} words", f"Make it 1 to {WORDS}, or two groups")
        for language, (page,) in _both([group.page()]):
            if len(page) > MESSAGE:
                yield problem(file, place, f"{len(page)} characters ({language}), {MESSAGE} at most", "Make two groups")


def _both(phrases: list[Phrase]) -> Iterator[tuple[str, list[str]]]:
    yield "id", [phrase.id for phrase in phrases]
    yield "sas", [phrase.sas or phrase.id for phrase in phrases]


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.lower()))
