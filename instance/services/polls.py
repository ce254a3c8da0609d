"""Polls: what is asked, who chose what, and what a poll's own server says about it.

Only the server of a poll's author counts for everybody; what is counted here of a poll elsewhere
is a guess until its next `Update`. Closing and telling are `poll_results.py`'s matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from federation import vocabulary
from instance import config, events, html
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import (
    Actor,
    Poll,
    PollOption,
    Post,
    PostKind,
    Thread,
    Vote,
)
from instance.outbox import polls as documents
from instance.outbox.enqueue import enqueue
from instance.outbox.polls import NAME_MOST, OPTIONS_LEAST, OPTIONS_MOST, Ballot
from instance.services import bans, blocks, moves, notifications

CLOSES_IN = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
}


@dataclass(frozen=True)
class Draft:
    """A poll as typed: empty options count for nothing."""

    options: Sequence[str] = ()
    closes_in: str = "3d"
    is_multiple: bool = False


@dataclass(frozen=True)
class Shown:
    """A poll as a page shows it; `mine` are the options that the reader chose."""

    poll: Poll
    options: tuple[PollOption, ...]
    mine: frozenset[int]


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
    if draft.closes_in not in CLOSES_IN:
        problems["closes_in"] = "Choose when the poll closes."
    if problems:
        raise FormRefused(problems)
    ends_at = (now + CLOSES_IN[draft.closes_in]).replace(microsecond=0)
    return Ballot(tuple(names), draft.is_multiple, ends_at)


def question(note: dict[str, Any], asked: Ballot | None) -> dict[str, Any]:
    """A thread starter, as a poll where there is something to choose."""
    return documents.question(note, asked) if asked else note


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


async def vote(voter: Actor, question: Post, positions: Sequence[int]) -> None:
    """One of our members chooses; needs `question.author` loaded.

    Each choice goes to the author's server alone where that is another one. Raises NotFound where
    there is no poll, FormRefused where the choice cannot be taken, NotAllowed without a profile
    that the author's server can see.
    """
    moves.require_here(voter)
    if not question.author.is_local and not voter.discoverable:
        raise NotAllowed(
            "Their server must be able to see who votes. Make your profile public "
            "in your account first."
        )
    now = datetime.now(UTC)
    async with in_transaction():
        poll = await _locked(question)
        if poll is None or question.deleted_at is not None:
            raise NotFound
        options = await _options(poll)
        refused = await _why_not(poll, question, voter, now) or _wrong(poll, options, positions)
        if refused:
            raise FormRefused({"choice": refused})
        wire_names = documents.wire_names(question.document)
        is_told = not question.author.is_local and not await blocks.exists(question.author, voter)
        for position in sorted(set(positions)):
            await _add(poll, options[position], voter)
            if is_told:
                sent = documents.vote(voter, question, wire_names[position], now)
                inboxes, lane = [question.author.inbox], question.thread_id
                await enqueue(sent, sender=voter, inboxes=inboxes, lane=lane)
        await events.publish("thread", question.thread_id)


async def count(voter: Actor, question: Post, name: str) -> bool:
    """A choice that came from elsewhere in a poll of ours, in the caller's transaction.

    Needs `question.author` loaded. False, changing nothing, where it does not count (T26).
    """
    poll = await _locked(question)
    if poll is None or question.deleted_at is not None:
        return False
    if await blocks.exists(question.author, voter):
        return False
    if await _why_not(poll, question, voter, datetime.now(UTC), name):
        return False
    option = await PollOption.get_or_none(poll_id=poll.id, name=name)
    if option is None:
        return False
    await _add(poll, option, voter)
    await events.publish("thread", question.thread_id)
    return True


async def receive_results(question: Post, note: Mapping[str, Any]) -> None:
    """Take over what a poll's owner says of it, in the caller's transaction.

    The caller made sure that it is the owner who says so. Nobody tells us of a poll of ours.
    Other options than before are another poll: what was counted, and chosen here, is void.
    """
    told = documents.read(note)
    poll = await _locked(question)
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
    return {
        poll.post_id: Shown(poll, tuple(o for o in options if o.poll_id == poll.id), mine)
        for poll in polls
    }


def has_ended(poll: Poll, now: datetime) -> bool:
    return poll.closed_at is not None or (poll.ends_at is not None and poll.ends_at <= now)


async def _locked(question: Post) -> Poll | None:
    """Two votes at once are counted one after the other."""
    return await Poll.filter(post_id=question.id).select_for_update().first()


async def _options(poll: Poll) -> list[PollOption]:
    return await PollOption.filter(poll_id=poll.id).order_by("position")


async def _why_not(
    poll: Poll, question: Post, voter: Actor, now: datetime, name: str | None = None
) -> str:
    """Why this voter does not count, in words; "" where they do.

    One person is one voter, whichever of their identities they use, as far as we can know.
    `name`: with several choices to a voter, each comes on its own.
    """
    people = [voter]
    if voter.member_id is not None:
        people = await Actor.filter(member_id=voter.member_id)
    ids = [person.id for person in people]
    if has_ended(poll, now):
        return "This poll is closed."
    if question.author_id in ids:
        return "This is your own poll."
    votes = Vote.filter(poll_id=poll.id, actor_id__in=ids)
    if poll.is_multiple and name is not None:
        votes = votes.filter(option__name=name)
    if await votes.exists():
        return "You voted already."
    thread = await Thread.get(id=question.thread_id).select_related("group")
    for person in people:
        if thread.group is not None and await bans.is_banned(thread.group, person):
            return "You are banned from this channel."
    return ""


def _wrong(poll: Poll, options: list[PollOption], positions: Sequence[int]) -> str:
    if not positions or not all(0 <= position < len(options) for position in positions):
        return "Choose an option."
    if len(set(positions)) > 1 and not poll.is_multiple:
        return "Choose one option."
    return ""


async def _add(poll: Poll, option: PollOption, voter: Actor) -> None:
    is_first = not await Vote.filter(poll_id=poll.id, actor_id=voter.id).exists()
    await Vote.create(poll=poll, option=option, actor=voter)
    await PollOption.filter(id=option.id).update(votes_count=F("votes_count") + 1)
    await Poll.filter(id=poll.id).update(
        voters_count=F("voters_count") + int(is_first), is_told=False
    )


async def _add_options(poll: Poll, asked: Ballot) -> None:
    counts = asked.counts or (0,) * len(asked.names)
    await PollOption.bulk_create(
        PollOption(poll=poll, position=position, name=name, votes_count=count)
        for position, (name, count) in enumerate(zip(asked.names, counts, strict=True))
    )


async def _take_over(poll: Poll, told: Ballot) -> None:
    options = await _options(poll)
    is_same = told.is_multiple == poll.is_multiple
    if not is_same or tuple(option.name for option in options) != told.names:
        await PollOption.filter(poll_id=poll.id).delete()  # and the votes for them
        await _add_options(poll, told)
        return
    for option, votes in zip(options, told.counts, strict=True):
        if option.votes_count != votes:
            await PollOption.filter(id=option.id).update(votes_count=votes)


def _field(number: int) -> str:
    return f"option-{number + 1}"
