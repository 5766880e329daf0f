"""The order of interpretation is a safety property."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import Knowledge
from bot.commands.content import finished_context, machine_faults, walking_context
from bot.conversation import walk
from bot.conversation.flows import FLOWS, REGISTRY
from bot.conversation.rehearsal import Rehearsal
from bot.conversation.state import State, dump
from bot.conversation.transcript import CLOCK
from bot.conversation.turn import take_turn
from bot.conversation.types import MAX_REPLIES, Contact, Context, Effect, Message
from bot.conversation.walk import MEDIA

DANGER = ("tolong!!!", "saya disekap majikan", "saya dipukul majikan sekarang", "SOS", "tulung", "mau bunuh diri")
WORDS = st.sampled_from(
    [
        "halo", "1", "2", "3", "9", "0", "menu", "kembali", "bantuan", "bahasa", "sasak", "indonesia", "berhenti", "mulai",
        "data saya", "petugas", "asli", "tutup", "lanjut", "ganti orang", "nomor", "belajar", "acara", "daftar", "ya",
        "tidak", "Siti Aminah", "Anjani", "1234", "a", "b", "kuis", "jawaban", "tiket", "brp gaji di malaysia", "paspor",
        "hapus", "🙂", "", "   ", "lewati", "aman", "jangan", "sumber", "selengkapnya", "bukan begitu bahasanya",
        "kemajuan", "sertifikat", "bekal saya", "pulih", "pulih 7K3Q-9XTD-0001", "cek", "pelajaran", "pelajaran harian",
        "stop pelajaran", "surat", "BKL-7K3Q-9XTD-2M4R-0001", "tiap hari", "buat kode", "12 januari 2027", "minggu depan",
    ]
)  # fmt: skip
INPUTS = st.one_of(
    WORDS.map(lambda words: Message("text", words)),
    st.text(max_size=60).map(lambda words: Message("text", words)),
    st.text(min_size=1, max_size=40).map(lambda words: Message("text", (words * 10_000)[:10_500])),
    st.sampled_from(MEDIA).map(lambda kind: Message(kind, media="ref")),
    st.integers(0, 12).map(lambda at: Message("choice", choice=f"#{at}")),
    st.text(max_size=10).map(lambda key: Message("choice", choice=key, stamp=3)),
)


def somebody(knowledge: Knowledge, language: str | None = "id") -> Context:
    context = walking_context(knowledge, CLOCK)
    return replace(context, contact=Contact(language=language))  # type: ignore[arg-type]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(inputs=st.lists(INPUTS, min_size=1, max_size=25), language=st.sampled_from([None, "id", "sas"]))
def test_no_sequence_of_inputs_breaks_it(knowledge: Knowledge, inputs: list[Message], language: str | None) -> None:
    """It never raises, never answers nothing, never leaves a person without a way out, and always answers danger."""
    rehearsal = Rehearsal(somebody(knowledge, language))
    for message in inputs:
        state = rehearsal.state
        if message.kind == "choice" and (message.choice or "").startswith("#") and state is not None:
            choices = state.choices(rehearsal.context)
            index = int((message.choice or "#0")[1:])
            key = choices[index % len(choices)].key if choices else "menu"
            message = Message("choice", choice=key, stamp=rehearsal.step)
        replies = rehearsal.hear(message)
        after = rehearsal.state
        assert after is not None
        assert 1 <= len(replies) <= MAX_REPLIES
        assert all(reply.text.strip() for reply in replies)
        assert set(after.WAYS_OUT) <= {choice.key for choice in replies[-1].nav}
    card = rehearsal.say("tolong!!!")
    assert "999" in card[0].text and card[0].lane == "danger"


@pytest.fixture(scope="module")
def states(knowledge: Knowledge) -> list[State]:
    """One instance of every state, with keys that exist, found by walking."""
    found: dict[str, State] = {}

    def meet(state: State, _: object) -> None:
        found.setdefault(state.NAME, state)

    walk.survey(walking_context(knowledge, CLOCK), finished_context(knowledge, CLOCK), meet=meet)
    return list(found.values())


def test_danger_is_answered_from_every_state(knowledge: Knowledge, states: list[State]) -> None:
    context = somebody(knowledge)
    assert len(states) > 45
    for state in states:
        for words in DANGER:
            rehearsal = Rehearsal(context, state if state.valid(context) else None)
            replies = rehearsal.say(words)
            assert replies[0].lane == "danger" and "999" in replies[0].text, (state.NAME, words)
    # and before anything is known of the person
    assert "999" in Rehearsal(walking_context(knowledge, CLOCK)).say("tolong")[0].text


def test_danger_comes_before_tutup_and_global_words(knowledge: Knowledge) -> None:
    rehearsal = Rehearsal(somebody(knowledge))
    rehearsal.say("menu")
    assert rehearsal.say("tutup, saya disekap majikan")[0].lane == "danger"
    assert rehearsal.say("menu tolong saya dipukul majikan")[0].lane == "danger"


def test_an_old_button_never_acts(knowledge: Knowledge, states: list[State]) -> None:
    for state in states:
        context = somebody(knowledge)
        if not state.valid(context):
            continue
        for choice in state.choices(context):
            turn = take_turn(state, Message("choice", choice=choice.key, stamp=context.step - 1), context)
            assert turn.effects == () and turn.state == state, (state.NAME, choice.key)


def test_tutup_is_a_global_word_everywhere(knowledge: Knowledge, states: list[State]) -> None:
    for state in states:
        context = somebody(knowledge)
        if state.valid(context):
            turn = take_turn(state, Message("text", "TUTUP"), context)
            assert turn.state.NAME == "closed", state.NAME
            assert all(not reply.choices and not reply.nav for reply in turn.replies)


def test_states_survive_their_dump_and_odd_saved_forms_lead_nowhere(knowledge: Knowledge, states: list[State]) -> None:
    for state in states:
        assert REGISTRY.load(dump(state)) == state
        assert REGISTRY.load({**dump(state), "v": 0}) is None
        assert REGISTRY.load({**dump(state), "name": "gone"}) is None
        assert REGISTRY.load({**dump(state), "data": {"nonsense": 1}}) is None
        wrong = {field.name: [["x"]] for field in fields(state)}
        assert not wrong or REGISTRY.load({**dump(state), "data": wrong}) is None
    assert REGISTRY.load(None) is None
    assert REGISTRY.load({}) is None


def test_the_machine_has_no_fault(knowledge: Knowledge) -> None:
    """Every module finished and every choice of every state visited, in both languages, under every channel's limits."""
    assert machine_faults(knowledge, CLOCK) == []


