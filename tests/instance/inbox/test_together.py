"""What waits for the same transaction is prepared and stored together; each counts by itself."""

import asyncio
from typing import Any

import pytest

from instance import commits
from instance.models import Actor, Post, Reaction, ReceivedActivity
from tests.board import created, deleted
from tests.houses import House
from tests.outsiders import Outsider


async def together(house: House, by: Outsider, *sent: dict[str, Any]) -> list[int]:
    """The status of each; all of them wait while something else is committed."""
    go_on, waiting = asyncio.Event(), list[commits.Work]()
    real = commits.Commits.submit

    def submit(self: commits.Commits, piece: Any) -> None:
        waiting.append(piece.work)
        real(self, piece)
        if len(waiting) == len(sent):
            go_on.set()

    before = asyncio.create_task(house.at(lambda: commits.run(go_on.wait)))
    await asyncio.sleep(0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commits.Commits, "submit", submit)
        answers = await asyncio.gather(*[by.sends(house, one) for one in sent])
    await before
    return [answer.status for answer in answers]


async def known(house: House) -> int:
    return await house.at(lambda: ReceivedActivity.filter(type="Create").count())


async def test_of_what_waits_together_each_is_stored_and_a_refused_one_fails_alone(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    first = created(stranger, wards, 1)
    assert (await stranger.sends(mercy, first)).status == 202
    consult = f"https://{mercy.host}/k/1"
    refused = created(stranger, wards, 2, content=f'<p><a href="{consult}">Look</a></p>')
    others = [created(stranger, wards, number) for number in (3, 4)]
    like = stranger.activity("Like", first["object"]["id"], 5)

    assert await together(mercy, stranger, others[0], like, refused, others[1]) == [
        202,
        202,
        403,
        202,
    ]

    assert await mercy.at(lambda: Post.all().count()) == 3
    assert await mercy.at(lambda: Reaction.all().count()) == 1
    assert await known(mercy) == 3  # the refused one is forgotten
    assert (await stranger.sends(mercy, refused)).status == 403


async def test_what_comes_twice_together_counts_once(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    await stranger.sends(mercy, created(stranger, wards, 1))
    new = created(stranger, wards, 2)
    again = stranger.activity("Create", new["object"], 3, to=new["to"])

    assert await together(mercy, stranger, new, new, again) == [202, 202, 202]

    assert await mercy.at(lambda: Post.filter(uri=new["object"]["id"]).count()) == 1
    assert await known(mercy) == 3


async def test_what_is_taken_back_together_with_what_brings_it_leaves_nothing(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    """In either order, and though what brings it is prepared before (T80)."""
    first = created(stranger, wards, 1)
    await stranger.sends(mercy, first)
    posts = [created(stranger, wards, number) for number in (2, 3)]
    ends = [deleted(stranger, post, number) for post, number in zip(posts, (4, 5), strict=True)]
    likes = [stranger.activity("Like", first["object"]["id"], number) for number in (6, 7)]
    undone = [stranger.activity("Undo", like["id"], 10 + n) for n, like in enumerate(likes)]

    sent = [posts[0], ends[0], ends[1], posts[1], likes[0], undone[0], undone[1], likes[1]]
    assert set(await together(mercy, stranger, *sent)) == {202}

    assert await mercy.at(lambda: Post.filter(deleted_at=None).count()) == 1
    assert await mercy.at(lambda: Reaction.all().count()) == 0
