"""What an asker chose last, with which the next form begins (domain.md 3.2, ux.md 16.3)."""

from dataclasses import dataclass

from instance import config
from instance.models import Actor, Consult, Participant, Scope


@dataclass(frozen=True)
class Choices:
    """`asker`: the identity that asked. `hosts`: other institutions; `people`: addresses."""

    question_type: str
    specialties: tuple[str, ...]
    asker: Actor
    scope: Scope
    hosts: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


async def last_of(own: list[Actor]) -> Choices | None:
    """Of the last consult that one of these identities asked; None before the first."""
    asked = Consult.filter(asker_id__in=[actor.id for actor in own], is_local=True)
    asked = asked.filter(is_private=False)
    consult = await asked.order_by("-id").first()
    if consult is None:
        return None
    rows = await Participant.filter(consult_id=consult.id).order_by("id")
    named = [row.actor_uri for row in rows if not row.is_institution]
    people = await Actor.filter(uri__in=named).exclude(id=consult.asker_id).order_by("id")
    ours = config.current().host
    return Choices(
        question_type=consult.question_type,
        specialties=tuple(consult.specialties),
        asker=next(actor for actor in own if actor.id == consult.asker_id),
        scope=consult.scope,
        hosts=tuple(row.host for row in rows if row.is_institution and row.host != ours),
        people=tuple(f"@{person.handle}@{person.host}" for person in people),
    )
