"""What a restored institution does before anybody is served (federation.md 12; T63).

It does not know what it said and heard after the backup was made. So nothing that waited is sent as
if it were new, but for what only takes something away; no number is given that others may have seen
with something else; trust rests until each partner has confirmed it. `inbox.recovering` asks them.
"""

from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.transactions import in_transaction

from instance import config
from instance.models import (
    AccessToken,
    AuthorizationCode,
    Consult,
    Delivery,
    EmailChange,
    Fetch,
    FirstRun,
    Invitation,
    OutboxActivity,
    Participant,
    Peer,
    PeerLevel,
    PublishedList,
    PushSubscription,
    Restore,
    RestoreCount,
    Session,
    SignInStep,
    StatusList,
)
from instance.services import audit

# Sent again it does no harm, and not sent it may leave something where it must not be.
TAKES_AWAY = ("Delete", "Undo", "Reject", "Remove")
NOT_SENT = "restored"  # a key of `delivery_reasons.REASONS`
ASKED_FOR = timedelta(hours=24)  # then our consults go on without those who did not answer
AGAIN_SECONDS = 10
_AT_FIRST = timedelta(hours=1)
_VERSIONS = 1_000  # a list that others follow is refused with a lower one (11.2)


async def settle(name: str, made_at: datetime) -> None:
    """Once for each backup, however often the restore was begun."""
    now = datetime.now(UTC)
    async with in_transaction():
        if await Restore.filter(name=name).exists():
            return
        row = await Restore.create(name=name, made_at=made_at, restored_at=now)
        await _hold_back(row, now)
        await _await_partners(now)
        await Fetch.all().update(due_at=now, claimed_until=None, attempts=0)
        await _let_nobody_in(now)
        await StatusList.filter(closed_at=None).update(closed_at=now, document=None)
        for listed in await PublishedList.all():
            listed.version += _VERSIONS
            await listed.save(update_fields=["version"])
        await audit.record(
            "server.restored", actor_uri=config.current().uri("/actor"), host="", subject=name
        )


async def count(restore: Restore, host: str, kind: str, number: int = 1) -> None:
    """One more of what is named to administrators."""
    if not number:
        return
    row, _ = await RestoreCount.get_or_create(
        defaults={"count": 0}, restore_id=restore.id, host=host, kind=kind
    )
    row.count += number
    await row.save(update_fields=["count"])


async def note(restore: Restore, host: str, kind: str) -> None:
    """That something is so, however often it is found."""
    await RestoreCount.get_or_create(
        defaults={"count": 1}, restore_id=restore.id, host=host, kind=kind
    )


async def running() -> Restore | None:
    """The restore after which somebody is still to be asked."""
    return await Restore.filter(ended_at=None).order_by("-restored_at").first()


async def again_seconds() -> int:
    """When somebody may come again for whom we are not ready: soon, while we ask everybody."""
    restore = await running()
    begun = restore is not None and restore.restored_at > datetime.now(UTC) - _AT_FIRST
    return AGAIN_SECONDS if begun else 60


async def may_come_back() -> bool:
    """Whether a consult of ours that is unknown here may yet be given back."""
    restore = await running()
    return restore is not None and restore.restored_at > datetime.now(UTC) - ASKED_FOR


async def last(since: datetime | None = None) -> Restore | None:
    """That this server came from a backup, since then."""
    rows = Restore.all() if since is None else Restore.filter(restored_at__gte=since)
    return await rows.order_by("-restored_at").first()


async def counts(restore: Restore) -> list[RestoreCount]:
    """What is named, by host and kind."""
    return await RestoreCount.filter(restore_id=restore.id).order_by("host", "kind")


async def awaited() -> list[Peer]:
    """Partners of which not all is here that they have of our consults."""
    partners = Peer.filter(untold_since__not_isnull=True, level=PeerLevel.TRUSTED)
    return await partners.order_by("name", "host")


async def _hold_back(restore: Restore, now: datetime) -> None:
    """It may have arrived long since, and been taken back since. What is about consults is sent
    when its readers have told what they have; for the rest an administrator may say so."""
    waiting = Delivery.filter(due_at__not_isnull=True)
    harmless = OutboxActivity.filter(type__in=TAKES_AWAY, consult_id=None)
    held = waiting.exclude(activity_id__in=Subquery(harmless.values("id")))
    counts: dict[str, int] = {}
    for named in await held.filter(activity__consult_id=None).values_list("host", flat=True):
        counts[str(named)] = counts.get(str(named), 0) + 1
    for host, number in counts.items():
        await count(restore, host, "not_sent", number)
    ids = list(await held.values_list("id", flat=True))
    for start in range(0, len(ids), 500):
        rows = Delivery.filter(id__in=ids[start : start + 500])
        await rows.update(due_at=None, claimed_until=None, gave_up_at=now, last_error=NOT_SENT)
    await Delivery.filter(claimed_until__not_isnull=True).update(claimed_until=None)


async def _let_nobody_in(now: datetime) -> None:
    """By what may have been ended or used since: sessions, what applications hold, devices that are
    written to, and every code or link that works once. Passwords, passkeys and recovery codes are
    as they were: without them nobody could come back."""
    for model in (Session, SignInStep, AuthorizationCode, AccessToken, PushSubscription):
        await model.all().delete()
    await EmailChange.all().delete()
    open_ones = Invitation.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)
    await open_ones.update(expires_at=now)
    await Invitation.all().update(
        mailbox_code_hash=None, mailbox_code_until=None, browser_hash=None
    )
    await FirstRun.all().update(code_hash=None, code_until=None)


async def _await_partners(now: datetime) -> None:
    partners = Peer.filter(level=PeerLevel.TRUSTED)
    hosts = [str(host) for host in await partners.values_list("host", flat=True)]
    await partners.update(awaited_since=now, untold_since=now)
    shared = Participant.filter(host__in=hosts).exclude(host=config.current().host)
    ours = Consult.filter(Q(is_local=True), id__in=Subquery(shared.values("consult_id")))
    await ours.update(awaited_since=now)
