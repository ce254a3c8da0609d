"""Asking a consult: who may read it is fixed here, once (federation.md 6.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from federation.errors import FederationError
from instance import config, events
from instance.errors import FormRefused, NotFound
from instance.ids import new_id
from instance.models import (
    Actor,
    ActorKind,
    Consult,
    Contribution,
    Draft,
    Level,
    Member,
    Participant,
    Peer,
    Scope,
    Status,
)
from instance.outbox import consults as documents
from instance.outbox import local, standing, trust
from instance.services import agreements, identifiers, members, moves, standings
from instance.services.agreements import Treaty
from instance.services.consults import drafts, history, images, states
from instance.services.consults import facts as facts_of
from instance.services.consults.drafts import LetThrough
from instance.treaty_words import WHY_NOT


@dataclass(frozen=True)
class Audience:
    """Whom the asker lets in: `hosts` or `only_ours` for INSTANCES, `people` for NAMED."""

    scope: Scope
    hosts: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    only_ours: bool = False

    @property
    def problems(self) -> dict[str, str]:
        if self.scope is Scope.NAMED and not self.people:
            return {"people": "Write the address of at least one colleague."}
        if self.scope is Scope.INSTANCES and not (self.hosts or self.only_ours):
            return {"hospitals": "Choose at least one hospital."}
        return {}


@dataclass(frozen=True)
class Question:
    """What the asker sends: `facts` as in `consults.facts`, checked here again; `images`: ids."""

    facts: dict[str, Any]
    audience: Audience | None
    attested: bool
    identity: str = ""
    images: tuple[int, ...] = ()


Reader = tuple[str, str, bool]  # uri, host, is_institution


@dataclass(frozen=True)
class _Readers:
    rows: list[Reader] = field(default_factory=list)
    institutions: list[str] = field(default_factory=list)  # Application ids


async def open_consult(
    member: Member, question: Question, draft: Draft | None = None, let: LetThrough | None = None
) -> Consult:
    """Store a consult and queue it for every institution it is addressed to.

    `draft`: what it was written in. Of one draft comes one consult, however often it is sent.
    `let`: a steward's judgement of what stands in it, instead of the check's.

    Raises FormRefused (nothing is stored) and NotAllowed below level L2.
    """
    claims = standing.claims_of(member)
    members.require_level(claims, Level.CHECKED)
    audience = _require_complete(question, await images.problems(member, question.images))
    asker = await members.speaking_as(member, question.identity)
    moves.require_here(asker)
    if let is None:
        await _require_clear(member, question.facts, draft)
    readers = await _readers(audience, asker)
    consult_id = new_id()
    group = await local.draft_actor(ActorKind.CONSULT, f"consult-{consult_id}", name="Consult")
    now = datetime.now(UTC)
    consult = fresh(consult_id, group.actor, asker, question.facts, readers.institutions, now)
    consult.scope = audience.scope
    consult.facts = {**question.facts, "tick_version": facts_of.TICK_VERSION}
    consult.due_at = now + timedelta(hours=consult.target_hours)
    consult.lapses_at = now + states.UNANSWERED_FOR
    async with in_transaction():
        if draft is not None and (known := await drafts.sent_as(draft)) is not None:
            return known
        if draft is not None and let is not None:
            await drafts.locked_as(draft)
        await group.save()
        await begin(member, consult, readers.rows, claims, now, question.images)
        if draft is not None:
            await drafts.mark_sent(draft, consult, let)
    return consult


async def begin(
    member: Member,
    consult: Consult,
    readers: Sequence[Reader],
    claims: standing.Claims,
    now: datetime,
    pictures: Sequence[int] = (),
) -> None:
    """Store a consult, its group stored already, with its first entry; in the caller's
    transaction."""
    asker = consult.asker
    await consult.save(force_create=True)
    await Participant.bulk_create(
        Participant(consult=consult, actor_uri=uri, host=host, is_institution=is_institution)
        for uri, host, is_institution in readers
    )
    attached = await images.attach(member, pictures, consult)
    inner = await documents.opening(consult, asker, now, attached)
    await _store_root(consult, asker, inner["object"], claims, now)
    await history.append(consult, inner, now)
    await consult.save()
    await standings.show_now(asker, now)
    await events.publish("consult", consult.id)


async def _require_clear(member: Member, facts: dict[str, Any], draft: Draft | None) -> None:
    """Raises PhiSuspected; what blocks leaves the draft held (domain.md 3.3)."""
    try:
        await identifiers.require_clear(member, facts_of.texts(facts))
    except identifiers.PhiSuspected as suspected:
        if draft is not None and any(one.must for one in suspected.found):
            await drafts.hold(draft, datetime.now(UTC))
        raise


async def _store_root(
    consult: Consult, asker: Actor, root: dict[str, Any], claims: standing.Claims, now: datetime
) -> None:
    await Contribution.create(
        uri=consult.root_uri,
        consult=consult,
        author=asker,
        kind="question",
        body=root,
        standing=(await standing.as_told(asker, claims)).as_json(),
        seq=1,
        published_at=now,
    )


def fresh(
    consult_id: int,
    group: Actor,
    asker: Actor,
    facts: dict[str, Any],
    institutions: Sequence[str],
    now: datetime,
) -> Consult:
    """One that is open, without a clock, for named people; not stored. `institutions`: Application
    ids of those that take part."""
    settings = config.current()
    uri = settings.uri(f"/k/{consult_id}")
    return Consult(
        id=consult_id,
        uri=uri,
        root_uri=settings.uri(f"/o/{new_id()}"),
        group_id=group.id,
        asker=asker,
        is_local=True,
        scope=Scope.NAMED,
        addressed_to=[f"{uri}/members", *institutions],
        status=Status.OPEN,
        version=1,
        urgency=facts["urgency"],
        question_type=facts["question_type"],
        target_hours=facts["target_hours"],
        specialties=facts["specialties"],
        facts=facts,
        published_at=now,
        changed_at=now,
    )


def _require_complete(question: Question, of_images: dict[str, str]) -> Audience:
    """Every problem at once, so that nobody has to send a form three times."""
    problems = facts_of.problems(question.facts) | of_images
    if not question.attested:
        problems["attested"] = "Confirm that no identifiers are left before you send."
    if question.audience is None:
        problems["audience"] = "Choose who can read it."
    else:
        problems |= question.audience.problems
    if problems or question.audience is None:
        raise FormRefused(problems)
    return question.audience


async def _readers(audience: Audience, asker: Actor) -> _Readers:
    """Everyone who takes part from the start. Raises FormRefused for a host no longer trusted."""
    ours = await local.institution()
    readers = _Readers(institutions=[ours.uri])
    if audience.scope is Scope.NAMED:
        await _add_people(readers, audience, asker)
        return readers
    readers.rows.append((ours.uri, ours.host, True))
    partners = await agreements.of_partners()
    if audience.scope is Scope.INSTANCES:
        by_host = {treaty.host: treaty for treaty in partners}
        wanted = [_require_open(by_host.get(host)) for host in audience.hosts]
    else:
        wanted = [treaty for treaty in partners if not treaty.why_no_consults]
    for peer in _reading_along(wanted, audience.scope):
        readers.rows.append((str(peer.actor_uri), peer.host, True))
        readers.institutions.append(str(peer.actor_uri))
    return readers


def _reading_along(wanted: list[Treaty], scope: Scope) -> list[Peer]:
    """Among several, those that agreed to each other's words (F-CON-5)."""
    alone = [treaty for treaty in wanted if "onward" not in treaty.scopes]
    if len(wanted) > 1 and alone and scope is not Scope.TRUSTED:
        raise FormRefused(
            {
                "hospitals": f"{alone[0].name} shares consults with one hospital only. Choose it"
                " alone."
            }
        )
    together = [treaty for treaty in wanted if len(wanted) < 2 or treaty not in alone]
    return [treaty.peer for treaty in together if treaty.peer is not None]


