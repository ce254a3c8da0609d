"""What an activity names is read once, and of no other activity."""

from typing import Any

import pytest

from federation.fields import PUBLIC
from instance.inbox import naming

NOTE = {"id": "https://a.example/o/1", "inReplyTo": "https://b.example/o/2", "to": [PUBLIC]}
CREATE = {"id": "https://a.example/a/1", "object": NOTE, "cc": ["https://b.example/c/1"]}
OTHER: dict[str, Any] = {"id": "https://c.example/a/2", "object": "https://c.example/k/2"}


@pytest.mark.parametrize("kept", [None, CREATE, OTHER])
def test_ids_are_those_of_the_activity_that_is_asked_about(kept: dict[str, Any] | None) -> None:
    naming.keep(naming.read(kept) if kept else None)

    assert set(naming.consults(CREATE)) == {CREATE["id"], NOTE["id"], NOTE["inReplyTo"]}
    assert set(naming.consults(OTHER)) == {OTHER["id"], OTHER["object"]}
    assert naming.channels(CREATE) == [["https://b.example/c/1"]]  # not everybody
    assert naming.channels(OTHER) == []


def test_a_channel_that_is_the_audience_counts_before_those_addressed() -> None:
    layers = {"audience": "https://b.example/c/9", "object": NOTE, "to": "https://b.example/c/1"}

    assert naming.channels(layers) == [["https://b.example/c/9"], ["https://b.example/c/1"]]
