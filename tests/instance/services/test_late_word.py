"""What a channel elsewhere says of our own members, when they have done otherwise since."""

from instance.models import Notification, Reaction
from instance.services import reactions
from tests.cast import Houses
from tests.houses import House, Person
from tests.moderating import open_board, post_at


async def test_a_like_that_was_taken_back_does_not_return_through_the_channel(
    houses: Houses, mercy: House, heart: House, quill: Person, lee: Person
) -> None:
    board = await open_board(houses, heart, quill, lee)
    post = await post_at(mercy, board.post.uri)
    await lee.speaks(reactions.like, post)
    await mercy.deliver()
    await lee.speaks(reactions.unlike, post)
    await heart.deliver()
    assert (await post_at(mercy, board.post.uri)).likes_count == 0
    assert await mercy.at(lambda: Reaction.all().count()) == 0
    assert await mercy.at(lambda: Notification.all().count()) == 0
