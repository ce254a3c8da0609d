"""What somebody writes to one alone, as applications hear of it: a mention where they may read
consults, and where they may not nothing at all (T50, T54, T56, T87)."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from instance.models import Block, Consult, Contribution, Level, Member, PushMessage
from instance.services import clients as applications
from instance.services import follows, members, notifications
from instance.services.consults import contributing, recalling
from instance.services.consults.states import Event
from tests.cast import RUIZ, Houses, new
from tests.clients import Phone, signed_in
from tests.clinic import seen_at, write
from tests.houses import House, Person
from tests.instance.web.test_api_conversations import OWNER, WORDS, approved, begun
from tests.instance.web.test_api_push import EVERY, send, subscribed
from tests.listening import Came, socket
from tests.network import Network
from tests.push_service import PushService

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
HERE = "/api/v1/notifications"
TOGETHER = "/api/v2/notifications"


@pytest.fixture
async def ruiz(mercy: House) -> Person:
    return await mercy.person(RUIZ)


async def answered(by: Person, consult: Consult, text: str = "Well?") -> None:
    await write(by, consult, Event.COMMENT, text=text)


async def test_each_message_is_a_mention_that_can_be_read_counted_and_put_away(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    """From another institution, in every form that Mastodon has."""
    consult = await begun(mercy, lee, okafor)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    await answered(lee, consult)
    await houses.settle()
    phone = await approved(stlukes, "okafor")

    second, first = await phone.reads(HERE)
    assert [one["type"] for one in (first, second)] == ["mention", "mention"]
    assert first["account"]["acct"] == "lee@mercy.example"
    assert first["status"]["content"] == f"<p>{WORDS}</p>"
    assert second["status"]["visibility"] == "direct"
    assert second["status"]["in_reply_to_id"] == first["status"]["id"]
    for one in (first, second):
        assert await phone.reads(f"/api/v1/statuses/{one['status']['id']}") == one["status"]
        assert await phone.reads(f"{HERE}/{one['id']}") == one
    assert await phone.reads(f"{HERE}/unread_count") == {"count": 2}
    page = await phone.get(f"{HERE}?limit=1")
    assert [one["id"] for one in page.json] == [second["id"]]
    assert f"max_id={second['id']}" in page.header("link")
    by = f"account_id={first['account']['id']}"
    assert await phone.reads(f"{HERE}?types[]=mention&{by}") == [second, first]
    assert await phone.reads(f"{HERE}?exclude_types[]=mention") == []

    together = await phone.reads(TOGETHER)
    assert [one["status_id"] for one in together["notification_groups"]] == [
        one["status"]["id"] for one in (second, first)
    ]
    assert {one["id"] for one in together["statuses"]} == {
        one["status"]["id"] for one in (second, first)
    }
    alone = await phone.reads(f"{TOGETHER}/{first['group_key']}")
    assert alone["statuses"] == [first["status"]]
    assert await phone.reads(f"{TOGETHER}/unread_count") == {"count": 2}

    assert (await phone.calls("POST", f"{HERE}/{first['id']}/dismiss")).json == {}
    assert await phone.reads(HERE) == [second]
    assert await on_page(okafor) == 1
    key = second["group_key"]
    assert (await phone.calls("POST", f"{TOGETHER}/{key}/dismiss")).json == {}
    assert await phone.reads(HERE) == []
    assert await on_page(okafor) == 0  # what was read in an application is read on the page

    await answered(lee, consult, "Or not?")
    await houses.settle()
    [third] = await phone.reads(HERE)
    assert third["status"]["content"] == "<p>Or not?</p>" and await on_page(okafor) == 1
    await phone.calls("POST", f"/api/v1/conversations/{there.id}/read")
    assert await phone.reads(f"{HERE}/unread_count") == {"count": 0}
    assert await on_page(okafor) == 0 and await phone.reads(HERE) == [third]
    await phone.calls("POST", f"{HERE}/clear")
    assert await phone.reads(HERE) == []


async def on_page(person: Person) -> int:
    return await person.does(notifications.count_unread)


async def test_whoever_has_no_scope_gets_the_same_bytes_with_and_without_a_message(
    houses: Houses, mercy: House, lee: Person, ruiz: Person
) -> None:
    """By every way that tells of what happened, page by page, and how far it was read."""
    others = [await mercy.person(new(f"dr{n}", f"Dr {n}")) for n in range(3)]
    for one in others[:2]:
        await one.speaks(follows.follow, ruiz.actor)
    plain, phone = await signed_in(mercy, "ruiz"), await approved(mercy, "ruiz")
    before = await everything(plain)
    consult = await begun(mercy, lee, ruiz)
    await answered(lee, consult)
    assert await everything(plain) == before
    hidden = await phone.reads(f"{HERE}?types[]=mention")
    assert len(hidden) == 2
    for one in hidden:
        for path in (f"{HERE}/{one['id']}", f"{TOGETHER}/{one['group_key']}"):
            assert (await plain.get(path)).status == 404, path
        for path in (f"{HERE}/{one['id']}/dismiss", f"{TOGETHER}/ungrouped-{one['id']}/dismiss"):
            await plain.calls("POST", path)
    body = {"notifications": {"last_read_id": hidden[0]["id"]}}
    moved = await phone.calls("POST", "/api/v1/markers", body)
    assert moved.json["notifications"]["last_read_id"] == hidden[0]["id"]
    mark = (await phone.reads("/api/v1/markers?timeline[]=notifications"))["notifications"]
    assert mark["last_read_id"] == hidden[0]["id"]
    seen = {one["id"] for one in await plain.reads(HERE)}
    mark = (await plain.reads("/api/v1/markers?timeline[]=notifications"))["notifications"]
    assert mark["last_read_id"] in seen

    await others[2].speaks(follows.follow, ruiz.actor)
    await answered(lee, consult)
    await plain.calls("POST", f"{HERE}/clear")
    assert await plain.reads(HERE) == []
    assert {one["type"] for one in await phone.reads(HERE)} == {"mention"}
    assert await phone.reads(f"{HERE}/unread_count") == {"count": 1}


async def everything(phone: Phone) -> Mapping[str, tuple[int, bytes, str]]:
    """What one application is told, by every way."""
    found = {}
    paths = [
        *(HERE, f"{HERE}?limit=1", f"{HERE}?types[]=mention", f"{HERE}/unread_count"),
        *(TOGETHER, f"{TOGETHER}?limit=1", f"{TOGETHER}/unread_count"),
        *("/api/v1/markers?timeline[]=notifications", "/api/v1/conversations"),
        *("/api/v1/timelines/home", "/api/v1/accounts/verify_credentials"),
    ]
    for path in paths:
        answer = await phone.get(path)
        found[path] = (answer.status, answer.body, answer.header("link"))
        if path.endswith("limit=1") and 'rel="next"' in answer.header("link"):
            older = answer.header("link").split(">")[0].removeprefix("<")
            paths.append(older.removeprefix(phone.house.origin))
    return found


async def test_who_lost_the_leave_to_read_it_sees_nothing_of_it_any_more(
    houses: Houses, mercy: House, lee: Person, ruiz: Person
) -> None:
    """The approval, the standing, the second step; and of whom one blocked."""
    await begun(mercy, lee, ruiz)
    phone, owner = await approved(mercy, "ruiz"), await mercy.person(OWNER)
    [shown] = await phone.reads(HERE)

    async def expect(*found: object) -> None:
        assert await phone.reads(HERE) == list(found)
        assert await phone.reads(f"{HERE}/unread_count") == {"count": len(found)}
        assert len((await phone.reads(TOGETHER))["notification_groups"]) == len(found)
        one = await phone.get(f"{HERE}/{shown['id']}")
        assert one.status == (200 if found else 404)

    mine = {"id": ruiz.member.id}
    for lost, back in (
        ({"has_second_factor": False}, {"has_second_factor": True}),
        ({"level": Level.ATTESTED}, {"level": ruiz.member.level}),
    ):
        await mercy.at(lambda values: Member.filter(**mine).update(**values), lost)
        await expect()
        await mercy.at(lambda values: Member.filter(**mine).update(**values), back)
        await expect(shown)
    await owner.does(applications.approve, phone.client_id, approved=False)
    await expect()
    await owner.does(applications.approve, phone.client_id)
    await expect(shown)
    pair = {"actor_id": ruiz.actor.id, "target_id": lee.actor.id}
    block = await mercy.at(lambda: Block.create(uri=f"{mercy.origin}/a/block", **pair))
    await expect()
    await mercy.at(block.delete)
    await expect(shown)
    await mercy.at(lambda: Member.filter(**mine).update(suspended_at=datetime.now(UTC)))
    assert (await phone.get(HERE)).status == 401


async def test_what_was_taken_back_is_told_no_more(
    houses: Houses, mercy: House, lee: Person, ruiz: Person
) -> None:
    consult = await begun(mercy, lee, ruiz)
    await answered(lee, consult)
    phone, hers = await approved(mercy, "ruiz"), await approved(mercy, "lee")
    second, first = await phone.reads(HERE)
    gone = await hers.calls("DELETE", f"/api/v1/statuses/{second['status']['id']}")
    assert gone.status == 200, gone.text
    assert await phone.reads(HERE) == [first]
    assert await phone.reads(f"{HERE}/unread_count") == {"count": 1}


async def test_an_application_of_ones_other_name_hears_of_no_message(
    houses: Houses, mercy: House, lee: Person
) -> None:
    masked = await mercy.person(new("varga", "Dr K. Varga", "cardiology", pseudonym="heron"))
    assert masked.pseudonym is not None
    await lee.does(contributing.write_privately, masked.pseudonym, WORDS)
    for identity, count in (("varga", 0), ("heron", 1)):
        phone = await approved(mercy, "varga", identity)
        assert len(await phone.reads(HERE)) == count
        assert await phone.reads(f"{HERE}/unread_count") == {"count": count}


async def test_a_push_of_it_goes_where_it_may_be_read_and_says_no_word_of_it(
    houses: Houses, mercy: House, lee: Person, ruiz: Person, network: Network
) -> None:
    service = network.servers["push.example"] = PushService()
    plain, phone = await signed_in(mercy, "ruiz"), await approved(mercy, "ruiz")
    devices = [service.phone(), service.phone()]
    for one, device in zip((plain, phone), devices, strict=True):
        await subscribed(one, device, alerts=EVERY)
    consult = await begun(mercy, lee, ruiz)
    assert await mercy.at(lambda: PushMessage.filter(kind="private").count()) == 1
    await send(mercy)
    [shown] = await phone.reads(HERE)
    assert (devices[0].shown, devices[1].shown) == (
        [],
        [
            {
                "access_token": "",
                "preferred_locale": "en",
                "notification_id": int(shown["id"]),
                "notification_type": "mention",
                "icon": "",
                "title": "Somebody mentioned you",
                "body": "Open it to read.",
            }
        ],
    )
    await answered(lee, consult)
    owner = await mercy.person(OWNER)
    await owner.does(applications.approve, phone.client_id, approved=False)
    await send(mercy)  # it waited when the approval ended
    await answered(lee, consult, "Hello?")
    assert await mercy.at(lambda: PushMessage.filter(subscription__token_id__not_isnull=True)) == []
    assert len(devices[1].shown) == 1


async def test_a_message_comes_over_the_streams_of_who_may_read_it(
    mercy: House, lee: Person, ruiz: Person
) -> None:
    plain, phone = await signed_in(mercy, "ruiz"), await approved(mercy, "ruiz")
    names = ("user", "user:notification")
    async with AsyncExitStack() as stack:
        mine, theirs = [
            await stack.enter_async_context(socket(one, *names)) for one in (phone, plain)
        ]
        consult = await begun(mercy, lee, ruiz)
        for name in names:
            assert await mine.next() == Came("notification", "mention", (name,))
        assert mine.last["status"]["content"] == f"<p>{WORDS}</p>"
        # Who lost the standing hears no more of it, over a stream that is open (T56).
        await mercy.at(lambda: Member.filter(id=ruiz.member.id).update(level=Level.ATTESTED))
        await answered(lee, consult)
        await lee.speaks(follows.follow, ruiz.actor)
        for stream in (mine, theirs):
            for name in names:
                assert await stream.next() == Came("notification", "follow", (name,))


@pytest.mark.parametrize("is_recalled", [False, True])
async def test_that_a_message_is_gone_comes_to_whom_it_had_come(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, is_recalled: bool
) -> None:
    """By its author or by a recall of all, at another institution; by its id alone, over the
    stream of timelines, and to nobody without the scope, or who lost the standing (T56)."""
    plain, phone = await signed_in(stlukes, "okafor"), await approved(stlukes, "okafor")
    hers = await approved(mercy, "lee")
    async with AsyncExitStack() as stack:
        mine, notes, theirs = [
            await stack.enter_async_context(socket(one, name))
            for one, name in (
                *((phone, "user"), (phone, "user:notification")),
                (plain, "user"),
            )
        ]
        consult = await begun(mercy, lee, okafor)
        await answered(lee, consult)
        await houses.settle()
        came = []
        for stream, name in ((mine, "user"), (notes, "user:notification")):
            for _ in range(2):
                assert await stream.next() == Came("notification", "mention", (name,))
                came.append(stream.last["status"]["id"])
        first, second, *again = came
        assert again == [first, second]

        if is_recalled:
            await lee.does(recalling.recall, consult.id, [recalling.WHOLE], "phi")
        else:
            said = await mercy.at(lambda: Contribution.get(kind="comment"))
            await hers.calls("DELETE", f"/api/v1/statuses/{said.id}")
        await houses.settle()
        gone = {first, second} if is_recalled else {second}
        told = [await mine.next() for _ in gone]
        assert {(one.event, one.payload, one.stream) for one in told} == {
            ("delete", int(one), ("user",)) for one in gone
        }
        await lee.speaks(follows.follow, await mercy.at(members.found_at, okafor.address))
        await houses.settle()
        for stream in (mine, theirs):  # and nothing else came before
            assert await stream.next() == Came("notification", "follow", ("user",))
        assert await notes.next() == Came("notification", "follow", ("user:notification",))


async def test_who_lost_the_leave_to_read_a_message_is_not_told_that_it_is_gone(
    mercy: House, lee: Person, ruiz: Person
) -> None:
    consult = await begun(mercy, lee, ruiz)
    phone = await approved(mercy, "ruiz")
    async with socket(phone, "user") as mine:
        await mine.is_heard()
        await mercy.at(lambda: Member.filter(id=ruiz.member.id).update(level=Level.ATTESTED))
        await lee.does(recalling.recall, consult.id, [recalling.WHOLE], "phi")
        await lee.speaks(follows.follow, ruiz.actor)
        assert await mine.next() == Came("notification", "follow", ("user",))
