"""A server that demands signed fetches, names keys by a path and knows one form of signature."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from instance.models import Actor, Follow, Post
from tests.live import pairs, servers
from tests.live.browsing import Browser
from tests.live.demos import words_of
from tests.live.pairs import ARRIVES_WITHIN, at, eventually, signed_in
from tests.live.servers import Place, Server, until
from tests.live.strict import LiveStrictServer
from tests.ports import free_ports

pytestmark = pytest.mark.xdist_group("strict")


@pytest.fixture(scope="module")
def mercy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("strict")
    ports = free_ports(1)
    home = pairs.hospital(folder, ports, CURBSIDE_AUTHORIZED_FETCH="yes")
    with servers.running(Server(home)):
        yield home


@pytest.fixture(scope="module")
def alice(mercy: Place) -> Iterator[LiveStrictServer]:
    peers = mercy.config.development.peers - {mercy.config.host}
    port = int(next(iter(peers)).rpartition(":")[2])
    with LiveStrictServer(port, mercy.config.host) as alice:
        yield alice


@pytest.fixture(scope="module")
def channel(mercy: Place) -> Actor:
    return at(mercy, lambda: Actor.get(local_handle=pairs.CHANNEL))


@pytest.fixture(scope="module")
def followed(alice: LiveStrictServer, channel: Actor) -> Actor:
    """The channel, once alice was accepted."""
    follow = alice.activity("Follow", channel.uri, to=[channel.uri])
    assert alice.posts(channel.inbox, follow) == 202
    until(lambda: alice.has(type="Accept", actor=channel.uri), ARRIVES_WITHIN, "she is accepted")
    return channel


@pytest.fixture(scope="module")
def post(mercy: Place, followed: Actor) -> Post:
    """Dr Lee's, on the channel."""
    new = f"{mercy.url}/channels/{pairs.CHANNEL}/new"
    answer = signed_in(mercy).post(new, {"title": "A title", "text": "Some evidence."})
    assert answer.status == 302, answer.text
    return at(mercy, lambda: Post.get(in_reply_to_uri=None))


def test_it_gets_what_a_channel_announces(
    alice: LiveStrictServer, followed: Actor, post: Post
) -> None:
    plain = {"type": "Announce", "actor": followed.uri, "object": post.uri}
    until(lambda: alice.has(**plain), ARRIVES_WITHIN, "the plain form arrives")
    wrapped = [one["object"] for one in alice.accepted if one["type"] == "Announce"]
    assert post.uri in [one["object"]["id"] for one in wrapped if isinstance(one, dict)]


def test_its_answer_is_on_our_page_and_announced_back(
    mercy: Place, alice: LiveStrictServer, followed: Actor, post: Post
) -> None:
    cc = [followed.uri]
    answer = alice.note(inReplyTo=post.uri, content="<p>From a strict place.</p>", cc=cc)
    create = alice.activity("Create", answer, cc=cc)
    assert alice.posts(followed.inbox, create) == 202
    until(lambda: alice.has(type="Announce", object=create), ARRIVES_WITHIN, "it is announced")
    page = Browser().get(f"{mercy.url}/t/{post.thread_id}")
    assert "From a strict place." in words_of(page.text)


def test_who_is_there_can_be_followed_from_here(mercy: Place, alice: LiveStrictServer) -> None:
    asked = servers.command(mercy, "follow", "--as", "lee", f"@alice@{alice.host}")
    assert asked.returncode == 0, asked.stderr
    until(lambda: alice.has(type="Follow", object=alice.uri), ARRIVES_WITHIN, "she is asked")
    [follow] = [one for one in alice.accepted if one["type"] == "Follow"]
    assert alice.posts(f"{mercy.url}/inbox", alice.activity("Accept", follow)) == 202

    async def is_accepted() -> bool:
        return await Follow.filter(uri=follow["id"], state="accepted").exists()

    at(mercy, lambda: eventually(is_accepted, "the follow is accepted"))


def test_it_was_asked_in_no_form_that_it_refuses(
    mercy: Place, alice: LiveStrictServer, post: Post
) -> None:
    assert alice.accepted and set(alice.forms) == {"cavage"}
