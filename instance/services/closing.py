"""Closing this server in order: announced long before, called off until the date, then for good.

At the date every actor of ours tells all who knew it that it is gone; trust ends after that. What
is left answers 410. The institution's own actor stays: receipts and the end of trust are its word.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import config, events
from instance.errors import Conflict, FormRefused, TrustRefused
from instance.models import (
    Actor,
    ActorKind,
    AlertKind,
    Closing,
    Delivery,
    Member,
    NotificationKind,
    Peer,
)
from instance.outbox import actors, farewell, local
from instance.outbox.enqueue import enqueue
from instance.services import (
    actor_updates,
    audit,
    channels,
    duties,
    mails,
    members,
    notifications,
    peers,
    reauthentication,
    treaties,
)
from instance.services.duties import Duty
from instance.services.roster.pace import Pace
from instance.services.throttle import Source

EVENT = "closing"
LEAST = timedelta(days=30)
MOST = timedelta(days=730)
_AT_ONCE = 50
_PATIENCE = timedelta(days=3)  # with partners that do not answer, before trust ends


async def current() -> Closing | None:
    """What was proposed or decided, and not called off."""
    return await Closing.filter(called_off_at=None).prefetch_related("proposed_by").first()


async def propose(by: Member, closes_at: datetime, password: str, source: Source) -> Closing:
    """An owner names the date. Where there are others, one of them has to agree.

    Raises FormRefused, TooMany; Conflict where a date was named already.
    """
    duties.require(by, Duty.PEOPLE)
    now = datetime.now(UTC)
    if not now + LEAST <= closes_at <= now + MOST:
        first = f"{now + LEAST + timedelta(days=1):%Y-%m-%d}"
        raise FormRefused({"date": f"Choose a day from {first} on, within 2 years."})
    await reauthentication.require_password(by, password, source)
    async with in_transaction():
        await Member.filter(id=by.id).select_for_update().first()
        if await current() is not None:
            raise Conflict("A date was named already.")
        found = await Closing.create(closes_at=closes_at, proposed_by=by)
        await _record("closing.proposed", by, found)
        if await duties.holders(Duty.PEOPLE).count() == 1:
            await _announce(found, by, now)
    await events.publish(EVENT, found.id)
    return found


async def agree(by: Member, password: str, source: Source) -> None:
    """The second owner says so too: everybody is told. Raises FormRefused, TooMany, Conflict."""
    duties.require(by, Duty.PEOPLE)
    await reauthentication.require_password(by, password, source)
    async with in_transaction():
        found = await Closing.filter(called_off_at=None, agreed_at=None).select_for_update().first()
        if found is None:
            raise Conflict("There is nothing to agree to.")
        if found.proposed_by_id == by.id:
            raise Conflict("You proposed this yourself. Another owner has to agree.")
        await _announce(found, by, datetime.now(UTC))
    await events.publish(EVENT, found.id)


async def call_off(by: Member) -> None:
    """Until the date. Whoever was told is told again. Raises Conflict."""
    duties.require(by, Duty.PEOPLE)
    now = datetime.now(UTC)
    async with in_transaction():
        found = await Closing.filter(called_off_at=None, began_at=None).select_for_update().first()
        if found is None:
            raise Conflict("There is nothing that could still be called off.")
        found.called_off_at = now
        await found.save(update_fields=["called_off_at"])
        await _record("closing.called_off", by, found)
        if found.agreed_at is not None:
            await _tell_partners(now)
    await events.publish(EVENT, found.id)


async def work(now: datetime) -> None:
    """What is due: tell members, and at the date, close. Goes on where it was stopped."""
    await _tell_called_off()
    found = await farewell.announced()
    if found is None or found.ended_at is not None:
        return
    await _tell_members(found)
    if found.closes_at > now:
        return
    if found.began_at is None:
        await _begin(found, now)
    await _delete_actors(found)
    if await _partners_wait() and now < found.closes_at + _PATIENCE:
        return
    await _end_trust()
    async with in_transaction():
        if await Closing.filter(id=found.id, ended_at=None).update(ended_at=now):
            await _record("closing.ended", None, found)
    await events.publish(EVENT, found.id)


async def waiting_messages() -> int:
    """How many words of ours are still on their way."""
    return await Delivery.filter(due_at__not_isnull=True).count()


async def left() -> int:
    """How many actors of ours are still to be deleted."""
    return await _ours().count()


async def _announce(found: Closing, by: Member, now: datetime) -> None:
    found.agreed_at = now
    await found.save(update_fields=["agreed_at"])
    await _record("closing.agreed", by, found)
    await _tell_partners(now)


async def _tell_partners(now: datetime) -> None:
    """Our institution's actor says the date, or says none any more."""
    told = [peer for peer in await peers.trusted() if peer.inbox]
    if not told:
        return
    ours = await local.institution()
    document = await actors.document(ours, trusted=True, now=now)
    to = [str(peer.actor_uri) for peer in told]
    inboxes = {str(peer.inbox) for peer in told}
    await actor_updates.send(ours, document, to, [], inboxes, now, spread=False)


