"""What the cast says to each other: a question, answers, comments; and how it stands."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from federation.keys import PrivateKey
from instance.models import Actor, AuditEntry, ConsentBasis, Consult, Contribution, Scope
from instance.outbox import local
from instance.services import media
from instance.services.consults import contributing, opening
from instance.services.consults.opening import Audience, Question
from instance.services.consults.states import Event
from tests import pictures
from tests.houses import House, Person

FACTS: dict[str, Any] = {
    "title": "Warfarin or apixaban after a new mechanical valve",
    "question": "Would you bridge, and with what?",
    "question_type": "management",
    "specialties": ["cardiology"],
    "urgency": "routine",
    "target_hours": 72,
    "age_band": "60-69",
    "sex": "female",
    "pregnant": "na",
    "history": "Aortic valve replaced on day 0, no bleeding.",
    "tried": "Nothing yet.",
}
ANSWER = {
    "recommendation": "Warfarin, bridged with heparin until in range.",
    "rationale": "Apixaban does worse on mechanical valves.",
    "confidence": "high",
}


def question(*hosts: str, people: tuple[str, ...] = (), **facts: Any) -> Question:
    """For these hosts; for these people where there are any; else for our institution alone."""
    if people:
        audience = Audience(Scope.NAMED, people=people)
    else:
        audience = Audience(Scope.INSTANCES, hosts=hosts, only_ours=not hosts)
    return Question(facts=FACTS | facts, audience=audience, attested=True)


async def ask(person: Person, *readers: House, people: tuple[str, ...] = ()) -> Consult:
    """A consult by `person`; nothing is delivered yet."""
    hosts = [house.host for house in readers]
    return await person.does(opening.open_consult, question(*hosts, people=people))


async def seen_at(house: House, consult: Consult) -> Consult:
    """The consult as this institution has it; fails where it has none."""
    return await house.at(Consult.get, uri=consult.uri)


async def is_known(house: House, consult: Consult) -> bool:
    return await house.at(lambda: Consult.filter(uri=consult.uri).exists())


async def write(person: Person, consult: Consult, event: Event, **fields: Any) -> Contribution:
    """`person` writes an answer, a comment or an event at home; returns what is stored there."""
    given = {**ANSWER, **fields} if event is Event.ANSWER else {"text": "A word.", **fields}
    there = await seen_at(person.home, consult)
    await person.does(contributing.contribute, there.id, event, given)
    rows = await written(person.home, consult)
    return max(rows, key=lambda row: row.id)


async def accept(person: Person, consult: Consult, *answers: Contribution) -> None:
    uris = [answer.uri for answer in answers]
    rows = [row for row in await written(person.home, consult) if row.uri in uris]
    await person.does(contributing.accept, consult.id, [str(row.id) for row in rows])


async def written(house: House, consult: Consult) -> list[Contribution]:
    """Every Note this institution has of a consult, in the order of its history."""
    rows = await house.at(lambda: Contribution.filter(consult__uri=consult.uri))
    return sorted(rows, key=lambda row: (row.seq is None, row.seq or 0, row.id))


async def audited(house: House) -> list[str]:
    """The rule or action of each audit entry, oldest first."""
    rows = await house.at(lambda: AuditEntry.all().order_by("id"))
    return [str(row.detail.get("rule", row.action)) for row in rows]


async def group_key(consult: Consult, owner: House) -> PrivateKey:
    """The key of a consult's Group, which only its owner has."""
    group = await owner.at(Actor.get, id=consult.group_id)
    return await owner.at(local.private_key, group, "ed25519")


async def add_image(
    person: Person, content: bytes = b"", alt: str = "An X-ray of the chest", *, ready: bool = True
) -> int:
    """An image of theirs that is not sent; its id. `ready`: with all that has to be said of it."""
    now = datetime.now(UTC)
    row = await person.does(media.add, 7, content or pictures.of(), "scan.png", "image/png", now)
    said = {"basis": ConsentBasis.HELD, "looked_at": now} if ready else {}
    nothing = {"basis": None, "looked_at": None}
    await person.does(media.describe, row.id, 1, alt=alt, **nothing | said)
    return int(row.id)


async def ask_with_images(person: Person, *readers: House, images: tuple[int, ...]) -> Consult:
    hosts = [house.host for house in readers]
    return await person.does(opening.open_consult, replace(question(*hosts), images=images))
