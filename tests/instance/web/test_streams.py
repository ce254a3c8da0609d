"""Open pages: each message is for who the reader is now, and nobody keeps too many open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from quart import typing
from tortoise.transactions import in_transaction

from instance import events
from instance.answers import answers_request
from instance.config import Config
from instance.models import Actor, HostAction, Level, Member, Peer, Role, Session
from instance.services import host_imports, host_previews, invitations, posting, reports
from instance.services.consults.states import Event
from instance.web import streaming
from instance.workers import host_lists
from tests import rosters
from tests.browsing import Browser
from tests.cast import LEE, OKAFOR, new
from tests.clinic import FACTS, ask, write
from tests.houses import House, Person
from tests.inviting import OFFICER
from tests.treaties import FIRST

PATIENCE = 5.0
ENDED = ""


@pytest.fixture(autouse=True)
def quick_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "ALIVE_EVERY", 0.1)


class Stream:
    """What comes over one open page."""

    def __init__(self, connection: typing.TestHTTPConnectionProtocol) -> None:
        self._connection = connection

    async def next(self) -> str:
        """The next message, or ENDED. Fails where neither comes."""
        async with asyncio.timeout(PATIENCE):
            while True:
                text = (await self._connection.receive()).decode()
                if not text.startswith(": alive"):
                    return text

    async def all_for_a_while(self) -> str:
        """What comes until nothing did for a while, or it ends."""
        text, quiet = "", 0
        async with asyncio.timeout(PATIENCE):
            while quiet < 3:
                got = (await self._connection.receive()).decode()
                if not got:
                    break
                quiet = quiet + 1 if got.startswith(": alive") else 0
                text += got
        return text

    async def is_alive(self) -> bool:
        async with asyncio.timeout(PATIENCE):
            return (await self._connection.receive()).startswith(b": alive")


@asynccontextmanager
async def opened(browser: Browser, house: House, path: str) -> AsyncIterator[Stream]:
    client = house.app.test_client(use_cookies=False)
    headers = _headers(browser, house)
    async with client.request(path, headers=headers, scheme="https") as connection:
        yield Stream(connection)
        await connection.disconnect()


def _headers(browser: Browser, house: House) -> dict[str, str]:
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return {"host": house.host, "cookie": cookies}


async def change(person: Person, **fields: object) -> None:
    await person.home.at(lambda: Member.filter(id=person.member.id).update(**fields))


async def seen(house: House, ago: timedelta, *, shared: bool = False) -> None:
    """As if the last request of every session had been so long ago."""
    fields = {"seen_at": datetime.now(UTC) - ago, "is_shared_computer": shared}
    await house.at(lambda: Session.all().update(**fields))


async def test_a_reader_who_lost_the_standing_gets_no_further_message(
    mercy: House, lee: Person
) -> None:
    consult = await ask(lee)
    browser = await mercy.sign_in("lee")
    async with opened(browser, mercy, f"/k/{consult.id}/stream") as stream:
        assert FACTS["title"] in await stream.next()
        await change(lee, level=Level.ATTESTED)
        await write(lee, consult, Event.COMMENT)
        assert await stream.next() == ENDED


async def test_a_home_that_stays_open_shows_what_its_reader_may_see_now(
    mercy: House, lee: Person
) -> None:
    colleague = await mercy.person(OKAFOR)
    browser = await mercy.sign_in("okafor")
    async with opened(browser, mercy, "/stream") as stream:
        assert FACTS["title"] not in await stream.next()
        consult = await ask(lee)
        assert FACTS["title"] in await stream.next()
        await change(colleague, level=Level.ATTESTED)
        await write(lee, consult, Event.COMMENT)
        assert FACTS["title"] not in await stream.next()


async def test_a_stream_is_answered_as_of_now(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never by what the request that opened it had looked up."""
    knew: list[object] = []
    draw = streaming._message

    async def noting(*given: Any) -> Any:
        knew.append(answers_request.get())
        return await draw(*given)

    monkeypatch.setattr(streaming, "_message", noting)
    browser = await mercy.sign_in("lee")
    async with opened(browser, mercy, "/stream") as stream:
        await stream.next()
    assert knew == [None]


