"""Applications follow, block, mute, note and list, each as one identity, and what that hides."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from instance.models import (
    Actor,
    ActorNote,
    Block,
    Channel,
    Follow,
    Mute,
    Notification,
    OutboxActivity,
)
from instance.services import channels, follows, moderation, parting, posting, reactions
from instance.workers import upkeep
from tests.cast import MOYO, Houses, new
from tests.clients import EVERYTHING, Phone, installed, signed_in
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider

RELATIONSHIP = """id following showing_reblogs notifying languages followed_by blocking blocked_by
    muting muting_notifications requested requested_by domain_blocking endorsed note"""


@pytest.fixture
async def moyo(mercy: House) -> Person:
    return await mercy.person(MOYO)


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    return await signed_in(mercy, "lee")


async def does(phone: Phone, actor: Actor | str, what: str, body: Any = None) -> Any:
    """The relationship that comes of it."""
    actor_id = actor if isinstance(actor, str) else actor.id
    answer = await phone.calls("POST", f"/api/v1/accounts/{actor_id}/{what}", body)
    assert answer.status == 200, answer.text
    assert set(answer.json) == set(RELATIONSHIP.split())
    assert answer.json["blocked_by"] is False
    [same] = await phone.reads(f"/api/v1/accounts/relationships?id={actor_id}")
    assert same == answer.json
    return answer.json


def true_of(relationship: Mapping[str, Any]) -> set[str]:
    return {name for name, value in relationship.items() if value is True}


async def ids(phone: Phone, path: str) -> list[str]:
    return [one["id"] for one in await phone.reads(path)]


async def home(phone: Phone) -> list[str]:
    """What the posts at home say, as they came."""
    found = await phone.reads("/api/v1/timelines/home")
    return [(one["reblog"] or one)["content"] for one in found][::-1]


async def told(house: House, to: Actor) -> list[str]:
    rows = await house.at(lambda: Notification.filter(identity_id=to.id).order_by("id"))
    return [row.kind.value for row in rows]


async def test_following_says_what_is_wanted_and_home_obeys(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    santos = await mercy.person(new("santos", "Dr R. Santos"))
    assert true_of(await does(phone, moyo.actor, "follow")) == {"following", "showing_reblogs"}
    asked = {"reblogs": False, "notify": True, "languages": ["en", "DE", "<b>"]}
    found = await does(phone, moyo.actor, "follow", asked)
    assert true_of(found) == {"following", "notifying"} and found["languages"] == ["en", "de"]
    assert true_of(await does(phone, wards, "follow", {"reblogs": "false"})) == {"following"}
    other = await santos.speaks(posting.start_thread, None, "Alone", "Handed on")
    thread = await santos.speaks(posting.start_thread, wards, "A thread", "In a channel")
    await moyo.speaks(reactions.boost, await mercy.at(posting.by_id, other.id))
    own = await moyo.speaks(posting.start_thread, None, "Own", "Of Moyo")
    shown = await ids(phone, "/api/v1/timelines/home")
    assert shown == [str(own.id), str(thread.thread_id)]
    assert (await does(phone, moyo.actor, "follow", {"languages": []}))["languages"] is None
    await does(phone, moyo.actor, "follow", {"reblogs": "1"})
    assert len(await home(phone)) == 3
    assert await told(mercy, moyo.actor) == ["follow", "boost"][:1]

    assert true_of(await does(phone, moyo.actor, "unfollow")) == set()
    assert await ids(phone, "/api/v1/timelines/home") == [str(thread.thread_id)]
    assert (await phone.calls("POST", f"/api/v1/accounts/{lee.actor.id}/follow")).status == 403
    assert (await phone.calls("POST", "/api/v1/accounts/7/follow")).status == 404


async def test_a_channel_or_person_who_decides_is_asked_and_whoever_keeps_it_answers(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    await mercy.at(lambda: Channel.filter(actor=wards).update(approves_followers=True))
    await mercy.at(moderation.add_moderator, wards, wards, moyo.actor)
    other = await signed_in(mercy, "moyo")
    locked = await other.calls("PATCH", "/api/v1/accounts/update_credentials", {"locked": True})
    assert locked.json["locked"] and locked.json["source"]["follow_requests_count"] == 0

    assert true_of(await does(phone, wards, "follow")) == {"requested", "showing_reblogs"}
    assert true_of(await does(phone, moyo.actor, "follow")) == {"requested", "showing_reblogs"}
    assert (await phone.reads(f"/api/v1/accounts/{wards.id}"))["locked"] is True
    assert await ids(other, "/api/v1/follow_requests") == [str(lee.actor.id)]
    own = await other.reads("/api/v1/accounts/verify_credentials")
    assert own["source"]["follow_requests_count"] == 1
    [asks] = await other.reads(f"/api/v1/accounts/relationships?id[]={lee.actor.id}")
    assert true_of(asks) == {"requested_by"}
    at = f"/api/v1/follow_requests/{lee.actor.id}"
    assert true_of((await other.calls("POST", f"{at}/authorize")).json) == {"followed_by"}
    assert await ids(other, "/api/v1/follow_requests") == [str(lee.actor.id)]  # for the channel
    await other.calls("POST", f"{at}/reject")
    assert await ids(other, "/api/v1/follow_requests") == []
    assert (await other.calls("POST", f"{at}/authorize")).status == 404
    [mine] = await phone.reads(f"/api/v1/accounts/relationships?id[]={moyo.actor.id}")
    assert true_of(mine) == {"following", "showing_reblogs"}
    [none] = await phone.reads(f"/api/v1/accounts/relationships?id={wards.id}")
    assert true_of(none) == set()

    assert await ids(other, f"/api/v1/accounts/{moyo.actor.id}/followers") == [str(lee.actor.id)]
    assert await ids(phone, f"/api/v1/accounts/{moyo.actor.id}/followers") == []  # never who
    await does(other, lee.actor, "remove_from_followers")
    assert await ids(phone, f"/api/v1/accounts/{lee.actor.id}/following") == []
    await does(phone, moyo.actor, "follow")
    await other.calls("PATCH", "/api/v1/profile", {"locked": "false"})  # who waits is let in
    assert await ids(phone, f"/api/v1/accounts/{lee.actor.id}/following") == [str(moyo.actor.id)]


async def test_blocking_parts_two_people_and_nothing_says_so(
    mercy: House, lee: Person, moyo: Person, phone: Phone
) -> None:
    other = await signed_in(mercy, "moyo")
    await does(phone, moyo.actor, "follow")
    await does(other, lee.actor, "follow")
    post = await moyo.speaks(posting.start_thread, None, "A title", "Words")
    mine = await lee.speaks(posting.start_thread, None, "Mine", "My words")
    assert true_of(await does(phone, moyo.actor, "block")) == {"blocking"}
    assert await told(mercy, lee.actor) == []  # what was told of them is forgotten
    assert str(post.id) not in await ids(phone, "/api/v1/timelines/home")
    assert await ids(phone, "/api/v1/timelines/public") == [str(mine.id)]
    assert await ids(phone, "/api/v1/blocks") == [str(moyo.actor.id)]
    assert (await phone.calls("POST", f"/api/v1/accounts/{moyo.actor.id}/follow")).status == 403

    [seen] = await other.reads(f"/api/v1/accounts/relationships?id={lee.actor.id}")
    assert true_of(seen) == set()  # and nothing else is another for them (T25)
    followed = await does(other, lee.actor, "follow")
    assert true_of(followed) == {"following", "showing_reblogs"}
    assert (await other.calls("POST", f"/api/v1/statuses/{mine.id}/favourite")).status == 200
    assert await told(mercy, lee.actor) == []
    assert await ids(phone, f"/api/v1/accounts/{lee.actor.id}/followers") == []
    lookup = await phone.reads("/api/v1/accounts/lookup?acct=moyo")
    assert lookup["id"] == str(moyo.actor.id)  # to be found by who unblocks
    await mercy.at(lambda: Actor.filter(id=moyo.actor.id).update(gone_at=post.published_at))
    assert true_of(await does_gone(phone, moyo.actor, "unblock")) == {"followed_by"}
    assert await ids(phone, "/api/v1/blocks") == []


async def does_gone(phone: Phone, actor: Actor, what: str) -> Any:
    answer = await phone.calls("POST", f"/api/v1/accounts/{actor.id}/{what}")
    assert answer.status == 200, answer.text
    return answer.json


async def test_a_mute_hides_as_much_and_as_long_as_is_wanted(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    for target in (wards, moyo.actor):
        await lee.speaks(follows.follow, target)
    mine = await lee.speaks(posting.start_thread, wards, "Mine", "My words")
    await moyo.speaks(reactions.like, await mercy.at(posting.by_id, mine.id))
    assert await told(mercy, lee.actor) == ["like"]
    wanted = {"notifications": False}
    muted = await does(phone, moyo.actor, "mute", wanted)
    assert true_of(muted) == {"following", "showing_reblogs", "muting"}
    post = await moyo.speaks(posting.start_thread, wards, "Theirs", "Their words")
    await moyo.speaks(posting.reply, await mercy.at(posting.by_id, mine.id), "An answer")
    assert await told(mercy, lee.actor) == ["like", "reply"]
    assert await ids(phone, "/api/v1/timelines/home") == [str(mine.thread_id)]
    assert await ids(phone, "/api/v1/timelines/public") == [str(mine.id)]
    page = (await (await mercy.sign_in("lee")).get("/")).text
    assert "My words" in page and "Their words" not in page

    muted = await does(phone, moyo.actor, "mute", {"duration": 3600})
    assert "muting_notifications" in true_of(muted) and await told(mercy, lee.actor) == []
    await moyo.speaks(posting.reply, await mercy.at(posting.by_id, mine.id), "Another")
    assert await told(mercy, lee.actor) == []
    [shown] = await phone.reads("/api/v1/mutes")
    assert shown["mute_expires_at"].endswith("Z") and shown["id"] == str(moyo.actor.id)
    await mercy.at(lambda: Mute.all().update(ends_at=post.published_at))
    assert await ids(phone, "/api/v1/mutes") == []
    assert str(post.thread_id) in await ids(phone, "/api/v1/timelines/home")
    await mercy.at(upkeep.purge, post.published_at + timedelta(seconds=1))
    assert await mercy.at(lambda: Mute.all().count()) == 0
    await does(phone, wards, "mute")  # a channel too
    assert await ids(phone, "/api/v1/timelines/public") == []
    assert await ids(phone, "/api/v1/timelines/home") == []
    assert true_of(await does(phone, wards, "unmute")) == {"following", "showing_reblogs"}


async def test_a_hidden_server_is_gone_for_one_identity_alone(
    mercy: House, lee: Person, moyo: Person, phone: Phone, stranger: Outsider, network: Network
) -> None:
    follow = stranger.activity("Follow", lee.uri)
    await stranger.sends(mercy, follow)
    note = stranger.note(to=["https://www.w3.org/ns/activitystreams#Public", lee.uri])
    note["tag"] = [{"type": "Mention", "href": lee.uri, "name": lee.address}]
    await stranger.sends(mercy, stranger.activity("Create", note))
    [known] = await mercy.at(lambda: Actor.filter(host=stranger.host))
    await does(phone, known, "follow")
    assert await told(mercy, lee.actor) == ["follow", "mention"]
    assert len(await ids(phone, "/api/v1/timelines/public")) == 1

    for wrong in ("", "mercy.example", "a b", "x/y", "@x.example", "x" * 300):
        answer = await phone.calls("POST", "/api/v1/domain_blocks", {"domain": wrong})
        assert answer.status == 422, wrong
    body = {"domain": stranger.host.upper()}
    for _ in range(2):
        assert (await phone.calls("POST", "/api/v1/domain_blocks", body)).json == {}
    assert await phone.reads("/api/v1/domain_blocks") == [stranger.host]
    [found] = await phone.reads(f"/api/v1/accounts/relationships?id={known.id}")
    assert true_of(found) == {"domain_blocking"}
    assert await told(mercy, lee.actor) == []
    assert await ids(phone, "/api/v1/timelines/public") == []
    other = await signed_in(mercy, "moyo")
    assert len(await ids(other, "/api/v1/timelines/public")) == 1
    await mercy.deliver()
    kinds = [one.document["type"] for one in stranger.received]
    assert kinds[-2:] == ["Undo", "Reject"] and "Block" not in kinds
    await stranger.sends(mercy, {**follow, "id": f"{follow['id']}/2"})
    await mercy.deliver()
    assert stranger.received[-1].document["type"] == "Reject"
    assert (await phone.calls("DELETE", f"/api/v1/domain_blocks?domain={stranger.host}")).json == {}
    assert len(await ids(phone, "/api/v1/timelines/public")) == 1


async def test_what_somebody_notes_and_shows_of_others(
    mercy: House, lee: Person, moyo: Person, phone: Phone
) -> None:
    other = await signed_in(mercy, "moyo")
    noted = await does(phone, moyo.actor, "note", {"comment": " Met in June. "})
    assert noted["note"] == "Met in June."
    [unseen] = await other.reads(f"/api/v1/accounts/relationships?id={lee.actor.id}")
    assert unseen["note"] == ""
    [row] = await mercy.at(lambda: ActorNote.all())
    assert row.words == {"note": "Met in June."}
    path = f"/api/v1/accounts/{moyo.actor.id}"
    assert (await phone.calls("POST", f"{path}/note", {"comment": "x" * 2001})).status == 422
    assert (await does(phone, moyo.actor, "note"))["note"] == ""
    assert (await phone.calls("POST", f"{path}/pin")).status == 422  # not followed
    await does(phone, moyo.actor, "follow")
    assert "endorsed" in true_of(await does(phone, moyo.actor, "endorse"))
    assert await ids(phone, "/api/v1/endorsements") == [str(moyo.actor.id)]
    assert await ids(other, f"/api/v1/accounts/{lee.actor.id}/endorsements") == [str(moyo.actor.id)]
    assert "endorsed" not in true_of(await does(phone, moyo.actor, "unpin"))
    familiar = await phone.reads(f"/api/v1/accounts/familiar_followers?id[]={moyo.actor.id}")
    assert familiar == [{"id": str(moyo.actor.id), "accounts": []}]
    assert await phone.reads(f"{path}/featured_tags") == []


async def test_lists_of_accounts_go_on_by_rows_that_nobody_sees(
    mercy: House, lee: Person, phone: Phone
) -> None:
    names = [f"p{number}" for number in range(5)]
    everybody = [await mercy.person(new(name, name.upper())) for name in names]
    for person in everybody:
        await lee.speaks(follows.follow, person.actor)
        await lee.speaks(parting.mute, person.actor)
    for path in (f"/api/v1/accounts/{lee.actor.id}/following", "/api/v1/mutes"):
        seen, at = [], f"{path}?limit=2"
        while at:
            answer = await phone.get(at)
            seen += [one["username"] for one in answer.json]
            link = answer.header("link")
            at = link.partition(">")[0].removeprefix("<https://mercy.example") if link else ""
        assert seen == names[::-1]
    newest = (await phone.get(f"{path}?limit=2")).header("link").rpartition("<")[2]
    assert (await phone.reads(newest.partition(">")[0].removeprefix(mercy.origin))) == []


async def test_an_application_tells_nothing_of_its_users_other_name(
    mercy: House, moyo: Person
) -> None:
    """What one identity wishes, the other does not show."""
    both = await mercy.person(new("vex", "Dr V. Ex", pseudonym="heron"))
    assert both.pseudonym is not None
    named, hidden = await signed_in(mercy, "vex"), await signed_in_as(mercy, "vex", "heron")
    await does(named, moyo.actor, "block")
    await named.calls("POST", "/api/v1/domain_blocks", {"domain": "a.example"})
    await named.calls("POST", "/api/v1/lists", {"title": "Mine"})
    await does(named, moyo.actor, "note", {"comment": "Mine"})
    post = await moyo.speaks(posting.start_thread, None, "A title", "Words")
    [found] = await hidden.reads(f"/api/v1/accounts/relationships?id={moyo.actor.id}")
    assert true_of(found) == set() and found["note"] == ""
    for path in ("blocks", "mutes", "lists", "domain_blocks", "endorsements", "follow_requests"):
        assert await hidden.reads(f"/api/v1/{path}") == []
    assert str(post.id) in await ids(hidden, "/api/v1/timelines/public")
    assert true_of(await does(hidden, both.actor, "follow")) == {"following", "showing_reblogs"}
    [seen] = await named.reads(f"/api/v1/accounts/relationships?id={both.pseudonym.id}")
    assert true_of(seen) == {"followed_by"}


async def signed_in_as(house: House, handle: str, identity: str) -> Phone:
    phone = await installed(house)
    code = await phone.is_let_in(await house.sign_in(handle), identity, scope=EVERYTHING)
    phone.token = (await phone.exchanges(code)).json["access_token"]
    return phone


async def test_a_channel_and_a_person_elsewhere_are_followed_across_institutions(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, phone: Phone
) -> None:
    group = await stlukes.at(channels.create_channel, "rhythm", "Rhythm", "Arrhythmia.")
    there = await signed_in(stlukes, "okafor")
    ours = {}
    for address in (group.address, okafor.address):
        row = await lee.speaks(follows.follow_address, address)
        ours[address] = await mercy.at(Actor.get, id=row.target_id)
        await lee.speaks(follows.unfollow, ours[address])
    await houses.settle()
    rhythm, person = ours.values()
    shown = await phone.reads("/api/v1/accounts/lookup?acct=rhythm@stlukes.example")
    assert (shown["group"], shown["id"]) == (True, str(rhythm.id))
    for actor in (rhythm, person):
        assert true_of(await does(phone, actor, "follow")) == {"requested", "showing_reblogs"}
        await houses.settle()
        [found] = await phone.reads(f"/api/v1/accounts/relationships?id={actor.id}")
        assert true_of(found) == {"following", "showing_reblogs"}
    thread = await okafor.speaks(posting.start_thread, group, "A title", "In the channel")
    alone = await okafor.speaks(posting.start_thread, None, "Alone", "Alone")
    await houses.settle()
    texts = sorted(await home(phone))[::-1]
    assert len(texts) == 2 and "Alone" in texts[0] and "In the channel" in texts[1]
    [wrapped] = [o for o in await phone.reads("/api/v1/timelines/home") if o["reblog"]]
    assert wrapped["account"]["acct"] == "rhythm@stlukes.example"
    assert wrapped["reblog"]["uri"] == thread.uri and alone.uri

    at_theirs = await stlukes.at(Actor.get, uri=lee.uri)
    assert await ids(there, f"/api/v1/accounts/{okafor.actor.id}/followers") == [str(at_theirs.id)]
    await does(there, at_theirs, "block")
    await houses.settle()
    [found] = await phone.reads(f"/api/v1/accounts/relationships?id={person.id}")
    assert true_of(found) == set()
    sent = await stlukes.at(lambda: OutboxActivity.filter(type="Block").count())
    assert sent == 0 and await mercy.at(lambda: Block.all().count()) == 0
    await phone.calls("POST", f"/api/v1/accounts/{rhythm.id}/unfollow")
    await houses.settle()
    assert await stlukes.at(lambda: Follow.all().count()) == 0


async def test_pages_mute_block_and_answer_who_asks_and_each_is_undone(
    mercy: House, lee: Person, moyo: Person
) -> None:
    browser, other = await mercy.sign_in("lee"), await mercy.sign_in("moyo")
    assert (await browser.post_form("/account/people/lee/approval", {"approves": "yes"})).status
    await other.post_form("/@lee/follow", {})
    notice = await mercy.at(lambda: Notification.get(identity_id=lee.actor.id))
    opened = await browser.get(f"/notifications/{notice.id}")
    assert opened.header("location") == "/account/people/lee"
    page = await browser.get("/account/people/lee")
    assert "Dr S. Moyo" in page.text and "Refuse Dr S. Moyo" in page.text
    asked = {"account": str(moyo.actor.id)}
    await browser.post_form("/account/people/lee/accept", asked)
    assert (await browser.post_form("/account/people/lee/accept", asked)).status == 404
    assert (await mercy.at(lambda: Follow.get(target_id=lee.actor.id))).state.value == "accepted"

    await browser.post_form("/@moyo/mute", {})
    await browser.post_form("/@moyo/block", {})
    assert await mercy.at(lambda: Follow.all().count()) == 0
    profile = (await browser.get("/@moyo")).text
    assert "You block Dr S. Moyo" in profile and "/@moyo/follow" not in profile
    away = (await browser.get("/account/people/lee")).text
    assert "Undo the block of Dr S. Moyo" in away and "Undo the mute of Dr S. Moyo" in away
    assert "block" not in (await other.get("/@lee")).text.partition("<main")[2].partition("Keep")[0]
    for action in ("unblock", "unmute"):
        await browser.post_form(f"/account/people/lee/{action}", asked)
    assert await mercy.at(lambda: Block.all().count()) == 0
    assert await mercy.at(lambda: Mute.all().count()) == 0
    assert (await browser.get("/account/people/moyo")).status == 403
    assert (await browser.get("/account/people")).header("location") == "/account/people/lee"
