"""Lists: some of those whom one identity follows, read apart. Nobody else learns of them."""

from collections.abc import Collection
from dataclasses import dataclass

from tortoise.transactions import in_transaction

from instance.errors import FormRefused, NotFound
from instance.models import Actor, Follow, FollowState, List, ListEntry, Replies
from instance.services import feed_sources
from instance.services.feed_sources import Bounds

TITLE_MOST, LISTS_MOST, ENTRIES_MOST = 200, 100, 500


@dataclass(frozen=True)
class Wanted:
    """A list as somebody wants it; None leaves it as it is."""

    title: str | None = None
    replies: str | None = None
    is_exclusive: bool | None = None


async def of(actor: Actor) -> list[List]:
    """In the order in which they were made."""
    return await List.filter(actor_id=actor.id).order_by("id")


async def by_id(actor: Actor, list_id: int) -> List:
    """Raises NotFound, also for another's."""
    found = await List.get_or_none(id=list_id, actor_id=actor.id)
    if found is None:
        raise NotFound
    return found


async def with_member(actor: Actor, target: Actor) -> list[List]:
    """Those on which somebody stands."""
    return await List.filter(actor_id=actor.id, entries__target_id=target.id).order_by("id")


async def create(actor: Actor, wanted: Wanted) -> List:
    """Raises FormRefused without a title, or for one list too many."""
    row = List(actor_id=actor.id, title="")
    _change(row, Wanted(wanted.title or "", wanted.replies, wanted.is_exclusive))
    async with in_transaction():
        if await List.filter(actor_id=actor.id).count() >= LISTS_MOST:
            raise FormRefused({"base": f"You can keep {LISTS_MOST} lists"})
        await row.save()
    return row


async def change(row: List, wanted: Wanted) -> None:
    _change(row, wanted)
    await row.save()


async def delete(row: List) -> None:
    await row.delete()


async def entries(row: List, bounds: Bounds | None) -> list[ListEntry]:
    """Each with its `target`, the last first; None: all of them."""
    found = ListEntry.filter(list_id=row.id, target__is_blocked=False).select_related("target")
    if bounds is None:
        return await found.order_by("-id")
    return await feed_sources.newest(found, bounds)


async def add(row: List, ids: Collection[int]) -> None:
    """All of them or none. Raises FormRefused where one is not followed by the list's owner, or
    stands there already."""
    wanted = list(dict.fromkeys(ids))
    followed = Follow.filter(follower_id=row.actor_id, target_id__in=wanted)
    known = await followed.filter(state=FollowState.ACCEPTED).count()
    if known < len(wanted):
        raise FormRefused({"account_ids": "must be of accounts that you follow"})
    async with in_transaction():
        on_it = ListEntry.filter(list_id=row.id)
        if await on_it.filter(target_id__in=wanted).exists():
            raise FormRefused({"account_ids": "has already been taken"})
        if await on_it.count() + len(wanted) > ENTRIES_MOST:
            raise FormRefused({"account_ids": f"A list holds {ENTRIES_MOST} accounts"})
        for target_id in wanted:
            await ListEntry.create(list_id=row.id, target_id=target_id)


async def remove(row: List, ids: Collection[int]) -> None:
    await ListEntry.filter(list_id=row.id, target_id__in=list(ids)).delete()


def _change(row: List, wanted: Wanted) -> None:
    problems = {}
    if wanted.title is not None:
        row.title = " ".join(wanted.title.split())
        if not row.title:
            problems["title"] = "can't be blank"
        elif len(row.title) > TITLE_MOST:
            problems["title"] = f"is too long (maximum is {TITLE_MOST} characters)"
    if wanted.replies is not None:
        if wanted.replies in list(Replies):
            row.replies = Replies(wanted.replies)
        else:
            problems["replies_policy"] = "must be followed, list or none"
    if wanted.is_exclusive is not None:
        row.is_exclusive = wanted.is_exclusive
    if problems:
        raise FormRefused(problems)
