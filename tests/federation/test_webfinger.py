"""Handles lead to the actor that both hosts agree on, or nowhere."""

from typing import Any
from urllib.parse import quote

import pytest

from federation import webfinger
from federation.errors import FederationError, FetchFailed, Malformed, OriginMismatch, UnsafeAddress
from federation.origin import Development
from federation.webfinger import Acct
from tests.federation.scripted import ScriptedNetwork, client_on

ALICE = "https://good.example/u/alice"


@pytest.fixture
def network() -> ScriptedNetwork:
    return ScriptedNetwork()


def finger(resource: str, host: str) -> str:
    return f"https://{host}/.well-known/webfinger?resource={quote(resource, safe='')}"


def says(
    network: ScriptedNetwork, host: str, resource: str, actor: str, subject: str | None = None
) -> None:
    """`host` answers `resource` with `actor`."""
    link = {"rel": "self", "type": "application/activity+json", "href": actor}
    jrd = {"subject": subject or resource, "links": [link]}
    network.serve(finger(resource, host), jrd, kind="application/jrd+json")


@pytest.mark.parametrize(
    "written",
    ["acct:alice@good.example", "@alice@good.example", "!alice@good.example", "alice@GOOD.example"],
)
def test_a_handle_may_be_written_in_every_usual_way(written: str) -> None:
    assert webfinger.parse_acct(written) == Acct("alice", "good.example")


def test_the_host_of_a_handle_is_compared_as_it_is_resolved() -> None:
    assert webfinger.parse_acct("a@kölner-dom.example").host == "xn--klner-dom-07a.example"
    assert webfinger.parse_acct("Alice@good.example").same_as(Acct("alice", "good.example"))
    assert not webfinger.parse_acct("alice@g00d.example").same_as(Acct("alice", "good.example"))


@pytest.mark.parametrize(
    "written",
    [
        None,
        5,
        "",
        "alice",
        "@alice",
        "alice@",
        "@good.example",
        "alice@good.example@evil.example",
        "alice@good.example/x",
        "alice@good.example?x",
        "alice@good.example#x",
        "alice@localhost:8001@good.example",
        "аlice@good.example",  # noqa: RUF001  # Cyrillic a
        "alice\u202e@good.example",
        "al ice@good.example",
        "alice@127.1",
        "alice@good.example.",
        "https://good.example/u/alice",
        "a" * 700 + "@good.example",
    ],
)
def test_what_is_no_handle_is_refused(written: Any) -> None:
    """T19."""
    with pytest.raises(Malformed):
        webfinger.parse_acct(written)


def test_a_handle_in_development_has_the_port() -> None:
    dev = Development(frozenset({"localhost:8001"}))

    assert str(webfinger.parse_acct("@lee@localhost:8001", dev)) == "lee@localhost:8001"
    assert webfinger.parse_acct("@lee@good.example", dev).host == "good.example"


def test_the_document_we_serve_names_actor_page_and_subscription() -> None:
    jrd = webfinger.build_jrd(
        Acct("alice", "good.example"),
        ALICE,
        profile_url="https://good.example/@alice",
        subscribe_template="https://good.example/follow?uri={uri}",
    )

    assert jrd["subject"] == "acct:alice@good.example"
    assert jrd["aliases"] == [ALICE, "https://good.example/@alice"]
    assert [link["rel"] for link in jrd["links"]] == [
        "self",
        "http://webfinger.net/rel/profile-page",
        "http://ostatus.org/schema/1.0/subscribe",
    ]
    assert jrd["links"][0] == {"rel": "self", "type": "application/activity+json", "href": ALICE}


def test_only_the_relations_asked_for_are_answered() -> None:
    acct = Acct("alice", "good.example")

    assert len(webfinger.build_jrd(acct, ALICE, rels=["self"])["links"]) == 1
    assert webfinger.build_jrd(acct, ALICE, rels=["avatar"])["links"] == []


async def test_what_we_serve_is_what_we_understand(network: ScriptedNetwork) -> None:
    acct = Acct("alice", "good.example")
    jrd = webfinger.build_jrd(acct, ALICE, profile_url="https://good.example/@alice")
    network.serve(finger(f"acct:{acct}", acct.host), jrd, kind=webfinger.JRD_TYPE)

    assert await webfinger.lookup(client_on(network), "@alice@good.example") == ALICE
    assert len(network.requests) == 1


async def test_a_handle_on_another_domain_needs_the_word_of_the_actors_host(
    network: ScriptedNetwork,
) -> None:
    says(network, "brand.example", "acct:alice@brand.example", ALICE)
    says(network, "good.example", "acct:alice@brand.example", ALICE)

    found = await webfinger.discover(client_on(network), "alice@brand.example")

    assert found == webfinger.Found(ALICE, Acct("alice", "brand.example"))


