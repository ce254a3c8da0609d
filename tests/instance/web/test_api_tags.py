"""Hashtags as applications and readers have them: links, timelines, follows, profiles."""

import pytest

from instance.models import Actor, FollowedTag, Post
from instance.services import follows, posting
from tests.cast import OKAFOR, Houses
from tests.clients import Phone, installed, signed_in
from tests.houses import House, Person
from tests.outsiders import PUBLIC, Outsider


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    return await signed_in(mercy, "lee")


async def read(phone: Phone, path: str) -> list[str]:
    """Which posts a timeline shows, by the first words of them."""
    found = [one["reblog"] or one for one in await phone.reads(path)]
    return [one["curbside"]["title"] or one["id"] for one in found]


async def test_hashtags_are_links_that_clients_know_and_others_are_sent(
    mercy: House, wards: Actor, phone: Phone
) -> None:
    text = (
        "@wards Rounds #Nights\n\n#MedTwitter, #medtwitter: see `#code` https://a.example/#x #5 "
        "[#in](https://a.example) a#b &#35; #Ärzte"
    )
    sent = await phone.calls("POST", "/api/v1/statuses", {"status": text})
    found = sent.json
    urls = [f"https://mercy.example/tags/{name}" for name in ("nights", "medtwitter", "%C3%A4rzte")]
    assert [tag["url"] for tag in found["tags"]] == urls
    names = ["Nights", "MedTwitter", "Ärzte"]
    assert [tag["name"] for tag in found["tags"]] == names
    for url in urls:
        assert f'<a href="{url}" class="mention hashtag" rel="tag ' in found["content"]
    assert found["content"].count("hashtag") == 4 and "#<span>MedTwitter</span></a>" in sent.text
    post = await mercy.at(lambda: Post.get(id=int(found["id"])))
    tagged = [one for one in post.document["tag"] if one["type"] == "Hashtag"]
    assert [one["name"] for one in tagged] == [f"#{name}" for name in names]
    assert [one["href"] for one in tagged] == urls


async def test_a_tag_has_a_timeline_with_what_is_asked_of_it_and_no_more(
    mercy: House, wards: Actor, lee: Person, phone: Phone, stranger: Outsider
) -> None:
    for title, text in {
        "One": "#Sepsis #Nights",
        "Two": "#SEPSIS #days",
        "Three": "#sepsis #nights #days",
        "Four": "#days",
    }.items():
        await lee.speaks(posting.start_thread, wards, title, text)
    tag = {"type": "Hashtag", "name": "#Sepsis", "href": "https://stranger.example/tags/sepsis"}
    note = stranger.note(to=[PUBLIC, wards.uri], name="Five", type="Article", tag=[tag])
    await stranger.sends(mercy, stranger.activity("Create", note))
    quiet = {**note, "id": f"{note['id']}0", "to": [wards.uri], "cc": [PUBLIC], "name": "Unlisted"}
    await stranger.sends(mercy, stranger.activity("Create", quiet, 2, to=[wards.uri], cc=[PUBLIC]))

    at = "/api/v1/timelines/tag/sepsis"
    expected = {
        at: ["Five", "Three", "Two", "One"],
        f"{at}?local=true": ["Five", "Three", "Two", "One"],
        f"{at}?limit=2": ["Five", "Three"],
        f"{at}?any[]=days": ["Five", "Four", "Three", "Two", "One"],
        f"{at}?all[]=nights&none[]=days": ["One"],
        f"{at}?all[]=unheard": [],
        "/api/v1/timelines/tag/SePsIs": ["Five", "Three", "Two", "One"],
        "/api/v1/timelines/tag/unheard": [],
        "/api/v1/timelines/tag/%21": [],
        f"/api/v1/accounts/{lee.actor.id}/statuses?tagged=Days": ["Four", "Three", "Two"],
        f"/api/v1/accounts/{lee.actor.id}/statuses?tagged=unheard": [],
    }
    for path, titles in expected.items():
        assert await read(phone, path) == titles, path
    page = await phone.get(f"{at}?limit=2")
    older = page.header("link").partition(">")[0].removeprefix("<https://mercy.example")
    assert await read(phone, older) == ["Two", "One"]
    three = (await phone.reads(f"{at}?limit=2"))[1]["id"]
    assert await read(phone, f"{at}?min_id={three}") == ["Five"]
    [five, *_] = await phone.reads(at)
    assert five["tags"] == [{"name": "Sepsis", "url": tag["href"]}]
    visitor = await installed(mercy)
    assert await read(visitor, at) == await read(phone, at)

    page = await mercy.visitor().get("/tags/Sepsis")
    assert "Three" in page.text and '<meta name="robots" content="noindex">' in page.text
    assert 'rel="alternate" type="application/activity+json"' in page.text
    assert "Three" in (await (await mercy.sign_in("lee")).get("/tags/sepsis")).text
    assert (await mercy.visitor().get("/tags/not-one")).status == 404
    listed = await mercy.asked("/tags/sepsis")
    assert listed.json["orderedItems"][0] == note["id"]


