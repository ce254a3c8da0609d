"""What a member may read of consults. Every door asks here; there is no second rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from federation import vocabulary
from instance import config
from instance.errors import NotFound
from instance.models import (
    Actor,
    AnswerRequest,
    Consult,
    Contribution,
    Delivery,
    HistoryEntry,
    Member,
    Participant,
    Peer,
    Status,
)
from instance.outbox import consults as documents
from instance.outbox import standing
from instance.services import members, second_factors
from instance.services.consults import states
from instance.services.consults.wanted import PAGE, Wanted

Box = Literal["needs-you", "mine", "answering", "open", "drafts", "closed"]
LIVE = states.LIVE
ENDED = states.ENDED
UNANSWERED = (Status.OPEN, Status.NEEDS_INFO)
_ASKERS_TURN = (Status.NEEDS_INFO, Status.ANSWERED, Status.RESOLVED, Status.HELD)


@dataclass(frozen=True)
class Place:
    """How far a consult got to one institution, in the words of the page."""

    host: str
    delivery: Delivery | None  # the latest still waiting, else the one that took the consult


@dataclass(frozen=True)
class Turn:
    """Why it is the asker's turn: the latest question to them, else the first answer."""

    said: Contribution
    others: int  # people who did the same


@dataclass(frozen=True)
class Counts:
    """How many consults wait for a member, and are open: their own, and of others."""

    needs_you: int
    mine: int
    open: int


async def visible(member: Member) -> QuerySet[Consult]:
    """The consults a member may read: those that include our institution, or them by name.

    What was withdrawn only its asker finds. Below L2, suspended, or without the second factor that
    they need: none. The one visibility rule of T50.
    """
    claims = standing.claims_of(member)
    is_kept_out = member.suspended_at is not None or second_factors.is_missing(member)
    if not claims.may_take_part or is_kept_out:
        return Consult.filter(id__in=[])
    own = await members.identities(member)
    uris = [actor.uri for actor in own]
    ours = config.current().uri("/actor")
    allowed = Participant.filter(
        Q(actor_uri=ours, is_institution=True) | Q(actor_uri__in=uris, is_institution=False)
    )
    found = Consult.filter(id__in=Subquery(allowed.values("consult_id")))
    asked = Q(asker_id__in=[actor.id for actor in own])
    return found.filter(asked | ~Q(status=Status.WITHDRAWN))


async def readable(member: Member, consult_id: int) -> Consult:
    """Raises NotFound alike for an unknown consult and one this member may not read."""
    consult = await (await visible(member)).get_or_none(id=consult_id)
    if consult is None:
        raise NotFound
    await consult.fetch_related("asker", "group")
    return consult


async def in_box(member: Member, box: Box, wanted: Wanted | None = None) -> list[Consult]:
    """One folder of a member's consults, the most pressing first; drafts are none yet."""
    wanted = wanted or Wanted()
    if box == "drafts":
        return []
    if box == "needs-you":
        return await needing(member, wanted)
    own = [actor.id for actor in await members.identities(member)]
    query = wanted.narrowed((await visible(member)).select_related("asker"))
    if box == "mine":
        query = query.filter(asker_id__in=own)
    elif box == "closed":
        query = query.exclude(status__in=LIVE)
    else:
        query = query.filter(status__in=LIVE).exclude(asker_id__in=own)
        if box == "answering":
            spoke = Subquery(Contribution.filter(author_id__in=own).values("consult_id"))
            query = query.filter(id__in=spoke)
    found = await query.order_by("-changed_at", "-id").limit(wanted.most)
    return wanted.shown(found)[:PAGE]


async def needing(member: Member, wanted: Wanted | None = None) -> list[Consult]:
    """What waits for this person: their own turn as asker, or a question in their specialty."""
    wanted = wanted or Wanted()
    own = [actor.id for actor in await members.identities(member)]
    query = wanted.narrowed((await visible(member)).select_related("asker"))
    asked, waiting = _asked(query, own), _waiting(query, own, member)
    return wanted.shown(
        [
            *await asked.order_by("changed_at", "id").limit(wanted.most),
            *await waiting.order_by("due_at", "id").limit(wanted.most),
        ]
    )


async def count_boxes(member: Member) -> Counts:
    """How many consults are in a member's folders: for every page, so nothing is unsealed."""
    own = [actor.id for actor in await members.identities(member)]
    query = await visible(member)
    live = query.filter(status__in=LIVE)
    return Counts(
        needs_you=await _asked(query, own).count() + await _waiting(query, own, member).count(),
        mine=await live.filter(asker_id__in=own).count(),
        open=await live.exclude(asker_id__in=own).count(),
    )


async def meet(actor: Actor, reader_uri: str, reader_host: str) -> bool:
    """Whether the institution `reader_uri` takes part in a consult that `actor` wrote in.

    As `audience.shown_to` decides for one consult, but for the trust in the host.
    """
    wrote = Subquery(Contribution.filter(author_id=actor.id).values("consult_id"))
    theirs = Subquery(Participant.filter(host=reader_host).values("consult_id"))
    return (
        await Consult.filter(Q(asker_id=actor.id) | Q(id__in=wrote), id__in=theirs)
        .annotate(to=_text_of("addressed_to"))
        .filter(to__contains=f'"{reader_uri}"')
        .exists()
    )


def _text_of(column: str) -> RawSQL:
    """A list of plain words or addresses in a JSON column, to look for one in its quotes."""
    return RawSQL(f'"consult"."{column}"')


