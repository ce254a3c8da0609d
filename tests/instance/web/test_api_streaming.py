"""Open streams of applications: what comes and to whom, and when they end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from quart.testing.connections import WebsocketResponseError

from instance import events
from instance.models import (
    AccessToken,
    Actor,
    Application,
    Block,
    HiddenHost,
    Level,
    List,
    ListEntry,
    Member,
    Mute,
    Post,
    Replies,
    Role,
)
from instance.services import (
    announcements,
    conversations,
    editing,
    follows,
    posting,
    reactions,
    tags,
    tokens,
)
from instance.services.consults.states import Event
from instance.services.conversations import Conversation
from instance.services.feed_sources import Bounds
from instance.web.api import places, streaming
from instance.web.api.streams import Stream
from tests.cast import OKAFOR, RUIZ, new
from tests.clients import EVERYTHING, Phone, installed, signed_in
from tests.clinic import ask, write
from tests.houses import House, Person
from tests.instance.web.test_api_conversations import approved, begun
from tests.listening import ENDED, PATH, PATIENCE, Came, lines, socket

NAMES = ("user", "public", "public:local")
EVERY_STREAM = ("user", "user:notification", "public", "public:local", "public:remote", "direct")


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    return await signed_in(mercy, "lee")


@pytest.fixture
async def colleague(mercy: House) -> Person:
    return await mercy.person(OKAFOR)


async def post(by: Person, group: Actor | None = None, text: str = "Some words.") -> Post:
    return await by.speaks(posting.start_thread, group, "A title", text)


async def test_home_comes_as_it_happens(
    mercy: House, wards: Actor, lee: Person, colleague: Person, phone: Phone
) -> None:
    """Threads as their channel hands them on, boosts, own posts; changes and what is gone."""
    await lee.speaks(follows.follow, wards)
    await lee.speaks(follows.follow, colleague.actor)
    async with socket(phone, "user", "public:local") as home, lines(phone, "user") as page:
        thread, alone = await post(colleague, wards), await post(colleague)
        own = await post(lee)
        shown = {thread.id: (thread.thread_id, thread.id), alone.id: alone.id, own.id: own.id}
        for one in (thread, alone, own):
            assert await home.next() == Came("update", shown[one.id], ("user",))
            assert await home.next() == Came("update", one.id, ("public:local",))
            assert await page.next() == Came("update", shown[one.id])
        changed = await mercy.at(posting.by_id, thread.id)
        await colleague.speaks(editing.edit_post, changed, "A title", "Other words.")
        assert await home.next() == Came("status.update", thread.id, ("user",))
        assert await home.next() == Came("status.update", thread.id, ("public:local",))
        assert await page.next() == Came("status.update", thread.id)
        changed = await mercy.at(posting.by_id, thread.id)
        await colleague.speaks(editing.delete_post, changed)
        for gone in (thread.id, thread.thread_id):
            assert await home.next() == Came("delete", gone, ("user",))
            assert await page.next() == Came("delete", gone)
        assert await home.next() == Came("delete", thread.id, ("public:local",))
        await colleague.speaks(reactions.boost, await mercy.at(posting.by_id, own.id))
        came = {(await page.next())[0:2] for _ in range(2)}
        [boost] = [payload for event, payload in came if event == "update"]
        assert came == {("update", boost), ("notification", "reblog")} and boost[1] == own.id
        await colleague.speaks(reactions.unboost, await mercy.at(posting.by_id, own.id))
        assert await page.next() == Came("delete", boost[0])


async def test_home_comes_in_the_languages_that_are_wanted_of_whom_is_followed(
    mercy: House, wards: Actor, lee: Person, colleague: Person, phone: Phone
) -> None:
    """Others not, be it for a hashtag; but when one is gone, whatever it was in."""
    await lee.speaks(follows.follow, wards, follows.Wants(languages=("pt",)))
    await lee.speaks(follows.follow, colleague.actor, follows.Wants(languages=("de",)))
    await lee.speaks(tags.follow, "sepsis")

    async def says(group: Actor | None, language: str) -> Post:
        words = ("A title", "Of #sepsis")
        return await colleague.speaks(posting.start_thread, group, *words, language=language)

    row = await mercy.at(lambda: List.create(actor_id=lee.actor.id, title="Some"))
    await mercy.at(lambda: ListEntry.create(list_id=row.id, target_id=colleague.actor.id))
    query = f"list?list={row.id}"
    async with socket(phone, "user") as home, lines(phone, query) as listed:
        for group in (wards, None):
            unwanted = await says(group, "fr")
        thread, alone = await says(wards, "pt"), await says(None, "de")
        for shown in ((thread.thread_id, thread.id), alone.id):
            assert await home.next() == Came("update", shown, ("user",))
        changed = await mercy.at(posting.by_id, unwanted.id)
        await colleague.speaks(editing.edit_post, changed, "A title", "Other", "fr")
        await colleague.speaks(editing.delete_post, await mercy.at(posting.by_id, unwanted.id))
        assert await home.next() == Came("delete", unwanted.id, ("user",))
        assert await listed.next() == Came("update", alone.id)
        assert await listed.next() == Came("delete", unwanted.id)


async def test_what_somebody_is_told_comes_to_that_identity_alone(
    mercy: House, lee: Person, colleague: Person, phone: Phone
) -> None:
    other = await signed_in(mercy, "okafor")
    blind = await signed_in(mercy, "lee", "read:statuses")
    async with AsyncExitStack() as stack:
        told = await stack.enter_async_context(lines(phone, "user/notification"))
        home = await stack.enter_async_context(socket(phone, "user"))
        theirs = await stack.enter_async_context(socket(other, "user", "user:notification"))
        unscoped = await stack.enter_async_context(socket(blind, "user"))
        await post(colleague, text="@lee have you seen this?")
        assert await told.next() == Came("notification", "mention")
        assert await home.next() == Came("notification", "mention", ("user",))
        own = await post(lee)
        assert (await theirs.next()).event == "update"  # their own post, and nothing of the mention
        assert await unscoped.next() == Came("update", own.id, ("user",))


async def test_what_all_are_told_comes_to_all_and_goes(
    mercy: House, lee: Person, phone: Phone
) -> None:
    owner = await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    async with socket(phone, "user", "public") as home, lines(phone, "user") as page:
        row = await owner.does(announcements.publish, "The heating is off on Monday.")
        words = "<p>The heating is off on Monday.</p>"
        assert await home.next() == Came("announcement", words, ("user",))
        assert await page.next() == Came("announcement", words)
        reaction = f"/api/v1/announcements/{row.id}/reactions/%F0%9F%91%8D"
        for method, count in (("PUT", 1), ("DELETE", 0)):
            assert (await phone.calls(method, reaction)).json == {}
            assert await home.next() == Came("announcement.reaction", ("👍", count), ("user",))
            assert home.last["announcement_id"] == str(row.id)
            assert await page.next() == Came("announcement.reaction", ("👍", count))
        await owner.does(announcements.end, row.id)
        assert await home.next() == Came("announcement.delete", row.id, ("user",))
        assert await page.next() == Came("announcement.delete", row.id)


async def test_of_whom_a_reader_wants_nothing_nothing_comes(
    mercy: House, lee: Person, colleague: Person, phone: Phone
) -> None:
    """Asked when it is sent: what was open before does not go on (T25)."""
    await lee.speaks(follows.follow, colleague.actor)
    pair = {"actor_id": lee.actor.id, "target_id": colleague.actor.id}

    async def block() -> None:
        await Block.create(uri="https://mercy.example/a/1", **pair)

    async def mute() -> None:
        await Mute.create(**pair)

    async def hide() -> None:
        await HiddenHost.create(actor_id=lee.actor.id, host="elsewhere.example")
        await Actor.filter(id=colleague.actor.id).update(host="elsewhere.example")

    async def want_all() -> None:
        for model in (Block, Mute, HiddenHost):
            await model.all().delete()

    async with socket(phone, *NAMES) as home:
        for refuse in (block, mute, hide):
            await mercy.at(refuse)
            unwanted = await post(colleague)
            await colleague.speaks(editing.delete_post, await mercy.at(posting.by_id, unwanted.id))
            own = await post(lee)
            for name in NAMES:
                assert await home.next() == Came("update", own.id, (name,)), refuse.__name__
            await mercy.at(want_all)
        wanted = await post(colleague)
        for name in NAMES:
            assert await home.next() == Came("update", wanted.id, (name,))


async def test_nothing_of_consults_comes_over_any_stream(
    mercy: House, wards: Actor, lee: Person, colleague: Person
) -> None:
    """Nor that anything happened at all (T50)."""
    asker, reader = await signed_in(mercy, "lee"), await signed_in(mercy, "okafor")
    async with socket(asker, *EVERY_STREAM) as mine, socket(reader, *EVERY_STREAM) as theirs:
        consult = await ask(lee)
        await write(colleague, consult, Event.COMMENT)
        after = await post(lee)
        for one in (mine, theirs):
            came = [(await one.next()).payload for _ in range(2)]
            assert came == [after.id, after.id]


async def test_a_conversation_comes_to_who_takes_part_and_may_read_it(
    mercy: House, lee: Person, colleague: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over an application that holds consults; of others no question is asked. Who lost the
    standing hears no more (T56)."""
    asked: list[str] = []
    page = conversations.page

    async def noted(speaker: conversations.Speaker, bounds: Bounds) -> list[Conversation]:
        asked.append(speaker.actor.handle)
        return await page(speaker, bounds)

    monkeypatch.setattr(conversations, "page", noted)
    plain, phone = await signed_in(mercy, "lee"), await approved(mercy, "lee")
    third = await approved(mercy, (await mercy.person(RUIZ)).actor.handle)
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(socket(one, "direct", "public"))
            for one in (phone, plain, third)
        ]
        consult = await begun(mercy, colleague, lee)
        assert await opened[0].next() == Came("conversation", consult.id, ("direct",))
        await mercy.at(lambda: Member.filter(id=lee.member.id).update(level=Level.ATTESTED))
        await write(colleague, consult, Event.COMMENT)
        after = await post(colleague)
        for one in opened:
            assert await one.next() == Came("update", after.id, ("public",))
        assert set(asked) == {"lee", RUIZ.handle}


