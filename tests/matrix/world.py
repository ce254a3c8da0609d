"""One world for the whole matrix: consults with everything in them, and who may not read them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from instance.ids import new_id
from instance.models import (
    Actor,
    Consult,
    Contribution,
    Draft,
    HistoryEntry,
    Level,
    Media,
    Notification,
    OutboxActivity,
    Participant,
    Peer,
    PeerLevel,
    Relationship,
    Role,
    Scope,
    TrustState,
)
from instance.services import channels as channels_service
from instance.services import follows, posting, treaties
from instance.services.consults import changing, contributing, drafts, opening, recalling, routing
from instance.services.consults.opening import Audience, Question
from instance.services.consults.states import Event
from tests.cast import LEE, OKAFOR, QUILL, Houses, new
from tests.clinic import FACTS, accept, add_image, write
from tests.houses import House, Person
from tests.test_canary import ANSWER, CANARY, LAB, TEXTS
from tests.treaties import does, offer, pin

MERCY = "mercy.example"


@dataclass
class World:
    """`ids`: what the consults are made of, by the words that `rows` use."""

    mercy: House
    stlukes: House
    others: dict[str, House]
    lee: Person
    okafor: Person
    ids: dict[str, dict[str, int]] = field(default_factory=dict)


async def opened(houses: Houses) -> World:
    """Everybody is there; what was asked of hospitals is over, two of which left."""
    mercy = await houses.open("Mercy General", "hospital", MERCY, SMTP_HOST="mail.hospital.example")
    stlukes = await houses.open("St. Luke's", "hospital", "stlukes.example")
    others = {
        host: await houses.open(name, "hospital", f"{host}.example", trusted=host != "pending")
        for host, name in (
            ("heart", "Heart Society"),
            ("revoked", "County"),
            ("returned", "Lakeside"),
            ("pending", "Newcomer"),
        )
    }
    lee, okafor = await mercy.person(LEE), await stlukes.person(OKAFOR)
    for person in (
        new("guest", "A. Guest", "cardiology", level=Level.ATTESTED),
        new("colleague", "Dr C. Olleague", "cardiology"),
        new("removed", "Dr R. Emoved", "gastroenterology"),
        new("inside", "Dr I. Nside", "gastroenterology"),
        new("owner", "Dr O. Wner", "cardiology", role=Role.OWNER),
    ):
        await mercy.person(person)
    await others["heart"].person(QUILL)
    await stlukes.person(new("colleague", "Dr C. Olleague", "cardiology"))
    await pin(others["pending"], mercy)
    await offer(others["pending"], mercy)
    await houses.settle()
    group = await mercy.at(channels_service.create_channel, "wards", "Wards", "Better wards.")
    await lee.speaks(follows.follow, group)
    await lee.speaks(posting.start_thread, group, "A title", "Words.")
    # So that what he lets partners list of him was here before anybody asked him by name.
    await okafor.speaks(follows.follow_address, lee.address)
    await houses.settle()
    world = World(mercy, stlukes, others, lee, okafor)
    await _shared(world, houses)
    return world


def asked(audience: Audience, *images: int) -> Question:
    facts = FACTS | dict.fromkeys(TEXTS, CANARY) | {"labs": [LAB], "urgency": "today"}
    return Question(facts, audience, attested=True, images=images)


async def ask(world: World, houses: Houses) -> None:
    """What the two of them write is for nobody else here: a consult of named people, a draft."""
    await _named(world, houses)
    await _draft(world)


async def _named(world: World, houses: Houses) -> None:
    """Of people who are named: answered, accepted, commented, changed, with an image."""
    mercy, lee = world.mercy, world.lee
    names = ("@inside", "@removed", world.okafor.address)
    audience = Audience(Scope.NAMED, people=names)
    image = await add_image(lee, alt=CANARY)
    consult = await lee.does(opening.open_consult, asked(audience, image))
    await houses.settle()
    inside = await mercy.person(new("inside", ""))
    answer = await write(world.okafor, consult, Event.ANSWER, **ANSWER)
    await houses.settle()
    await write(inside, consult, Event.COMMENT, text=CANARY)
    deleted = await write(inside, consult, Event.COMMENT, text=CANARY)
    await inside.does(changing.delete, consult.id, deleted.id)
    await accept(lee, consult, answer)
    await houses.settle()
    removed = (await mercy.person(new("removed", ""))).uri
    await mercy.at(lambda: Participant.filter(actor_uri=removed).delete())
    world.ids["named"] = await _ids(mercy, consult.uri)
    world.ids["named, there"] = await _ids(world.stlukes, consult.uri)


async def write_privately(world: World, houses: Houses) -> None:
    """Two of them write to each other alone: first words, an answer, one that is deleted."""
    mercy, lee, okafor = world.mercy, world.lee, world.okafor
    target = await mercy.at(Actor.get, uri=okafor.uri)
    consult = await lee.does(contributing.write_privately, target, CANARY)
    await houses.settle()
    await write(okafor, consult, Event.COMMENT, text=CANARY)
    await houses.settle()
    deleted = await write(lee, consult, Event.COMMENT, text=CANARY)
    await lee.does(changing.delete, consult.id, deleted.id)
    await houses.settle()
    world.ids["private"] = await _ids(mercy, consult.uri)
    world.ids["private, there"] = await _ids(world.stlukes, consult.uri)


async def _shared(world: World, houses: Houses) -> None:
    """Of hospitals: some were asked, one post was recalled, two hospitals left."""
    mercy, lee = world.mercy, world.lee
    hosts = tuple(
        house.host for house in (world.stlukes, world.others["revoked"], world.others["returned"])
    )
    image = await add_image(lee, alt=CANARY)
    question = asked(Audience(Scope.INSTANCES, hosts=hosts), image)
    consult = await lee.does(opening.open_consult, question)
    await houses.settle()
    await mercy.at(routing.see_to, datetime.now(UTC))
    inside = await mercy.person(new("inside", ""))
    await write(inside, consult, Event.ANSWER, **ANSWER)
    comment = await write(inside, consult, Event.COMMENT, text=CANARY)
    await houses.settle()
    await lee.does(recalling.recall, consult.id, [str(comment.id)], "phi")
    await houses.settle()
    for name in ("revoked", "returned"):
        await does(mercy, treaties.revoke, world.others[name])
    await houses.settle()
    await mercy.at(_trusted_again, world.others["returned"].host)
    world.ids["shared"] = await _ids(mercy, consult.uri)


async def _trusted_again(host: str) -> None:
    await Peer.filter(host=host).update(level=PeerLevel.TRUSTED)
    await Relationship.filter(peer__host=host).update(state=TrustState.ACTIVE)


async def _draft(world: World) -> None:
    words = FACTS | dict.fromkeys(TEXTS, CANARY)
    draft = await world.lee.does(drafts.save, new_id(), 0, words)
    held = await world.lee.does(drafts.save, new_id(), 0, words)
    await world.mercy.at(_hold, held)
    image = await add_image(world.lee, alt=CANARY)
    for name in ("named", "shared"):
        world.ids[name] |= {"draft": draft.key, "held": held.id, "unsent": image}


async def _hold(draft: Draft) -> None:
    draft.held_at = datetime.now(UTC)
    await draft.save(update_fields=["held_at"])


def _number(uri: str) -> int:
    return int(uri.rpartition("/")[2])


async def _ids(house: House, uri: str) -> dict[str, int]:
    """By the words that `rows` use, the numbers of what this institution has of a consult."""

    async def read() -> dict[str, int]:
        consult = await Consult.get(uri=uri)
        said = await Contribution.filter(consult_id=consult.id).order_by("id")
        own = [row for row in said if row.uri.startswith(house.origin)]
        entry = await HistoryEntry.filter(consult_id=consult.id).order_by("id").first()
        sent = await OutboxActivity.filter(consult_id=consult.id).order_by("-id").first()
        told = await Notification.filter(by_id=consult.group_id).order_by("id").first()
        image = await Media.filter(consult_id=consult.id).order_by("id").first()
        assert entry is not None
        answers = [row.id for row in said if row.kind == Event.ANSWER]
        return {
            "consult": consult.id,
            "group": consult.group_id,
            "root": _number(consult.root_uri),
            "activity": _number(entry.activity_uri),
            "inner": _number(entry.document["object"]["id"]),
            "sent": _number(sent.uri) if sent else new_id(),
            "notification": told.id if told else new_id(),
            "image": image.id if image else new_id(),
            "answer": answers[0] if answers else said[-1].id,
            "comment": next(row.id for row in reversed(said) if row.kind != Event.ANSWER),
            "deleted": next((row.id for row in said if row.deleted_at), said[-1].id),
            "note": _number(own[-1].uri),
            **{"draft": new_id(), "held": new_id(), "unsent": new_id()},  # nobody's, for now
        }

    return await house.at(read)
