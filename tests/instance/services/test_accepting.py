"""Who takes an answer, and under which of their names."""

from instance.models import Actor, Announced, Role
from instance.services import accepting, members, posting
from tests.cast import new
from tests.houses import House, Person


async def test_who_asked_under_a_pseudonym_takes_the_answer_under_it(
    mercy: House, wards: Actor, lee: Person
) -> None:
    """F-ACT-2: the name of a moderator on it would point at who asked."""
    keeper = await mercy.person(new("keeper", "Dr K. Eeper", pseudonym="owl", role=Role.OWNER))
    named, masked = await mercy.at(members.identities, keeper.member)
    await mercy.at(lambda: Actor.filter(id=masked.id).update(discoverable=True))
    masked = await mercy.at(Actor.get, id=masked.id)
    asked = await mercy.at(posting.start_thread, masked, wards, "A title", "A question.")
    await lee.speaks(posting.reply, asked, "An answer.")
    thread = await mercy.at(posting.thread_by_id, asked.thread_id)
    by = await keeper.does(accepting.acting_as, thread)
    assert by == masked != named
    assert named.uri not in str(await mercy.at(lambda: Announced.all().values("document")))
