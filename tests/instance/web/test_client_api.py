"""What applications read and send: each answer as mastodon-api.md has it."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from instance.models import Actor, Channel, Consult, Post, Thread
from instance.services import channels, follows, polls, posting, profiles, reactions
from instance.web.api import rates
from tests.cast import Houses, new
from tests.clients import EVERYTHING, Phone, installed, signed_in
from tests.clinic import ask
from tests.houses import House, Person
from tests.network import Sent

KEYS = {
    "account": """id username acct url uri display_name note avatar avatar_static header
        header_static locked bot group discoverable indexable noindex created_at last_status_at
        statuses_count followers_count following_count hide_collections fields emojis roles""",
    "status": """id uri url created_at edited_at account content visibility sensitive spoiler_text
        language in_reply_to_id in_reply_to_account_id reblog media_attachments mentions tags emojis
        poll card reblogs_count favourites_count replies_count quotes_count quote favourited
        reblogged muted bookmarked filtered curbside""",
}
CANARY = "zebrafinch"


def is_whole(kind: str, found: Mapping[str, Any], *also: str) -> None:
    assert set(found) == {*KEYS[kind].split(), *also}
    assert isinstance(found["id"], str) and found["id"].isdigit()


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    return await signed_in(mercy, "lee")


async def test_a_post_that_names_a_channel_is_a_thread_of_it(
    mercy: House, wards: Actor, phone: Phone
) -> None:
    text = "@wards Who rounds at night?\n\nWe tried **two** ways."
    sent = await phone.calls("POST", "/api/v1/statuses", {"status": text, "visibility": "public"})

    found = sent.json
    is_whole("status", found, "pinned", "application")
    is_whole("account", found["account"])
    title = "Who rounds at night?"
    assert found["curbside"] == {"title": title, "channel_id": str(wards.id)}
    assert found["content"] == (
        f"<p><strong>{title}</strong></p><p>We tried <strong>two</strong> ways.</p>\n"
    )
    assert found["mentions"][0]["acct"] == "wards"
    assert found["created_at"].endswith("Z") and len(found["created_at"]) == 24
    [thread] = await mercy.at(lambda: Thread.all())
    assert (thread.group_id, thread.title) == (wards.id, title)
    channel = await phone.reads(f"/api/v1/accounts/{wards.id}")
    assert (channel["group"], channel["bot"], channel["statuses_count"]) == (True, False, 1)
    assert channel["last_status_at"] == found["created_at"][:10]
    [wrapped] = await phone.reads(f"/api/v1/accounts/{wards.id}/statuses")
    assert (wrapped["account"]["id"], wrapped["reblog"]["id"]) == (str(wards.id), found["id"])
    [plain] = await phone.reads(f"/api/v1/accounts/{wards.id}/statuses?exclude_reblogs=true")
    assert plain["id"] == found["id"]
    assert (await phone.reads(f"/api/v1/statuses/{wrapped['id']}"))["reblog"]["id"] == found["id"]


async def test_who_is_named_in_the_first_line_is_named(
    mercy: House, wards: Actor, phone: Phone
) -> None:
    """It becomes the title, which is plain text: they are told of it all the same."""
    moyo = await mercy.person(new("moyo", "Dr S. Moyo"))
    for text in (
        "@wards @moyo, by night?\n\nWho rounds?",
        "@moyo Seen this?\n\nLook.",
        "So, @moyo?",
    ):
        sent = await phone.calls("POST", "/api/v1/statuses", {"status": text})
        assert "moyo" in [one["acct"] for one in sent.json["mentions"]], text
        changed = {"status": text.replace("?", "!")}
        again = await phone.calls("PUT", f"/api/v1/statuses/{sent.json['id']}", changed)
        assert "moyo" in [one["acct"] for one in again.json["mentions"]], text
    theirs = await signed_in(mercy, moyo.actor.handle)
    told = await theirs.reads("/api/v1/notifications")
    assert [one["type"] for one in told] == ["mention"] * 3


async def test_what_cannot_be_posted_there_is_posted_nowhere(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    await mercy.at(lambda: Channel.filter(actor=wards).update(only_moderators_post=True))
    refused = [
        {"status": "@wards A title\n\nText"},
        {"status": "  "},
        {},
        {"status": "x", "visibility": "direct"},
        {"status": "x", "visibility": "private"},
        {"status": "x", "visibility": "mutuals_only"},
        {"status": "x", "poll": {"options": ["A", "B"], "hide_totals": True}},
        {"status": "x", "poll": {"options": ["A", "B"], "expires_in": 60}},
        {"status": "x", "media_ids": ["1"]},
        {"status": "x" * 20_001},
        {"status": "x", "poll": {"options": ["one"]}},
    ]
    for body in refused:
        answer = await phone.calls("POST", "/api/v1/statuses", body)
        assert answer.status == 422, body
        assert answer.json["error"].startswith("Validation failed: "), body
    assert await mercy.at(lambda: Post.all().count()) == 0


async def test_an_answer_stays_in_its_thread_and_a_closed_thread_takes_none(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    first = await lee.speaks(posting.start_thread, wards, "A title", "Text")
    answer = await phone.calls(
        "POST", "/api/v1/statuses", {"status": "So do we.", "in_reply_to_id": str(first.id)}
    )
    second = await phone.calls(
        "POST", "/api/v1/statuses", {"status": "And we.", "in_reply_to_id": answer.json["id"]}
    )
    wrapped = {"status": "To the thread.", "in_reply_to_id": str(first.thread_id)}
    third = await phone.calls("POST", "/api/v1/statuses", wrapped)

    assert third.json["in_reply_to_id"] == str(first.id)
    assert answer.json["in_reply_to_account_id"] == str(lee.actor.id)
    context = await phone.reads(f"/api/v1/statuses/{answer.json['id']}/context")
    assert [one["id"] for one in context["ancestors"]] == [str(first.id)]
    assert [one["id"] for one in context["descendants"]] == [second.json["id"]]
    top = await phone.reads(f"/api/v1/statuses/{first.id}/context")
    expected = [one.json["id"] for one in (answer, second, third)]
    assert [one["id"] for one in top["descendants"]] == expected
    assert (await phone.reads(f"/api/v1/statuses/{first.id}"))["replies_count"] == 2
    await mercy.at(lambda: Thread.all().update(locked_at=first.published_at))
    late = {"status": "Too late.", "in_reply_to_id": str(first.id)}
    assert (await phone.calls("POST", "/api/v1/statuses", late)).status == 403
    for nothing in ("7", "x", str(lee.actor.id)):
        body = {"status": "x", "in_reply_to_id": nothing}
        assert (await phone.calls("POST", "/api/v1/statuses", body)).status == 404


async def test_the_same_key_posts_once_also_when_both_race(
    mercy: House, lee: Person, phone: Phone
) -> None:
    async def post(text: str, key: str, by: Phone = phone) -> Any:
        headers = {"Idempotency-Key": key}
        return await by.calls("POST", "/api/v1/statuses", {"status": text}, **headers)

    answers = await asyncio.gather(*(post("Once", "a draft") for _ in range(3)))
    assert {one.status for one in answers} == {200}
    assert len({one.json["id"] for one in answers}) == 1
    assert (await post("", "another")).status == 422
    assert (await post("Twice", "another")).status == 200
    await mercy.person(new("moyo", "Dr S. Moyo"))
    other = await signed_in(mercy, "moyo")
    assert (await post("Mine", "a draft", other)).json["content"] == "<p>Mine</p>\n"
    assert await mercy.at(lambda: Post.all().count()) == 3


async def test_home_shows_each_thread_once_and_pages_without_gap_or_loop(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    moyo = await mercy.person(new("moyo", "Dr S. Moyo"))
    other = await mercy.at(channels.create_channel, "labs", "Labs", "")
    for target in (wards, moyo.actor):
        await lee.speaks(follows.follow, target)
    expected = []
    for number in range(3):
        post = await moyo.speaks(posting.start_thread, wards, f"Thread {number}", "Text")
        expected.append(str(post.thread_id))
        alone = await moyo.speaks(posting.start_thread, None, f"Alone {number}", "Text")
        expected.append(str(alone.id))
    elsewhere = await moyo.speaks(posting.start_thread, other, "Labs", "Text")
    expected.append(str(elsewhere.id))
    unseen = await mercy.person(new("tanaka", "H. Tanaka"))
    hidden = await unseen.speaks(posting.start_thread, other, "Unseen", "Text")
    await moyo.speaks(posting.reply, hidden, "An answer is not in home.")
    await moyo.speaks(reactions.boost, await mercy.at(posting.by_id, hidden.id))
    own = await lee.speaks(posting.start_thread, None, "Mine", "Text")
    expected.append(str(own.id))
    expected.reverse()

    seen, path = [], "/api/v1/timelines/home?limit=3&x=a,b;c"
    while path:
        answer = await phone.get(path)
        seen += [one["id"] for one in answer.json]
        assert len(answer.json) <= 3
        link = answer.header("link")
        assert link.count(",") <= 1 and link.count(";") <= 2
        assert link.startswith("<https://mercy.example/") or not link
        path = link.partition(">")[0].removeprefix("<https://mercy.example") if link else ""
        assert not link or 'rel="next", <' in link
    boost = [one for one in seen if one not in expected]
    assert len(boost) == 1
    assert [one for one in seen if one not in boost] == expected
    assert len(set(seen)) == len(seen)

    async def ids(query: str) -> list[str]:
        return [one["id"] for one in await phone.reads(f"/api/v1/timelines/home?{query}")]

    assert await ids("limit=100000") == seen
    assert await ids("limit=-1&max_id=x") == seen[:20]
    assert await ids(f"min_id={seen[5]}&limit=2") == seen[3:5]
    assert await ids(f"since_id={seen[5]}&limit=2") == seen[:2]
    assert await ids(f"max_id={seen[1]}&limit=2") == seen[2:4]
    assert await ids(f"min_id={seen[0]}") == []
    assert (await phone.get(f"/api/v1/timelines/home?min_id={seen[0]}")).header("link") == ""


async def test_likes_boosts_and_deleting(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    moyo = await mercy.person(new("moyo", "Dr S. Moyo"))
    post = await moyo.speaks(posting.start_thread, wards, "A title", "Text")
    at = f"/api/v1/statuses/{post.id}"

    async def does(what: str) -> Any:
        answer = await phone.calls("POST", f"{at}/{what}")
        assert answer.status == 200, answer.text
        return answer.json

    liked = await does("favourite")
    assert (liked["favourited"], liked["favourites_count"]) == (True, 1)
    assert (await does("favourite"))["favourites_count"] == 1
    assert (await does("unfavourite"))["favourited"] is False
    boosted = await does("reblog")
    assert (boosted["account"]["acct"], boosted["reblog"]["reblogged"]) == ("lee", True)
    assert (await phone.reads(f"/api/v1/statuses/{boosted['id']}"))["reblog"]["id"] == str(post.id)
    back = await does("unreblog")
    assert (back["id"], back["reblogged"]) == (str(post.id), False)
    assert (await phone.calls("DELETE", at, {"x": "y"})).status == 404
    own = await phone.calls("POST", "/api/v1/statuses", {"status": "First *line*\nand more"})
    gone = await phone.calls("DELETE", f"/api/v1/statuses/{own.json['id']}")
    assert (gone.status, gone.json["text"]) == (200, "First line\n\nand more")
    assert (await phone.get(f"/api/v1/statuses/{own.json['id']}")).status == 404


async def test_profiles_say_what_this_reader_may_read(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, phone: Phone
) -> None:
    texts = {"about": "Night <rounds>", "town": "Rochester", "interests": "Sailing"}
    readers = {"about": "public", "town": "members", "interests": "private"}
    await lee.does(profiles.change, lee.actor, texts, readers)
    hidden = await mercy.person(new("tanaka", "H. Tanaka", is_public=False))
    await lee.speaks(follows.follow_address, okafor.address)
    await houses.settle()
    there = await mercy.at(Actor.get, uri=okafor.uri)
    bare = await installed(mercy)

    seen = await phone.reads("/api/v1/accounts/lookup?acct=@LEE@mercy.example")
    assert seen["note"] == "<p>Night &lt;rounds&gt;</p>"
    assert [(one["name"], one["value"]) for one in seen["fields"]] == [("Town", "Rochester")]
    assert seen["created_at"].endswith("-01T00:00:00.000Z")
    assert seen["last_status_at"] is None
    assert seen["roles"][0]["name"].endswith("Mercy General")
    assert (await bare.reads(f"/api/v1/accounts/{lee.actor.id}"))["fields"] == []
    for one in (hidden.actor, there):
        assert (await bare.get(f"/api/v1/accounts/{one.id}")).status == 404
        assert (await phone.get(f"/api/v1/accounts/{one.id}")).status == 200
    remote = await phone.reads(f"/api/v1/accounts/lookup?acct={okafor.address}")
    assert (remote["acct"], remote["roles"]) == ("okafor@stlukes.example", [])
    assert remote["fields"][0]["name"] == "Standing"
    for wrong in ("nobody", "", "@", "a@b@c", "x" * 900, "nobody@nowhere.example", "%00"):
        assert (await phone.get(f"/api/v1/accounts/lookup?acct={wrong}")).status == 404, wrong
    path = f"/api/v1/accounts/relationships?id[]={there.id}&id[]=7&id[]=x"
    [related] = await phone.reads(path)
    assert (related["following"], related["requested"]) == (True, False)
    [related] = await phone.reads(f"/api/v1/accounts/relationships?id={hidden.actor.id}")
    assert related["following"] is False


async def test_a_poll_tells_no_more_than_its_page(mercy: House, lee: Person, phone: Phone) -> None:
    body = {"status": "Which?", "poll": {"options": ["A", "B"], "expires_in": 3600}}
    poll = (await phone.calls("POST", "/api/v1/statuses", body)).json["poll"]
    assert [one["title"] for one in poll["options"]] == ["A", "B"]
    assert (poll["expired"], poll["voted"], poll["own_votes"]) == (False, False, [])
    draft = polls.Draft(("A", "B"), who_counts="physicians")
    post = await lee.speaks(posting.start_thread, None, "Physicians", "", draft)
    shown = (await phone.reads(f"/api/v1/statuses/{post.id}"))["poll"]
    assert [one["votes_count"] for one in shown["options"]] == [None, None]
    assert shown["voters_count"] is None


async def test_what_is_not_there_is_json_for_every_page_of_elsewhere(mercy: House) -> None:
    bare = await installed(mercy)
    for method, path in (
        *(("GET", f"/api/{one}") for one in ("v1/nonsense", "pleroma/x", "meta", "oembed")),
        *(("GET", f"/api/v1/{one}") for one in ("collections", "collections/7", "annual_reports")),
        *(("GET", f"/api/v2/{one}") for one in ("notifications/policy/x", "notifications/x/y")),
        ("GET", "/api/v2/lists"),
        ("GET", "/api/v1/instance/terms_of_service"),
        ("DELETE", "/api/v1/instance"),
        ("GET", "/api/v1/statuses/x"),
        ("PUT", "/oauth/token"),
    ):
        answer = await bare.calls(method, path)
        assert (answer.status, answer.json) == (404, {"error": "Record not found"}), path
        assert answer.header("content-type").startswith("application/json")
        assert answer.header("access-control-allow-origin") == "*"
        assert answer.header("access-control-allow-credentials") == ""
    for path in ("/api/v1/apps", "/oauth/token", "/.well-known/nodeinfo", "/api/nonsense"):
        asked = await mercy.request(Sent("OPTIONS", mercy.origin + path, {"Origin": "https://e.x"}))
        assert asked.status == 204
        assert "Authorization" in asked.header("access-control-allow-headers")
    assert (await bare.get("/api/v1/timelines/home")).json["error"] == "The access token is invalid"
    document = await bare.reads("/api/v1/instance/")
    assert document["version"].startswith("4.3.0 (compatible; Curbside ")
    assert type(document["max_toot_chars"]) is int


async def test_who_asks_too_often_is_told_when_to_come_back(mercy: House, phone: Phone) -> None:
    answer = await phone.get("/api/v1/preferences")
    assert answer.header("x-ratelimit-limit") == "300"
    left = int(answer.header("x-ratelimit-remaining"))
    again = await phone.get("/api/v1/preferences")
    assert int(again.header("x-ratelimit-remaining")) == left - 1
    counter: rates.Rates = mercy.app.config["RATES"]
    for _ in range(rates.CALLS.most):
        counter.count(rates.CALLS, "calls", f"member {phone_member(counter)}")
    over = await phone.get("/api/v1/preferences")
    assert (over.status, over.header("x-ratelimit-remaining")) == (429, "0")
    assert int(over.header("retry-after")) > 0
    assert over.json["error"] == "Too many requests"


def phone_member(counter: rates.Rates) -> str:
    [key] = [key for key in counter._windows if key.startswith("calls member")]
    return key.removeprefix("calls member ")


async def test_nothing_here_differs_when_there_is_a_consult(
    houses: Houses, mercy: House, stlukes: House, wards: Actor, lee: Person, okafor: Person
) -> None:
    """And deleting or answering one is what it is for nothing at all (T50)."""
    phone = await signed_in(mercy, "lee", f"{EVERYTHING} profile")
    await lee.speaks(posting.start_thread, wards, "A title", "Text")
    paths = [
        *("/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/preferences"),
        f"/api/v1/accounts/lookup?acct={okafor.address}",
        *("/api/v2/search?q=okafor", f"/api/v2/search?q={okafor.actor.uri}"),
        *(f"/api/v1/accounts/{lee.actor.id}", f"/api/v1/accounts/{lee.actor.id}/statuses"),
        *("/api/v1/accounts/verify_credentials", "/api/v1/announcements", "/api/v2/instance"),
    ]
    before = [(await phone.get(path)).text for path in paths]

    consult = await ask(lee, people=(okafor.address,))
    await houses.settle()

    assert [(await phone.get(path)).text for path in paths] == before
    there = await mercy.at(Actor.get, uri=okafor.uri)
    group = await mercy.at(lambda: Consult.get(id=consult.id).select_related("group"))
    ids = (consult.id, group.group_id, int(consult.root_uri.rpartition("/")[2]), there.id)
    for one in ids:
        for method, path in (
            *(("GET", f"/api/v1/{kind}/{one}") for kind in ("statuses", "accounts")),
            *(("DELETE", f"/api/v1/statuses/{one}"), ("POST", f"/api/v1/statuses/{one}/reblog")),
            ("GET", f"/api/v1/statuses/{one}/context"),
            ("GET", f"/api/v1/accounts/{one}/statuses"),
        ):
            answer = await phone.calls(method, path)
            assert (answer.status, answer.json["error"]) == (404, "Record not found"), path
        body = {"status": "x", "in_reply_to_id": str(one)}
        assert (await phone.calls("POST", "/api/v1/statuses", body)).status == 404
    url = f"https://mercy.example/k/{consult.id}"
    sent = await phone.calls("POST", "/api/v1/statuses", {"status": f"See {url} there"})
    assert str(consult.id) not in sent.text
    assert await phone.reads(f"/api/v1/accounts/relationships?id={group.group_id}") == []
    assert urlsplit(url).path not in sent.text