async def test_tags_are_followed_however_they_are_written(
    mercy: House, lee: Person, colleague: Person, phone: Phone
) -> None:
    """Answers too; and at home, where somebody follows the tag."""
    await lee.speaks(tags.follow, "sepsis")
    async with socket(phone, "user") as home, lines(phone, "hashtag/local?tag=%23Sepsis") as page:
        await home.says("subscribe", "hashtag", tag="SEPSIS")
        await home.is_heard()
        await post(colleague, text="On #asthma.")
        first = await post(colleague, text="On #sepsis.")
        second = await colleague.speaks(
            posting.reply, await mercy.at(posting.by_id, first.id), "More on #Sepsis."
        )
        for one in (first, second):
            assert await home.next() == Came("update", one.id, ("user",))
            assert await home.next() == Came("update", one.id, ("hashtag", "SEPSIS"))
            assert await page.next() == Came("update", one.id)
        await colleague.speaks(editing.delete_post, await mercy.at(posting.by_id, second.id))
        assert await home.next() == Came("delete", second.id, ("user",))
        assert await page.next() == Came("delete", second.id)


async def test_a_list_has_whom_it_names_and_what_they_answer(
    mercy: House, wards: Actor, lee: Person, colleague: Person, phone: Phone
) -> None:
    """To whom, as the list says. Another's list is none (404)."""
    named, kept, other = "named", "kept", "another's"
    ids = await mercy.at(_make_lists, lee.actor, colleague.actor, (named, kept), other)
    await lee.speaks(follows.follow, colleague.actor)
    async with socket(phone) as home, lines(phone, f"list?list={ids[kept]}") as page:
        for one in (named, other):
            await home.says("subscribe", "list", list=str(ids[one]))
        assert await home.next() == Came("error", (404, "Record not found"))
        first = await post(colleague, wards)
        own = await post(lee, wards)
        await colleague.speaks(posting.reply, await mercy.at(posting.by_id, own.id), "I have.")
        third = await colleague.speaks(posting.start_thread, None, "Third", "Words.")
        await colleague.speaks(reactions.boost, await mercy.at(posting.by_id, own.id))
        label = ("list", str(ids[named]))
        assert await home.next() == Came("update", first.id, label)
        assert (await home.next()).stream == label and home.last["in_reply_to_id"] == str(own.id)
        assert await home.next() == Came("update", third.id, label)
        assert (await home.next()).payload[1] == own.id
        assert [(await page.next()).payload for _ in range(2)] == [first.id, third.id]