async def _tell_members(found: Closing) -> None:
    pace = Pace()
    while rows := await Member.filter(id__gt=found.told_to).order_by("id").limit(_AT_ONCE):
        if not await _tell(found, rows, rows[-1].id):
            return
        await pace.rest()


async def _tell_called_off() -> None:
    """Whoever was told of a date hears that it does not hold, and nobody else."""
    pace = Pace()
    for found in await Closing.filter(called_off_at__not_isnull=True, told_to__gt=0).order_by("id"):
        while rows := await Member.filter(id__lte=found.told_to).order_by("-id").limit(_AT_ONCE):
            if not await _tell(found, rows, rows[-1].id - 1):
                return
            await pace.rest()
        await Closing.filter(id=found.id, told_to=found.told_to).update(told_to=0)


async def _tell(found: Closing, rows: Sequence[Member], told_to: int) -> bool:
    """False where another worker tells them, or the owners thought better of it meanwhile."""
    closes = found.called_off_at is None
    kind = NotificationKind.CLOSING if closes else NotificationKind.STAYS
    mail = AlertKind.CLOSING if closes else AlertKind.STAYS
    institution = await local.institution()
    same = Closing.filter(id=found.id, told_to=found.told_to, called_off_at__isnull=closes)
    async with in_transaction():
        if not await same.update(told_to=told_to):
            return False
        for row in rows:
            for own in (await members.identities(row))[:1]:
                await notifications.of_closing(own, kind, institution)
                await mails.queue(row, mail)
    found.told_to = told_to
    return True


async def _begin(found: Closing, now: datetime) -> None:
    async with in_transaction():
        open_one = Closing.filter(id=found.id, began_at=None, called_off_at=None)
        if not await open_one.update(began_at=now):
            raise RuntimeError("called off, or begun elsewhere")
        await _record("closing.began", None, found)


async def _delete_actors(found: Closing) -> None:
    pace = Pace()
    while True:
        actor = await _ours().order_by("id").first()
        if actor is None:
            return
        now = datetime.now(UTC)
        async with in_transaction():
            if await Actor.filter(id=actor.id, gone_at=None).update(gone_at=now):
                await _say_farewell(actor, now)
                values = {"position": actor.id, "count": found.count + 1}
                await Closing.filter(id=found.id).update(**values)
                found.count += 1
        await pace.rest()


async def _say_farewell(actor: Actor, now: datetime) -> None:
    """To all who ever knew it: of who is public every server, else its partners and followers."""
    told = await actor_updates.partners(actor)
    inboxes = {str(peer.inbox) for peer in told if peer.inbox}
    inboxes |= await channels.follower_inboxes(actor)
    to = [str(peer.actor_uri) for peer in told]
    if actor.discoverable:
        inboxes, to = inboxes | await farewell.known_inboxes(), []
    document = await farewell.deleted(actor, to, now)
    await enqueue(document, sender=actor, inboxes=inboxes)


async def _partners_wait() -> bool:
    """Whether a farewell to a partner is on its way: it is believed while they trust us."""
    hosts = [peer.host for peer in await peers.trusted()]
    on_its_way = Delivery.filter(due_at__not_isnull=True, host__in=hosts)
    return await on_its_way.filter(activity__type="Delete").exists()


async def _end_trust() -> None:
    """With each partner, as an owner would; what is theirs here is deleted with it."""
    by = await duties.holders(Duty.HOSPITALS).order_by("id").first()
    if by is None:
        return
    for peer in await Peer.filter(pinned_at__not_isnull=True).order_by("id"):
        try:
            await treaties.revoke(by, peer.host)
        except TrustRefused:
            continue  # nothing was agreed, or it is ended


def _ours() -> QuerySet[Actor]:
    kinds = [ActorKind.PERSON, ActorKind.CHANNEL]
    return Actor.filter(is_local=True, gone_at=None, kind__in=kinds)


async def _record(action: str, by: Member | None, found: Closing) -> None:
    ours = config.current()
    actor_uri = (await members.speaking_as(by)).uri if by is not None else ours.uri("/actor")
    await audit.record(
        action,
        actor_uri=actor_uri,
        host=ours.host,
        subject=ours.uri("/actor"),
        date=found.closes_at.date().isoformat(),
    )
