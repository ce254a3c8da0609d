"""Values that no column of ours holds: refused, cut or passed over, and never our failure."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from instance.models import Actor, Consult, Post, Thread
from instance.outbox.posts import TITLE_LENGTH
from instance.services import channels
from tests.clinic import ask
from tests.forging import Writer, proven, said
from tests.houses import House, Person
from tests.outsiders import PUBLIC, Outsider

LONG = "https://stranger.example/" + "x" * 600
EARLY, LATE = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"


@pytest.fixture
async def wards(mercy: House) -> AsyncIterator[Actor]:
    yield await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")


async def status(house: House, group: Actor, who: Outsider, **members: Any) -> int:
    note = who.note(to=[PUBLIC, group.uri], audience=group.uri) | members
    activity = who.activity("Create", note, to=[PUBLIC, group.uri])
    return (await who.sends(house, activity)).status


@pytest.mark.parametrize(
    "name", ["id", "inReplyTo", "context", "audience", "attributedTo", "to", "cc"]
)
@pytest.mark.parametrize("wrap", [lambda uri: uri, lambda uri: [uri], lambda uri: {"id": uri}])
async def test_an_id_that_is_too_long_is_refused(
    mercy: House, wards: Actor, stranger: Outsider, name: str, wrap: Any
) -> None:
    before = await mercy.rows()
    assert await status(mercy, wards, stranger, **{name: wrap(LONG)}) in (400, 403)
    assert await mercy.rows() == before


@pytest.mark.parametrize("published", [EARLY, LATE, "2020", "20200101", "x" * 600, 7, None, []])
async def test_a_time_that_is_none_does_not_matter(
    mercy: House, wards: Actor, stranger: Outsider, published: Any
) -> None:
    assert await status(mercy, wards, stranger, published=published) == 202
    post = await mercy.at(lambda: Post.get().select_related("thread"))
    assert post.published_at.year >= 2026
    page = await mercy.visitor().get(f"/t/{post.thread_id}")
    assert page.status == 200 and "hello" in page.text


@pytest.mark.parametrize("name", ["x" * 5000, 7, {"en": "x"}, ["a"], "\U0001f600" * 300, ""])
async def test_a_title_is_cut_or_made_of_the_content(
    mercy: House, wards: Actor, stranger: Outsider, name: Any
) -> None:
    assert await status(mercy, wards, stranger, name=name, url=LONG) == 202
    thread = await mercy.at(Thread.get)
    usable = isinstance(name, str) and name
    assert thread.title == (str(name)[:TITLE_LENGTH] if usable else "hello")


@pytest.mark.parametrize(
    "members",
    [
        *({"id": LONG}, {"inbox": LONG}, {"followers": LONG}, {"name": "x" * 5000}),
        *({"endpoints": {"sharedInbox": LONG}}, {"url": LONG}, {"url": [7]}, {"summary": {}}),
        *({"preferredUsername": "x" * 5000}, {"preferredUsername": ["x"]}, {"endpoints": LONG}),
        *({"published": EARLY}, {"alsoKnownAs": LONG}, {"movedTo": 7}, {"outbox": LONG}),
    ],
    ids=lambda members: next(iter(members)),
)
async def test_an_actor_with_odd_members_is_taken_or_refused(
    mercy: House, wards: Actor, stranger: Outsider, members: dict[str, Any]
) -> None:
    stranger.documents[stranger.uri] = stranger.actor() | members
    assert await status(mercy, wards, stranger) in (202, 400, 401)


@pytest.mark.parametrize("handle", ["lee@mercy.example", "a/b", "two words", "", None, ["x"]])
async def test_who_says_no_fit_handle_has_the_end_of_their_id(
    mercy: House, wards: Actor, stranger: Outsider, handle: Any
) -> None:
    """T19: a name with an @ of its own would seem to be of another host, and none is nobody's."""
    stranger.documents[stranger.uri]["preferredUsername"] = handle
    assert await status(mercy, wards, stranger) == 202
    assert (await mercy.at(Actor.get, uri=stranger.uri)).handle == "mallory"


async def test_a_host_that_is_too_long_with_its_port_is_refused(
    mercy: House, stranger: Outsider
) -> None:
    host = ".".join(["a" * 61] * 4) + ".b:65535"
    stranger.rsa = type(stranger.rsa)(
        f"https://{host}/u/1#main-key", stranger.uri, stranger.rsa.key
    )
    answer = await stranger.sends(mercy, stranger.activity("Create", stranger.note()))
    assert answer.status in (400, 401)


async def test_a_time_that_no_reader_could_take_is_refused_by_the_owner(
    mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult: Consult = await ask(lee, stlukes)
    writer = await Writer.of(mercy, consult)
    for published in (EARLY, LATE, "yesterday", 7):
        document = proven(await said(writer, okafor, published=published), await okafor.key())
        assert (await mercy.receives(document, await okafor.key())).status == 400
