"""What holds words of others stays readable for servers that process JSON-LD.

They refuse a document in which an inner context defines a protected term of an outer one anew, and
every version of the contexts of proofs does.
"""

from typing import Any

import pytest

from instance.models import Actor
from instance.services import channels
from tests.houses import House
from tests.outsiders import PUBLIC, Outsider

AS2 = ["https://www.w3.org/ns/activitystreams"]
OTHER = [*AS2, "https://w3id.org/security/data-integrity/v1"]
PROOF = {"@context": OTHER, "type": "DataIntegrityProof", "proofValue": "z1"}
PROVEN = {"@context": OTHER, "proof": PROOF}


@pytest.fixture
async def channel(mercy: House) -> Actor:
    return await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")


@pytest.fixture
async def create(mercy: House, channel: Actor, stranger: Outsider) -> dict[str, Any]:
    """A follower's post, proven by an older version of the context; announced."""
    follow = stranger.activity("Follow", channel.uri) | PROVEN
    assert (await stranger.sends(mercy, follow)).status == 202
    cc = [channel.uri]
    note = stranger.note(name="From elsewhere", to=[PUBLIC], cc=cc)
    proven = stranger.activity("Create", note, cc=cc) | PROVEN
    assert (await stranger.sends(mercy, proven)).status == 202
    await mercy.deliver()
    return proven


async def test_an_announce_of_what_others_wrote_defines_nothing_around_it(
    create: dict[str, Any], stranger: Outsider
) -> None:
    sent = [one.document for one in stranger.received if one.document["type"] == "Announce"]
    [wrapped] = [one for one in sent if one["object"] == create]
    assert wrapped["@context"] == AS2


async def test_an_accept_names_the_follow_without_what_came_with_it(
    create: dict[str, Any], channel: Actor, stranger: Outsider
) -> None:
    [accept] = [one.document for one in stranger.received if one.document["type"] == "Accept"]
    assert accept["object"] == {
        "id": f"{stranger.origin}/activities/Follow/1",
        "type": "Follow",
        "actor": stranger.uri,
        "object": channel.uri,
    }


async def test_a_page_of_what_others_wrote_defines_nothing_around_it(
    mercy: House, create: dict[str, Any], channel: Actor
) -> None:
    outbox = (await mercy.asked(channel.uri.removeprefix(mercy.origin) + "/outbox")).json
    page = (await mercy.asked(outbox["first"].removeprefix(mercy.origin))).json
    assert create in [item["object"] for item in page["orderedItems"]]
    assert page["@context"] == AS2