def _require_open(treaty: Treaty | None) -> Treaty:
    """Consults may go there now: agreed, at rest nowhere, and across no closed border."""
    if treaty is None:
        raise FormRefused(
            {"hospitals": "One of these hospitals is no longer a partner. Choose again."}
        )
    if treaty.why_no_consults:
        raise FormRefused({"hospitals": f"{treaty.name}: {WHY_NOT[treaty.why_no_consults]}"})
    return treaty


async def _add_people(readers: _Readers, audience: Audience, asker: Actor) -> None:
    readers.rows.append((asker.uri, asker.host, False))
    for address in dict.fromkeys(audience.people):
        person = await _person(address)
        if person.uri in {uri for uri, _, _ in readers.rows}:  # named before, in another way
            continue
        readers.rows.append((person.uri, person.host, False))
        if not person.is_local:
            peer = await Peer.get(host=person.host)
            if peer.actor_uri not in readers.institutions:
                readers.institutions.append(str(peer.actor_uri))


async def _person(address: str) -> Actor:
    refused = FormRefused(
        {"people": f"{address[:80]} is not a colleague here or at a partner hospital. Check it."}
    )
    try:
        person = await members.found_at(address)
    except (FederationError, OSError, NotFound) as error:
        raise refused from error
    is_trusted = person.is_local or "consult" in await trust.scopes(person.host)
    if person.kind is not ActorKind.PERSON or not is_trusted:
        raise refused
    return person
