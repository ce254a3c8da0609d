"""Polls as clients read them: no more is told than pages tell."""

from datetime import UTC, datetime
from typing import TypedDict

from instance.outbox.polls import SMALLEST
from instance.services import polls
from instance.web.api.entities import moment
from instance.web.api.entities_described import Emoji


class PollOption(TypedDict):
    title: str
    votes_count: int | None


class Poll(TypedDict):
    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[Emoji]
    voted: bool
    own_votes: list[int]


def poll(shown: polls.Shown | None) -> Poll | None:
    if shown is None:
        return None
    asked, told = shown.poll, shown.told
    counts = told.counts if told is not None else (0,) * len(shown.options)
    ends_at = asked.ends_at or asked.closed_at
    is_of_physicians = asked.min_level is not None
    return {
        "id": str(asked.id),
        "expires_at": moment(ends_at) if ends_at is not None else None,
        "expired": polls.has_ended(asked, datetime.now(UTC)),
        "multiple": asked.is_multiple,
        "votes_count": sum(counts),
        "voters_count": None if is_of_physicians or told is None else told.voters_count,
        "options": [
            {"title": option.name, "votes_count": None if told is None else _count(number)}
            for option, number in zip(shown.options, counts, strict=True)
        ],
        "emojis": [],
        "voted": bool(shown.mine),
        "own_votes": [option.position for option in shown.options if option.id in shown.mine],
    }


def _count(number: int) -> int | None:
    """Fewer than these are not told one by one, as on pages."""
    return number if number >= SMALLEST else None
