"""Who of us follows somebody elsewhere, compared with what their server says (FEP-8fcf).

A header that came signed with an activity is only a hint: on a difference the list is fetched,
and what it says of our own members is put right. Source: federation.md 7.
"""

from contextlib import suppress
from datetime import UTC, datetime

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from federation import synchronisation
from federation.authentication import Verified
from federation.collections import Budget
from federation.errors import FederationError, FetchFailed
from federation.fields import id_of
from federation.origin import is_same_origin
from instance import config
from instance.errors import TooMany
from instance.inbox import fetches
from instance.models import Actor, Follow, FollowState
from instance.outbox import limits, remote
from instance.services import follows

_BUDGET = Budget(pages=10, items=20_000)
_DISOWNED_MOST = 100  # Undos that one list makes us send; the next one brings the others
_PER_MINUTE = 1  # of one list: two servers that cannot agree shall not ask without end


async def compare(verified: Verified) -> None:
    """Ask for the list where the sender's digest is not ours. Refuses nothing."""
    said = synchronisation.parse(verified.synchronisation)
    if said is None:
        return
    target = await Actor.get_or_none(uri=verified.signer, is_local=False)
    if target is None or said.collection_id != target.followers_uri:
        return
    if not _is_theirs(said.url, target):
        return
    ours = await _accepted(target).values_list("follower__uri", flat=True)
    if synchronisation.digest(str(uri) for uri in ours) == said.digest:
        return
    if not limits.current().followers_lists.take(said.url, _PER_MINUTE):
        return
    with suppress(TooMany, FederationError):  # it is a hint, and never worth a refusal
        async with in_transaction():
            await fetches.request_for(verified.host, "followers", said.url, channel=target.uri)


async def put_right(url: str, target_uri: str) -> None:
    """Fetch the list of our members who follow, and end what either side does not know.

    A list that could not be read to its end changes nothing. Who is on it and does not follow
    here is taken back with an Undo; what waits for its Accept stays.
    """
    target = await Actor.get_or_none(uri=target_uri, is_local=False)
    if target is None or not _is_theirs(url, target):
        return
    walked = await remote.directory().walk(url, _BUDGET)
    if not walked.complete:
        raise FetchFailed("a list of followers without an end", permanent=True)
    listed = {uri for uri in map(id_of, walked.items) if config.current().is_ours(uri)}
    now = datetime.now(UTC)
    async with in_transaction():
        following = await _accepted(target).select_related("follower")
        gone = [row.id for row in following if row.follower.uri not in listed]
        await Follow.filter(id__in=gone).delete()
        known = await Follow.filter(target_id=target.id).values_list("follower__uri", flat=True)
        unknown = Actor.filter(uri__in=list(listed - {str(uri) for uri in known}), is_local=True)
        seen = unknown.filter(discoverable=True).order_by("id").limit(_DISOWNED_MOST)
        for follower in await seen:
            await follows.disown(follower, target, now)


def _accepted(target: Actor) -> QuerySet[Follow]:
    return Follow.filter(
        target_id=target.id, state=FollowState.ACCEPTED, follower__is_local=True
    ).order_by("id")


def _is_theirs(url: str, target: Actor) -> bool:
    return is_same_origin(target.uri, url, config.current().development)
