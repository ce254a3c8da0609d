"""What answers a member is handed on to the member's followers, unchanged (7, AP 7.1.2)."""

from typing import Any

import orjson
import pytest

from instance.models import Fetch, Post
from instance.services import follows, posting
from tests.cast import OKAFOR, Houses
from tests.forging import proven
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider


@pytest.fixture
async def starter(lee: Person) -> Post:
    return await lee.speaks(posting.start_thread, None, "A title", "A text")


@pytest.fixture
async def reader(mercy: House, lee: Person, network: Network) -> Outsider:
    """Follows Lee from a server that the answer does not reach by itself."""
    found = Outsider("reader.example", "rita", network)
    await found.sends(mercy, found.activity("Follow", lee.uri))
    await mercy.deliver()
    found.received.clear()
    return found


def answering(
    author: Outsider, uri: str, *cc: str, to: tuple[str, ...] = (PUBLIC,)
) -> dict[str, Any]:
    audience: dict[str, Any] = {"to": list(to), "cc": list(cc)}
    note = author.note(inReplyTo=uri, **audience)
    author.documents[note["id"]] = {"@context": "https://www.w3.org/ns/activitystreams", **note}
    return author.activity("Create", note, **audience)


async def test_an_answer_reaches_the_followers_byte_for_byte(
    mercy: House, lee: Person, starter: Post, reader: Outsider, stranger: Outsider
) -> None:
    create = answering(stranger, starter.uri, f"{lee.uri}/followers")
    await stranger.sends(mercy, create)
    await mercy.deliver()
    (sent,) = [sent for sent in reader.received if sent.document["id"] == create["id"]]
    assert sent.body == orjson.dumps(create)
    signature = {name.lower(): value for name, value in sent.headers.items()}["signature"]
    assert f'keyId="{lee.uri}#main-key-1"' in signature


async def test_another_institution_reads_it_where_it_was_written(
    houses: Houses, mercy: House, stlukes: House, lee: Person, stranger: Outsider
) -> None:
    okafor = await stlukes.person(OKAFOR)
    await stlukes.at(follows.follow_address, okafor.actor, lee.uri)
    await houses.settle()
    post = await lee.speaks(posting.start_thread, None, "A title", "A text")
    await houses.settle()
    create = answering(stranger, post.uri, f"{lee.uri}/followers")
    await stranger.sends(mercy, create)
    await houses.settle()
    assert await stlukes.at(Post.exists, uri=create["object"]["id"])


@pytest.mark.parametrize("why", ["not to followers", "not public", "not to us", "its own server"])
async def test_nothing_else_is_handed_on(
    mercy: House, lee: Person, starter: Post, reader: Outsider, stranger: Outsider, why: str
) -> None:
    followers = f"{lee.uri}/followers"
    author = reader if why == "its own server" else stranger
    foreign = answering(author, starter.uri)
    await author.sends(mercy, foreign)
    create = {
        "not to followers": answering(author, starter.uri, author.uri),
        "not public": answering(author, starter.uri, to=(followers,)),
        "not to us": answering(author, foreign["object"]["id"], followers),
        "its own server": answering(author, starter.uri, followers),
    }[why]
    create["object"]["id"] += "0"
    await author.sends(mercy, create | {"id": create["id"] + "0"})
    await mercy.deliver()
    assert [sent for sent in reader.received if sent.document["type"] == "Create"] == []


async def test_what_was_handed_on_to_us_is_not_handed_on_again(
    mercy: House, lee: Person, starter: Post, reader: Outsider, stranger: Outsider, network: Network
) -> None:
    other = Outsider("other.example", "olga", network)
    create = answering(other, starter.uri, f"{lee.uri}/followers")
    await stranger.sends(mercy, create)
    await mercy.deliver()
    assert await mercy.at(Post.exists, uri=create["object"]["id"])
    assert [sent for sent in reader.received if sent.document["type"] == "Create"] == []


async def test_a_proof_that_does_not_fit_is_refused_even_where_none_was_needed(
    mercy: House, starter: Post, reader: Outsider, stranger: Outsider
) -> None:
    """By whom it is about itself, and handed on, though its own server would serve it."""
    await stranger.sends(mercy, stranger.activity("Like", starter.uri))  # its keys are here now
    right = proven(answering(stranger, starter.uri), stranger.ed25519)
    wrong = {**right, "object": {**right["object"], "content": "<p>Other words.</p>"}}
    for sender in (stranger, reader):
        assert (await sender.sends(mercy, wrong)).status == 401
    assert not await mercy.at(Fetch.exists)
    elsewhere = {**wrong["proof"], "verificationMethod": "did:key:z6MkehRgf7yJbgaGfYsdoAsKd"}
    assert (await stranger.sends(mercy, wrong | {"proof": elsewhere})).status == 202
    assert await mercy.at(Post.exists, uri=right["object"]["id"])


async def test_what_was_not_handed_on_yet_when_it_was_deleted_never_is(
    mercy: House, lee: Person, starter: Post, reader: Outsider, stranger: Outsider
) -> None:
    create = answering(stranger, starter.uri, f"{lee.uri}/followers")
    audience = {"to": create["to"], "cc": create["cc"]}
    later = {**create["object"], "content": "Other words", "updated": "2099-01-01T00:00:00Z"}
    await stranger.sends(mercy, create)
    await stranger.sends(mercy, stranger.activity("Update", later, 2, **audience))
    await stranger.sends(mercy, stranger.activity("Delete", later["id"], 3, **audience))
    await mercy.deliver()
    assert [sent.document["type"] for sent in reader.received] == ["Delete"]