async def _make_lists(
    owner: Actor, named: Actor, titles: tuple[str, str], other: str
) -> dict[str, int]:
    """Two of one owner, the second without answers; and one of somebody else."""
    found = {}
    for title in (*titles, other):
        replies = Replies.NONE if title == titles[1] else Replies.LIST
        by = named if title == other else owner
        row = await List.create(actor_id=by.id, title=title, replies=replies)
        await ListEntry.create(list_id=row.id, target_id=named.id)
        found[title] = row.id
    return found


async def test_who_likes_a_post_sees_that_they_do(
    mercy: House, lee: Person, colleague: Person, phone: Phone
) -> None:
    """What is written once for all says nothing of anybody; theirs says what is so for them."""
    own, other = await post(lee, text="Of zebrafinches."), await signed_in(mercy, "okafor")
    path = f"/api/v1/statuses/{own.id}"
    mute = {"title": "Birds", "context": ["home"], "keywords_attributes": [{"keyword": "zebra"}]}
    async with socket(phone, "public") as mine, socket(other, "public", "user") as theirs:
        for name, way, body in (
            ("favourited", f"{path}/favourite", None),
            ("bookmarked", f"{path}/bookmark", None),
            ("muted", f"{path}/mute", None),
            ("filtered", "/api/v2/filters", mute),
        ):
            assert (await other.calls("POST", way, body)).status == 200, name
            if body is not None:
                assert await theirs.next() == Came("filters_changed", None, ("user",))
            await mercy.at(events.publish, "edited", own.id)
            for one, reader in ((mine, phone), (theirs, other)):
                assert (await one.next()).event == "status.update"
                assert bool(one.last[name]) is (one is theirs)
                assert one.last == await reader.reads(path)
            undone = way.replace(path + "/", path + "/un") if body is None else ""
            assert not undone or (await other.calls("POST", undone)).status == 200


