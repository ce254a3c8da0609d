"""Look at ourselves: that a worker runs, how our clock goes, until when our certificate holds."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

from federation.errors import FederationError
from instance import config, events
from instance.models import Peer, PeerLevel
from instance.outbox import remote
from instance.services import observations

BEAT_EVERY = timedelta(seconds=15)
_OUTSIDE_EVERY = timedelta(hours=1)
_FORGOTTEN_AFTER = timedelta(days=1)
_ASKED_MOST = 5  # of others, what time it is
_PATH = ".well-known/nodeinfo"


async def beat(stopping: asyncio.Event, are_alive: Callable[[], bool]) -> None:
    """While every task of this process runs. `stopping` is set where it ends in order."""
    try:
        while not stopping.is_set() and not events.current().closed:
            if are_alive():
                await observations.note_worker(datetime.now(UTC))
            await _rest(stopping, BEAT_EVERY)
    finally:
        if stopping.is_set() or events.current().closed:
            await observations.forget_worker()


async def look_outside(stopping: asyncio.Event) -> None:
    while not stopping.is_set() and not events.current().closed:
        now = datetime.now(UTC)
        await look_at_clock(now)
        await look_at_certificate(now)
        await observations.forget_workers(now - _FORGOTTEN_AFTER)
        await _rest(stopping, _OUTSIDE_EVERY)


async def look_at_clock(now: datetime) -> None:
    """By the clocks of servers that we deal with, partners first: of several the middle one, as one
    of them may be wrong itself."""
    well = Peer.filter(failing_since=None).exclude(level=PeerLevel.BLOCKED)
    partners = await well.filter(level=PeerLevel.TRUSTED).order_by("id").limit(_ASKED_MOST)
    found = [await _difference(peer.host) for peer in partners or await well.limit(_ASKED_MOST)]
    known = [seconds for seconds in found if seconds is not None]
    if known:
        await observations.note(observations.CLOCK, now, median(known))


async def look_at_certificate(now: datetime) -> None:
    """As others see it, in front of us; where nobody can say, what was known stands."""
    origin = config.current().origin
    client = remote.directory().client
    try:
        async with client.towards(origin) as towards_us:  # a private address is ours to have
            until = await towards_us.certificate_end(origin)
    except (FederationError, OSError):
        return
    if until is not None:
        await observations.note(observations.CERTIFICATE, now, until.timestamp())


async def _difference(host: str) -> float | None:
    scheme = "http" if host in config.current().development.peers else "https"
    try:
        theirs = await remote.directory().client.clock_of(f"{scheme}://{host}/{_PATH}")
    except (FederationError, OSError):
        return None
    return (datetime.now(UTC) - theirs).total_seconds() if theirs is not None else None


async def _rest(stopping: asyncio.Event, longest: timedelta) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), longest.total_seconds())
    except TimeoutError:
        return
