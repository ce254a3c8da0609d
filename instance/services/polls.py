"""Polls: what is asked, of whom, and what a poll's own server says about it.

Only the server of a poll's author counts for everybody; what is counted here of a poll elsewhere
is a guess until its next `Update`. Choosing is `votes.py`'s matter, closing and telling
`poll_results.py`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from federation import vocabulary
from instance import config, events, html
from instance.errors import FormRefused
from instance.models import Actor, Poll, PollOption, Post, PostKind, Vote
from instance.outbox import polls as documents
from instance.outbox.polls import NAME_MOST, OPTIONS_LEAST, OPTIONS_MOST, Ballot
from instance.services import notifications

CLOSES_IN = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
}
SHORTEST, LONGEST = min(CLOSES_IN.values()), max(CLOSES_IN.values())


# Who counts in a poll, and the level that they need.
WHO_COUNTS: dict[str, int | None] = {"everyone": None, "physicians": int(documents.LEAST)}


@dataclass(frozen=True)
class Draft:
    """A poll as typed: empty options count for nothing."""

    options: Sequence[str] = ()
    closes_in: str = "3d"
    closes_after: timedelta | None = None  # before that, where an application says how long
    is_multiple: bool = False
    who_counts: str = "everyone"


@dataclass(frozen=True)
class Shown:
    """A poll as a page shows it; `mine` are the options that the reader chose.

    `told`: how it stands as everybody may know; None where that is not to be known yet.
    """

    poll: Poll
    options: tuple[PollOption, ...]
    mine: frozenset[int]
    told: Ballot | None


def ballot(draft: Draft, now: datetime) -> Ballot:
    """What a draft asks. Raises FormRefused where that cannot be asked."""
    typed = [(number, html.one_line(text, len(text))) for number, text in enumerate(draft.options)]
    written = [(number, name) for number, name in typed if name]
    names = [name for _, name in written]
    problems = {}
    for number, name in written:
        if len(name) > NAME_MOST:
            problems[_field(number)] = f"Shorten this option to {NAME_MOST} characters."
        elif name in names[: names.index(name)] or names.count(name) > 1:
            problems[_field(number)] = "Two options are the same. Change one."
    if len(names) < OPTIONS_LEAST:
        missing = next((number for number, name in typed if not name), len(typed))
        problems[_field(missing)] = f"Write {OPTIONS_LEAST} options or more."
    if len(names) > OPTIONS_MOST:
        problems[_field(OPTIONS_MOST)] = f"Offer {OPTIONS_MOST} options or fewer."
    if draft.closes_after is not None and not SHORTEST <= draft.closes_after <= LONGEST:
        problems["closes_in"] = "Let the poll close between 1 hour and 7 days from now."
    elif draft.closes_in not in CLOSES_IN:
        problems["closes_in"] = "Choose when the poll closes."
    if draft.who_counts not in WHO_COUNTS:
        problems["who_counts"] = "Choose who counts."
    if problems:
        raise FormRefused(problems)
    ends_at = (now + (draft.closes_after or CLOSES_IN[draft.closes_in])).replace(microsecond=0)
    least = WHO_COUNTS[draft.who_counts]
    return Ballot(tuple(names), draft.is_multiple, ends_at, min_level=least)


def question(note: dict[str, Any], asked: Ballot | None) -> dict[str, Any]:
    """A thread starter, as a poll where there is something to choose."""
    return documents.question(note, asked) if asked else note


def asked_in(post: Post) -> list[str]:
    """The options of a poll; none of any other post."""
    asked = documents.read(post.document) if post.kind is PostKind.QUESTION else None
    return list(asked.names) if asked is not None else []


def is_poll(note: Mapping[str, Any]) -> bool:
    return note.get("type") == "Question" and documents.read(note) is not None


async def keep(post: Post) -> None:
    """Store what a Question asks, with its post, in the caller's transaction."""
    asked = documents.read(post.document)
    if asked is None:
        return
    poll = await Poll.create(
        post=post,
        is_multiple=asked.is_multiple,
        ends_at=asked.ends_at,
        closed_at=asked.closed_at,
        voters_count=asked.voters_count,
        min_level=asked.min_level,
    )
    await _add_options(poll, asked)


