"""Answers: two related topics below each, never more choices than a list takes; several questions; handing on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.answers import FAMILY, RELATED, Answer
from bot.conversation.codec import to_json
from bot.conversation.flows import REGISTRY
from bot.conversation.followups import KEPT
from bot.conversation.handover import HandoverSafe
from bot.conversation.menu import Menu
from bot.conversation.questions import Maybe
from bot.conversation.speech import fits
from bot.conversation.state import dump
from bot.conversation.transcript import given
from bot.conversation.turn import take_turn
from bot.conversation.types import MAX_CHOICES, MAX_REPLIES, Context, HandOver, Message

OTHERS = ("total-cost", "age-limit", "send-money")


@pytest.fixture
def here(context: Context) -> Context:
    return given({"language": "id", "consent": True, "role": "prospective"}, context)


def said(words: str) -> Message:
    return Message("text", words)


@pytest.mark.parametrize("language", ["id", "sas"])
@pytest.mark.parametrize("role", ["prospective", "family"])
@pytest.mark.parametrize("place", [None, Menu()])
def test_two_related_topics_stand_below_every_answer(
    context: Context, language: str, role: str, place: Menu | None
) -> None:
    c = given({"language": language, "role": role}, context)
    for topic in c.library.topics.values():
        for part in range(len(topic.more) + 1):
            answer = Answer(topic.id, part, dump(place) if place else None)
            keys = [choice.key for choice in answer.choices(c)]
            assert keys[:2] == ["yes", "no"] and len(keys) <= MAX_CHOICES
            assert [key for key in keys if key in topic.related] == list(topic.related[:RELATED]), topic.id


@pytest.mark.parametrize("language", ["id", "sas"])
def test_what_else_was_asked_always_has_its_place(context: Context, language: str) -> None:
    c = given({"language": language}, context)
    for topic in c.library.topics.values():
        also = tuple(other for other in OTHERS if other != topic.id)
        parts = [*range(len(topic.more) + 1), *([FAMILY] if topic.family else [])]
        for part in parts:
            answer = Answer(topic.id, part, also=also)
            keys = [choice.key for choice in answer.choices(c)]
            assert keys[: 2 + len(also)] == ["yes", "no", *also] and len(keys) <= MAX_CHOICES
            assert len(keys) == len(set(keys))
            replies = answer.ask(c)
            assert len(replies) <= MAX_REPLIES and all(fits(c, reply.text) for reply in replies)
            labels = [c.library.topics[other].label for other in also]
            shown = "\n".join(reply.text for reply in replies)
            assert all(label.id in shown or (label.sas or "-") in shown for label in labels), (topic.id, part)


def test_the_others_are_kept_until_they_are_answered(here: Context) -> None:
    turn = take_turn(Menu(), said("syarat umur apa?\nkirim uang dari malaysia bagaimana?\nslip gaji itu apa?"), here)
    assert isinstance(turn.state, Answer)
    assert (turn.state.topic, turn.state.also) == ("age-limit", ("send-money", "payslip"))
    again = REGISTRY.load(dump(turn.state))
    assert again == turn.state
    turn = take_turn(turn.state, said("slip gaji"), here)
    assert isinstance(turn.state, Answer)
    assert (turn.state.topic, turn.state.also) == ("payslip", ("send-money",))
    turn = take_turn(turn.state, said("ya"), here)
    assert isinstance(turn.state, Answer)
    assert (turn.state.topic, turn.state.also) == ("send-money", ())


def test_what_was_written_reaches_the_staff_whole(here: Context) -> None:
    words = "Kak, " + "saya mau tanya dulu ya. " * 40 + "berapa umur minimal?"
    assert len(words) > 500
    turn = take_turn(Menu(), said(words), here)
    while not isinstance(turn.state, HandoverSafe):
        key = "no" if isinstance(turn.state, Answer) else "none" if isinstance(turn.state, Maybe) else "person"
        turn = turn.state.choose(key, here)
    assert turn.state.question == words[:KEPT]
    turn = turn.state.choose("safe", here)
    (kept,) = [effect for effect in turn.effects if isinstance(effect, HandOver)]
    assert kept.question == words


@pytest.mark.parametrize(("words", "topic"), [("syarat umur", "age-limit"), ("resep rendang yang enak bagaimana", "")])
def test_a_question_for_a_person_carries_the_topic_it_was_taken_for(here: Context, words: str, topic: str) -> None:
    turn = take_turn(take_turn(Menu(), said("petugas"), here).state, said(words), here)
    assert isinstance(turn.state, HandoverSafe)
    assert (turn.state.question, turn.state.topic) == (words, topic)


def test_an_answer_that_did_not_help_is_handed_on_as_it_was_written(here: Context) -> None:
    turn = take_turn(Menu(), said("syarat umur"), here)
    turn = take_turn(turn.state, said("belum"), here)
    turn = take_turn(turn.state, said("petugas"), here)
    assert isinstance(turn.state, HandoverSafe)
    assert (turn.state.question, turn.state.topic) == ("syarat umur", "age-limit")


def test_without_staff_it_leads_to_the_offices(here: Context) -> None:
    c = given({"language": "id", "staff": False}, here)
    turn = take_turn(take_turn(Menu(), said("syarat umur"), c).state, said("belum"), c)
    assert turn.state.choose("person", c).state.NAME == "offices"


@pytest.mark.parametrize(("key", "name"), [("source", "source"), ("no", "not-helped")])
def test_follow_ups_are_understood_below_the_source_and_after_no(here: Context, key: str, name: str) -> None:
    turn = Answer("passport-apply").choose(key, here)
    assert name == turn.state.NAME
    turn = take_turn(turn.state, said("terus kalau hilang?"), here)
    assert isinstance(turn.state, Answer) and turn.state.topic == "lost-passport"


def test_where_is_no_slip_of_the_finger_for_source(here: Context) -> None:
    turn = take_turn(Answer("lost-passport"), said("di mana?"), here)
    assert isinstance(turn.state, Answer) and turn.state.topic == "embassy-contact"
    assert take_turn(Answer("lost-passport"), said("dari mana sumbernya"), here).state.NAME == "source"


def test_a_question_with_words_of_its_own_is_no_follow_up(here: Context) -> None:
    turn = take_turn(Answer("passport-apply"), said("syarat umur"), here)
    assert isinstance(turn.state, Answer) and turn.state.topic == "age-limit"


def test_a_follow_up_without_more_offers_what_may_be_meant(here: Context) -> None:
    last = len(here.library.topics["passport-apply"].more)
    turn = take_turn(Answer("passport-apply", last), said("apa lagi?"), here)
    assert isinstance(turn.state, Maybe) and 0 < len(turn.state.topics) <= 3


def test_a_withdrawn_topic_is_passed_over(here: Context) -> None:
    """Content is edited while people are in it."""
    answer = replace(Answer("age-limit"), also=("gone", "send-money"))
    assert "gone" not in [choice.key for choice in answer.choices(here)]
    turn = answer.choose("yes", here)
    assert isinstance(turn.state, Answer) and turn.state.topic == "send-money"
    assert to_json(dump(turn.state))
