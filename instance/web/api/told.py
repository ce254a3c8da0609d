"""What happened that one identity alone hears of, told to its open streams.

Of consults by applications that may read them, and by what their user is now (T56). For all others
nothing is looked for.
"""

from dataclasses import replace

from instance.errors import NotFound
from instance.models import Member, Notification
from instance.services import client_notifications, conversations, scopes
from instance.services.consults.reading import is_kept_out
from instance.services.conversations import Speaker
from instance.services.feed_sources import Bounds
from instance.web.api import entities_conversations, entities_notifications, messages, streams
from instance.web.api.places import Message, Place, Places
from instance.web.api.streams import Stream

_LAST = 3  # conversations: one with a new message is among them


async def of_notification(places: Places, notification_id: int) -> None:
    """Whom it is for sees it as any other time they ask: nothing of consults but by an application
    that may read them, nor of whom they want to hear nothing."""
    row = await Notification.get_or_none(id=notification_id)
    theirs = _hearing(places, row) if row is not None else []
    if row is None or not theirs:
        return
    caller = theirs[0][0].caller
    if row.message_id is not None:  # by what they are now
        caller = replace(caller, member=await Member.get_or_none(id=row.member_id))
    try:
        found = await client_notifications.by_id(messages.reader(caller), notification_id)
        message = Message("notification", await entities_notifications.one(found, caller))
    except NotFound:
        return
    for place, stream in theirs:
        place.put(message, stream)


async def of_deletion(places: Places, actor_id: int, message_id: int) -> None:
    """A private message is gone: to whom it had been told."""
    message = Message("delete", str(message_id))
    for place, stream in places.with_stream(streams.USER):
        if _hears(place, actor_id) and await _speaker(place) is not None:
            place.put(message, stream)


async def of_conversation(places: Places, consult_id: int) -> None:
    """To who takes part: as the list of their conversations begins with it."""
    for place, stream in places.with_stream(streams.DIRECT):
        speaker = await _speaker(place)
        if speaker is None:
            continue
        for one in await conversations.page(speaker, Bounds(limit=_LAST)):
            if one.consult.id == consult_id:
                shown = await entities_conversations.one(one, place.caller)
                place.put(Message("conversation", shown), stream)


async def of_filters(places: Places, actor_id: int) -> None:
    """Clients ask for them again."""
    for place, stream in places.with_stream(streams.USER):
        if place.actor_id == actor_id and place.caller.may("read:filters"):
            place.put(Message("filters_changed"), stream)


def _hearing(places: Places, row: Notification) -> list[tuple[Place, Stream]]:
    """The streams on which its identity hears of it, where nothing else is in the way."""
    names = (streams.USER, streams.NOTIFICATIONS)
    return [
        (place, stream)
        for name in names
        for place, stream in places.with_stream(name)
        if _hears(place, row.identity_id)
        and (row.message_id is None or place.caller.may(scopes.CONSULTS))
    ]


def _hears(place: Place, actor_id: int) -> bool:
    return place.actor_id == actor_id and place.caller.may(streams.SCOPES[streams.NOTIFICATIONS])


async def _speaker(place: Place) -> Speaker | None:
    """Who reads consults there; None where nobody may."""
    member = await Member.get_or_none(id=place.caller.token.member_id)
    speaker = messages.speaker(replace(place.caller, member=member))
    return None if speaker is None or is_kept_out(speaker.member) else speaker
