"""What happened, told to every open stream of this process that it concerns.

One reader of the bus for all of them. Each event is looked up once and written once, but for those
to whom a post shows something of their own; for whom it is, is asked of the database at that moment
and for all together: who follows, who wants nothing of whom, and which tokens still hold (T56).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from quart import Quart

from instance.events import Bus, Event, Subscription
from instance.models import Post
from instance.services import announcements, feed_readers, tags, tokens
from instance.services.consults.burying import UNSAID
from instance.services.feed_readers import Readers
from instance.services.feed_sources import Entry
from instance.services.reaction_counts import UNBOOSTED
from instance.web.api import entities_announcements, entities_statuses, streams, told
from instance.web.api.places import Message, Place, Places
from instance.web.api.streams import Stream

log = logging.getLogger(__name__)

CHECK_EVERY = 2.0  # seconds: whose token ended hears nothing, and is cut off by then
_AT_ONCE = 100  # events


@dataclass(frozen=True)
class _For:
    """One stream, and which entry of its timeline an event is of."""

    place: Place
    stream: Stream
    entry: Entry


class Hub:
    """One per institution and process."""

    def __init__(self) -> None:
        self.places = Places()
        self._checked_at = 0.0
        self._does: Mapping[str, Callable[[int], Awaitable[None]]] = {
            "posted": self._posted,
            "edited": self._edited,
            "deleted": self._deleted,
            "boosted": self._boosted,
            "told": lambda one: told.of_notification(self.places, one),
            "consult": lambda one: told.of_conversation(self.places, one),
            "filters_changed": lambda one: told.of_filters(self.places, one),
            announcements.EVENT: self._announced,
        }

    async def follow(self, app: Quart, bus: Bus) -> None:
        """Until the bus ends, and every stream with it."""
        async with app.app_context():
            with bus.subscribe() as news:
                while not bus.closed:
                    await self._step(news)
        self.places.close()

    async def _step(self, news: Subscription) -> None:
        happened: list[Event] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(CHECK_EVERY):
                happened = await news.some(_AT_ONCE)
        if not len(self.places):
            return
        try:
            await self._tell([event for event in happened if self._is_news(event)])
        except Exception as error:  # the edge: who may have missed something comes again
            log.error("telling streams failed (%s); they end", type(error).__name__, exc_info=error)
            for place in self.places:
                place.close()

    def _is_news(self, event: Event) -> bool:
        of_somebody = (UNBOOSTED, UNSAID, announcements.REACTED)
        return event.kind in self._does or event.kind.startswith(of_somebody)

    async def _tell(self, happened: Collection[Event]) -> None:
        now = asyncio.get_running_loop().time()
        if happened or now - self._checked_at >= CHECK_EVERY:
            self._checked_at = now
            await self._end_those_without_leave()
        for event in happened:
            if event.kind in self._does:
                await self._does[event.kind](event.object_id)
            elif event.kind.startswith(announcements.REACTED):
                await self._reacted(event.kind.removeprefix(announcements.REACTED), event.object_id)
            elif event.kind.startswith(UNSAID):
                to = int(event.kind.removeprefix(UNSAID))
                await told.of_deletion(self.places, to, event.object_id)
            else:
                await self._unboosted(int(event.kind.removeprefix(UNBOOSTED)), event.object_id)
            await asyncio.sleep(0)  # streams send meanwhile

    async def _end_those_without_leave(self) -> None:
        hold = await tokens.still_hold([place.caller for place in self.places])
        for place in self.places:
            if place.caller.token.id not in hold:
                place.close()

    async def _posted(self, post_id: int) -> None:
        """Home has the first post of a thread, and its answers by a hashtag; lists have both."""
        post = await feed_readers.post(post_id)
        if post is not None and (actors := self._actors()):
            readers = await feed_readers.of_post(post, actors, self._lists())
            if post.in_reply_to_uri:
                readers = replace(readers, by_channel=frozenset(), alone=readers.tagged)
            await self._send("update", post, self._concerned(post, readers))

    async def _edited(self, post_id: int) -> None:
        """The post itself, which clients find wherever they show it."""
        post = await feed_readers.post(post_id)
        if post is not None and (actors := self._actors()):
            readers = await feed_readers.of_post(post, actors, self._lists())
            concerned = self._concerned(post, readers)
            itself = [replace(one, entry=Entry(post.id, post)) for one in concerned]
            await self._send("status.update", post, itself)

    async def _deleted(self, post_id: int) -> None:
        """An id and nothing else; and that of what a channel handed on."""
        post = await feed_readers.trace(post_id)
        if post is None or not (actors := self._actors()):
            return
        readers = await feed_readers.of_post(post, actors, self._lists())
        itself, handed_on = (Message("delete", str(one)) for one in (post.id, post.thread_id))
        for one in self._concerned(post, readers, is_deleted=True):
            one.place.put(itself, one.stream)
            if one.entry.by is not None:
                one.place.put(handed_on, one.stream)

    async def _boosted(self, boost_id: int) -> None:
        entry = await feed_readers.boost(boost_id)
        if entry is None or entry.by is None or not (actors := self._actors()):
            return
        author_id, lists = entry.post.author_id, self._lists()
        readers = await feed_readers.of_boost(entry.by.id, author_id, actors, lists)
        concerned = [_For(*one, entry) for one in self._handed_on(readers)]
        await self._send("update", entry.post, concerned)

    async def _unboosted(self, by_id: int, boost_id: int) -> None:
        if actors := self._actors():
            readers = await feed_readers.of_boost(by_id, None, actors, self._lists())
            for place, stream in self._handed_on(readers):
                place.put(Message("delete", str(boost_id)), stream)

    async def _reacted(self, name: str, announcement_id: int) -> None:
        """How many think so by now of what all are told; not who."""
        opened = self._told_all()
        count = await announcements.count_of(announcement_id, name) if opened else None
        if count is None:
            return
        said = {"name": name, "count": count, "announcement_id": str(announcement_id)}
        message = Message("announcement.reaction", said)
        for place, stream in opened:
            place.put(message, stream)

    def _told_all(self) -> list[tuple[Place, Stream]]:
        return [
            one
            for one in self.places.with_stream(streams.USER)
            if one[0].caller.may("read:accounts")
        ]

    async def _announced(self, announcement_id: int) -> None:
        """What all members are told, or that it is over."""
        opened = self._told_all()
        if not opened:
            return
        standing = await announcements.shown_to(opened[0][0].caller.acting, also_dismissed=True)
        shown = next((one for one in standing if one.row.id == announcement_id), None)
        message = Message("announcement.delete", str(announcement_id))
        if shown is not None:  # by nobody yet read, nor thought of
            new = replace(shown, is_read=False, reactions=())
            message = Message("announcement", entities_announcements.announcement(new))
        for place, stream in opened:
            place.put(message, stream)

    def _concerned(self, post: Post, readers: Readers, *, is_deleted: bool = False) -> list[_For]:
        """Every stream that a post stands in. Of one that was deleted nobody knows any more how it
        was tagged."""
        is_first, group = not post.in_reply_to_uri, post.thread.group
        itself = handed_on = Entry(post.id, post)
        if is_first and group is not None:
            handed_on = Entry(post.thread_id, post, group)
        names = None if is_deleted else frozenset(tags.of_document(post.document))
        found = []
        for place, stream in self._all():
            by_channel = _way(readers, place, stream)
            is_public = stream.is_public and place.actor_id not in readers.unwilling
            if by_channel is not None:
                found.append(_For(place, stream, handed_on if by_channel else itself))
            elif is_public and stream.takes(post, names):
                found.append(_For(place, stream, itself))
        return found

    def _handed_on(self, readers: Readers) -> list[tuple[Place, Stream]]:
        """The streams that have what a person hands on."""
        return [one for one in self._all() if _way(readers, *one) is not None]

    def _all(self) -> Iterable[tuple[Place, Stream]]:
        return [(place, stream) for place in self.places for stream in place.streams]

    def _lists(self) -> set[int]:
        return {stream.list_id for _, stream in self._all() if stream.list_id}

    def _actors(self) -> set[int]:
        return {place.actor_id for place in self.places if place.streams}

    async def _send(self, event: str, post: Post, concerned: Collection[_For]) -> None:
        """`concerned` by entries of one post: each written once for all to whom it is alike."""
        if not concerned:
            return
        marked = await feed_readers.marked(post, {one.place.actor_id for one in concerned})
        written: dict[tuple[int, int], tuple[Message, bool]] = {}
        for one in concerned:
            place, actor_id = one.place, one.place.actor_id
            key = (one.entry.id, actor_id if actor_id in marked else 0)
            if key not in written:
                caller = place.caller if key[1] else replace(place.caller, actor=None)
                status = await entities_statuses.one(one.entry, caller)
                has_media = bool((status["reblog"] or status)["media_attachments"])
                written[key] = Message(event, status), has_media
            message, has_media = written[key]
            if has_media or not one.stream.only_media:
                place.put(message, one.stream)


def _way(readers: Readers, place: Place, stream: Stream) -> bool | None:
    """Whether somebody's own stream has a post as its channel hands it on; None: not at all."""
    if stream.name == streams.USER:
        return readers.at_home(place.actor_id)
    return None if place.actor_id in readers.unwilling else readers.lists.get(stream.list_id)
