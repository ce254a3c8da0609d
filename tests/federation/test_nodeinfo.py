"""NodeInfo says that we are here, and nothing about who uses it."""

from typing import Any

import pytest

from federation import nodeinfo
from federation.errors import FederationError, FetchFailed, OriginMismatch
from tests.federation.scripted import ScriptedNetwork, client_on

PEER = "https://cardio.example"
REL = "http://nodeinfo.diaspora.software/ns/schema/2.1"


@pytest.fixture
def network() -> ScriptedNetwork:
    return ScriptedNetwork()


def peer_says(network: ScriptedNetwork, software: Any, href: str = f"{PEER}/nodeinfo/2.1") -> None:
    links = {"links": [{"rel": REL, "href": href}]}
    network.serve(f"{PEER}/.well-known/nodeinfo", links, kind="application/json")
    network.serve(href, {"software": software}, kind="application/json")


def test_the_document_has_what_the_schema_asks_and_no_more() -> None:
    document = nodeinfo.build_document(
        version="0.1.0", node_name="Mercy General", mastodon_version="4.3.0"
    )

    assert document == {
        "version": "2.1",
        "software": {"name": "curbside", "version": "0.1.0"},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": {"users": {}},
        "metadata": {
            "nodeName": "Mercy General",
            "upstream": {"name": "Mastodon", "version": "4.3.0"},
        },
    }


def test_members_are_counted_only_when_the_operator_says_so() -> None:
    document = nodeinfo.build_document(
        version="0", node_name="x", mastodon_version="4", users={"total": 12}
    )

    assert document["usage"] == {"users": {"total": 12}}


def test_the_well_known_document_leads_to_it() -> None:
    assert nodeinfo.build_links(PEER) == {"links": [{"rel": REL, "href": f"{PEER}/nodeinfo/2.1"}]}


async def test_a_peer_says_what_software_it_is(network: ScriptedNetwork) -> None:
    peer_says(network, {"name": "mastodon", "version": "4.5.0"})

    assert await nodeinfo.software_name(client_on(network), PEER) == "mastodon"


@pytest.mark.parametrize(
    "software", [None, "mastodon", {}, {"name": 5}, {"name": "<b>x</b>"}, {"name": "x" * 65}]
)
async def test_a_name_that_is_no_name_is_none(network: ScriptedNetwork, software: Any) -> None:
    peer_says(network, software)

    assert await nodeinfo.software_name(client_on(network), PEER) is None


@pytest.mark.parametrize(
    "href",
    [
        "https://victim.example/nodeinfo/2.1",
        "http://cardio.example/nodeinfo/2.1",
        "https://169.254.169.254/latest",
        "data:application/json,{}",
        "file:///etc/passwd",
        "/nodeinfo/2.1",
    ],
)
async def test_the_link_cannot_send_us_elsewhere(network: ScriptedNetwork, href: str) -> None:
    peer_says(network, {"name": "mastodon"}, href)

    with pytest.raises(FederationError):
        await nodeinfo.software_name(client_on(network), PEER)

    assert network.asked == [f"{PEER}/.well-known/nodeinfo"]


async def test_neither_document_may_redirect_to_another_host(network: ScriptedNetwork) -> None:
    peer_says(network, {"name": "mastodon"})
    network.redirect(f"{PEER}/nodeinfo/2.1", "https://victim.example/x")

    with pytest.raises(FetchFailed):
        await nodeinfo.software_name(client_on(network), PEER)

    assert "https://victim.example/x" not in network.asked


@pytest.mark.parametrize(
    "links", [None, [], "x", [5], [{"rel": 5, "href": 5}], [{"rel": "x", "href": "y"}]]
)
async def test_a_peer_without_nodeinfo_is_a_failed_fetch(
    network: ScriptedNetwork, links: Any
) -> None:
    network.serve(f"{PEER}/.well-known/nodeinfo", {"links": links}, kind="application/json")

    with pytest.raises(FetchFailed):
        await nodeinfo.software_name(client_on(network), PEER)


async def test_the_origin_of_a_link_is_compared_with_its_port(network: ScriptedNetwork) -> None:
    peer_says(network, {"name": "mastodon"}, f"{PEER}:8443/nodeinfo/2.1")

    with pytest.raises(OriginMismatch):
        await nodeinfo.software_name(client_on(network), PEER)
