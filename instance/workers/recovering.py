"""After a restore: one partner after the other is asked what happened meanwhile, until all were."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from federation.errors import FederationError
from instance import events
from instance.errors import CurbsideError
from instance.inbox import recovering
from instance.models import Restore
from instance.services import recovering as told
from instance.services import restoring

log = logging.getLogger(__name__)

_BREATH = timedelta(seconds=2)
_AGAIN_MOST = timedelta(minutes=10)
_LONGEST = timedelta(minutes=10)  # with one partner; then it is the next one's turn


async def run(stopping: asyncio.Event) -> None:
    """A server that runs is not restored meanwhile: without a restore there is nothing to do."""
    failed: dict[str, int] = {}
    due: dict[str, datetime] = {}
    while not stopping.is_set() and not events.current().closed:
        restore = await restoring.running()
        if restore is None or await told.open_consults(restore):
            await stopping.wait()
            return
        for host in [peer.host for peer in await restoring.awaited()]:
            if due.get(host, datetime.now(UTC)) <= datetime.now(UTC):
                failed[host] = 0 if await _ask(host, restore) else failed.get(host, 0) + 1
                wait = min(_AGAIN_MOST, _BREATH * 2 ** failed[host])
                due[host] = datetime.now(UTC) + wait
        try:
            await asyncio.wait_for(stopping.wait(), _BREATH.total_seconds())
        except TimeoutError:
            continue


async def _ask(host: str, restore: Restore) -> bool:
    try:
        async with asyncio.timeout(_LONGEST.total_seconds()):
            await recovering.ask(host, restore)
    except recovering.NotConfirmed:
        log.warning("%s does not confirm that we work together", host)
        return False
    except (FederationError, CurbsideError, OSError, TimeoutError) as error:
        log.info("%s cannot be asked yet: %s", host, type(error).__name__)
        return False
    return True
