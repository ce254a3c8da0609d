"""Where the operator wants it, servers sign what they read; people need not (federation.md 9.3)."""

import pytest

from instance.models import Actor
from instance.services import channels, posting
from tests.cast import LEE, Houses
from tests.houses import ACTIVITY, House, Person
from tests.network import Network, Sent
from tests.outsiders import Outsider

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


@pytest.fixture
async def strict(houses: Houses) -> House:
    return await houses.open(
        "Strict", "hospital", "strict.example", AUTHORIZED_FETCH="yes", trusted=False
    )


@pytest.fixture
async def documents(strict: House) -> list[str]:
    """One address of each kind of public document."""
    lee = await strict.person(LEE)
    channel = await strict.at(channels.create_channel, "rhythm", "Rhythm", "")
    post = await lee.speaks(posting.start_thread, channel, "A title", "A text")
    own = [f"/u/{lee.actor.id}", f"/c/{channel.id}"]
    return [
        *own,
        *(f"{path}/{name}" for path in own for name in ("outbox", "outbox?after=0", "followers")),
        f"/u/{lee.actor.id}/following",
        f"/c/{channel.id}/featured",
        f"/c/{channel.id}/moderators",
        f"/o/{post.id}",
        *(f"/o/{post.id}/{name}" for name in ("replies", "likes", "shares")),
        f"/t/{post.thread_id}",
        f"/t/{post.thread_id}?after=0",
        f"/t/{post.thread_id}/history",
        f"/a/{post.id}",
    ]


async def test_every_document_needs_a_signature(
    strict: House, documents: list[str], stranger: Outsider
) -> None:
    for path in documents:
        unsigned = await strict.asked(path)
        assert (unsigned.status, unsigned.header("www-authenticate")) == (401, "Signature"), path
        assert (await stranger.asks(strict, path)).status == 200, path
        assert (await stranger.asks(strict, path, "rfc9421")).status == 200, path


async def test_no_accept_header_leads_around_it(strict: House, documents: list[str]) -> None:
    for path in documents:
        for accept in ("*/*", "application/json", "text/html"):
            answer = await strict.request(Sent("GET", strict.origin + path, {"Accept": accept}))
            kind = answer.header("content-type")
            assert answer.status != 200 or "html" in kind, (path, accept)


async def test_what_is_unknown_and_what_is_not_signed_for_look_alike(
    strict: House, documents: list[str]
) -> None:
    unsigned = await strict.asked(documents[0])
    assert (await strict.asked("/u/7")).body == unsigned.body


async def test_what_is_needed_to_sign_stays_open(strict: House, documents: list[str]) -> None:
    for path in (
        "/actor",
        "/.well-known/webfinger?resource=acct:lee@strict.example",
        "/.well-known/host-meta",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.1",
    ):
        assert (await strict.asked(path)).status == 200, path


async def test_pages_stay_open_to_people(strict: House, documents: list[str]) -> None:
    thread = next(path for path in documents if path.startswith("/t/"))
    for path in ("/@lee", "/channels/rhythm", thread, "/"):
        assert (await strict.visitor().get(path)).status == 200, path


async def test_a_blocked_server_that_signs_finds_nothing(
    strict: House, mercy: House, documents: list[str], network: Network
) -> None:
    """Also where signatures are not asked for."""
    evil = Outsider("evil.example", "eve", network)
    await strict.block("evil.example")
    await mercy.block("evil.example")
    for path in documents:
        assert (await evil.asks(strict, path)).status == 404, path
    lee = await mercy.person(LEE)
    paths = [f"/u/{lee.actor.id}", f"/u/{lee.actor.id}/outbox"]
    assert [(await mercy.asked(path)).status for path in paths] == [200, 200]
    assert [(await evil.asks(mercy, path)).status for path in paths] == [404, 404]
    assert not [sent for sent in network.sent if sent.host == evil.host]


async def test_by_default_documents_are_open(mercy: House, lee: Person) -> None:
    answer = await mercy.request(Sent("GET", lee.uri, {"Accept": ACTIVITY}))
    assert answer.status == 200
    assert await mercy.at(Actor.exists, uri=lee.uri)