def is_vote(note: Mapping[str, Any], question: Post) -> bool:
    """Whether this is somebody's choice in a poll, by its form: it never becomes a reply (T26).

    A Note with `name` and no words of its own; or whose name is one of the options, whatever it
    says besides.
    """
    name = note.get("name")
    if question.kind is not PostKind.QUESTION or not isinstance(name, str):
        return False
    has_content = bool(note.get("content") or note.get("contentMap"))
    return not has_content or name in documents.wire_names(question.document)


async def receive_results(question: Post, note: Mapping[str, Any]) -> None:
    """Take over what a poll's owner says of it, in the caller's transaction.

    The caller made sure that it is the owner who says so. Nobody tells us of a poll of ours.
    Other options than before, or others who count, are another poll: what was counted, and chosen
    here, is void.
    """
    told = documents.read(note)
    poll = await locked(question)
    if poll is None or told is None or config.current().is_ours(question.uri):
        return
    if vocabulary.id_of(note) != question.uri:
        return
    if "closed" in question.document and "closed" not in note:
        return  # from before the last one, and late
    await _take_over(poll, told)
    await Poll.filter(id=poll.id).update(
        is_multiple=told.is_multiple,
        ends_at=told.ends_at,
        closed_at=told.closed_at or poll.closed_at,
        voters_count=told.voters_count,
        min_level=told.min_level,
    )
    if told.closed_at is not None and poll.closed_at is None:
        await notifications.of_poll(poll, question)
    question.document = documents.with_members_of(question.document, note)
    await question.save(update_fields=["document"])
    await events.publish("thread", question.thread_id)


async def shown(posts: Sequence[Post], own: Sequence[Actor]) -> dict[int, Shown]:
    """The polls among these posts, by post; `own` are the reader's identities."""
    asked = [post.id for post in posts if post.kind is PostKind.QUESTION and not post.deleted_at]
    if not asked:
        return {}
    polls = await Poll.filter(post_id__in=asked)
    ids = [poll.id for poll in polls]
    options = await PollOption.filter(poll_id__in=ids).order_by("position")
    votes = await Vote.filter(poll_id__in=ids, actor_id__in=[actor.id for actor in own])
    mine = frozenset(vote.option_id for vote in votes)
    by_id = {post.id: post for post in posts}
    return {
        poll.post_id: _shown(
            poll, tuple(o for o in options if o.poll_id == poll.id), mine, by_id[poll.post_id]
        )
        for poll in polls
    }


def _shown(
    poll: Poll, options: tuple[PollOption, ...], mine: frozenset[int], question: Post
) -> Shown:
    """Of physicians alone a page says what its server told others, and no sooner than they."""
    is_told = poll.min_level is None or "closed" in question.document
    told = documents.ballot_of(poll, options).as_told() if is_told else None
    return Shown(poll, options, mine, told)


def has_ended(poll: Poll, now: datetime) -> bool:
    return poll.closed_at is not None or (poll.ends_at is not None and poll.ends_at <= now)


async def locked(question: Post) -> Poll | None:
    """Two votes at once are counted one after the other."""
    return await Poll.filter(post_id=question.id).select_for_update().first()


async def options_of(poll: Poll) -> list[PollOption]:
    return await PollOption.filter(poll_id=poll.id).order_by("position")


async def _add_options(poll: Poll, asked: Ballot) -> None:
    counts = asked.counts or (0,) * len(asked.names)
    await PollOption.bulk_create(
        PollOption(poll=poll, position=position, name=name, votes_count=count)
        for position, (name, count) in enumerate(zip(asked.names, counts, strict=True))
    )


async def _take_over(poll: Poll, told: Ballot) -> None:
    options = await options_of(poll)
    is_same = (told.is_multiple, told.min_level) == (poll.is_multiple, poll.min_level)
    if not is_same or tuple(option.name for option in options) != told.names:
        await PollOption.filter(poll_id=poll.id).delete()  # and the votes for them
        await _add_options(poll, told)
        return
    for option, votes in zip(options, told.counts, strict=True):
        if option.votes_count != votes:
            await PollOption.filter(id=option.id).update(votes_count=votes)


def _field(number: int) -> str:
    return f"option-{number + 1}"