async def test_a_stream_ends_with_its_session(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    async with opened(browser, mercy, "/stream") as stream:
        await stream.next()
        assert await stream.is_alive()
        await mercy.at(lambda: Session.all().delete())
        assert await stream.next() == ENDED


async def test_a_stream_ends_when_its_member_is_suspended(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    async with opened(browser, mercy, "/stream") as stream:
        await stream.next()
        await change(lee, suspended_at=datetime.now(UTC))
        assert await stream.next() == ENDED


async def test_a_stream_ends_after_15_idle_minutes_on_a_shared_computer(
    mercy: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    async with opened(browser, mercy, "/stream") as stream:
        await stream.next()
        await seen(mercy, timedelta(minutes=14), shared=True)
        assert await stream.is_alive()
        await seen(mercy, timedelta(minutes=15), shared=True)
        assert await stream.next() == ENDED


async def test_a_page_that_opens_its_stream_again_is_no_sign_of_a_person(
    mercy: House, lee: Person
) -> None:
    async def last_seen() -> datetime:
        return (await mercy.at(Session.get)).seen_at

    browser = await mercy.sign_in("lee")
    await seen(mercy, timedelta(minutes=10), shared=True)
    before = await last_seen()
    async with opened(browser, mercy, "/stream") as stream:
        await stream.next()
    assert await last_seen() == before
    await browser.get("/consults")
    assert await last_seen() > before


async def test_of_too_many_streams_of_a_member_the_oldest_ends(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "OPEN_MOST", 3)
    await mercy.person(OKAFOR)
    colleague, browser = await mercy.sign_in("okafor"), await mercy.sign_in("lee")
    async with AsyncExitStack() as pages:
        other = await pages.enter_async_context(opened(colleague, mercy, "/stream"))
        await other.next()
        mine = []
        for _ in range(4):
            mine.append(await pages.enter_async_context(opened(browser, mercy, "/stream")))
            await mine[-1].next()
        assert await mine[0].next() == "retry: 60000\nevent: elsewhere\ndata:\n\n"
        assert await mine[0].next() == ENDED
        for stream in (other, *mine[1:]):
            assert await stream.is_alive()
    assert streaming._open == {}


async def test_asking_for_the_headers_of_a_stream_opens_none(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    client = mercy.app.test_client(use_cookies=False)
    async with asyncio.timeout(PATIENCE):
        answer = await client.head("/stream", headers=_headers(browser, mercy), scheme="https")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert streaming._open == {}


async def test_a_folder_that_does_not_exist_has_no_stream(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    async with asyncio.timeout(PATIENCE):
        assert (await browser.get("/consults/stream?box=all")).status == 404


async def test_the_page_of_a_list_of_servers_follows_its_preview(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And ends for who is no administrator any more."""
    monkeypatch.setattr(host_previews, "PART", 1)
    ruiz = await mercy.person(FIRST)
    found = await ruiz.does(host_imports.start, "a.example\nb.example\n", HostAction.BLOCK)
    browser = await mercy.sign_in(FIRST.handle)
    path = f"/admin/hospitals/import/{found.id}/stream"
    async with opened(browser, mercy, path) as stream:
        assert "Reading the file" in await stream.next()
        await mercy.at(host_lists.step)
        text = ""
        while "Confirm" not in text:
            text = await stream.next()
        assert "<progress" not in text and 'name="csrf_token" value=""' not in text
        await change(ruiz, role=Role.MEMBER)
        await mercy.at(_publish, found.id)
        assert await stream.next() == ENDED


async def test_the_page_of_invitations_follows_how_far_they_are(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = await mercy.person(OFFICER)
    await rosters.take(officer, rosters.table(*(rosters.line(f"p{n}", "") for n in range(3))))
    monkeypatch.setattr(invitations, "_AT_ONCE", 2)
    monkeypatch.setattr(Config, "sends_mail", True)
    await officer.does(invitations.invite_roster)
    browser = await mercy.sign_in(OFFICER.handle)
    async with opened(browser, mercy, "/admin/invitations/stream") as stream:
        assert "0 of 3 people" in await stream.next()
        await mercy.at(invitations.go_on, datetime.now(UTC))
        assert "2 of 3 people" in await stream.next()
        await mercy.at(invitations.go_on, datetime.now(UTC))
        text = await stream.next()
        assert "Last time 3 people were invited." in text and 'value=""' not in text
        await change(officer, role=Role.MEMBER)
        await mercy.at(_publish, 1, invitations.GONE_ON)
        assert await stream.next() == ENDED


async def _fail(host: str) -> None:
    await Peer.create(host=host, failing_since=datetime.now(UTC))


async def test_the_start_of_administration_follows_what_happens_and_what_time_brings(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And ends for who administers nothing any more (T56, T72)."""
    ruiz = await mercy.person(FIRST)
    browser = await mercy.sign_in(FIRST.handle)
    async with opened(browser, mercy, "/admin/stream") as stream:
        assert "does not take our messages" not in await stream.next()
        await mercy.at(_fail, "one.example")
        assert await stream.is_alive() and await stream.is_alive()
        monkeypatch.setattr(streaming, "LOOK_EVERY", 0.1)
    async with opened(browser, mercy, "/admin/stream") as stream:
        assert "one.example does not take our messages" in await stream.next()
        assert await stream.is_alive() and await stream.is_alive()  # nothing is sent twice
        await mercy.at(_fail, "two.example")
        assert "2 servers do not take our messages" in await stream.next()
        await change(ruiz, role=Role.MEMBER)
        assert await stream.next() == ENDED


async def test_a_report_stands_on_the_start_of_administration_at_once(
    mercy: House, wards: Actor, lee: Person
) -> None:
    keeper = await mercy.person(new("keeper", "Dr K. Eeper", role=Role.MODERATOR))
    started = await lee.speaks(posting.start_thread, wards, "A title", "Some words.")
    browser = await mercy.sign_in("keeper")
    async with opened(browser, mercy, "/admin/stream") as stream:
        assert "report waits" not in await stream.next()
        post = await mercy.at(posting.by_id, started.id)
        await keeper.does(reports.report, post, "Rude.")
        text = await stream.next()
        assert "1 report waits." in text and 'hx-target="#places"' in text


async def test_the_start_of_administration_is_whole_without_a_script(mercy: House) -> None:
    await mercy.person(FIRST)
    await mercy.at(_fail, "one.example")
    page = (await (await mercy.sign_in(FIRST.handle)).get("/admin")).text
    assert "one.example does not take our messages" in page
    assert 'hx-sse:connect="/admin/stream"' in page
    await mercy.person(LEE)
    assert (await (await mercy.sign_in("lee")).get("/admin/stream")).status == 404


async def _publish(import_id: int, kind: str = "host_import") -> None:
    async with in_transaction():
        await events.publish(kind, import_id)
