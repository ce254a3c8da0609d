"""Start and stop the workers of one institution, in the server or in a process of their own."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from instance.institution import Institution
from instance.workers import (
    auditing,
    closing,
    consults,
    departures,
    exports,
    fetching,
    host_lists,
    indexing,
    invitations,
    mailing,
    polls,
    pushing,
    recovering,
    rosters,
    routing,
    scheduled,
    scrubbing,
    standings,
    upkeep,
    watching,
)
from instance.workers.delivery import DeliveryWorker

log = logging.getLogger(__name__)

_AGAIN_AFTER = timedelta(seconds=1)


class Workers:
    """Each kind of work as a task. One that fails is started again after a second."""

    def __init__(self, institution: Institution) -> None:
        self._institution = institution
        self._stopping = asyncio.Event()
        self._delivery = DeliveryWorker()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Call it outside any transaction: tasks inherit the connection of their starter."""
        self._start("delivery", self._deliver)
        self._start("departures", lambda: departures.run(self._stopping))
        self._start("closing", lambda: closing.run(self._stopping))
        self._start("consults", lambda: consults.run(self._stopping))
        self._start("exports", lambda: exports.run(self._stopping))
        self._start("fetching", lambda: fetching.run(self._stopping))
        self._start("lists of hosts", lambda: host_lists.run(self._stopping))
        self._start("indexing", lambda: indexing.run(self._stopping))
        self._start("invitations", lambda: invitations.run(self._stopping))
        self._start("mails", lambda: mailing.run(self._stopping))
        self._start("polls", lambda: polls.run(self._stopping))
        self._start("pushing", lambda: pushing.run(self._stopping))
        self._start("routing", lambda: routing.run(self._stopping))
        self._start("recovering", lambda: recovering.run(self._stopping))
        self._start("rosters", lambda: rosters.run(self._stopping))
        self._start("scheduled posts", lambda: scheduled.run(self._stopping))
        self._start("scrubbing", lambda: scrubbing.run(self._stopping))
        self._start("sealing", lambda: auditing.run_seals(self._stopping))
        self._start("checking", lambda: auditing.run_checks(self._stopping))
        self._start("showing standing", lambda: standings.show(self._stopping))
        self._start("lists of standing", lambda: standings.watch(self._stopping))
        self._start("upkeep", lambda: upkeep.run(self._stopping))
        self._start("alerts", lambda: upkeep.alert(self._stopping))
        self._start("watching", lambda: upkeep.watch(self._stopping))
        self._start("beating", lambda: watching.beat(self._stopping, self.are_alive))
        self._start("looking outside", lambda: watching.look_outside(self._stopping))

    def start_counting(self) -> None:
        """What a server does beside workers in other processes: only it knows whom it refused."""
        self._start("counting", lambda: upkeep.count(self._stopping))

    def _start(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._tasks.append(asyncio.create_task(self._keep(name, work), name=f"curbside {name}"))

    def are_alive(self) -> bool:
        """Whether each that was started still runs, or is about to be started again."""
        return not any(task.done() for task in self._tasks)

    async def stop(self) -> None:
        self._stopping.set()
        await self._delivery.stop()
        left = set(self._tasks)
        while left:  # what is waited for may swallow a cancellation, in the moment when it ends
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=_AGAIN_AFTER.total_seconds())
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait(self) -> None:
        await self._stopping.wait()

    async def _deliver(self) -> None:
        self._delivery = DeliveryWorker()
        await self._delivery.run()

    async def _keep(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._institution.activate()
        while not self._stopping.is_set():
            try:
                await work()
            except Exception as error:  # the edge of a task: nothing above would see it
                self._institution.metrics.failed(error)
                log.error("%s stopped; starting it again", name, exc_info=error)
            if self._institution.bus.closed:
                return
            await asyncio.sleep(_AGAIN_AFTER.total_seconds())
