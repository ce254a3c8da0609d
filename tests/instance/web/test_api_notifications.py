"""What applications see of what a member is told: types Mastodon knows, of one identity."""

import pytest

from instance.models import Actor, Notification, NotificationKind
from instance.services import (
    blocks,
    client_notifications,
    follows,
    notifications,
    posting,
    reactions,
)
from tests.cast import new
from tests.clients import Phone, installed, signed_in
from tests.houses import House, Person

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
    await lee.speaks(blocks.add, moyo.actor)
    assert await phone.reads("/api/v1/notifications") == []
    assert (await phone.reads("/api/v1/notifications/unread_count")) == {"count": 0}
