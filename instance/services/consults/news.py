"""What the asker of a consult of ours is told: information asked, answers, what time brings."""

from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from instance.models import Actor, Consult, Notification, Status
from instance.services import reaching
from instance.services.consults import asking, reading
from instance.services.consults.states import Event
from instance.services.occasions import HABITS, Occasion

OUTCOME_AFTER = timedelta(days=14)
ENDS_AFTER, SAID_BEFORE = timedelta(days=14), timedelta(days=2)


async def of_event(consult: Consult, event: Event, author: Actor, now: datetime) -> None:
    """In the transaction that took it into the history, the state moved already."""
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


async def remind(now: datetime) -> None:
    """Once each: that an outcome is due, that a consult ends soon without an answer."""
    ours = Consult.filter(is_local=True)
    resolved = ours.filter(status=Status.RESOLVED, changed_at__lt=now - OUTCOME_AFTER)
    await _remind(await resolved.only("id"), Occasion.OUTCOME_DUE, now)
    silent = ours.filter(status__in=reading.UNANSWERED)
    ending = silent.filter(changed_at__lt=now - ENDS_AFTER + SAID_BEFORE)
    await _remind(await ending.only("id"), Occasion.EXPIRES, now)


async def _remind(found: list[Consult], occasion: Occasion, now: datetime) -> None:
    for one in found:
        async with in_transaction():
            consult = await asking.locked(one.id)
            told = Notification.filter(by_id=consult.group_id, kind=HABITS[occasion].kind)
            if not await told.filter(created_at__gt=consult.changed_at).exists():
                asker = await Actor.get(id=consult.asker_id)
                await reaching.tell(asker, occasion, consult.group_id, now)
