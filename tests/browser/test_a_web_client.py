"""A web client of elsewhere in Chromium: masto.js on a page of another origin, in by the pages of
consent. What the browser lets it read, send and follow is what Elk and Phanpy can do here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from instance.demo.world import PASSWORD
from tests import pictures
from tests.browser import elsewhere
from tests.browser.conftest import Sits
from tests.browser.demo import House
from tests.browser.people import Person
from tests.live import pairs, servers
from tests.live.pairs import CHANNEL
from tests.live.servers import Server, command
from tests.live.test_toot import MOYO

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("a web client")


@pytest.fixture(scope="module")
def house(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = pairs.hospital(tmp_path_factory.mktemp("hospital"), [], MOYO)
    with servers.running(Server(home)):
        command(home, "follow", "--as", "lee", f"@{CHANNEL}")
        yield House(home.institution.name, home.url, {"lee": PASSWORD, "moyo": PASSWORD})


@pytest.fixture(scope="module")
def client_url() -> Iterator[str]:
    with elsewhere.served() as url:
        yield url


@pytest.fixture
def lee(house: House, sits: Sits) -> Person:
    return sits(house)


@pytest.fixture
def page(lee: Person, client_url: str) -> Page:
    """Of the client, let in by Dr Lee, who signs in on the way."""
    return _lets_in(lee, client_url, "lee")


def _lets_in(person: Person, client_url: str, handle: str) -> Page:
    page = person.page
    page.goto(client_url)
    page.get_by_text("Ready").wait_for()
    page.evaluate("server => void signIn(server)", person.house.url)
    page.get_by_label("Hospital e-mail or handle", exact=True).fill(handle)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    person.click("Sign in")
    person.click("Let it in")
    page.wait_for_url(f"{client_url}/?code=*")
    page.get_by_text("Ready").wait_for()
    return page


def test_it_reads_in_pages_posts_and_reads_why_it_is_refused(page: Page) -> None:
    does: Any = page.evaluate
    assert does("client.masto.v1.accounts.verifyCredentials().then(own => own.acct)") == "lee"
    sent = does(
        """async channel => {
            const sent = [];
            for (const n of [1, 2, 3, 4, 5]) {
                const status = `@${channel} Question ${n}\\n\\nWho has tried it?`;
                sent.push((await client.masto.v1.statuses.create({ status })).id);
            }
            return sent;
        }""",
        CHANNEL,
    )
    pages = does(
        """async () => {
            const pages = [];
            for await (const page of client.masto.v1.timelines.home.list({ limit: 2 }))
                pages.push(page.map(one => one.reblog.id));
            return pages;
        }"""
    )
    assert [one for shown in pages for one in shown] == sent[::-1]
    assert [len(shown) for shown in pages][:2] == [2, 2]
    answers = does(
        """async id => {
            const said = [];
            const tries = [
                () => client.masto.v1.statuses.$select('7').fetch(),
                () => client.masto.v1.statuses.create({ status: '' }),
                () => client.masto.v1.statuses.$select(id).remove(),
                () => client.masto.v1.statuses.$select(id).fetch(),
            ];
            for (const tried of tries)
                said.push(await tried().then(one => one.text, error => error.statusCode));
            return said;
        }""",
        sent[0],
    )
    assert answers == [404, 422, f"@{CHANNEL} Question 1\n\nWho has tried it?", 404]


def test_it_uploads_a_picture_and_waits_until_it_is_there(page: Page) -> None:
    media = page.evaluate(
        """async bytes => {
            const file = new Blob([new Uint8Array(bytes)], { type: 'image/png' });
            const { masto } = client;
            const media = await masto.v2.media.create({ file, description: 'Half black' });
            const post = { status: 'A picture', mediaIds: [media.id] };
            const status = await masto.v1.statuses.create(post);
            const read = await fetch(media.url).then(answer => answer.blob());
            return { status, media, read: read.type };
        }""",
        list(pictures.of()),
    )
    assert media["media"]["description"] == "Half black"
    assert [one["id"] for one in media["status"]["mediaAttachments"]] == [media["media"]["id"]]
    assert media["read"].startswith("image/")


def test_it_follows_streams_over_one_socket_until_it_lets_itself_out(
    page: Page, lee: Person, client_url: str, sits: Sits
) -> None:
    """The token is a subprotocol: browsers send no header of ours, and end what is not echoed."""
    page.evaluate(
        """() => {
            const { streaming } = client;
            window.seen = {
                user: follow(streaming.user.subscribe()),
                tag: follow(streaming.hashtag.subscribe({ tag: 'rounds' })),
                comes: event => until(() => seen.user.some(one => one.event.startsWith(event))),
            };
        }"""
    )
    moyo = _lets_in(sits(lee.house), client_url, "moyo")
    post = """async ([channel, id, more]) => {
        const status = `@${channel} By night @lee${more}\\n\\nWith #rounds`;
        const { statuses } = client.masto.v1;
        const sent = id ? statuses.$select(id).update({ status }) : statuses.create({ status });
        return (await sent).id;
    }"""
    posted = moyo.evaluate(post, [CHANNEL, "", ""])
    page.evaluate("Promise.all(['update', 'notification'].map(seen.comes))")
    moyo.evaluate(post, [CHANNEL, posted, " again"])
    page.evaluate("seen.comes('status.update')")
    moyo.evaluate("id => client.masto.v1.statuses.$select(id).remove().then(() => {})", posted)
    page.evaluate("seen.comes('delete')")
    page.evaluate("until(() => seen.tag.some(one => one.event === 'delete'))")
    seen = page.evaluate("({ user: seen.user, tag: seen.tag })")
    [update] = [one["payload"] for one in seen["user"] if one["event"] == "update"]
    assert (update["reblog"] or update)["id"] == posted
    assert seen["tag"][0]["stream"] == ["hashtag", "rounds"]

    page.evaluate(
        """fetch(`${client.server}/oauth/revoke`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({
                client_id: client.app.id, client_secret: client.app.secret, token: client.token,
            }),
        }).then(answer => answer.json())"""
    )
    page.evaluate("seen.comes('ended')")
    lee.problems.clear()  # Chromium tells of the socket that the server ended
