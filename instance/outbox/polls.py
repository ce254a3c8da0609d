"""Polls as we send them and read them: `Question`, votes and results (federation.md 5.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from federation import contexts, proofs
from instance import config, html
from instance.ids import new_id
from instance.models import Actor, Level, Poll, PollOption, Post
from instance.outbox import local, posts

OPTIONS_LEAST, OPTIONS_MOST = 2, 10
NAME_MOST = 200
SMALLEST = 5  # of physicians alone: fewer votes than these for one option are told to nobody
LEAST = Level.VERIFIED  # who counts where physicians alone do, whatever else its server asks for
_MIN_LEVEL, _ONE_PERSON = "cs:minLevel", "cs:onePerson"
_MEMBERS = ("oneOf", "anyOf", "endTime", "closed", "votersCount", _MIN_LEVEL)
_COUNT_MOST = 2**31 - 1  # what the column holds


@dataclass(frozen=True)
class Ballot:
    """What a Question asks and how it stands. `names`: the options in order, `counts` theirs.

    `min_level`: the level from which physicians count; None where everybody does.
    """

    names: tuple[str, ...]
    is_multiple: bool
    ends_at: datetime | None
    counts: tuple[int, ...] = ()
    voters_count: int = 0
    closed_at: datetime | None = None
    min_level: int | None = None

    def as_told(self) -> "Ballot":
        """What anybody learns of how it stands. Of physicians alone: nothing before the end, no
        count under 5, and no total from which one could be worked out (5.4)."""
        if self.min_level is None:
            return self
        has_ended = self.closed_at is not None
        counts = tuple(n if has_ended and n >= SMALLEST else 0 for n in self.counts)
        return replace(self, counts=counts, voters_count=sum(counts))


def question(note: dict[str, Any], ballot: Ballot) -> dict[str, Any]:
    """A thread starter (5.1) as the Question it becomes with these options."""
    return with_results({**note, "type": "Question"}, ballot)


def with_results(note: Mapping[str, Any], ballot: Ballot) -> dict[str, Any]:
    """A Question with its counts as others may know them now."""
    told = ballot.as_told()
    counts = told.counts or (0,) * len(ballot.names)
    options = [
        {
            "type": "Note",
            "name": name,
            "replies": {"type": "Collection", "totalItems": count},
        }
        for name, count in zip(ballot.names, counts, strict=True)
    ]
    found = {**note, "anyOf" if ballot.is_multiple else "oneOf": options}
    found["votersCount"] = told.voters_count
    if ballot.min_level is not None:
        found[_MIN_LEVEL] = f"L{ballot.min_level}"
    if ballot.ends_at is not None:
        found["endTime"] = contexts.timestamp(ballot.ends_at)
    if ballot.closed_at is not None:
        found["closed"] = contexts.timestamp(ballot.closed_at)
    return found


async def update(author: Actor, note: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The `Update` that tells results, with a proof so that a Group may forward it.

    The Question gets no `updated`: nobody edited it, and Mastodon would show that somebody had.
    """
    fields = {
        "@context": contexts.PUBLIC,
        "id": posts.activity_uri(),
        "type": "Update",
        "actor": author.uri,
        "published": contexts.timestamp(now),
        "to": note["to"],
        "cc": note["cc"],
        **({"audience": note["audience"]} if "audience" in note else {}),
        "object": dict(note),
    }
    return proofs.add_proof(fields, await local.private_key(author, "ed25519"), now)


async def ballot(
    voter: Actor, level: int, question: Post, name: str, now: datetime
) -> dict[str, Any]:
    """A choice in a poll of physicians, with our word that the voter is one of this level and casts
    no other ballot in it, under whatever name."""
    sent = vote(voter, question, name, now)
    sent["object"] |= {_ONE_PERSON: True, "cs:level": f"L{level}"}
    key = await local.private_key(await local.institution(), "ed25519")
    return proofs.add_proof(sent, key, now)