async def test_a_token_may_come_in_three_ways_and_here_alone(mercy: House, phone: Phone) -> None:
    """And no other page's cookie opens anything (T68, T69)."""
    own, token = {"host": mercy.host}, f"access_token={phone.token}"
    browser = await mercy.sign_in("lee")
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    foreign = {**own, "origin": "https://elsewhere.example"}
    async with socket(phone, "user", query=token, headers=foreign):
        pass
    by_protocol = {"subprotocols": [phone.token]}
    async with socket(phone, "user", headers=own, scope_base=by_protocol):
        pass
    for headers, query in (
        (own, ""),
        ({**own, "cookie": cookies}, ""),
        (own, "access_token=x"),
        ({**own, "authorization": "Bearer x"}, token),
    ):
        assert await refused(phone, query, headers) == 401
    answer = await phone.house.visitor().get(f"/api/v1/timelines/home?{token}")
    assert answer.status == 401


async def test_a_stream_that_cannot_be_is_refused_before_it_opens(
    mercy: House, lee: Person, phone: Phone
) -> None:
    writer = await signed_in(mercy, "lee", "write read:notifications")
    script = await installed(mercy)
    script.token = (await script.posts("/oauth/token", _for_itself(script))).json["access_token"]
    for one, name, status in (
        (writer, "user", 403),
        (writer, "list", 403),
        (script, "public", 422),
        (phone, "nonsense", 422),
        (phone, "hashtag", 422),
        (phone, "list", 404),
    ):
        headers = {"host": mercy.host, "authorization": f"Bearer {one.token}"}
        assert await refused(one, f"stream={name}", headers) == status, name
        answer = await one.get(f"{PATH}?stream={name}")
        assert (answer.status, set(answer.json) >= {"error"}) == (status, True), name
    for path in ("nonsense", "user/local", "direct/remote", "public/notification"):
        assert (await phone.get(f"{PATH}/{path}")).status == 404, path
    assert (await phone.get(f"{PATH}/health")).text == "OK"
    for path in ("/", "/inbox", "/api/v1/timelines/home"):
        with pytest.raises(WebsocketResponseError) as caught:
            async with socket(phone, "user", path=path):
                pass
        assert caught.value.response.status_code in (400, 404), path
    headers = {"host": "elsewhere.example", "authorization": f"Bearer {phone.token}"}
    assert await refused(phone, "stream=user", headers) == 421
    assert await refused(phone, "stream=user%00", {**headers, "host": mercy.host}) == 404
    client = mercy.app.test_client(use_cookies=False)
    async with asyncio.timeout(PATIENCE):  # its headers, and no stream
        sent = {"host": mercy.host, "authorization": f"Bearer {phone.token}"}
        head = await client.head(f"{PATH}/user", headers=sent, scheme="https")
    assert head.headers["Content-Type"].startswith("text/event-stream")
    assert head.headers["Access-Control-Allow-Origin"] == "*"


