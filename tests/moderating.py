"""A channel of the society with a moderator, and a thread that is followed at Mercy."""

from dataclasses import dataclass
from typing import Any

from instance.models import Actor, Post, Thread
from instance.services import channels, follows, moderation, posting
from tests.cast import Houses
from tests.houses import House, Person

ADDRESS = "@rhythm@heart.example"


@dataclass(frozen=True)
class Board:
    """`post` is a thread's starter at the channel's home; `by` whoever keeps the channel."""

    home: House
    group: Actor
    by: Person
    post: Post

    async def thread(self, house: House | None = None) -> Thread:
        """The thread as this institution has it."""
        return await thread_at(house or self.home, self.post.uri)

    async def does(self, work: Any, *args: Any) -> Any:
        """The moderator does something to the thread."""
        return await self.by.speaks(work, await self.thread(), *args)


async def open_board(houses: Houses, heart: House, quill: Person, *readers: Person) -> Board:
    group = await heart.at(channels.create_channel, "rhythm", "Rhythm", "Arrhythmia in adults.")
    await make_moderator(heart, group, quill.actor)
    for reader in readers:
        await reader.speaks(follows.follow_address, ADDRESS)
    await houses.settle()
    post = await quill.speaks(posting.start_thread, group, "A title", "Some evidence.")
    await houses.settle()
    return Board(heart, group, quill, post)


async def make_moderator(house: House, group: Actor, person: Actor) -> None:
    await house.at(moderation.add_moderator, group, group, person)


async def thread_at(house: House, starter_uri: str) -> Thread:
    post = await post_at(house, starter_uri)
    return await house.at(posting.thread_by_id, post.thread_id)


async def post_at(house: House, uri: str) -> Post:
    row = await house.at(Post.get, uri=uri)
    return await house.at(posting.by_id, row.id)


async def reply(person: Person, uri: str, text: str) -> Post:
    parent = await person.home.at(Post.get, uri=uri)
    return await person.speaks(posting.reply, parent, text)
