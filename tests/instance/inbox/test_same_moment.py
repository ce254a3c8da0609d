"""What comes at the same moment as what takes it back is not left over (5.4, T80)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from instance.models import Actor, Post, Reaction
from instance.services import gone, posting
from tests.board import created, deleted
from tests.houses import House, Person
from tests.outsiders import Outsider

IsGone = Callable[[str, str], Awaitable[bool]]


class Slow:
    """The first who asks whether something was taken back gets the answer, and then waits."""

    def __init__(self, is_gone: IsGone) -> None:
        self.has_asked, self.go_on = asyncio.Event(), asyncio.Event()
        self._is_gone = is_gone

    async def __call__(self, uri: str, owner_uri: str) -> bool:
        answer = await self._is_gone(uri, owner_uri)
        if not self.has_asked.is_set():
            self.has_asked.set()
            await self.go_on.wait()
        return answer


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    found = Slow(gone.is_gone)
    monkeypatch.setattr(gone, "is_gone", found)
    return found


async def both(slow: Slow, by: Outsider, house: House, *sent: dict[str, Any]) -> None:
    """The second is sent while the first is being applied."""
    first = asyncio.create_task(by.sends(house, sent[0]))
    await asyncio.wait_for(slow.has_asked.wait(), 10)
    second = asyncio.create_task(by.sends(house, sent[1]))
    await asyncio.wait([second], timeout=0.5)
    slow.go_on.set()
    assert {answer.status for answer in await asyncio.gather(first, second)} == {202}


async def test_a_like_and_its_undo_leave_nothing(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider, slow: Slow
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", "Words.")
    like = stranger.activity("Like", post.uri, 1)
    await both(slow, stranger, mercy, like, stranger.activity("Undo", like["id"], 2))
    assert await mercy.at(lambda: Reaction.all().count()) == 0
    assert (await mercy.at(Post.get, id=post.id)).likes_count == 0


async def test_a_post_and_its_deletion_leave_nothing(
    mercy: House, wards: Actor, stranger: Outsider, slow: Slow
) -> None:
    post = created(stranger, wards)
    uri = post["object"]["id"]
    await both(slow, stranger, mercy, post, deleted(stranger, post, 2))
    assert await mercy.at(lambda: Post.filter(uri=uri, deleted_at=None).count()) == 0
