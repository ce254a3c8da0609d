"""What the asker of a consult of ours is told: information asked, answers, what time brings; and
whoever it concerns that something was recalled.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance.models import (
    Actor,
    Consult,
    Contribution,
    Notification,
    NotificationKind,
    Participant,
    Status,
)
from instance.services import blocks, notifications, reaching
from instance.services.consults import asking, reading, states
from instance.services.consults.states import Event
from instance.services.occasions import HABITS, Occasion

_SAID_BEFORE = timedelta(days=2)


async def of_event(
    consult: Consult, event: Event, author: Actor, inner: Mapping[str, Any], now: datetime
) -> None:
    """In the transaction that took it into the history, the state moved already."""
    if event is Event.COMMENT:
        await of_message(consult, author, inner["object"]["id"], now)
        return
    if event is Event.ASK_INFO:
        occasion = Occasion.INFO_ASKED
    elif event is Event.ANSWER:
        is_first = consult.first_answer_at == now
        occasion = Occasion.ANSWERED if is_first else Occasion.ANSWERED_MORE
    else:
        return
    asker = await Actor.get(id=consult.asker_id)
    if author.member_id is None or author.member_id != asker.member_id:
        await reaching.tell(asker, occasion, consult.group_id, now)


async def of_message(consult: Consult, author: Actor, note_uri: str, now: datetime) -> None:
    """Somebody wrote to one of ours alone: who blocked them hears nothing of it."""
    if not consult.is_private:
        return
    message = await Contribution.get(uri=note_uri)
    named = Participant.filter(consult_id=consult.id).exclude(actor_uri=author.uri)
    uris = await named.values_list("actor_uri", flat=True)
    for to in await blocks.without(author, await Actor.filter(uri__in=list(uris), is_local=True)):
        await reaching.tell(to, Occasion.PRIVATE, consult.group_id, now)
        kind = NotificationKind.PRIVATE
        await notifications.tell(to, kind, author.id, message=message)


async def of_change(consult: Consult, now: datetime) -> None:
    """Its question says something else: whoever here answered it sees whether that still holds."""
    wrote = Contribution.filter(consult_id=consult.id, kind=Event.ANSWER, deleted_at=None)
    ids = await wrote.distinct().values_list("author_id", flat=True)
    for author in await Actor.filter(id__in=ids, member_id__not_isnull=True):
        await reaching.tell(author, Occasion.CHANGED, consult.group_id, now)


async def of_recall(consult: Consult, people: Iterable[Actor], now: datetime) -> None:
    """Something that they wrote or read was recalled; not a word of it, by no way."""
    for person in people:
        await reaching.tell(person, Occasion.RECALLED, consult.group_id, now)


async def remind(now: datetime) -> None:
    """Once each: that an outcome is due, that a consult ends soon without an answer."""
    ours = Consult.filter(is_local=True)
    resolved = ours.filter(status=Status.RESOLVED)
    await _remind(resolved, Occasion.OUTCOME_DUE, states.OUTCOME_FOR - states.OUTCOME_DUE, now)
    silent = ours.filter(status__in=reading.UNANSWERED, first_answer_at=None)
    await _remind(silent, Occasion.EXPIRES, _SAID_BEFORE, now)


async def _remind(
    found: QuerySet[Consult], occasion: Occasion, before: timedelta, now: datetime
) -> None:
    """So long before time alone ends them; again where that was put off since it was said."""
    for one in await found.filter(lapses_at__lte=now + before).only("id"):
        async with in_transaction():
            consult = await asking.locked(one.id)
            told = Notification.filter(by_id=consult.group_id, kind=HABITS[occasion].kind)
            ends_at = consult.lapses_at or now
            if not await told.filter(created_at__gte=ends_at - before).exists():
                asker = await Actor.get(id=consult.asker_id)
                await reaching.tell(asker, occasion, consult.group_id, now)