async def contributions(consult: Consult) -> list[Contribution]:
    """Everything said, in the order of the history; what is still on its way last."""
    rows = await Contribution.filter(consult_id=consult.id).select_related("author")
    return sorted(rows, key=lambda row: (row.seq is None, row.seq or 0, row.id))


async def author_ids(consult: Consult) -> set[int]:
    """Who wrote in it."""
    rows = Contribution.filter(consult_id=consult.id, seq__not_isnull=True)
    return {row.author_id for row in await rows.only("id", "author_id")}


async def accepted_at(consult: Consult) -> datetime | None:
    """When the asker last accepted an answer, by the history; None where none is accepted."""
    if not consult.accepted:
        return None
    answers = documents.answers_uri(consult)
    async for entry in HistoryEntry.filter(consult_id=consult.id).order_by("-seq"):
        inner = entry.document["object"]
        if isinstance(inner, dict) and vocabulary.id_of(inner.get("target")) == answers:
            return datetime.fromisoformat(inner["published"])
    return consult.changed_at


async def participants(consult: Consult) -> list[Participant]:
    return await Participant.filter(consult_id=consult.id).order_by("id")


async def institutions(consult: Consult) -> list[str]:
    """Hosts that can read it, ours first."""
    ours = config.current().host
    hosts = {row.host for row in await participants(consult)}
    return sorted(hosts, key=lambda host: (host != ours, host))


async def reader_counts(consults: Sequence[Consult]) -> dict[int, int]:
    """How many institutions can read each."""
    rows = Participant.filter(consult_id__in=[consult.id for consult in consults])
    return await _grouped(rows.annotate(number=Count("host", distinct=True)))


async def answer_counts(consults: Sequence[Consult]) -> dict[int, int]:
    rows = Contribution.filter(
        consult_id__in=[consult.id for consult in consults],
        kind=states.Event.ANSWER.value,
        seq__not_isnull=True,
        deleted_at=None,
    )
    return await _grouped(rows.annotate(number=Count("id")))


async def turns(consults: Sequence[Consult]) -> dict[int, Turn]:
    """By consult id, why it is the asker's turn; only what the page shows is unsealed."""
    wanted = {consult.id: _turn_kind(consult) for consult in consults}
    rows: dict[int, list[dict[str, Any]]] = {}
    there = Contribution.filter(consult_id__in=list(wanted), deleted_at=None)
    for row in await there.values("id", "consult_id", "author_id", "kind", "seq"):
        if row["kind"] == wanted[row["consult_id"]]:
            rows.setdefault(row["consult_id"], []).append(row)
    shown: dict[int, int] = {}
    for consult_id, said in rows.items():
        said.sort(key=lambda row: (row["seq"] is None, row["seq"] or 0, row["id"]))
        last = wanted[consult_id] == states.Event.ASK_INFO
        shown[consult_id] = said[-1 if last else 0]["id"]
    found = Contribution.filter(id__in=list(shown.values())).select_related("author")
    return {
        row.consult_id: Turn(row, len({said["author_id"] for said in rows[row.consult_id]}) - 1)
        for row in await found
    }


async def places(consult: Consult) -> list[Place]:
    """For the owner's page, per institution: the oldest delivery that waits, or the first done."""
    rows = await Delivery.filter(activity__consult_id=consult.id).order_by("id")
    found: dict[str, Delivery] = {}
    for row in rows:
        known = found.get(row.host)
        if known is None or (known.delivered_at is not None and row.delivered_at is None):
            found[row.host] = row
    hosts = await institutions(consult)
    return [Place(host, found.get(host)) for host in hosts]


async def partner_hosts(consult: Consult) -> list[Peer]:
    return await Peer.filter(host__in=await institutions(consult)).order_by("name")


async def author_of(contribution: Contribution) -> Actor:
    return await Actor.get(id=contribution.author_id)


def _asked(query: QuerySet[Consult], own: list[int]) -> QuerySet[Consult]:
    """Own consults in which it is the asker's turn."""
    return query.filter(asker_id__in=own, status__in=_ASKERS_TURN)


def _waiting(query: QuerySet[Consult], own: list[int], member: Member) -> QuerySet[Consult]:
    """Unanswered questions of others that they were asked, or in their specialties, in which they
    did not speak; none that they declined."""
    if not standing.claims_of(member).may_answer:
        return query.filter(id__in=[])
    asked = AnswerRequest.filter(member_id=member.id)
    declined = Subquery(asked.filter(declined_at__not_isnull=True).values("consult_id"))
    fitting = [Q(slugs__contains=f'"{slug}"') for slug in member.specialties]
    fitting += [Q(id__in=Subquery(asked.filter(declined_at=None).values("consult_id")))]
    spoke = Subquery(Contribution.filter(author_id__in=own).values("consult_id"))
    return (
        query.filter(status__in=UNANSWERED)
        .exclude(asker_id__in=own)
        .exclude(id__in=spoke)
        .exclude(id__in=declined)
        .annotate(slugs=_text_of("specialties"))
        .filter(Q(*fitting, join_type=Q.OR))
    )


def _turn_kind(consult: Consult) -> str:
    wants_info = consult.status is Status.NEEDS_INFO
    return (states.Event.ASK_INFO if wants_info else states.Event.ANSWER).value


async def _grouped(rows: QuerySet[Any]) -> dict[int, int]:
    found = await rows.group_by("consult_id").values_list("consult_id", "number")
    return {int(consult_id): int(number) for consult_id, number in found}
