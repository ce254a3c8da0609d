"""What a member may read of consults. Every door asks here; there is no second rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from federation import vocabulary
from instance import config, raw_sql
from instance.errors import NotFound
from instance.models import (
    Actor,
    AnswerRequest,
    Consult,
    Contribution,
    HistoryEntry,
    Member,
    Participant,
    Peer,
    PublicationAnswer,
    Status,
)
from instance.outbox import consults as documents
from instance.outbox import standing
from instance.services import members, second_factors
from instance.services.consults import states
from instance.services.consults.wanted import PAGE, Wanted

Box = Literal["needs-you", "mine", "answering", "open", "drafts", "closed", "private"]
LIVE = states.LIVE
ENDED = states.ENDED
UNANSWERED = (Status.OPEN, Status.NEEDS_INFO)
ASKERS_TURN = (Status.NEEDS_INFO, Status.ANSWERED, Status.RESOLVED, Status.HELD)
MINE = "consult.asker_id IN (SELECT id FROM actor WHERE member_id = ?1)"
# ?1 is the member, ?2 our institution.
VISIBLE = """
EXISTS (SELECT 1 FROM participant p WHERE p.consult_id = consult.id AND (
    p.is_institution AND p.actor_uri = ?2 OR NOT p.is_institution
    AND p.actor_uri IN (SELECT uri FROM actor WHERE member_id = ?1)))
AND (consult.status <> 'withdrawn'
    OR consult.asker_id IN (SELECT id FROM actor WHERE member_id = ?1))
"""
# Of a mark for a slug in its quotes. Not by LIKE: for each value that it is given SQLite would plan
# the whole statement anew.
OF_SPECIALTY = {
    "sqlite": "instr(CAST(consult.specialties AS text), {}) > 0",
    "postgres": "strpos(CAST(consult.specialties AS text), {}) > 0",
}
_NEVER = datetime.max.replace(tzinfo=UTC)  # paused: behind what has an end
_READABLE = f"id = ?3 AND {VISIBLE}"


@dataclass(frozen=True)
class Turn:
    """Why it is the asker's turn: the latest question to them, else the first answer."""

    said: Contribution
    others: int  # people who did the same


async def visible(member: Member) -> QuerySet[Consult]:
    """The consults a member may read: those that include our institution, or them by name.

    What was withdrawn only its asker finds. Below L2, suspended, or without the second factor that
    they need: none. The one visibility rule of T50; `VISIBLE` is the same for a statement.
    """
    if is_kept_out(member):
        return Consult.filter(id__in=[])
    own = await members.identities(member)
    uris = [actor.uri for actor in own]
    ours = config.current().uri("/actor")
    # Asked of each consult by itself: there are far more than anybody looks at.
    allowed = Participant.filter(
        Q(actor_uri=ours, is_institution=True) | Q(actor_uri__in=uris, is_institution=False),
        consult_id=RawSQL('"consult"."id"'),
    )
    found = Consult.filter(id__in=Subquery(allowed.values("consult_id")))
    asked = Q(asker_id__in=[actor.id for actor in own])
    return found.filter(asked | ~Q(status=Status.WITHDRAWN))


async def _consults(member: Member) -> QuerySet[Consult]:
    """Of `visible`, without what is private: `correspondence` lists that."""
    return (await visible(member)).filter(is_private=False)


async def readable(member: Member, consult_id: int) -> Consult:
    """Raises NotFound alike for an unknown consult and one this member may not read."""
    wanted = [member.id, config.current().uri("/actor"), consult_id]
    found = await raw_sql.where(Consult, _READABLE, wanted)
    if not found or is_kept_out(member):
        raise NotFound
    for name in ("asker", "group"):
        await raw_sql.load(found[0], name)
    return found[0]


async def in_box(member: Member, box: Box, wanted: Wanted | None = None) -> list[Consult]:
    """One folder of a member's consults, the most pressing first; drafts are none yet, and what is
    private `conversations` lists."""
    wanted = wanted or Wanted()
    if box in ("drafts", "private"):
        return []
    if box == "needs-you":
        return await needing(member, wanted)
    own = [actor.id for actor in await members.identities(member)]
    query = wanted.narrowed(await _consults(member))
    if box == "mine":
        parts = [query.filter(asker_id=one) for one in own]
    else:
        if box == "answering":
            spoke = Subquery(Contribution.filter(author_id__in=own).values("consult_id"))
            query = query.filter(id__in=spoke)
        if box != "closed":
            query = query.exclude(asker_id__in=own)
        parts = [query.filter(status=one) for one in Status if (one in LIVE) != (box == "closed")]
    return wanted.shown(await _first(parts, wanted.most, "changed_at", is_backward=True))[:PAGE]


