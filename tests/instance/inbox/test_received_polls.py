"""Polls of elsewhere, in the shapes that servers send them and in shapes that nobody should."""

from typing import Any

import pytest

from instance.models import Actor, Poll, PollOption
from tests.houses import House
from tests.outsiders import Outsider
from tests.polling import ask_elsewhere, standing


async def test_a_poll_of_elsewhere_is_kept_as_its_server_tells_it(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    question = await ask_elsewhere(stranger, mercy, wards, endTime="2031-01-01T00:00:00Z")
    assert question.kind == "Question"
    assert await standing(mercy, question.uri) == ([5, 7, 0], 12)
    poll = await mercy.at(lambda: Poll.get(post_id=question.id))
    assert poll.ends_at is not None and poll.ends_at.year == 2031 and not poll.is_multiple


WRONG: list[dict[str, Any]] = [
    {"oneOf": "Yes"},
    {"oneOf": {"name": "Yes"}},
    {"oneOf": [{"name": "Yes"}]},
    {"oneOf": [{"name": 1}, {"name": None}, "Yes", 7, {"name": ["No"]}]},
    {"oneOf": [{"name": "Yes"}, {"name": "Yes"}]},
    {"oneOf": [{"name": "\u200b"}, {"name": "Yes"}, {"name": "No"}]},
]
ODD: list[dict[str, Any]] = [
    {"endTime": "100000-01-01T00:00:00Z", "votersCount": "many"},
    {"endTime": None, "votersCount": -1, "closed": "yesterday"},
    {"endTime": ["2031-01-01T00:00:00Z"], "votersCount": 2**52, "closed": {}},
    {"endTime": 7, "votersCount": True, "closed": []},
    {"oneOf": [{"name": n, "replies": r} for n, r in (("A", 1), ("B", {"totalItems": "x"}))]},
    {"oneOf": [{"name": "x" * 5_000}, {"name": "B", "replies": {"totalItems": 2**52}}]},
    {"oneOf": [{"name": f"Option {n}"} for n in range(500)]},
]


@pytest.mark.parametrize("members", WRONG)
async def test_a_question_without_options_is_a_post(
    mercy: House, wards: Actor, stranger: Outsider, members: dict[str, Any]
) -> None:
    """T33."""
    question = await ask_elsewhere(stranger, mercy, wards, **members)
    assert question.kind == "Article"
    assert await mercy.at(lambda: Poll.all().count()) == 0


@pytest.mark.parametrize("members", ODD)
async def test_what_a_poll_says_oddly_is_left_out(
    mercy: House, wards: Actor, stranger: Outsider, members: dict[str, Any]
) -> None:
    """T32, T33."""
    question = await ask_elsewhere(stranger, mercy, wards, **members)
    assert question.kind == "Question"
    options = await mercy.at(lambda: PollOption.all())
    assert 2 <= len(options) <= 10
    assert all(len(option.name) <= 200 and option.votes_count >= 0 for option in options)
