"""Mastodon.py at a running server, as a user has it: in by the pages of consent, then daily use."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from mastodon import (
    Mastodon,
    MastodonAPIError,
    MastodonNotFoundError,
    MastodonUnauthorizedError,
)

from instance.models import Actor
from instance.services import follows, members
from tests.cast import new
from tests.live import pairs, servers
from tests.live.consenting import OOB, code_for
from tests.live.pairs import CHANNEL
from tests.live.pushes import Pushes, pushes
from tests.live.servers import Place, Server, command

pytestmark = pytest.mark.xdist_group("real clients")

NODEINFO = "http://nodeinfo.diaspora.software/ns/schema/2.1"
SCOPES = ["read", "write", "follow", "push"]


@pytest.fixture(scope="module")
def push_service() -> Iterator[Pushes]:
    with pushes() as service:
        yield service


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, push_service: Pushes) -> Iterator[Place]:
    home = pairs.hospital(tmp_path_factory.mktemp("hospital"), [push_service.server_port])
    with servers.running(Server(home)):
        yield home


def let_in(home: Place, client: Mastodon) -> str:
    url = client.auth_request_url(redirect_uris=OOB, scopes=SCOPES, allow_http=True)
    code = code_for(home, url, "lee")
    token: str = client.log_in(code=code, redirect_uri=OOB, scopes=SCOPES, allow_http=True)
    return token


@pytest.fixture(scope="module")
def client(hospital: Place) -> Iterator[Mastodon]:
    key, secret = Mastodon.create_app(
        "A script", api_base_url=hospital.url, redirect_uris=OOB, scopes=SCOPES
    )
    client = Mastodon(client_id=key, client_secret=secret, api_base_url=hospital.url)
    with client.session:
        let_in(hospital, client)
        yield client


def test_it_signs_in_and_knows_where_it_is(hospital: Place, client: Mastodon) -> None:
    assert client.app_verify_credentials().name == "A script"
    own = client.account_verify_credentials()
    assert (own.acct, own.source.privacy) == ("lee", "public")
    assert client.instance_v1().uri == urlsplit(hospital.url).netloc
    assert client.instance_v2().api_versions["mastodon"] == 2
    assert client.instance_nodeinfo(NODEINFO).metadata.upstream.name == "Mastodon"
    assert client.get_supported_version() or client.mastodon_major == 4
    assert client.preferences()["posting:default:visibility"] == "public"
    assert [*client.custom_emojis(), *client.announcements(), *client.lists()] == []
    assert client.account_lookup(CHANNEL).group is True
    assert client.account_relationships([own.id])[0].following is False


def test_it_posts_once_reads_home_in_pages_and_deletes(hospital: Place, client: Mastodon) -> None:
    command(hospital, "follow", "--as", "lee", f"@{CHANNEL}")
    channel = client.account_lookup(CHANNEL)
    sent = [
        client.status_post(f"@{CHANNEL} Question {n}\n\nWho has tried it?", idempotency_key=f"k{n}")
        for n in range(5)
    ]
    again = client.status_post(f"@{CHANNEL} Question 0\n\nWho?", idempotency_key="k0")
    assert again.id == sent[0].id
    assert sent[0].curbside["title"] == "Question 0"
    assert sent[0].curbside["channel_id"] == channel.id

    first = client.timeline_home(limit=2)
    older = client.fetch_next(first)
    rest = client.fetch_remaining(first)
    newer = client.fetch_previous(older)
    assert all(one.account.id == channel.id and one.reblog is not None for one in rest)
    assert [one.reblog.id for one in rest] == [one.id for one in reversed(sent)]
    assert [one.id for one in newer or []] == [one.id for one in first]

    answer = client.status_reply(sent[1], "We have.")
    assert answer.in_reply_to_id == sent[1].id
    context = client.status_context(sent[1])
    assert [one.id for one in context.descendants] == [answer.id]
    assert client.status_favourite(sent[1]).favourited is True
    assert client.status_reblog(sent[2]).reblog.id == sent[2].id
    assert client.status_unreblog(sent[2]).reblogged is False
    assert [one.id for one in client.account_statuses(channel, limit=1)] == [first[0].id]
    gone = client.status_delete(sent[4])
    assert gone.text == f"@{CHANNEL} Question 4\n\nWho has tried it?"  # to be written anew
    with pytest.raises(MastodonNotFoundError):
        client.status(sent[4])
    with pytest.raises(MastodonAPIError, match="private posts are not sent"):
        client.status_post("For you alone", visibility="direct")


def test_a_script_gets_a_token_from_the_shell_and_it_ends(hospital: Place) -> None:
    made = command(hospital, "token", "create", "--as", "lee", "--scopes", "read write:statuses")
    token = json.loads(made.stdout)["access_token"]
    script = Mastodon(access_token=token, api_base_url=hospital.url)
    with script.session:
        assert script.account_verify_credentials().acct == "lee"
    listed = command(hospital, "audit", "list")
    assert "Let a script act for somebody" in listed.stdout
    assert token not in listed.stdout + hospital.log.read_text()
    wrong = command(hospital, "token", "create", "--as", "lee", "--scopes", "admin:read")
    assert wrong.returncode != 0


def test_it_takes_push_messages_and_opens_them(
    hospital: Place, client: Mastodon, push_service: Pushes
) -> None:
    own = client.account_verify_credentials()
    private, public = client.push_subscription_generate_keys()
    url = f"http://localhost:{push_service.server_port}/send/script"
    set_ = client.push_subscription_set(url, public, follow_events=True, mention_events=True)
    assert (set_.endpoint, set_.alerts.follow, set_.alerts.poll) == (url, True, False)
    assert set_.server_key == client.instance_v2().configuration.vapid.public_key
    assert client.push_subscription().id == set_.id

    pairs.at(hospital, lambda: _somebody_follows(own.acct))

    body, headers = push_service.taken.get(timeout=20)
    opened = client.push_subscription_decrypt_push(
        body, private, headers["Encryption"], headers["Crypto-Key"]
    )
    assert (opened.notification_type, opened.title) == ("follow", "Somebody follows you")
    told = client.notifications(types=["follow"])[0]
    assert (told.id, told.type) == (str(opened.notification_id), "follow")
    assert client.grouped_notifications().notification_groups[0].type == "follow"
    assert client.markers_set("notifications", told.id)["notifications"].last_read_id == told.id
    assert client.notifications_unread_count().count == 0
    assert client.push_subscription_update(poll_events=True).alerts.follow is False
    client.notifications_clear()
    assert client.notifications() == []
    client.push_subscription_delete()
    with pytest.raises(MastodonNotFoundError):
        client.push_subscription()


async def _somebody_follows(handle: str) -> None:
    await members.add_member(new("moyo", "Dr S. Moyo"))
    await follows.follow(await local_person("moyo"), await local_person(handle))


async def local_person(handle: str) -> Actor:
    return await Actor.get(handle=handle, is_local=True)


def test_it_lets_itself_out(hospital: Place) -> None:
    key, secret = Mastodon.create_app(
        "Short", api_base_url=hospital.url, redirect_uris=OOB, scopes=SCOPES
    )
    client = Mastodon(client_id=key, client_secret=secret, api_base_url=hospital.url)
    with client.session:
        token = let_in(hospital, client)
        assert token not in hospital.log.read_text()

        client.revoke_access_token(allow_http=True)

    late = Mastodon(access_token=token, api_base_url=hospital.url)
    with late.session, pytest.raises(MastodonUnauthorizedError):
        late.account_verify_credentials()


def test_log_files_hold_no_secret(hospital: Place, tmp_path: Path) -> None:
    assert "code=" not in hospital.log.read_text()
    assert "client_secret" not in hospital.log.read_text()
