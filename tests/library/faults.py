"""Every fault the check must find: what is spoilt, and how serious, where and what is then said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.library.tree import FAQ, MODULE, Tree, fact, lesson, question

Spoil = Callable[[Tree], Any]


def change_card(files: Tree, **more: Any) -> None:
    files[MODULE]["lessons"][0]["cards"][1].update(more)


def _text(files: Tree, indonesian: str, sasak: str | None = None) -> None:
    change_card(files, text={"id": indonesian} | ({"sas": sasak} if sasak else {}))


def _topic(files: Tree, **more: Any) -> None:
    files[FAQ]["topics"][0].update(more)


def _question(files: Tree) -> dict[str, Any]:
    found: dict[str, Any] = files[MODULE]["quiz"][0]
    return found


def _line(files: Tree, **more: Any) -> None:
    files["helplines.yaml"]["helplines"][0].update(more)


CARD = "lessons/l1/cards/two"
ID, SAS = f"{CARD}/text/id", f"{CARD}/text/sas"
SAFE = {"id": "Tanya Disnaker."}
LONG = "Kata " * 80 + "akhir."  # 406 characters

FAULTS: list[tuple[str, Spoil, str, str, str, str]] = [
    # lengths
    ("card too long", lambda f: _text(f, "k" * 421), "error", MODULE, ID, "421 characters, 420"),
    ("Sasak too long", lambda f: _text(f, "kontrak", "kontrak " * 53), "error", MODULE, SAS, "420"),
    ("safe too long", lambda f: change_card(f, safe={"id": "k" * 421}), "error", MODULE, f"{CARD}/safe/id", "420"),
    ("button too long", lambda f: f[MODULE].update(title={"id": "k" * 25}), "error", MODULE, "title/id", "24"),
    ("label too long", lambda f: _topic(f, label={"id": "k" * 25}), "error", FAQ, "topics/total-cost/label/id", "24"),
    (
        "question too long",
        lambda f: _topic(f, question={"id": "k" * 141}),
        "error",
        FAQ,
        "topics/total-cost/question/id",
        "140",
    ),
    (
        "choice too long",
        lambda f: _question(f)["choices"][0].update(text={"id": "k" * 61}),
        "error",
        MODULE,
        "quiz/q1/choices/a/text/id",
        "60",
    ),
    (
        "caution makes it too long",
        lambda f: change_card(f, facts=["F-002"], text={"id": LONG + "x" * 10}),
        "error",
        MODULE,
        f"{CARD}/id",
        "line of caution",
    ),
    (
        "heading makes it too long",
        lambda f: (
            f[MODULE]["lessons"][0].update(title={"id": "k" * 40}),
            f[MODULE]["lessons"][0]["cards"][0].update(facts=["F-002"], text={"id": "Kata " * 76}),
        ),
        "error",
        MODULE,
        "lessons/l1/cards/one/id",
        "its heading",
    ),
    # grades
    ("C without safe", lambda f: change_card(f, facts=["F-003"]), "error", MODULE, CARD, "F-003 may not be stated"),
    ("sensitive B without safe", lambda f: _topic(f, facts=["F-004"]), "error", FAQ, "topics/total-cost", "F-004"),
    ("perishable without safe", lambda f: change_card(f, facts=["F-005"]), "warning", MODULE, CARD, "will expire"),
    ("nobody to ask", lambda f: change_card(f, facts=["F-002"], ask=None), "warning", MODULE, CARD, "who to ask"),
    (
        "amount without fact",
        lambda f: change_card(f, facts=[], text={"id": "Bayar RM 50."}),
        "error",
        MODULE,
        CARD,
        "without a fact",
    ),
    (
        "percentage without fact",
        lambda f: change_card(f, facts=[], text={"id": "Bunga 6 persen."}),
        "error",
        MODULE,
        CARD,
        "without a fact",
    ),
    (
        "amount in safe",
        lambda f: change_card(f, safe={"id": "Sekitar Rp2 juta."}),
        "warning",
        MODULE,
        f"{CARD}/safe",
        "amount",
    ),
    (
        "expired",
        lambda f: f["facts.yaml"]["facts"]["F-005"].update(check_by="2026-11-30"),
        "warning",
        "facts.yaml",
        "facts/F-005",
        "expired on 2026-11-30",
    ),
    (
        "perishable for ever",
        lambda f: f["facts.yaml"]["facts"].update({"F-006": fact("A", perishable=True)}),
        "warning",
        "facts.yaml",
        "facts/F-006",
        "check_by",
    ),
    # numbers and marks
    ("telephone number", lambda f: _text(f, "Telepon 0812-3456-7890."), "error", MODULE, ID, "0812-3456-7890"),
    ("number with country", lambda f: _text(f, "Telepon +60 3 2116 4016."), "error", MODULE, ID, "+60 3 2116 4016"),
    ("email", lambda f: _text(f, "Tulis ke a@b.id."), "error", MODULE, ID, "a@b.id"),
    ("short code", lambda f: _text(f, "Telepon 999."), "warning", MODULE, ID, "999"),
    ("open emphasis", lambda f: _text(f, "Simpan *kontrak."), "error", MODULE, ID, "bold"),
    ("a link in Markdown", lambda f: _text(f, "Lihat [ini](x)."), "error", MODULE, ID, "bold"),
    # Sasak
    ("placeholder", lambda f: _text(f, "Halo {name}", "Halo {nama}"), "error", MODULE, SAS, "placeholders"),
    ("other number", lambda f: _text(f, "Umur 18 tahun", "umur 17"), "error", MODULE, SAS, "only in Sasak: 17"),
    (
        "number left out",
        lambda f: _text(f, "Umur 18, 45 jam", "umur 18"),
        "warning",
        MODULE,
        SAS,
        "only in Indonesian: 45",
    ),
    ("not stamped", lambda f: _text(f, "Simpan.", "Langan."), "error", MODULE, SAS, "not stamped"),
    (
        "word from nowhere",
        lambda f: _text(f, "Jalan.", "langan monggo kontrak"),
        "warning",
        MODULE,
        SAS,
        "Indonesian: monggo",
    ),
    ("glossary C", lambda f: _text(f, "Jalan.", "langan biaye"), "warning", MODULE, SAS, "biaye"),
    ("false friend", lambda f: _text(f, "Jangan bayar.", "Jangan bayar."), "warning", MODULE, SAS, "vegetable"),
    ("accents", lambda f: _text(f, "Jalan.", "lángan"), "warning", MODULE, SAS, "accents"),
    # modules and quizzes
    ("few lessons", lambda f: f[MODULE]["lessons"].pop(), "error", MODULE, "lessons", "4 lessons"),
    (
        "many lessons",
        lambda f: f[MODULE]["lessons"].extend(lesson(f"x{n}") for n in range(4)),
        "error",
        MODULE,
        "lessons",
        "9 lessons",
    ),
    ("one card", lambda f: f[MODULE]["lessons"][0]["cards"].pop(), "error", MODULE, "lessons/l1/cards", "1 cards"),
    ("few questions", lambda f: f[MODULE]["quiz"].pop(), "error", MODULE, "quiz", "3 questions"),
    (
        "many questions",
        lambda f: f[MODULE]["quiz"].extend(question(f"x{n}") for n in range(3)),
        "error",
        MODULE,
        "quiz",
        "7 questions",
    ),
    (
        "two right",
        lambda f: _question(f)["choices"][1].update(right=True),
        "error",
        MODULE,
        "quiz/q1/choices",
        "2 right",
    ),
    (
        "none right",
        lambda f: _question(f)["choices"][0].update(right=False),
        "error",
        MODULE,
        "quiz/q1/choices",
        "0 right",
    ),
    (
        "no explanation",
        lambda f: _question(f)["choices"][0].pop("explain"),
        "error",
        MODULE,
        "quiz/q1/choices/a/explain",
        "missing",
    ),
    ("one choice", lambda f: _question(f)["choices"].pop(), "error", MODULE, "quiz/q1/choices", "1 choices"),
    ("quiz on C", lambda f: _question(f).update(facts=["F-003"]), "error", MODULE, "quiz/q1/facts", "F-003"),
    ("quiz on sensitive B", lambda f: _question(f).update(facts=["F-004"]), "error", MODULE, "quiz/q1/facts", "F-004"),
    (
        "quiz soon expired",
        lambda f: (
            f["facts.yaml"]["facts"]["F-005"].update(check_by="2026-12-24"),
            _question(f).update(facts=["F-005"]),
        ),
        "warning",
        MODULE,
        "quiz/q1/facts",
        "expires on 2026-12-24",
    ),
    # references and doubles
    ("unknown topic", lambda f: _topic(f, id="no-topic"), "error", FAQ, "topics/no-topic/id", "no topic"),
    ("other group", lambda f: f[FAQ].update(group="documents"), "error", FAQ, "topics/total-cost", "'costs'"),
    ("unknown related", lambda f: _topic(f, related=["nothing"]), "error", FAQ, "topics/total-cost/related", "nothing"),
    (
        "related to itself",
        lambda f: _topic(f, related=["total-cost"]),
        "error",
        FAQ,
        "topics/total-cost/related",
        "itself",
    ),
    ("unknown lesson", lambda f: _topic(f, lesson="first/l9"), "error", FAQ, "topics/total-cost/lesson", "first/l9"),
    (
        "module twice",
        lambda f: f.update({"modules/02.yaml": f[MODULE] | {"order": 2}}),
        "error",
        "modules",
        "",
        "'first' is used 2",
    ),
    (
        "order twice",
        lambda f: f.update({"modules/02.yaml": f[MODULE] | {"key": "second"}}),
        "error",
        "modules",
        "",
        "order '1'",
    ),
    (
        "no answer",
        lambda f: f["language/faq_topics.yaml"].append({"id": "refund", "group": "costs", "question": {"id": "Uang?"}}),
        "warning",
        "language/faq_topics.yaml",
        "",
        "refund",
    ),
    (
        "notice missing",
        lambda f: f["notices.yaml"]["notices"].pop("child"),
        "error",
        "notices.yaml",
        "notices/child",
        "missing",
    ),
    # numbers to ring and media
    (
        "form of a number",
        lambda f: _line(f, number="0351 22"),
        "error",
        "helplines.yaml",
        "helplines/my-999/number",
        "0351 22",
    ),
    (
        "short code everywhere",
        lambda f: _line(f, works_from="any"),
        "error",
        "helplines.yaml",
        "helplines/my-999/works_from",
        "inside",
    ),
    (
        "number without fact",
        lambda f: _line(f, facts=[]),
        "error",
        "helplines.yaml",
        "helplines/my-999/facts",
        "no fact",
    ),
    ("rung tomorrow", lambda f: _line(f, rung_on="2026-12-02"), "warning", "helplines.yaml", "my-999", "future"),
    (
        "child line",
        lambda f: f["helplines.yaml"]["child"].append({"helpline": "x"}),
        "error",
        "helplines.yaml",
        "child/3",
        "'x'",
    ),
    (
        "launch needs",
        lambda f: f["helplines.yaml"].update(launch_needs=["kri-tawau", "x"]),
        "error",
        "helplines.yaml",
        "launch_needs/x",
        "no such",
    ),
    (
        "launch forgets",
        lambda f: f["helplines.yaml"].update(launch_needs=["kri-tawau"]),
        "error",
        "helplines.yaml",
        "launch_needs",
        "kp2mi",
    ),
    (
        "five questions before and after",
        lambda f: f["check.yaml"]["check"].pop(),
        "error",
        "check.yaml",
        "check",
        "5 questions",
    ),
    (
        "two choices before and after",
        lambda f: f["check.yaml"]["check"][0]["choices"].pop(),
        "error",
        "check.yaml",
        "check/c1/choices",
        "2 choices",
    ),
    (
        "two right before and after",
        lambda f: f["check.yaml"]["check"][0]["choices"][1].update(right=True),
        "error",
        "check.yaml",
        "check/c1/choices",
        "2 right choices",
    ),
    (
        "an unsure question before and after",
        lambda f: f["check.yaml"]["check"][0].update(facts=["F-003"], safe=SAFE),
        "error",
        "check.yaml",
        "check/c1/facts",
        "F-003",
    ),
    (
        "a long choice before and after",
        lambda f: f["check.yaml"]["check"][0]["choices"][0].update(text={"id": "k" * 61}),
        "error",
        "check.yaml",
        "check/c1/choices/a/text/id",
        "60",
    ),
    (
        "a long question before and after",
        lambda f: f["check.yaml"]["check"][0].update(question={"id": "k" * 301}),
        "error",
        "check.yaml",
        "check/c1/question/id",
        "300",
    ),
    (
        "too long together before and after",
        lambda f: f["check.yaml"]["check"][0].update(
            question={"id": "k" * 300},
            choices=[choice | {"text": {"id": "k" * 60}} for choice in f["check.yaml"]["check"][0]["choices"]],
        ),
        "error",
        "check.yaml",
        "check/c1/choices",
        "characters with its question",
    ),
    (
        "kind of file",
        lambda f: f["media/media.yaml"]["media"]["hello"].update(mime="image/png"),
        "error",
        "media/media.yaml",
        "media/hello/mime",
        "image/png",
    ),
    (
        "sound behind",
        lambda f: f["media/media.yaml"]["media"]["hello"].update(of="000000000000"),
        "warning",
        "media/media.yaml",
        "media/hello",
        "changed since",
    ),
    (
        "sound of nothing",
        lambda f: f["media/media.yaml"]["media"]["hello"].update(of="0", reads="x: y"),
        "error",
        "media/media.yaml",
        "media/hello/reads",
        "x: y",
    ),
    (
        "sound that expires",
        lambda f: change_card(f, sound="hello", facts=["F-005"], safe=SAFE),
        "warning",
        MODULE,
        CARD,
        "F-005",
    ),
    # stories, families, what a lesson holds
    ("one story", lambda f: f[MODULE]["stories"].pop(), "error", MODULE, "stories", "1 stories"),
    ("few for families", lambda f: f[MODULE]["family"].pop(), "error", MODULE, "family", "3 cards for families"),
    (
        "story without a good choice",
        lambda f: f[MODULE]["stories"][0]["choices"][0].update(right=False),
        "error",
        MODULE,
        "stories/s1/choices",
        "all or none",
    ),
    (
        "story too long with its choices",
        lambda f: f[MODULE]["stories"][0].update(
            text={"id": "Kata ini. " * 41},
            choices=[
                {"key": key, "text": {"id": "Tanya. " * 8}, "right": key == "a", "explain": {"id": "Baik."}}
                for key in "ab"
            ],
        ),
        "error",
        MODULE,
        "stories/s1/id",
        "500 at most",
    ),
    (
        "no example",
        lambda f: f[MODULE]["lessons"][0]["cards"][0].update(holds=[]),
        "error",
        MODULE,
        "lessons/l1/cards",
        "an everyday example",
    ),
    ("no next step", lambda f: change_card(f, holds=[]), "error", MODULE, "lessons/l1/cards", "what to do next"),
    ("holds nothing known", lambda f: change_card(f, holds=["jokes"]), "error", MODULE, f"{CARD}/holds", "jokes"),
    (
        "family of an answer too long",
        lambda f: _topic(f, family={"text": {"id": "k" * 421}, "facts": []}),
        "error",
        FAQ,
        "topics/total-cost/family/text/id",
        "420",
    ),
    # reading, quiet first lines, voices
    (
        "sentences too long",
        lambda f: [
            entry.update(text={"id": "kata " * 80 + "akhir."})
            for lesson in f[MODULE]["lessons"]
            for entry in lesson["cards"]
        ],
        "error",
        MODULE,
        "",
        "words a sentence",
    ),
    (
        "a loud first line",
        lambda f: f[MODULE]["lessons"][0].update(title={"id": "Jangan kabur"}),
        "error",
        MODULE,
        "lessons/l1/title",
        "'kabur'",
    ),
    (
        "unknown abbreviation",
        lambda f: _text(f, "Tanya ABC dulu."),
        "warning",
        "language/pronunciation.yaml",
        "letters",
        "ABC",
    ),
    # facts
    (
        "nobody verifies",
        lambda f: f["facts.yaml"]["facts"]["F-002"].pop("verify_with"),
        "error",
        "facts.yaml",
        "facts/F-002",
        "who can verify",
    ),
    (
        "seen nowhere",
        lambda f: f["facts.yaml"]["facts"]["F-001"].pop("seen"),
        "warning",
        "facts.yaml",
        "facts/F-001",
        "where it was seen",
    ),
]
