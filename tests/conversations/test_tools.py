"""The tools: which fee the words mean, when an offer stops, what a contract lacks, what a list says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.app import Knowledge
from bot.conversation.rehearsal import Lists, Rehearsal
from bot.conversation.tools.finding import find
from bot.conversation.tools.listed import ListedShow, kept
from bot.conversation.tools.menu import FIRST, ToolsMenu, offered
from bot.conversation.tools.offer import OfferAsk, OfferVerdict, verdict
from bot.conversation.types import MAX_CHARS, Contact, Context, Listed, ListedFound
from bot.library.model import Media
from bot.library.tools import KEYS, Tools
from bot.library.tools.asking import HEAVY, LIGHT, STOP
from bot.library.tools.fees import Fees
from bot.library.tools.offer import Offer


@pytest.fixture
def somebody(context: Context) -> Context:
    return replace(context, contact=Contact(language="id", consent=True))


@pytest.fixture
def fees(knowledge: Knowledge) -> Fees:
    assert knowledge.library.tools.fees is not None
    return knowledge.library.tools.fees


@pytest.fixture
def offer(knowledge: Knowledge) -> Offer:
    assert knowledge.library.tools.offer is not None
    return knowledge.library.tools.offer


# ------------------------------------------------------------------ fees


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tiket", ["ticket-out"]),
        ("diminta uang tikt pesawt 3jt", ["ticket-out"]),
        ("tiket pulang", ["ticket-home"]),
        ("Rp5.000.000 utk visa", ["visa"]),
        ("bisa bayar nanti", []),
        ("jaminan sosial", ["social-security"]),
        ("uang jaminan 2juta", ["deposit"]),
        ("mediqal cekap", ["medical"]),
        ("medikal", ["medical"]),
        ("MCU 1,2 jt", ["medical"]),
        ("psikotest", ["psychology"]),
        ("kepeng sangu", ["advance"]),
        ("uang saku", ["pocket-money"]),
        ("sponser minta duit", ["broker"]),
        ("calon pekerja", []),
        ("potong gaji 6 bulan", ["wage-cut"]),
        ("lewi", ["levy"]),
        ("pomema", ["fomema"]),
        ("opp", ["orientation"]),
        ("sertifikat opp", ["orientation"]),
        ("sertifikat tanah buat jaminan", ["deposit"]),
        ("tiket sama visa", ["ticket-out", "visa"]),
        ("ktp", ["identity"]),
        ("uang 500rb", []),
        ("", []),
        ("🙂 !!!", []),
        ("uang payung", []),
    ],
)
def test_which_fee_the_words_mean(fees: Fees, words: str, found: list[str]) -> None:
    assert sorted(find(words, fees)) == sorted(found)


def test_every_fee_is_found_by_its_label_and_every_word(fees: Fees) -> None:
    for fee in fees.items:
        for words in (fee.label.id, *fee.words):
            assert fee.key in find(words, fees), (fee.key, words)
            assert fee.key in find(f"diminta {words} 750rb", fees), (fee.key, words)


def test_after_the_day_of_its_facts_who_pays_is_not_sure(somebody: Context, fees: Fees) -> None:
    later = replace(somebody, now=somebody.now.replace(year=2030))
    for context, head in ((somebody, "paid"), (later, "unsure")):
        rehearsal = Rehearsal(context)
        for words in ("menu", "alat", "cek biaya"):
            rehearsal.say(words)
        shown = rehearsal.say("visa")[0].text
        assert fees.heads[head].id in shown  # type: ignore[index]
        assert ("BP2MI 9/2020" in shown) is (head == "paid")


def test_the_words_go_along_to_staff_amount_and_all(somebody: Context) -> None:
    rehearsal = Rehearsal(replace(somebody, staff=replace(somebody.staff, reads=True)))
    for words in ("menu", "alat", "cek biaya", "visa 5jt", "petugas", "aman"):
        rehearsal.say(words)
    assert rehearsal.questions == ["Visa kerja: visa 5jt"]


# ------------------------------------------------------------------ offers


def answered(offer: Offer, **by_key: str) -> tuple[str, ...]:
    """The best answer to every question but those given."""
    best = {"yes": "no", "no": "yes"}
    return tuple(f"{one.key}={by_key.get(one.key.replace('-', '_'), best[one.flag])}" for one in offer.questions)


def test_one_grave_sign_stops_whatever_the_rest(offer: Offer) -> None:
    grave = [one for one in offer.questions if one.weight == STOP]
    assert grave
    for one in grave:
        assert verdict(offer.questions, answered(offer, **{one.key.replace("-", "_"): one.flag})) == "stop"


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ({}, "none"),
        ({"hurry": "yes"}, "ask"),
        ({"licence": "no"}, "ask"),
        ({"licence": "no", "hurry": "yes"}, "ask"),
        ({"licence": "no", "assignment": "no"}, "stop"),
        ({"contract": "no", "pocket_money": "yes"}, "stop"),
        ({"licence": "unknown"}, "none"),
        ({"licence": "unknown", "assignment": "unknown"}, "none"),
        ({"licence": "unknown", "assignment": "unknown", "contract": "unknown"}, "ask"),
        ({"money_first": "unknown"}, "ask"),
        ({"money_first": "yes", "licence": "unknown"}, "stop"),
    ],
)
def test_the_level_of_an_offer(offer: Offer, given: dict[str, str], level: str) -> None:
    assert verdict(offer.questions, answered(offer, **given)) == level


def test_nothing_answered_is_never_the_mildest_verdict(offer: Offer) -> None:
    assert verdict(offer.questions, ()) == "ask"
    assert verdict(offer.questions, ("gone=yes", "nonsense", "=")) == "ask"
    assert (LIGHT, HEAVY, STOP) == (1, 2, 3)


@pytest.mark.parametrize("language", ["id", "sas"])
@pytest.mark.parametrize("answer", ["yes", "no", "unknown"])
def test_every_verdict_fits_its_messages(somebody: Context, offer: Offer, language: str, answer: str) -> None:
    context = replace(somebody, contact=Contact(language=language))  # type: ignore[arg-type]
    allowed = MAX_CHARS if language == "id" else 2 * MAX_CHARS
    for one in [tuple(f"{one.key}={answer}" for one in offer.questions), answered(offer)]:
        first, then = OfferVerdict(one).ask(context)
        assert len(first.text) <= allowed and len(then.text) <= allowed
        assert "Disnaker" in then.text


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("ya", "yes"), ("iya", "yes"), ("sudah", "yes"), ("nggih", "yes"), ("1", "yes"),
        ("tidak", "no"), ("ndak", "no"), ("gak", "no"), ("belum", "no"), ("ndeq", "no"), ("dua", "no"),
        ("tidak tahu", "unknown"), ("gak tau", "unknown"), ("ndak tau", "unknown"), ("blm tau", "unknown"),
        ("lupa", "unknown"), ("ndeq taoq", "unknown"), ("3", "unknown"),
    ],
)  # fmt: skip
def test_a_no_is_never_taken_for_not_knowing(somebody: Context, words: str, key: str) -> None:
    rehearsal = Rehearsal(somebody)
    for step in ("menu", "alat", "cek tawaran kerja", words):
        rehearsal.say(step)
    assert isinstance(rehearsal.state, OfferAsk) and rehearsal.state.answers == (f"money-first={key}",)


# ------------------------------------------------------------------ contract


def play_contract(context: Context, answers: list[str]) -> Rehearsal:
    rehearsal = Rehearsal(context)
    for words in ("menu", "alat", "cek kontrak saya", *answers):
        rehearsal.say(words)
    return rehearsal


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        (["ya"] * 12, "contract-whole"),
        (["ya"] * 11 + ["tidak"], "contract-result"),
        (["tidak tahu"] * 12, "contract-result"),
    ],
)
def test_what_a_contract_lacks(somebody: Context, answers: list[str], state: str) -> None:
    rehearsal = play_contract(somebody, answers)
    assert rehearsal.state is not None and state == rehearsal.state.NAME


def test_every_gap_can_be_read_one_after_the_other(somebody: Context) -> None:
    rehearsal = play_contract(somebody, ["tidak"] * 12)
    contract = somebody.library.tools.contract
    assert contract is not None
    seen = [rehearsal.say("apa yang ditanyakan")[0].text]
    seen += [rehearsal.say("lanjut")[0].text for _ in range(11)]
    for one, text in zip(contract.questions, seen, strict=True):
        assert text.startswith(f"*{one.label.id}*")
    rehearsal.say("hasil")
    assert rehearsal.state is not None and rehearsal.state.NAME == "contract-result"


# ------------------------------------------------------------------ lists

LISTS = (("p3mi", "Uji", date(2026, 11, 20)), ("job-order", "Uji", date(2026, 11, 20)))
LONG = Listed("p3mi", "PT " + "Panjang " * 30, "N" * 90, "Kota " * 30, date(2027, 1, 1), "x" * 300)
ODD = Listed("job-order", "*Tebal* {gajah} `x`", "", "", date(2020, 1, 1))


@pytest.mark.parametrize("language", ["id", "sas"])
@pytest.mark.parametrize(
    "found",
    [
        ListedFound("PT", (), False, ()),
        ListedFound("PT " * 30, (), False, LISTS),
        ListedFound("PT", (LONG,), True, LISTS),
        ListedFound("PT", (LONG, ODD), True, LISTS),
        ListedFound("PT" * 50, (LONG,) * 12, False, LISTS),
    ],
)
def test_whatever_was_found_fits_a_message(somebody: Context, found: ListedFound, language: str) -> None:
    context = replace(somebody, contact=Contact(language=language))  # type: ignore[arg-type]
    allowed = MAX_CHARS if language == "id" else 2 * MAX_CHARS + 20
    for at in range(-1, min(len(found.rows), 5)):
        state = ListedShow(found.words, kept(found), at)
        assert state.valid(context)
        [reply] = state.ask(context)
        assert len(reply.text) <= allowed, reply.text
        assert len(reply.choices) <= 10
        assert not set("{}`") & set(reply.text) and reply.text.count("*") % 2 == 0


def test_a_saved_search_that_cannot_be_read_leads_to_the_menu(somebody: Context) -> None:
    assert not ListedShow("PT", {"rows": [{"kind": "p3mi"}], "exact": True, "lists": []}).valid(somebody)
    assert not ListedShow("PT", kept(ListedFound("PT", (ODD,), True, LISTS)), 3).valid(somebody)


def test_never_a_judgement(somebody: Context) -> None:
    """No answer about a list calls anybody safe, trusted, or a fraud."""
    lists: Lists = ((Listed("p3mi", "PT Uji Coba", "1", "Mataram", date(2028, 1, 1)), ODD), LISTS)
    rehearsal = Rehearsal(somebody, lists=lists)
    for words in ("menu", "alat", "cek perusahaan"):
        rehearsal.say(words)
    for name in ("PT Uji Coba", "Tebal gajah x", "PT Lain Sekali", "Uji"):
        shown = rehearsal.say(name)[0].text.lower()
        assert "disnaker" in shown or "mungkin maksud anda" in shown
        assert not any(word in shown for word in ("terpercaya", "aman", "penipu", "dijamin", "resmi dan"))
        rehearsal.say("cari nama lain")


# ------------------------------------------------------------------ the list of tools, and the way back


def test_a_tool_without_content_is_not_offered(somebody: Context) -> None:
    tools = somebody.library.tools
    fewer = replace(somebody, library=replace(somebody.library, tools=Tools(words=tools.words)))
    assert [key for key, _ in offered(fewer)] == ["words"]
    none = replace(somebody, library=replace(somebody.library, tools=Tools()))
    assert not ToolsMenu().valid(none)
    rehearsal = Rehearsal(none)
    assert "tools" not in [choice.key for choice in rehearsal.say("menu")[0].choices]
    rehearsal.say("alat")
    assert rehearsal.state is not None and rehearsal.state.NAME != "tools"
    assert set(FIRST) <= set(KEYS)


@pytest.mark.parametrize(
    ("tool", "state"),
    [("fees", "fees"), ("offer", "offer"), ("contract", "contract"), ("listed", "listed"), ("words", "words")],
)
def test_an_answer_offers_its_tool_and_the_way_leads_back(somebody: Context, tool: str, state: str) -> None:
    topic = replace(somebody.library.topics["total-cost"], tool=tool)
    library = replace(somebody.library, topics={**somebody.library.topics, "total-cost": topic})
    rehearsal = Rehearsal(replace(somebody, library=library))
    rehearsal.say("menu")
    replies = rehearsal.say("berapa total biaya berangkat ke malaysia?")
    assert "tool" in [choice.key for choice in replies[-1].choices]
    rehearsal.tap("tool")
    assert rehearsal.state is not None and state == rehearsal.state.NAME
    rehearsal.say("0")
    assert rehearsal.state is not None and rehearsal.state.NAME == "answer"


def test_an_answer_whose_tool_is_missing_offers_none(somebody: Context) -> None:
    topic = replace(somebody.library.topics["total-cost"], tool="fees")
    library = replace(somebody.library, topics={"total-cost": topic}, tools=Tools())
    rehearsal = Rehearsal(replace(somebody, library=library))
    rehearsal.say("menu")
    replies = rehearsal.say("berapa total biaya berangkat ke malaysia?")
    assert "tool" not in [choice.key for choice in replies[-1].choices]


def test_a_group_of_words_is_heard_where_there_is_a_sound(somebody: Context) -> None:
    words = somebody.library.tools.words
    assert words is not None
    group = replace(words.groups[0], sound="words-test")
    media = Media("words-test", "sound", "words-test.ogg", "audio/ogg", 2000, words.title)
    library = replace(
        somebody.library,
        tools=Tools(words=replace(words, groups=(group,))),
        media={**somebody.library.media, "words-test": media},
    )
    rehearsal = Rehearsal(replace(somebody, library=library))
    for step in ("menu", "alat", "kata melayu", "1"):
        rehearsal.say(step)
    [reply] = rehearsal.say("dengar")
    assert reply.sound == "words-test"
