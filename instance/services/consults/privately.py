"""What one person writes to another alone: a consult of type private (federation.md 6.3).

Between exactly two, here or at a partner's. It is sealed, signed, numbered and recalled as every
consult is; nothing clinical is asked, no clock runs, and nobody else is ever asked or let in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.expressions import Q, Subquery
from tortoise.transactions import in_transaction

from instance.errors import Conflict, FormRefused, NotAllowed
from instance.ids import new_id
from instance.models import (
    Actor,
    ActorKind,
    Consult,
    Draft,
    Level,
    Member,
    Participant,
    Status,
)
from instance.outbox import local, standing
from instance.services import agreements, blocks, identifiers, media, members, moves
from instance.services.consults import drafts, images, news, opening
from instance.services.consults import facts as facts_of
from instance.treaty_words import NOT_PRIVATE, WHY_NOT

GONE = "The other hospital can no longer read this conversation. Nothing was sent."


@dataclass(frozen=True)
class _Way:
    """To whom it may go. `institutions`: Application ids of those that take part."""

    institutions: tuple[str, ...] = ()
    why_not: str = ""  # a key of `NOT_PRIVATE` or `WHY_NOT`


async def why_not(member: Member, target: Actor) -> str:
    """Why this member cannot write to somebody; "" where they can. Who blocked them is not told
    apart from who takes no messages."""
    own = await members.identities(member)
    found = [(await _way(member, actor, target)).why_not for actor in own]
    return "" if "" in found else found[0]


@dataclass(frozen=True)
class Begun:
    """`is_new`: the words stand in it. Else it is one that was open between the two before."""

    consult: Consult
    author: Actor
    is_new: bool


async def begin(
    member: Member, target: Actor, text: str, identity: str = "", draft: Draft | None = None
) -> Begun:
    """A conversation with somebody; nothing is delivered yet.

    The same words to the same person again change nothing. `draft`: what it was written in, with
    its images; they stand in a first message alone (federation.md 6.3), so it begins one of its
    own. Raises FormRefused and NotAllowed, with nothing stored.
    """
    claims = standing.claims_of(member)
    members.require_level(claims, Level.CHECKED)
    author = await _author(member, identity)
    way = await _way(member, author, target)
    if way.why_not:
        raise NotAllowed(sentence(way.why_not))
    facts = facts_of.of_message(text.strip())
    pictures = [row.id for row in await media.of_draft(member, draft.key)] if draft else []
    problems = await images.problems(member, pictures)
    if of_words := facts_of.message_problems(facts):
        problems["text"] = of_words["question"]
    if problems:
        raise FormRefused(problems)
    await identifiers.require_clear(member, {"text": text})
    consult_id, now = new_id(), datetime.now(UTC)
    group = await local.draft_actor(ActorKind.CONSULT, f"consult-{consult_id}", name="Consult")
    consult = opening.fresh(consult_id, group.actor, author, facts, way.institutions, now)
    consult.is_private = True
    readers = [(actor.uri, actor.host, False) for actor in (author, target)]
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()  # one tab after the other
        if draft is not None:
            if (sent := await drafts.sent_as(draft)) is not None:
                return Begun(sent, author, is_new=True)
        elif (known := await ongoing(author, target)) is not None:
            is_same = known.asker_id == author.id and known.facts == facts
            return Begun(known, author, is_new=is_same)
        await group.save()
        await opening.begin(member, consult, readers, claims, now, pictures)
        if draft is not None:
            await drafts.mark_sent(draft, consult)
        await news.of_message(consult, author, consult.root_uri, now)
    return Begun(consult, author, is_new=True)


async def ongoing(one: Actor, other: Actor) -> Consult | None:
    """The open conversation between these two, whoever began it."""
    named = Participant.filter(is_institution=False)
    with_one = Subquery(named.filter(actor_uri=one.uri).values("consult_id"))
    with_other = Subquery(named.filter(actor_uri=other.uri).values("consult_id"))
    live = Consult.filter(is_private=True, status=Status.OPEN, purged_at=None, frozen_at=None)
    both = Q(id__in=with_one) & Q(id__in=with_other)
    return await live.filter(both, is_locked=False).order_by("-changed_at", "-id").first()


async def other_of(consult: Consult, own_uris: set[str]) -> Actor | None:
    """With whom it is; None where they take part no more."""
    rows = await Participant.filter(consult_id=consult.id).order_by("id")
    uris = [row.actor_uri for row in rows if row.actor_uri not in own_uris]
    return await Actor.get_or_none(uri=uris[0]) if uris else None


async def require_other(consult: Consult, author: Actor) -> None:
    """What is written still has a reader. Raises Conflict, NotAllowed."""
    other = await other_of(consult, {author.uri})
    if other is None:
        raise Conflict(GONE)
    if await blocks.exists(author, other):
        raise NotAllowed(sentence("blocked"))
    if other.is_local and await blocks.exists(other, author):
        raise NotAllowed(sentence("closed"))


def sentence(why: str) -> str:
    return NOT_PRIVATE.get(why) or WHY_NOT[why]


async def _author(member: Member, identity: str) -> Actor:
    """Never guessed: with several names, the member says which one speaks (T87)."""
    own = await members.identities(member)
    if not identity and len(own) > 1:
        raise FormRefused({"identity": "Choose the name you write under here."})
    author = await members.speaking_as(member, identity)
    moves.require_here(author)
    return author


async def _way(member: Member, author: Actor, target: Actor) -> _Way:
    if target.kind is not ActorKind.PERSON or target.is_blocked:
        return _Way(why_not="stranger")
    if target.is_local and target.member_id == member.id:
        return _Way(why_not="self")
    if not standing.claims_of(member).may_take_part:
        return _Way(why_not="standing")
    if await blocks.exists(author, target):
        return _Way(why_not="blocked")
    if target.moved_to_uri is not None:
        return _Way(why_not="moved")
    ours = await local.institution()
    if target.is_local:
        is_open = await _takes_messages(target) and not await blocks.exists(target, author)
        return _Way((ours.uri,)) if is_open else _Way(why_not="closed")
    treaty = next((one for one in await agreements.of_partners() if one.host == target.host), None)
    if treaty is None or treaty.peer is None:
        return _Way(why_not="stranger")
    if treaty.why_no_consults:
        return _Way(why_not=treaty.why_no_consults)
    if await blocks.exists(target, author):
        return _Way(why_not="closed")
    return _Way((ours.uri, str(treaty.peer.actor_uri)))


async def _takes_messages(target: Actor) -> bool:
    """Who may read consults at all, but for the second step: they are led to it."""
    member = await Member.get_or_none(id=target.member_id)
    is_here = member is not None and member.suspended_at is None
    return member is not None and is_here and standing.claims_of(member).may_take_part