async def _first(
    parts: Sequence[QuerySet[Consult]], most: int, by: str, *, is_backward: bool = False
) -> list[Consult]:
    """So many of all of these, in this order. Each part is what an index finds, however many other
    consults there are; what is not shown is not read."""
    order, found = "-" if is_backward else "", list[tuple[datetime, int]]()
    for part in parts:
        some = part.order_by(f"{order}{by}", f"{order}id").limit(most)
        found += [(at or _NEVER, one) for at, one in await some.values_list(by, "id")]
    ids = [one for _, one in sorted(found, reverse=is_backward)[:most]]
    rows = {row.id: row for row in await Consult.filter(id__in=ids).select_related("asker")}
    return [rows[one] for one in ids if one in rows]


async def needing(member: Member, wanted: Wanted | None = None) -> list[Consult]:
    """What waits for this person: their own turn as asker, a question in their specialty, or their
    consent to publish."""
    wanted = wanted or Wanted()
    own = await members.identities(member)
    ids = [actor.id for actor in own]
    query = wanted.narrowed(await _consults(member))
    waiting = _waiting(query, ids, member)
    unanswered = [waiting.filter(status=one) for one in UNANSWERED]
    return wanted.shown(
        [
            *await _first([_asked(query, ids)], wanted.most, "changed_at"),
            *await _first(unanswered, wanted.most, "due_at"),
            *await _first([_consenting(query, own)], wanted.most, "changed_at"),
        ]
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


def is_kept_out(member: Member) -> bool:
    has_to_wait = member.suspended_at is not None or second_factors.is_missing(member)
    return has_to_wait or not standing.claims_of(member).may_take_part


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
    return await raw_sql.where(Participant, "consult_id = ?1 ORDER BY id", [consult.id])


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


async def partner_hosts(consult: Consult) -> list[Peer]:
    return await Peer.filter(host__in=await institutions(consult)).order_by("name")


async def author_of(contribution: Contribution) -> Actor:
    return await Actor.get(id=contribution.author_id)


def _asked(query: QuerySet[Consult], own: list[int]) -> QuerySet[Consult]:
    """Own consults in which it is the asker's turn."""
    return query.filter(asker_id__in=own, status__in=ASKERS_TURN)


def _waiting(query: QuerySet[Consult], own: list[int], member: Member) -> QuerySet[Consult]:
    """Of unanswered ones, questions of others that they were asked, or in their specialties, in
    which they did not speak; none that they declined."""
    if not standing.claims_of(member).may_answer:
        return query.filter(id__in=[])
    asked = AnswerRequest.filter(member_id=member.id)
    declined = Subquery(asked.filter(declined_at__not_isnull=True).values("consult_id"))
    fitting = [Q(slugs__contains=f'"{slug}"') for slug in member.specialties]
    fitting += [Q(id__in=Subquery(asked.filter(declined_at=None).values("consult_id")))]
    spoke = Subquery(Contribution.filter(author_id__in=own).values("consult_id"))
    return (
        query.exclude(asker_id__in=own)
        .exclude(id__in=spoke)
        .exclude(id__in=declined)
        .annotate(slugs=_text_of("specialties"))
        .filter(Q(*fitting, join_type=Q.OR))
    )


def _consenting(query: QuerySet[Consult], own: list[Actor]) -> QuerySet[Consult]:
    """A proposal to publish waits for the word of one of these."""
    asked = PublicationAnswer.filter(
        actor_uri__in=[actor.uri for actor in own],
        is_institution=False,
        said__isnull=True,
        publication__ended_at=None,
    )
    return query.filter(
        status=Status.CLOSED, id__in=Subquery(asked.values("publication__consult_id"))
    )


def _turn_kind(consult: Consult) -> str:
    wants_info = consult.status is Status.NEEDS_INFO
    return (states.Event.ASK_INFO if wants_info else states.Event.ANSWER).value


async def _grouped(rows: QuerySet[Any]) -> dict[int, int]:
    found = await rows.group_by("consult_id").values_list("consult_id", "number")
    return {int(consult_id): int(number) for consult_id, number in found}
