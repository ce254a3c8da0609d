"""What applications see of what a member is told: types Mastodon knows, of one identity."""

import asyncio
from datetime import timedelta

import pytest

from instance.models import Actor, Notification, NotificationKind
from instance.services import (
    client_notifications,
    editing,
    follows,
    notifications,
    parting,
    posting,
    reactions,
)
from tests.cast import new
from tests.clients import Phone, installed, signed_in
from tests.houses import House, Person
from tests.listening import socket

KEYS = {"id", "type", "group_key", "created_at", "account"}


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    return await signed_in(mercy, "lee")


@pytest.fixture
async def moyo(mercy: House) -> Person:
    return await mercy.person(new("moyo", "Dr S. Moyo"))


async def some(mercy: House, wards: Actor, lee: Person, moyo: Person) -> None:
    """One of each of five kinds, the oldest first."""
    written = await lee.speaks(posting.start_thread, wards, "A title", "Text")
    post = await mercy.at(posting.by_id, written.id)
    await moyo.speaks(follows.follow, lee.actor)
    await moyo.speaks(reactions.like, post)
    await moyo.speaks(reactions.boost, post)
    await moyo.speaks(posting.reply, post, "An answer.")
    await moyo.speaks(posting.start_thread, wards, "Another", "What does @lee think?")


