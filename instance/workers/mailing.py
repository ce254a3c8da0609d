"""Send what mails are due: claim, ask once more whether it is wanted, send, write down."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from instance import config, events, smtp
from instance.config import Smtp
from instance.events import Subscription
from instance.models import AlertKind, Mail
from instance.services import mail_kinds, mails, weekly
from instance.services import settings as chosen
from instance.smtp import Folder, Letter, NotSent, Sender
from instance.workers import claims

log = logging.getLogger(__name__)

_AT_ONCE = 20  # over one connection
_LONGEST = timedelta(seconds=30)


async def run(stopping: asyncio.Event) -> None:
    if not config.current().sends_mail:
        await stopping.wait()
    await mails.wake()
    with events.current().subscribe(kinds={mails.EVENT}) as news:
        while not stopping.is_set() and not events.current().closed:
            news.skip()
            while await step(datetime.now(UTC)):
                continue
            await _wait(news)


async def step(now: datetime) -> int:
    """Try what is due, as much as one connection takes; returns how much that was."""
    ids = await claims.claim_messages("mail", now, _AT_ONCE)
    left = list(ids)
    async with claims.renewing("mail", left):
        rows = await Mail.filter(id__in=ids).order_by("id").select_related("member")
        try:
            await _send(rows, left)
        finally:
            await claims.give_back("mail", left)
    return len(ids)


async def _send(rows: Sequence[Mail], left: list[int]) -> None:
    """`left`: those that nothing was written down about yet."""
    wanted = []
    for row in rows:
        if await mails.is_wanted(row.member, row.kind):
            wanted.append(row)
        else:
            await mails.drop(row)
            left.remove(row.id)
    if not wanted:
        return
    try:
        async with _sender(config.current().smtp) as sender:
            for row in wanted:
                await _send_one(row, sender)
                left.remove(row.id)
    except NotSent as error:  # nobody took any of them
        for row in [row for row in wanted if row.id in left]:
            await _failed(row, error)
            left.remove(row.id)


async def _send_one(row: Mail, sender: Sender) -> None:
    try:
        await sender.send(await _letter(row))
    except NotSent as error:
        await _failed(row, error)
    else:
        await mails.note_sent(row, datetime.now(UTC))


async def _failed(row: Mail, error: NotSent) -> None:
    log.warning("mail %s was not sent: %s", row.id, error.reason)
    await mails.note_failed(row, error.reason, datetime.now(UTC), is_final=error.is_final)


async def _letter(row: Mail) -> Letter:
    settings = config.current()
    ours = (await chosen.read()).name
    end_url = await weekly.end_url(row.member_id) if row.kind is AlertKind.WEEKLY else ""
    code = (row.code or b"").decode()
    words = mail_kinds.words(row.kind, row.host, code, ours, end_url=end_url)
    host = _own_host()
    sender = settings.smtp.sender if settings.smtp is not None else f"curbside@{host}"
    return Letter(
        id=f"{row.id}.curbside@{host}",
        sender=sender,
        to=row.address or (row.member.email if row.member else ""),
        subject=words.subject,
        text=words.text,
        at=row.created_at,
        end_url=end_url,
    )


@asynccontextmanager
async def _sender(settings: Smtp | None) -> AsyncIterator[Sender]:
    if settings is None:
        yield Folder(config.current().data / "mail")
        return
    async with smtp.connected(settings, _own_host()) as sender:
        yield sender


def _own_host() -> str:
    return config.current().host.partition(":")[0]


async def _wait(news: Subscription) -> None:
    """Until there is one, or the next is due; no longer than `_LONGEST`."""
    due_at = await claims.next_message("mail")
    now = datetime.now(UTC)
    longest = min(_LONGEST, max(timedelta(), due_at - now)) if due_at is not None else _LONGEST
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(longest.total_seconds()):
            await anext(news)
