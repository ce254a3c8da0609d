"""The documents by which a consult becomes a teaching case, and what is told of its text."""

import json
from pathlib import Path
from typing import Any

import pytest

from federation import cosignatures
from federation.errors import Malformed
from instance.services.consults import notes, teaching
from instance.services.consults.states import Event

DOCUMENTS = Path(__file__).parents[2] / "documents" / "publication"


def document(name: str) -> Any:
    return json.loads((DOCUMENTS / f"{name}.json").read_text())


def test_each_answer_names_the_digest_of_the_text_that_was_proposed() -> None:
    proposal = document("proposal")["object"]
    case = teaching.read(proposal["cs:case"])
    assert case.as_wire() == proposal["cs:case"]
    for name in ("proposal", "consent", "objection"):
        note = document(name)["object"]
        assert notes.event_of(note) is Event.CONSENT
        assert name == "proposal" or note["cs:digest"] == teaching.digest(case)
    signed = cosignatures.read(document("cosignature"))
    assert (signed.named, signed.digest) == (proposal["id"], teaching.digest(case))
    assert signed.agrees and cosignatures.is_one(document("cosignature"))


def test_what_is_no_proposal_is_not_read() -> None:
    good = document("proposal")["object"]["cs:case"]
    wrong: list[Any] = [None, [], good | {"name": 1}, good | {"cs:parts": {}}]
    wrong += [
        good | {"cs:parts": [1]},
        good | {"cs:channel": "x"},
        good | {"content": "x" * 18_001},
    ]
    for case in wrong:
        with pytest.raises(Malformed):
            teaching.read(case)
    with pytest.raises(Malformed):
        notes.event_of(document("consent")["object"] | {"cs:consent": "yes"})


def test_what_was_taken_out_is_told_sentence_by_sentence() -> None:
    before = "It bled. She is a teacher. It stopped; nothing followed."
    assert teaching.removed(before, "It bled. It stopped; nothing followed.") == (
        "She is a teacher.",
    )
