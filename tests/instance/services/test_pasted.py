"""A pasted note: its parts by field, and not a word of it lost."""

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from instance.services.consults import pasted

_HEADINGS = ("History", "MEDS", "PMH", "O/E", "Labs", "Tried", "Question", "Allergies")
_lines = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=40)


@given(st.lists(st.tuples(st.sampled_from(_HEADINGS), _lines), min_size=2, max_size=8))
def test_no_word_of_a_note_is_lost(parts: list[tuple[str, str]]) -> None:
    note = "\n".join(f"{heading}: {text}" for heading, text in parts)
    found = pasted.split(note)
    assert found is not None
    kept = " ".join([*found.texts.values(), *(" ".join(row.values()) for row in found.labs)])
    left = set(re.findall(r"\w+", kept))
    for _, text in parts:
        assert set(re.findall(r"\w+", text)) <= left


def test_headings_are_known_as_people_write_them() -> None:
    found = pasted.split(
        "## Hx\nA fall.\n**Medications:** none\non examination: calm\nBloods: Na 140"
    )
    assert found is not None
    assert found.texts == {
        "history": "A fall.",
        "meds": "none",
        "exam": "On examination: calm",
    }
    assert [dict(row) for row in found.labs] == [
        {"name": "Na", "value": "140", "unit": "", "range": "", "day": ""}
    ]


def test_prose_is_left_alone_and_a_hostile_note_takes_no_time() -> None:
    assert pasted.split("The history: unclear. Meds unchanged.") is None
    began = time.perf_counter()
    pasted.split("labs:\nmeds:\n" + "a" * 200_000 + " 1" * 50_000)
    pasted.split("labs: " + "a (" * 60_000 + "\nhistory:")
    assert time.perf_counter() - began < 2
