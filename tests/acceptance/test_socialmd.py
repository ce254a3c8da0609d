"""SocialMD was hyped, then gone: what a member did here survives the death of its host."""

from instance.models import Actor
from instance.services import follows, polls, posting, profiles, reactions
from instance.services.consults.states import Event
from tests.cast import LEE, RUIZ, Houses
from tests.clinic import ask, write
from tests.houses import House, Person
from tests.polling import ask_all
from tests.takeaway import taken


async def lived_here(houses: Houses, mercy: House, wards: Actor, okafor: Person) -> Person:
    """A member of Mercy who did a bit of everything."""
    lee, ruiz = await mercy.person(LEE), await mercy.person(RUIZ)
    await lee.speaks(follows.follow, wards)
    await lee.speaks(follows.follow_address, okafor.address)
    await ruiz.speaks(follows.follow, lee.actor)
    said = {"about": "Looks after wards."}
    await lee.does(profiles.change, lee.actor, said, {"about": "members"})
    await lee.speaks(posting.start_thread, None, "On rounds", "Round early.")
    question = await mercy.at(posting.by_id, (await ask_all(ruiz, wards)).id)
    await lee.speaks(polls.vote, question, [1])
    await lee.speaks(reactions.like, question)
    await houses.settle()
    return lee


async def test_a_member_takes_everything_along(
    houses: Houses, mercy: House, stlukes: House, wards: Actor, okafor: Person
) -> None:
    lee = await lived_here(houses, mercy, wards, okafor)
    consult = await ask(lee, stlukes)
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()

    found = await taken(lee, lee.actor)
    assert found.is_whole() and found.json("manifest.json")["actor"] == lee.uri
    [post] = found.items("activitypub/outbox.json")
    assert post["type"] == "Create" and "Round early." in post["object"]["content"]
    followed = [row["name"] for row in found.items("activitypub/following.json")]
    assert followed == ["@wards@mercy.example", "@okafor@stlukes.example"]
    [follower] = found.items("activitypub/followers.json")
    assert follower["name"] == "@ruiz@mercy.example"
    assert [row["name"] for row in found.items("activitypub/votes.json")] == ["Reduce"]
    assert [row["type"] for row in found.items("activitypub/likes.json")] == ["Like"]
    assert found.json("profile.json")["items"][0]["content"] == "Looks after wards."
    assert found.json("standing.json")["credentialSubject"]["cs:level"] == "L3"
    [thread] = found.consults()
    assert thread["id"] == consult.uri
    assert [note["id"] for note in thread["orderedItems"]][1:] == [answer.uri]
    assert "Warfarin, bridged" in str(thread["orderedItems"][1])
    record = (await taken(lee, None)).json("verification.json")
    assert [row["method"] for row in record] == ["roster"]
