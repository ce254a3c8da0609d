"""Votes: of our members in any poll, of anybody in polls of ours; one person, one vote.

Where physicians alone count we say so of ours, and ask the voter's hospital of others (5.4).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from instance import events
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import Actor, Member, Poll, PollOption, Post, Profession, Stage, Thread, Vote
from instance.outbox import polls as documents
from instance.outbox import standing, trust
from instance.outbox.enqueue import enqueue
from instance.services import bans, blocks, moves, polls, standings


class Bar(StrEnum):
    """Why a member cannot vote in a poll, whatever they choose."""

    HIDDEN = "hidden"
    PROFESSION = "profession"
    STAGE = "stage"
    LEVEL = "level"
    PARTNER = "partner"


_BARRED = {
    Bar.HIDDEN: "Their server must be able to see who votes. Make your profile public in your "
    "account first.",
    Bar.PROFESSION: "Only verified physicians count in this poll, and your profession is another.",
    Bar.STAGE: "Only verified physicians in practice or retired count in this poll. Students and "
    "trainees see its result.",
    Bar.LEVEL: "Only verified physicians count in this poll, and your standing is not Verified "
    "yet. Your account says how to get there, under Verification.",
    Bar.PARTNER: "Only verified physicians count in this poll whose hospital has an agreement with "
    "the one that asks. Yours has none that covers this.",
}


async def bar(member: Member, names: Sequence[Actor], poll: Poll, question: Post) -> Bar | None:
    """What keeps a member from voting under any of these names; needs `question.author` loaded."""
    is_theirs = not question.author.is_local
    if poll.min_level is not None:
        found = _lacks(standing.claims_of(member), poll.min_level)
        if found is not None or member.suspended_at is not None:
            return found or Bar.LEVEL
        if is_theirs and await trust.ceiling(question.author.host) < poll.min_level:
            return Bar.PARTNER
    is_seen = any(name.discoverable for name in names)
    return Bar.HIDDEN if is_theirs and not is_seen else None


async def vote(voter: Actor, question: Post, positions: Sequence[int]) -> None:
    """One of our members chooses; needs `question.author` loaded.

    Each choice goes to the author's server alone where that is another one. Raises NotFound where
    there is no poll, FormRefused where the choice cannot be taken, NotAllowed for who cannot vote
    in it.
    """
    moves.require_here(voter)
    now = datetime.now(UTC)
    async with in_transaction():
        poll = await polls.locked(question)
        if poll is None or question.deleted_at is not None:
            raise NotFound
        member = await Member.get(id=voter.member_id)
        barred = await bar(member, [voter], poll, question)
        if barred is not None:
            raise NotAllowed(_BARRED[barred])
        options = await polls.options_of(poll)
        refused = await _why_not(poll, question, voter, now) or _wrong(poll, options, positions)
        if refused:
            raise FormRefused({"choice": refused})
        chosen = sorted(set(positions))
        for position in chosen:
            await _add(poll, options[position], voter, question)
        if not question.author.is_local and not await blocks.exists(question.author, voter):
            await _send(voter, member, poll, question, chosen, now)
        await _publish(poll, question)


async def count(voter: Actor, question: Post, name: str) -> bool:
    """A choice that came from elsewhere in a poll of ours, in the caller's transaction.

    Needs `question.author` loaded. False, changing nothing, where it does not count (T26). Whether
    physicians alone count, and this is one, the caller has asked.
    """
    poll = await polls.locked(question)
    if poll is None or question.deleted_at is not None:
        return False
    if await blocks.exists(question.author, voter):
        return False
    if await _why_not(poll, question, voter, datetime.now(UTC), name):
        return False
    option = await PollOption.get_or_none(poll_id=poll.id, name=name)
    if option is None:
        return False
    await _add(poll, option, voter, question)
    await _publish(poll, question)
    return True


def _lacks(claims: standing.Claims, least: int) -> Bar | None:
    """As for answers in consults: physicians of that level, in practice or retired."""
    if claims.profession != Profession.PHYSICIAN:
        return Bar.PROFESSION
    if claims.stage not in (Stage.PRACTISING, Stage.RETIRED):
        return Bar.STAGE
    return None if claims.may_answer and claims.level >= least else Bar.LEVEL


async def _send(
    voter: Actor,
    member: Member,
    poll: Poll,
    question: Post,
    positions: Sequence[int],
    now: datetime,
) -> None:
    """To the author's server; where that asks for it, with our word on who votes."""
    names = documents.wire_names(question.document)
    level = int(member.level)
    if poll.min_level is not None:
        await standings.show_now(voter, now)
    for position in positions:
        if poll.min_level is None:
            sent = documents.vote(voter, question, names[position], now)
        else:
            sent = await documents.ballot(voter, level, question, names[position], now)
        inboxes, lane = [question.author.inbox], question.thread_id
        await enqueue(sent, sender=voter, inboxes=inboxes, lane=lane)


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
    if polls.has_ended(poll, now):
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


async def _add(poll: Poll, option: PollOption, voter: Actor, question: Post) -> None:
    """Of physicians elsewhere their server alone tells the counts: we would guess one of them."""
    is_first = not await Vote.filter(poll_id=poll.id, actor_id=voter.id).exists()
    await Vote.create(poll=poll, option=option, actor=voter)
    if poll.min_level is not None and not question.author.is_local:
        return
    await PollOption.filter(id=option.id).update(votes_count=F("votes_count") + 1)
    await Poll.filter(id=poll.id).update(
        voters_count=F("voters_count") + int(is_first), is_told=False
    )


async def _publish(poll: Poll, question: Post) -> None:
    """Open pages show the new count; where there is none yet, they would show that one came."""
    if poll.min_level is None:
        await events.publish("thread", question.thread_id)