def asserted(note: Mapping[str, Any]) -> int:
    """The level of its voter that a ballot states; 0 where it does not say that it is their only
    one."""
    level = _level(note.get("cs:level"))
    return level if level is not None and note.get(_ONE_PERSON) is True else 0


def vote(voter: Actor, question: Post, name: str, now: datetime) -> dict[str, Any]:
    """One choice, for the author of the poll alone; needs `question.author` loaded."""
    to = [question.author.uri]
    return {
        "@context": contexts.PUBLIC,
        "id": posts.activity_uri(),
        "type": "Create",
        "actor": voter.uri,
        "published": contexts.timestamp(now),
        "to": to,
        "cc": [],
        "object": {
            "id": config.current().uri(f"/o/{new_id()}"),
            "type": "Note",
            "attributedTo": voter.uri,
            "name": name,
            "inReplyTo": question.uri,
            "published": contexts.timestamp(now),
            "to": to,
            "cc": [],
        },
    }


def ballot_of(poll: Poll, options: Sequence[PollOption]) -> Ballot:
    return Ballot(
        tuple(option.name for option in options),
        poll.is_multiple,
        poll.ends_at,
        tuple(option.votes_count for option in options),
        poll.voters_count,
        poll.closed_at,
        poll.min_level,
    )


def read(note: Mapping[str, Any]) -> Ballot | None:
    """What a received Question asks; None where it has no options that could be told apart."""
    is_multiple = not isinstance(note.get("oneOf"), list)
    names = wire_names(note)
    shown = tuple(html.one_line(name, NAME_MOST) for name in names)
    if len(names) < OPTIONS_LEAST or not all(shown) or len(set(shown)) < len(shown):
        return None
    counts = tuple(_count(option) for option in _options(note))
    voters = _number(note.get("votersCount"))
    if not voters and not is_multiple:
        voters = min(sum(counts), _COUNT_MOST)  # Misskey tells none: here each has one vote
    ends_at, closed_at = _time(note.get("endTime")), _closed(note)
    return Ballot(shown, is_multiple, ends_at, counts, voters, closed_at, _min_level(note))


def with_members_of(document: Mapping[str, Any], note: Mapping[str, Any]) -> dict[str, Any]:
    """A stored Question with what a newer copy of it says of the poll, and nothing else of it."""
    kept = {name: value for name, value in document.items() if name not in _MEMBERS}
    return {**kept, **{name: note[name] for name in _MEMBERS if name in note}}


def wire_names(note: Mapping[str, Any]) -> tuple[str, ...]:
    """The options as their author's server spells them, which is how a vote must name them."""
    return tuple(str(option["name"]) for option in _options(note))


def _options(note: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """At most as many as we draw; the others are there for readers elsewhere."""
    listed = note.get("oneOf") if isinstance(note.get("oneOf"), list) else note.get("anyOf")
    found = listed if isinstance(listed, list) else []
    named = [
        item for item in found if isinstance(item, Mapping) and isinstance(item.get("name"), str)
    ]
    return named[:OPTIONS_MOST]


def _min_level(note: Mapping[str, Any]) -> int | None:
    """What we cannot read asks for something: then physicians alone count, as far as we know."""
    if _MIN_LEVEL not in note:
        return None
    return max(_level(note[_MIN_LEVEL]) or 0, LEAST)


def _level(value: object) -> int | None:
    names = {f"L{int(level)}": int(level) for level in Level}
    return names.get(value) if isinstance(value, str) else None


def _count(option: Mapping[str, Any]) -> int:
    replies = option.get("replies")
    return _number(replies.get("totalItems")) if isinstance(replies, Mapping) else 0


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return min(max(value, 0), _COUNT_MOST)


def _closed(note: Mapping[str, Any]) -> datetime | None:
    """`closed` is a time, or true for some; one that is not over yet is none."""
    now = datetime.now(UTC)
    closed = note.get("closed")
    at = now if closed is True else _time(closed)
    return at if at is not None and at <= now else None


def _time(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