async def test_a_socket_takes_what_it_is_told_and_stays_open(
    mercy: House, lee: Person, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = await signed_in(mercy, "lee", "read:notifications")
    async with socket(phone, "user") as home, socket(narrow, "user:notification") as other:
        for text in ("", "nonsense", "[]", "{}", '{"type": 7}', b"\xff", '{"type": "dance"}'):
            await home.says_raw(text)
        await home.says("subscribe", "nonsense")
        assert await home.next() == Came(
            "error", (422, "Validation failed: Stream is none that this server has")
        )
        await other.says("subscribe", "public")
        assert (await other.next()).payload[0] == 403
        await home.says("unsubscribe", "user")
        await home.says("subscribe", "public")
        await home.is_heard()
        own = await post(lee)
        assert await home.next() == Came("update", own.id, ("public",))
        monkeypatch.setattr(places, "STREAMS_MOST", 1)
        monkeypatch.setattr(streaming, "STREAMS_MOST", 1)
        await home.says("subscribe", "user")
        assert (await home.next()).payload[0] == 422
        monkeypatch.setattr(streaming, "_FRAMES_MOST", 3)
        await home.says_raw("{}")
        assert await home.next() == ENDED


async def _suspend() -> None:
    await Member.all().update(suspended_at=datetime.now(UTC))


async def _withdraw() -> None:
    await AccessToken.all().delete()


async def _end_sessions() -> None:
    await tokens.end_all([member.id for member in await Member.all()])


async def _disapprove() -> None:
    await Application.all().update(approved_at=None)


@pytest.mark.parametrize("end", [_suspend, _withdraw, _end_sessions, _disapprove])
async def test_a_stream_ends_with_what_it_rests_on(
    mercy: House,
    lee: Person,
    end: Callable[[], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Quiet ones too, and before anything else comes (T56, T67, T69)."""
    phone = await signed_in(mercy, "lee")
    await mercy.at(_approve, phone)
    async with AsyncExitStack() as stack:
        quiet = await stack.enter_async_context(socket(phone))
        home = await stack.enter_async_context(socket(phone, "user"))
        page = await stack.enter_async_context(lines(phone, "user"))
        await mercy.at(end)
        await post(lee)
        for one in (home, page, quiet):
            assert await one.next() == ENDED
    assert not list(mercy.app.config["HUB"].places)


async def _approve(phone: Phone) -> None:
    """As an application that holds consults."""
    await Application.all().update(approved_at=datetime.now(UTC))
    await AccessToken.all().update(scopes=[*EVERYTHING.split(), "consults"])


async def test_nobody_has_too_many_streams_open(
    mercy: House, lee: Person, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = await signed_in(mercy, "lee")
    headers = {"host": mercy.host, "authorization": f"Bearer {phone.token}"}
    async with socket(phone, "user"), lines(phone, "user"):
        for name, status, one in (
            ("OF_TOKEN_MOST", 429, phone),
            ("OF_MEMBER_MOST", 429, again),
            ("MOST", 503, again),
        ):
            with monkeypatch.context() as patch:
                patch.setattr(places, name, 2)
                sent = {**headers, "authorization": f"Bearer {one.token}"}
                assert await refused(one, "stream=user", sent) == status
                answer = await one.get(f"{PATH}/user")
                assert answer.status == status and answer.header("Retry-After") == "60"
    assert not list(mercy.app.config["HUB"].places)
    async with socket(phone, "user"):
        pass


async def test_who_does_not_read_is_cut_off_and_costs_nothing(
    mercy: House, lee: Person, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "WAITING_MOST", 1)
    caller = await mercy.at(tokens.caller, phone.token)
    assert caller is not None
    stuck, opened = asyncio.Event(), places.Places()
    one, message = Stream("user"), places.Message("delete", "1")

    async def serve() -> None:
        with opened.taken(caller) as place:
            place.streams[one] = None
            await place.next(PATIENCE)
            stuck.set()
            await asyncio.Event().wait()  # its reader takes nothing

    serving = asyncio.create_task(serve())
    await asyncio.sleep(0)
    [place] = opened
    place.put(message, one)
    async with asyncio.timeout(PATIENCE):
        await stuck.wait()
    for _ in range(2):
        place.put(message, one)
    await asyncio.gather(serving, return_exceptions=True)
    assert serving.cancelled() and not list(opened) and not place._waiting


async def refused(phone: Phone, query: str, headers: dict[str, str]) -> int:
    """With which status a socket is, and that it says why."""
    client = phone.house.app.test_client(use_cookies=False)
    with pytest.raises(WebsocketResponseError) as caught:
        async with client.websocket(f"{PATH}?{query}", headers=headers, scheme="wss") as opened:
            async with asyncio.timeout(PATIENCE):
                await opened.receive()
    response = caught.value.response
    assert await response.get_data()
    return int(response.status_code)


def _for_itself(phone: Phone) -> dict[str, str]:
    secret = {"client_id": phone.client_id, "client_secret": phone.secret}
    return {"grant_type": "client_credentials", "scope": "read", **secret}
