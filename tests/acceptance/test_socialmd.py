"""SocialMD was hyped, then gone: what a member did here survives the death of its host."""

from instance.models import Actor, Follow, Keepsake, Level, Member, ProfileField
from instance.services import follows, posting, profiles, reactions, votes
from instance.services.consults.states import Event
from instance.services.portability import imports
from tests.cast import LEE, RUIZ, Houses, new
from tests.clinic import ask, write
from tests.houses import House, Person
from tests.network import Network
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
    await lee.speaks(votes.vote, question, [1])
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


async def test_what_was_taken_along_is_taken_in_elsewhere_though_the_old_host_is_gone(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    wards: Actor,
    okafor: Person,
    network: Network,
) -> None:
    lee = await lived_here(houses, mercy, wards, okafor)
    consult = await ask(lee, stlukes)
    await houses.settle()
    file = await taken(lee, lee.actor)
    network.down.add(mercy.host)

    there = await heart.person(new("leejo", "Dr J. Lee", level=Level.ATTESTED))
    found = await there.does(imports.start, "leejo", [file.content])
    await there.does(imports.confirm, found.id)
    await heart.at(imports.take, found.id)
    await heart.deliver()
    followed = await heart.at(lambda: Follow.all().select_related("target"))
    assert [row.target.uri for row in followed] == [okafor.uri]  # the channel went with Mercy
    [about] = await heart.at(lambda: ProfileField.all())
    assert about.text == "Looks after wards."
    browser = await heart.sign_in("leejo")
    archive = (await browser.get("/account/archive/leejo")).text
    assert "On rounds" in archive and "Warfarin or apixaban" in archive
    assert (await heart.at(Member.get, id=there.member.id)).level is Level.ATTESTED
    kept = await heart.at(Keepsake.get, uri=consult.uri)
    assert "Would you bridge" in (await browser.get(f"/account/archive/item/{kept.id}")).text
