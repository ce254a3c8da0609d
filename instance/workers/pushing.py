"""Send what push messages are due: claim, ask once more whether it is news, send, write down."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from instance import events
from instance.events import Subscription
from instance.models import PushMessage
from instance.services import push
from instance.workers import claims

log = logging.getLogger(__name__)

_AT_ONCE = 10
_LONGEST = timedelta(seconds=30)


async def run(stopping: asyncio.Event) -> None:
    with events.current().subscribe(kinds={push.EVENT}) as news:
        while not stopping.is_set() and not events.current().closed:
            news.skip()
            while await step(datetime.now(UTC)):
                continue
            await _wait(news)


async def step(now: datetime) -> int:
    """Try what is due, some at a time; returns how much that was."""
    ids = await claims.claim_messages("push_message", now, _AT_ONCE)
    left = set(ids)
    async with claims.renewing("push_message", left):
        rows = PushMessage.filter(id__in=ids).order_by("id")
        loaded = await rows.select_related("notification", "subscription__member")
        try:
            await asyncio.gather(*(_try(row, left) for row in loaded))
        finally:
            await claims.give_back("push_message", left)
    return len(ids)


async def _try(row: PushMessage, left: set[int]) -> None:
    now = datetime.now(UTC)
    if await push.is_wanted(row, now):
        answer = await push.send(row, now)
        if answer.outcome != "taken":
            log.warning("push message %s: %s %s", row.id, answer.outcome, answer.error)
        await push.note(row, answer, datetime.now(UTC))
    else:
        await push.drop(row)
    left.discard(row.id)


async def _wait(news: Subscription) -> None:
    """Until there is one, or the next is due; no longer than `_LONGEST`."""
    due_at = await claims.next_message("push_message")
    now = datetime.now(UTC)
    longest = min(_LONGEST, max(timedelta(), due_at - now)) if due_at is not None else _LONGEST
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(longest.total_seconds()):
            await anext(news)
