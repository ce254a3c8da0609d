"""An activity that arrived and was verified: applied at most once, in one transaction.

What comes often is prepared together with others that wait for the same transaction: they are
remembered by one statement, and what nearly all of them ask is asked at once.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from federation import vocabulary
from federation.authentication import Level, Verified
from federation.errors import HostBlocked
from federation.origin import host_of
from instance import commits, config, raw_sql
from instance.inbox import forwarding, naming, once, post
from instance.outbox import trust

Handler = Callable[[Verified], Awaitable[None]]

_WINDOW = {Level.TRUSTED: timedelta(seconds=300), Level.PUBLIC: timedelta(seconds=3600)}
# They take nothing back and change nothing that `post.questions` asks: so they may come before all
# that waits with them, and what is asked ahead of all holds until the last.
_ONLY_ADD = (vocabulary.Create, vocabulary.Like, vocabulary.Dislike, vocabulary.EmojiReact)


async def apply(verified: Verified, handler: Handler) -> bool:
    """False where it was applied before. A refusal undoes everything, the memory too."""
    arrival = _Arrival(verified, handler)
    arrival.received.require_storable()  # now, lest it spoils what waits with it
    only_adds = isinstance(verified.activity, _ONLY_ADD) and not verified.forwarded
    await commits.run(arrival, _prepare if only_adds else None)
    return arrival.is_new


class _Arrival:
    def __init__(self, verified: Verified, handler: Handler) -> None:
        self.verified, self.received, self.is_new = verified, _received(verified), False
        self.answers: raw_sql.Answers | None = None  # None: nothing was prepared
        self.named: naming.Named | None = None
        self._handler = handler

    async def __call__(self) -> None:
        if self.answers is None:
            self.is_new = await self._is_new_here()
        if self.is_new:
            naming.keep(self.named)
            with raw_sql.Knowing(self.answers or {}):
                await require_open(self.verified)
                await self._handler(self.verified)
            await forwarding.forward(self.verified)

    async def _is_new_here(self) -> bool:
        """Neither a replay of a signature (F-SIG-4) nor an activity that was applied (T13); if so,
        what it decides about is locked.

        A signature is over the whole body, so the id in there stands for both. But one that was
        handed on reserves no id: only its own author's signature does (T34). Then that is
        remembered.
        """
        verified, name = self.verified, self.received.locking
        if not verified.forwarded:
            return await once.is_new_activity(self.received)
        expires_at = datetime.now(UTC) + 2 * _WINDOW[verified.level]
        return await once.is_new_signature(verified.signature_hash, expires_at, locking=name)


async def _prepare(arrivals: Sequence[_Arrival]) -> None:
    """As the first thing in the transaction, of each try anew."""
    new = await once.are_new_activities([arrival.received for arrival in arrivals])
    for arrival, is_new in zip(arrivals, new, strict=True):
        arrival.is_new, arrival.answers = is_new, {}
    asking = [arrival for arrival in arrivals if arrival.is_new]
    asked = []
    for arrival in asking:
        arrival.named = naming.read(arrival.verified.document)
        asked.append(post.questions(arrival.verified, arrival.named))
    for arrival, answers in zip(asking, await raw_sql.asked_ahead(asked), strict=True):
        arrival.answers = answers


async def require_open(verified: Verified) -> None:
    """Asked again where it is applied: of whoever was closed since the door asked (T56), and of an
    author whom somebody else's channel passes on."""
    author = host_of(verified.signer, config.current().development)
    for host in (author,) if author == verified.host else (author, verified.host):
        if await trust.level(host) is Level.BLOCKED:
            raise HostBlocked(host)


def decides_about(activity: vocabulary.Object) -> str:
    """The id that what comes and what takes it back have in common: where both come at the same
    moment, one sees what the other did (T80)."""
    is_of_object = activity.type_name in ("Create", "Update", "Delete", "Undo")
    return (activity.object_id if is_of_object else "") or activity.id


def _received(verified: Verified) -> once.Activity:
    activity = verified.activity
    return once.Activity(
        activity.id, verified.host, activity.type_name, locking=decides_about(activity)
    )
