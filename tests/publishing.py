"""What tests of publication share: a closed consult with answers, its proposal, and who answers."""

from datetime import datetime

from instance.models import Actor, Consult, Post, Publication, Role
from instance.services.consults import consenting, publishing, teaching
from instance.services.consults.states import Event
from instance.workers import consults as worker
from tests.cast import Houses, new
from tests.clinic import accept, ask, write, written
from tests.houses import House, Person

SIGNERS = {
    "mercy.example": new("signer", "Dr S. Igner", role=Role.STEWARD),
    "stlukes.example": new("cosigner", "Dr C. Osigner", role=Role.STEWARD),
}


async def closed(houses: Houses, asker: Person, *answerers: Person) -> Consult:
    """A consult of `asker` that was answered, accepted and closed, known everywhere."""
    homes = {one.home.host: one.home for one in answerers if one.home is not asker.home}
    consult = await ask(asker, *homes.values())
    await houses.settle()
    for one in answerers:
        await write(one, consult, Event.ANSWER)
        await houses.settle()
    await close(houses, asker, consult)
    return consult


async def close(houses: Houses, asker: Person, consult: Consult) -> None:
    """The first answer is accepted, and helped."""
    answers = [row for row in await written(asker.home, consult) if row.kind == "answer"]
    await accept(asker, consult, *answers[:1])
    await write(asker, consult, Event.RECORD_OUTCOME, outcome="followed", text="It went well.")
    await houses.settle()


async def propose(person: Person, consult: Consult, channel: Actor, **changes: str) -> Publication:
    """As it was written, but for `changes` of title and text."""
    there = await person.home.at(Consult.get, id=consult.id)
    draft = await person.home.at(publishing.draft, there)
    case = teaching.Case(
        title=changes.get("title", draft.title),
        text=changes.get("text", draft.text),
        parts=draft.parts,
        channel=channel.uri,
        channel_name=channel.name,
    )
    return await person.does(publishing.propose, consult.id, case, named=False)


async def proposed_at(house: House, consult: Consult) -> Publication:
    """The proposal as this institution has it."""
    rows = await house.at(lambda: Publication.filter(consult__uri=consult.uri).order_by("-id"))
    return rows[0]


async def says(person: Person, consult: Consult, choice: str, *, named: bool = False) -> None:
    found = await proposed_at(person.home, consult)
    await person.does(consenting.answer, found.consult_id, found.digest, choice, named=named)


async def signs(house: House, consult: Consult, *, agrees: bool = True) -> None:
    """A steward of the house, under Administration."""
    signer = await house.person(SIGNERS[house.host])
    found = await proposed_at(house, consult)
    await signer.does(consenting.sign, found.id, found.digest, agrees=agrees)


async def public_posts(house: House, group: Actor) -> list[Post]:
    return await house.at(lambda: Post.filter(author_id=group.id).order_by("id"))


async def passes(house: House, at: datetime) -> None:
    """The worker looks, at this moment."""
    await house.at(worker.step, at)
