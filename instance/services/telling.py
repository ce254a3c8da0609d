"""Tell administrators what happened, in the app and by mail: each event once.

In the transaction of its cause; what only time brings about is looked for by `check`, which any
number of workers may run as often as they like.
"""

from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.ids import new_id
from instance.models import (
    Actor,
    AlertKind,
    Notification,
    NotificationKind,
    Peer,
    PeerLevel,
    ToldAlert,
)
from instance.outbox import local
from instance.services import (
    alerts,
    cases,
    duties,
    mail_kinds,
    mails,
    members,
    notifications,
    reaching,
)
from instance.services.alerts import Alert
from instance.services.occasions import Occasion

KEPT = timedelta(days=90)
_BY_TIME = (
    *(AlertKind.SILENT, AlertKind.STANDING, AlertKind.ENDS_SOON, AlertKind.GAVE_UP),
    *(AlertKind.FLOOD, AlertKind.OVERDUE, AlertKind.AUDIT, AlertKind.MAIL),
    *(AlertKind.CASE_LATE, AlertKind.HELD, AlertKind.QUOTA),
)
# What has words of its own in the app as well. Both need an agreement that our people made first.
_SAID = (AlertKind.KEYS, AlertKind.ENDED)
# What cannot wait until they look.
_PUSHED = (AlertKind.SILENT, AlertKind.KEYS)
_BEGIN = """
INSERT INTO told_alert (id, kind, host, key, since, case_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (key) DO NOTHING
"""


async def of_trust(kind: AlertKind, by_uri: str | None, host: str) -> None:
    """Another institution offers to work with ours, or what is agreed has changed. Of an offer
    once, however often it is made, until it is decided."""
    by = await Actor.get_or_none(uri=by_uri) if by_uri else None
    if by is None:
        await _of_alert(await _over(kind, host))
    elif kind is AlertKind.OFFERED:
        await _tell(kind, host, NotificationKind.TRUST_OFFERED, by)
    else:
        await notifications.forget_trust(by.uri)
        said = await _over(kind, host) if kind in _SAID else None
        await _tell(kind, host, NotificationKind.TRUST_CHANGED, by, said)


async def of_list(publisher: str, host: str) -> None:
    """A list of hosts that we follow has changed, or something is wrong with it: anew each time."""
    by = await Actor.get_or_none(uri=publisher)
    if by is not None:
        await notifications.forget_list(by)
        await _tell(AlertKind.LIST, host, NotificationKind.LIST_CHANGED, by)


async def check(now: datetime) -> None:
    """Tell of what began since the last time, and of partners that are back."""
    found = [alert for alert in await alerts.current(now) if _is_told_here(alert)]
    standing = {alert.key: alert for alert in found}
    rows = await ToldAlert.filter(key__not_isnull=True).select_related("case")
    told = {row.key: row for row in rows}
    for key, alert in standing.items():
        if key not in told:
            await _begin(key, alert)
    for known, row in told.items():
        if known not in standing and not _is_undecided(row):
            await _end(row, now)


def _is_told_here(alert: Alert) -> bool:
    """Of many names below one domain the first offer was told already."""
    return alert.kind in _BY_TIME and (alert.kind is not AlertKind.FLOOD or not alert.host)


def _is_undecided(row: ToldAlert) -> bool:
    """Somebody who is asked something meanwhile, and answers, is no news."""
    return row.case is not None and row.case.state in cases.OPEN


async def _begin(key: str, alert: Alert) -> None:
    row = ToldAlert(id=new_id(), kind=alert.kind, host=alert.host, key=key, since=alert.since)
    row.case = alert.case
    async with in_transaction():
        values = [row.id, row.kind.value, row.host, row.key, row.since, row.case_id]
        if await raw_sql.is_stored(_BEGIN, values):  # or another worker was faster
            await _of_alert(row)


async def _end(row: ToldAlert, now: datetime) -> None:
    async with in_transaction():
        mine = ToldAlert.filter(id=row.id, key__not_isnull=True)
        is_ended = await mine.update(key=None, ended_at=now)
        if is_ended and row.kind is AlertKind.SILENT and await _is_partner(row.host):
            await _of_alert(await _over(AlertKind.BACK, row.host))


async def _is_partner(host: str) -> bool:
    return await Peer.filter(host=host, level=PeerLevel.TRUSTED).exists()


async def _over(kind: AlertKind, host: str) -> ToldAlert:
    """What happens, and does not go on."""
    now = datetime.now(UTC)
    return await ToldAlert.create(kind=kind, host=host, since=now, ended_at=now)


async def _of_alert(row: ToldAlert) -> None:
    await _tell(row.kind, row.host, NotificationKind.ALERT, await local.institution(), row)


async def _tell(
    kind: AlertKind,
    host: str,
    shown_as: NotificationKind,
    by: Actor,
    alert: ToldAlert | None = None,
) -> None:
    """By mail as well where it is news to them; not that mail does not work. Nobody is to look
    after themselves."""
    told = duties.holders(mail_kinds.duty_of(kind)).order_by("id")
    if alert is not None and alert.case_id is not None and alert.case is not None:
        told = told.exclude(id=alert.case.member_id)
    for member in await told:
        own = await members.identities(member)
        is_news = bool(own) and await notifications.store(own[0], shown_as, by.id, alert=alert)
        if is_news and kind is not AlertKind.MAIL:
            await mails.queue(member, kind, host)
        if is_news and kind in _PUSHED:
            rows = Notification.filter(identity_id=own[0].id, kind=shown_as, by_id=by.id)
            for row in await rows.order_by("-id").limit(1):
                await reaching.send_on(row, member, Occasion.HOSPITAL, datetime.now(UTC))
