"""Golden conversations: each YAML file is a dialogue anybody can read, played with the state dumped between turns.

`make goldens` rewrites what Bekal says. Read the diff before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation import transcript
from bot.conversation.types import Context

HERE = Path(__file__).parent


@pytest.mark.parametrize("file", sorted(HERE.glob("*.yaml")), ids=lambda file: file.stem)
def test_golden(file: Path, context: Context, update_goldens: bool) -> None:
    script = transcript.read(file)
    transcript.play(script, context)
    if update_goldens:
        file.write_text(transcript.write(script), encoding="utf-8")
        script = transcript.read(file)
        transcript.play(script, context)
    assert transcript.differences(script) == ""


def test_every_state_stands_in_a_golden() -> None:
    """A state without a conversation that shows it cannot be merged."""
    from bot.conversation.flows import REGISTRY

    seen = {step.state for file in HERE.glob("*.yaml") for step in transcript.read(file).steps}
    assert set(REGISTRY.by_name) - seen == set()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("turns: 3", "needs `title` and a list `turns`"),
        ("turns: [{me: a, tap: b}]", "turn 1: give exactly one of"),
        ("turns: [{}]", "turn 1: give exactly one of"),
        ("{", "not YAML"),
    ],
)
def test_a_faulty_transcript_names_place_and_remedy(tmp_path: Path, words: str, fault: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(words, encoding="utf-8")
    with pytest.raises(transcript.TranscriptError, match=fault):
        transcript.read(file)