async def test_what_has_a_tag_one_follows_is_at_home_once(
    houses: Houses, mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    other = await mercy.person(OKAFOR)
    tagged = await other.speaks(posting.start_thread, None, "Tagged", "#Sepsis is missed.")
    await other.speaks(posting.start_thread, wards, "In a channel", "#sepsis again")
    await other.speaks(posting.reply, tagged, "More of #sepsis")
    await other.speaks(posting.start_thread, None, "Other", "#else")
    assert await read(phone, "/api/v1/timelines/home") == []
    assert (await phone.reads("/api/v1/tags/Sepsis"))["following"] is False

    for _ in range(2):
        followed = await phone.calls("POST", "/api/v1/tags/SEPSIS/follow")
    assert (followed.json["name"], followed.json["following"]) == ("Sepsis", True)
    home = await read(phone, "/api/v1/timelines/home")
    assert home[1:] == ["In a channel", "Tagged"] and len(home) == 3
    await mercy.at(follows.follow, lee.actor, wards)
    await mercy.at(follows.follow, lee.actor, other.actor)
    home = await read(phone, "/api/v1/timelines/home")
    assert {"In a channel", "Other", "Tagged"} < set(home) and len(home) == 4

    new = await phone.calls("POST", "/api/v1/tags/unheard/follow")
    assert new.status == 200 and new.json["history"][0]["uses"] == "0"
    rows = await phone.get("/api/v1/followed_tags?limit=1")
    assert [one["name"] for one in rows.json] == ["unheard"] and 'rel="next"' in rows.header("link")
    for action in ("follow", "unfollow"):
        assert (await phone.calls("POST", f"/api/v1/tags/a-b/{action}")).status == 404
    assert (await phone.calls("POST", "/api/v1/tags/sepsis/unfollow")).json["following"] is False
    assert (await phone.reads("/api/v1/tags/never"))["id"] == "0"
    assert await mercy.at(lambda: FollowedTag.all().count()) == 1


async def test_tags_stand_on_a_profile_while_their_owner_wants_them_to(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    await lee.speaks(posting.start_thread, wards, "One", "#Sepsis #Nights")
    await lee.speaks(posting.start_thread, wards, "Two", "#sepsis")
    suggested = await phone.reads("/api/v1/featured_tags/suggestions")
    assert [one["name"] for one in suggested] == ["Sepsis", "Nights"]
    made = await phone.calls("POST", "/api/v1/featured_tags", {"name": "#sepsis"})
    assert (made.json["name"], made.json["statuses_count"]) == ("Sepsis", "2")
    assert len(made.json["last_status_at"]) == 10
    for wrong in ("sepsis", "", "a b", "5"):
        assert (await phone.calls("POST", "/api/v1/featured_tags", {"name": wrong})).status == 422
    visitor = await installed(mercy)
    theirs = f"/api/v1/accounts/{lee.actor.id}/featured_tags"
    assert await visitor.reads(theirs) == await phone.reads("/api/v1/featured_tags") == [made.json]
    assert (await phone.calls("POST", "/api/v1/tags/nights/feature")).json["featuring"] is True
    await mercy.person(OKAFOR)
    other = await signed_in(mercy, "okafor")
    gone = f"/api/v1/featured_tags/{made.json['id']}"
    assert (await other.calls("DELETE", gone)).status == 404
    assert (await phone.calls("DELETE", gone)).json == {}
    assert [one["name"] for one in await phone.reads(theirs)] == ["Nights"]