def test_names_are_stable_and_short(knowledge: Knowledge) -> None:
    for name in REGISTRY.by_name:
        assert name == name.lower() and len(name) <= 20


def test_every_effect_kind_is_known_to_the_rehearsal_and_the_flows_use_it(knowledge: Knowledge) -> None:
    def kinds(kind: type[Effect]) -> set[type[Effect]]:
        return {kind} | {sub for child in kind.__subclasses__() for sub in kinds(child)}

    used: set[str] = set()
    flows = {state.__module__ for states in FLOWS.values() for state in states}
    for flow in (*flows, "bot.conversation.turn", "bot.conversation.globals"):
        used |= {kind.__name__ for kind in kinds(Effect) if kind.__name__ in _source(flow)}
    from bot.conversation.types import Request

    assert {kind.__name__ for kind in kinds(Effect)} - {"Effect", "Request"} <= used
    assert issubclass(Request, Effect)


def _source(flow: str) -> str:
    import importlib
    import inspect

    return inspect.getsource(importlib.import_module(flow))


@pytest.mark.parametrize("words", ["tolong jelaskan biaya", "pukul 9", "permit mati", "apa bahayanya"])
def test_lookalikes_are_questions(knowledge: Knowledge, words: str) -> None:
    assert Rehearsal(somebody(knowledge)).say(words)[0].lane == "reply"


def test_a_missed_question_is_counted_without_names(knowledge: Knowledge) -> None:
    from bot.conversation.types import RecordMiss

    rehearsal = Rehearsal(somebody(knowledge))
    rehearsal.say("menu")
    rehearsal.say("berapa harga kambing Zulkarnain Hafizin 081234567890 Pringgabayawa sekarang ya")
    [missed] = [effect for effect in rehearsal.effects if isinstance(effect, RecordMiss)]
    assert not {"zulkarnain", "hafizin", "pringgabayawa"} & set(missed.words.split())
    assert not any(char.isdigit() for char in missed.words)