async def test_a_host_cannot_make_a_strangers_actor_its_own(network: ScriptedNetwork) -> None:
    """T18."""
    says(network, "evil.example", "acct:alice@evil.example", ALICE)

    with pytest.raises(FetchFailed):
        await webfinger.lookup(client_on(network), "alice@evil.example")

    says(network, "good.example", "acct:alice@evil.example", "https://good.example/u/other")
    with pytest.raises(OriginMismatch):
        await webfinger.lookup(client_on(network), "alice@evil.example")


async def test_a_claimed_handle_of_another_host_is_not_shown(network: ScriptedNetwork) -> None:
    """T18."""
    mallory = "https://evil.example/u/1"
    says(network, "evil.example", "acct:m@evil.example", mallory, "acct:alice@good.example")
    says(network, "good.example", "acct:alice@good.example", ALICE)

    found = await webfinger.discover(client_on(network), "m@evil.example")

    assert found == webfinger.Found(mallory, Acct("m", "evil.example"))


async def test_a_claimed_handle_is_shown_when_its_host_confirms_it(
    network: ScriptedNetwork,
) -> None:
    says(network, "good.example", "acct:alice@good.example", ALICE, "acct:alice@brand.example")
    says(network, "brand.example", "acct:alice@brand.example", ALICE)

    found = await webfinger.discover(client_on(network), "alice@good.example")

    assert found.acct == Acct("alice", "brand.example")


async def test_at_most_three_questions_are_asked(network: ScriptedNetwork) -> None:
    says(network, "a.example", "acct:x@a.example", ALICE, "acct:x@c.example")
    says(network, "good.example", "acct:x@a.example", ALICE, "acct:x@d.example")
    says(network, "c.example", "acct:x@c.example", ALICE, "acct:x@e.example")

    await webfinger.discover(client_on(network), "x@a.example")

    assert len(network.requests) == 3


async def test_a_redirect_to_another_host_is_not_followed(network: ScriptedNetwork) -> None:
    resource = "acct:alice@good.example"
    network.redirect(finger(resource, "good.example"), finger(resource, "evil.example"))
    says(network, "evil.example", resource, ALICE)

    with pytest.raises(FetchFailed):
        await webfinger.lookup(client_on(network), "alice@good.example")


@pytest.mark.parametrize(
    "links",
    [
        None,
        [],
        "self",
        [5],
        [{"rel": "self"}],
        [{"rel": "self", "href": ALICE}],
        [{"rel": "self", "type": "text/html", "href": ALICE}],
        [{"rel": "self", "type": 5, "href": ALICE}],
        [{"rel": "self", "type": "application/activity+json", "href": 5}],
        [{"rel": "self", "type": "application/activity+json", "href": "/u/alice"}],
        [{"rel": "self", "type": "application/activity+json", "href": "http://good.example/u"}],
        [{"rel": "self", "type": "application/activity+json", "href": "javascript:alert(1)"}],
    ],
)
async def test_a_document_without_a_usable_actor_is_a_failed_lookup(
    network: ScriptedNetwork, links: Any
) -> None:
    url = finger("acct:alice@good.example", "good.example")
    network.serve(
        url, {"subject": "acct:alice@good.example", "links": links}, kind="application/json"
    )

    with pytest.raises(FederationError):
        await webfinger.lookup(client_on(network), "alice@good.example")


async def test_a_handle_at_a_private_address_is_not_looked_up(network: ScriptedNetwork) -> None:
    for handle in ("alice@10.0.0.1", "alice@169.254.169.254"):
        with pytest.raises(UnsafeAddress):
            await webfinger.lookup(client_on(network), handle)
    with pytest.raises(UnsafeAddress):
        await webfinger.lookup(client_on(network), "alice@good.example:8443")

    assert network.requests == []


async def test_an_instance_actor_is_found_by_its_origin(network: ScriptedNetwork) -> None:
    says(network, "good.example", "https://good.example/", "https://good.example/actor")

    actor = await webfinger.instance_actor(client_on(network), "good.example")

    assert actor == "https://good.example/actor"


async def test_an_instance_cannot_name_the_actor_of_another(network: ScriptedNetwork) -> None:
    says(network, "evil.example", "https://evil.example/", "https://good.example/actor")

    with pytest.raises(OriginMismatch):
        await webfinger.instance_actor(client_on(network), "evil.example")


async def test_development_peers_are_asked_over_http(network: ScriptedNetwork) -> None:
    base, actor = "http://localhost:8001/", "http://localhost:8001/actor"
    link = {"rel": "self", "type": "application/activity+json", "href": actor}
    url = f"{base}.well-known/webfinger?resource={quote(base, safe='')}"
    network.serve(url, {"subject": base, "links": [link]}, kind="application/jrd+json")

    ours = client_on(network, peers=["localhost:8001"])

    assert await webfinger.instance_actor(ours, "localhost:8001") == actor