async def test_each_is_whole_and_of_a_type_that_mastodon_knows(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    await some(mercy, wards, lee, moyo)
    shown = await phone.reads("/api/v1/notifications")

    types = [one["type"] for one in shown]
    assert types == ["mention", "mention", "reblog", "favourite", "follow"]
    for one in shown:
        with_status = one["type"] != "follow"
        assert set(one) == KEYS | ({"status"} if with_status else set())
        assert one["account"]["acct"] == "moyo"
        assert one == await phone.reads(f"/api/v1/notifications/{one['id']}")
    assert shown[2]["status"]["curbside"]["title"] == "A title"

    async def of(query: str) -> list[str]:
        return [one["type"] for one in await phone.reads(f"/api/v1/notifications?{query}")]

    assert await of("types[]=favourite&types[]=reblog&types[]=admin.report") == types[2:4]
    assert await of("types[]=no.such.type") == []
    assert await of("exclude_types[]=mention&limit=100") == types[2:]
    assert await of(f"account_id={lee.actor.id}") == await of("account_id=x") == []
    assert await of(f"account_id={moyo.actor.id}&limit=0") == types[:1]
    answer = await phone.get("/api/v1/notifications?limit=2&types[]=mention&x=1")
    link = "https://mercy.example/api/v1/notifications?limit=2&types%5B%5D=mention&x=1"
    assert answer.header("link").startswith(f"<{link}")
    assert f'max_id={answer.json[-1]["id"]}>; rel="next"' in answer.header("link")
    assert await of(f"max_id={shown[1]['id']}&limit=2") == types[2:4]
    assert await of(f"min_id={shown[4]['id']}&limit=2") == types[2:4]


async def test_nothing_of_consults_or_duties_and_nothing_of_the_other_name(
    mercy: House, lee: Person, moyo: Person
) -> None:
    both = await mercy.person(new("kim", "Dr A. Kim", pseudonym="heron"))
    assert both.pseudonym is not None
    phone = await signed_in(mercy, "kim")

    async def everything(to: Actor) -> None:
        for kind in NotificationKind:
            await notifications.store(to, kind, moyo.actor.id)

    await mercy.at(everything, both.actor)
    await mercy.at(everything, both.pseudonym)
    hidden = [one for one in NotificationKind if one not in client_notifications.TYPES]
    assert NotificationKind.ASKED in hidden and NotificationKind.RECALLED in hidden
    shown = await phone.reads("/api/v1/notifications?limit=80")
    assert {one["type"] for one in shown} == {"follow", "follow_request"}
    assert (await phone.reads("/api/v1/notifications/unread_count")) == {"count": 2}
    seen = {one["id"] for one in shown}
    for row in await mercy.at(lambda: Notification.filter(member_id=both.member.id)):
        if str(row.id) not in seen:
            path = f"/api/v1/notifications/{row.id}"
            assert (await phone.get(path)).status == 404
            assert (await phone.calls("POST", f"{path}/dismiss")).status == 404

    assert (await phone.calls("POST", "/api/v1/notifications/clear")).json == {}

    left = await mercy.at(lambda: Notification.filter(member_id=both.member.id, read_at=None))
    kinds = [row.kind for row in left if row.identity_id == both.actor.id]
    assert kinds == hidden
    assert len(left) == len(hidden) + len(NotificationKind)
    assert await phone.reads("/api/v1/notifications") == []


async def test_who_handed_a_post_on_is_told_that_its_author_changed_it(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    """The last change alone; nobody else is, nor its author, nor who mutes the thread."""
    post = await moyo.speaks(posting.start_thread, wards, "A title", "Text")
    santos = await mercy.person(new("santos", "Dr R. Santos"))

    async def says(text: str) -> None:
        now = await mercy.at(posting.by_id, post.id)
        await moyo.speaks(editing.edit_post, now, "A title", text)

    for by in (lee, moyo):
        await by.speaks(reactions.boost, await mercy.at(posting.by_id, post.id))
    await santos.speaks(reactions.like, await mercy.at(posting.by_id, post.id))
    async with socket(phone, "user:notification") as stream:
        for text in ("Other", "And another"):
            await says(text)
            assert (await stream.next())[:2] == ("notification", "update")
    await says("And another")
    [shown] = await phone.reads("/api/v1/notifications")
    assert (shown["type"], shown["account"]["acct"]) == ("update", "moyo")
    assert "And another" in shown["status"]["content"]
    assert await phone.reads("/api/v1/notifications?types[]=update") == [shown]
    grouped = await phone.reads("/api/v2/notifications?exclude_types[]=update")
    assert grouped["notification_groups"] == []
    [group] = (await phone.reads("/api/v2/notifications"))["notification_groups"]
    assert (group["type"], group["status_id"]) == ("update", str(post.id))
    page = await (await mercy.sign_in("lee")).get("/notifications")
    assert "Dr S. Moyo changed a post that you shared" in page.text
    rows = await mercy.at(lambda: Notification.filter(kind=NotificationKind.EDITED))
    assert [row.identity_id for row in rows] == [lee.actor.id]
    assert (await phone.calls("POST", f"/api/v1/statuses/{post.id}/mute")).status == 200
    await says("Heard by nobody")
    assert await phone.reads("/api/v1/notifications") == []


async def test_what_is_dismissed_is_gone_for_applications_and_read_on_the_page(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    await some(mercy, wards, lee, moyo)
    shown = await phone.reads("/api/v1/notifications")
    before = await lee.does(notifications.count_unread)
    path = f"/api/v1/notifications/{shown[0]['id']}"
    assert (await phone.calls("POST", f"{path}/dismiss")).json == {}
    assert (await phone.get(path)).status == 404
    assert await phone.reads("/api/v1/notifications") == shown[1:]
    assert await lee.does(notifications.count_unread) == before - 1
    rows = await lee.does(notifications.page)
    assert rows[0].id == int(shown[0]["id"])
    named = await phone.calls("POST", "/api/v1/notifications/dismiss", {"id": shown[1]["id"]})
    assert named.json == {}
    for nonsense in ({}, {"id": "x"}, {"id": shown[1]["id"]}):
        again = await phone.calls("POST", "/api/v1/notifications/dismiss", nonsense)
        assert again.status == 404
    reading = await signed_in(mercy, "lee", "read")
    assert (await reading.calls("POST", "/api/v1/notifications/clear")).status == 403
    assert (await (await installed(mercy)).get("/api/v1/notifications")).status == 401


async def test_what_is_of_a_post_that_is_gone_or_of_somebody_blocked_is_gone(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    await some(mercy, wards, lee, moyo)
    await lee.speaks(parting.block, moyo.actor)
    assert await phone.reads("/api/v1/notifications") == []
    assert (await phone.reads("/api/v1/notifications/unread_count")) == {"count": 0}


async def test_what_says_the_same_is_told_together_page_by_page(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    posts = []
    for number in range(3):
        written = await lee.speaks(posting.start_thread, wards, f"Thread {number}", "Text")
        posts.append(await mercy.at(posting.by_id, written.id))
    others = [await mercy.person(new(f"reader{n}", f"Reader {n}")) for n in range(10)]
    for post in (posts[0], posts[1], posts[0]):
        for one in others if post is posts[0] else others[:1]:
            await one.speaks(reactions.like, post)
    await moyo.speaks(posting.reply, posts[2], "An answer.")
    await moyo.speaks(follows.follow, lee.actor)
    document = await phone.reads("/api/v2/notifications")

    groups = document["notification_groups"]
    assert [one["type"] for one in groups] == ["follow", "mention", "favourite", "favourite"]
    liked = groups[3]
    assert (liked["notifications_count"], liked["status_id"]) == (10, str(posts[0].id))
    newest_first = [str(one.actor.id) for one in reversed(others)]
    assert liked["sample_account_ids"] == newest_first[:8]
    assert liked["most_recent_notification_id"] == int(liked["page_max_id"])
    told = {one["id"] for one in document["accounts"]}
    assert {i for one in groups for i in one["sample_account_ids"]} == told
    named = {one["status_id"] for one in groups[1:]}
    assert {one["id"] for one in document["statuses"]} == named

    async def of(query: str) -> list[tuple[str, int]]:
        found = await phone.reads(f"/api/v2/notifications?{query}")
        return [(g["group_key"], g["notifications_count"]) for g in found["notification_groups"]]

    every = [(one["group_key"], one["notifications_count"]) for one in groups]
    assert await of("limit=1000&types[]=favourite&nonsense[x]=1") == every[2:]
    assert len(await of("grouped_types[]=follow")) == 13
    answer = await phone.get("/api/v2/notifications?limit=3")
    assert [g["group_key"] for g in answer.json["notification_groups"]] == [k for k, _ in every[:3]]
    following = answer.header("link").partition("max_id=")[2].partition(">")[0]
    assert await of(f"limit=3&max_id={following}") == every[3:]
    assert await of(f"limit=2&min_id={liked['page_max_id']}") == every[1:3]
    faces = await phone.reads("/api/v2/notifications?expand_accounts=partial_avatars")
    assert len(faces["accounts"]) + len(faces["partial_accounts"]) == len(told)
    face = "id acct locked bot url avatar avatar_static"
    assert set(faces["partial_accounts"][0]) == set(face.split())

    at = f"/api/v2/notifications/{liked['group_key']}"
    [alone] = (await phone.reads(at))["notification_groups"]
    assert (alone["group_key"], alone["notifications_count"]) == every[3]
    people = await phone.reads(f"{at}/accounts")
    assert [one["id"] for one in people] == newest_first
    single = (await phone.reads("/api/v1/notifications"))[0]
    assert single["group_key"] == groups[0]["group_key"]
    assert await phone.reads("/api/v2/notifications/unread_count") == {"count": 4}
    assert await phone.reads("/api/v1/notifications/unread_count?limit=5") == {"count": 5}
    assert (await phone.calls("POST", f"{at}/dismiss")).json == {}
    assert await phone.reads("/api/v2/notifications/unread_count") == {"count": 3}
    for nonsense in (
        liked["group_key"],
        "policy",
        "follow",
        "favourite-x-1",
        "ungrouped-7",
        "x" * 90,
    ):
        answer = await phone.get(f"/api/v2/notifications/{nonsense}")
        assert (answer.status, answer.json["error"]) == (404, "Record not found"), nonsense
    large = f"favourite-{posts[0].id}-{2**63 - 1}"
    assert (await phone.get(f"/api/v2/notifications/{large}")).status == 404
    assert await of("max_id=9223372036854775807&min_id=0&since_id=x") == every[:3]


async def test_what_was_read_in_one_place_is_read_in_the_other(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    both = "/api/v1/markers?timeline[]=home&timeline[]=notifications&timeline[]=x"
    assert await phone.reads(both) == {}
    await some(mercy, wards, lee, moyo)
    ids = [one["id"] for one in await phone.reads("/api/v1/notifications")]
    body = b"home[last_read_id]=103206804533200177&notifications[last_read_id]=" + ids[2].encode()
    form = "application/x-www-form-urlencoded"
    set_ = await phone.calls("POST", "/api/v1/markers", body, form)
    assert set_.json["notifications"]["last_read_id"] == ids[2]
    assert (set_.json["home"]["last_read_id"], set_.json["home"]["version"]) == (
        "103206804533200177",
        1,
    )
    assert await phone.reads(both) == set_.json
    assert await lee.does(notifications.count_unread) == 2
    assert await phone.reads("/api/v1/notifications/unread_count") == {"count": 2}
    again = await phone.calls("POST", "/api/v1/markers", {"home": {"last_read_id": "7"}})
    assert (again.json["home"]["version"], "notifications" in again.json) == (2, False)

    await lee.does(notifications.read_all)
    found = (await phone.reads(both))["notifications"]
    assert (found["last_read_id"], found["version"]) == (ids[0], 1)
    assert await phone.reads("/api/v1/markers") == {}
    other = await signed_in(mercy, "moyo")
    assert await other.reads("/api/v1/markers?timeline[]=home") == {}
    assert (
        await phone.calls("POST", "/api/v1/markers", {"home": {"last_read_id": "x"}})
    ).status == 422
    for nonsense in ({}, {"home": "7"}, {"home": [7]}, {"x": {"last_read_id": "7"}}):
        assert (await phone.calls("POST", "/api/v1/markers", nonsense)).json == {}


async def test_of_two_that_mark_at_once_one_is_told_to_look_again(
    mercy: House, lee: Person, phone: Phone
) -> None:
    body = {"home": {"last_read_id": "7"}, "notifications": {"last_read_id": "7"}}
    answers = [
        await phone.calls("POST", "/api/v1/markers", body),
        *await asyncio.gather(*(phone.calls("POST", "/api/v1/markers", body) for _ in range(3))),
    ]
    taken = [one.json["home"]["version"] for one in answers if one.status == 200]
    refused = [one.json for one in answers if one.status == 409]
    assert sorted(taken) == list(range(1, len(taken) + 1))
    assert len(taken) + len(refused) == 4
    assert all(one["error"].startswith("Conflict during update") for one in refused)


async def test_who_wants_to_hear_of_each_thread_is_told_once(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    """Of a channel and of its author; of no answer, nothing of their own, nothing long ago."""
    other = await mercy.person(new("tanaka", "H. Tanaka"))
    for person in (lee, other):
        for target in (wards, moyo.actor):
            await person.speaks(follows.follow, target)
            if person is lee:
                path = f"/api/v1/accounts/{target.id}/follow"
                assert (await phone.calls("POST", path, {"notify": True})).json["notifying"] is True

    first = await moyo.speaks(posting.start_thread, wards, "A title", "Text")
    await moyo.speaks(posting.reply, await mercy.at(posting.by_id, first.id), "And more.")
    await moyo.speaks(posting.start_thread, None, "Alone", "Text")
    await moyo.speaks(posting.start_thread, wards, "Named", "What does @lee think?")
    await other.speaks(posting.start_thread, wards, "Of the channel", "Text")
    await lee.speaks(posting.start_thread, wards, "Own", "Text")

    shown = await phone.reads("/api/v1/notifications")
    told = [(one["type"], one["status"]["curbside"]["title"]) for one in reversed(shown)]
    threads = ["A title", "Alone", "Of the channel"]
    assert told == [
        ("status", "A title"),
        ("status", "Alone"),
        ("mention", "Named"),
        ("status", "Of the channel"),
    ]
    assert shown[0]["account"]["acct"] == "tanaka"
    assert await (await signed_in(mercy, "tanaka")).reads("/api/v1/notifications") == []
    page = (await (await mercy.sign_in("lee")).get("/notifications")).text
    assert page.count("started a thread") == len(threads)
    note = await mercy.at(posting.by_id, first.id)
    note.published_at -= timedelta(days=1)
    await mercy.at(lambda: Notification.filter(post_id=first.id).delete())
    await mercy.at(notifications.of_post, note, note.author, None)
    await lee.speaks(parting.mute, wards)
    await other.speaks(posting.start_thread, wards, "Muted", "Text")
    assert len(await phone.reads("/api/v1/notifications")) == 3
