"""Two servers notice that they disagree on who follows, and put it right (FEP-8fcf)."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from federation.signing import sign
from federation.synchronisation import NAME, Synchronisation, digest
from instance.inbox import synchronisation
from instance.models import Actor, Fetch, Follow
from instance.outbox.limits import Rate
from instance.services import channels, follows, posting
from tests.browsing import Answer
from tests.cast import LEE, OKAFOR, Houses, new
from tests.clinic import ask
from tests.houses import ACTIVITY, House, Person
from tests.network import Network, Sent
from tests.outsiders import Outsider


@pytest.fixture
async def rhythm(stlukes: House) -> Actor:
    return await stlukes.at(channels.create_channel, "rhythm", "Rhythm", "")


@pytest.fixture
async def followed(mercy: House, lee: Person, stranger: Outsider) -> Outsider:
    """Somebody elsewhere whom Lee follows."""
    row = await mercy.at(follows.follow_address, lee.actor, stranger.uri)
    await mercy.deliver()
    accept = stranger.activity("Accept", {"id": row.uri, "type": "Follow"})
    assert (await stranger.sends(mercy, accept)).status == 202
    return stranger


def header(sent: Sent, name: str = NAME) -> str:
    return {key.lower(): value for key, value in sent.headers.items()}.get(name.lower(), "")


async def posts(person: Person, group: Actor | None = None) -> None:
    await person.speaks(posting.start_thread, group, "A title", "A text")


async def tells(
    house: House, sender: Outsider, followers: list[str], *, is_signed: bool = True, **said: str
) -> Answer:
    """The sender says that these follow them from the house, in a header of a Create."""
    values = {
        "collection_id": f"{sender.uri}/followers",
        "url": f"{sender.uri}/followers_synchronization",
        "digest": digest(followers),
    }
    also = {NAME: Synchronisation(**(values | said)).to_header()}
    listed = {"id": values["url"], "type": "OrderedCollection", "orderedItems": followers}
    context = {"@context": "https://www.w3.org/ns/activitystreams"}
    sender.documents.setdefault(values["url"], context | listed)
    body = orjson.dumps(sender.activity("Create", sender.note()))
    url, now = f"{house.origin}/inbox", datetime.now(UTC)
    signed = sign("POST", url, body, sender.rsa, "cavage", now, also if is_signed else None)
    return await house.request(
        Sent("POST", url, {"Content-Type": ACTIVITY, **also, **signed}, body)
    )


async def following(house: House) -> list[str]:
    rows = await house.at(lambda: Follow.filter(follower__is_local=True).select_related("target"))
    return [row.target.uri for row in rows]


async def test_what_goes_to_followers_says_who_they_are_there(
    mercy: House, lee: Person, network: Network
) -> None:
    one, two = Outsider("one.example", "ann", network), Outsider("two.example", "bob", network)
    for server in (one, two):
        await server.sends(mercy, server.activity("Follow", lee.uri))
    await mercy.deliver()
    await posts(lee)
    await mercy.deliver()
    for server in (one, two):
        accept, create = server.received
        said = Synchronisation(
            f"{lee.uri}/followers", f"{lee.uri}/followers_synchronization", digest([server.uri])
        )
        assert header(create) == said.to_header()
        assert NAME.lower() in header(create, "signature").partition('headers="')[2]
        assert header(accept) == ""


async def test_a_consult_never_says_who_follows(
    houses: Houses, mercy: House, stlukes: House, lee: Person, network: Network
) -> None:
    await ask(lee, stlukes)
    await houses.settle()
    assert network.posts(stlukes.host)
    assert not [sent for sent in network.sent if header(sent)]


async def test_a_server_reads_its_own_members_alone(
    mercy: House, lee: Person, network: Network, blocked: Outsider
) -> None:
    one, two = Outsider("one.example", "ann", network), Outsider("two.example", "bob", network)
    for server in (one, two):
        await server.sends(mercy, server.activity("Follow", lee.uri))
    path = f"/u/{lee.actor.id}/followers_synchronization"
    answer = await one.asks(mercy, path)
    assert (answer.json["id"], answer.json["orderedItems"]) == (mercy.origin + path, [one.uri])
    assert answer.header("cache-control") == "private, no-store"
    assert (await mercy.asked(path)).status == 401
    assert (await blocked.asks(mercy, path)).status == 404
    hidden = await mercy.person(new("hidden", "Dr H", "cardiology", is_public=False))
    path = f"/u/{hidden.actor.id}/followers_synchronization"
    assert (await one.asks(mercy, path)).status == 404


async def test_a_digest_that_fits_causes_no_fetch(
    mercy: House, lee: Person, followed: Outsider, network: Network
) -> None:
    assert (await tells(mercy, followed, [lee.uri])).status == 202
    assert await mercy.at(lambda: Fetch.all().count()) == 0


async def test_who_is_not_on_the_list_no_longer_follows(
    mercy: House, lee: Person, followed: Outsider
) -> None:
    assert (await tells(mercy, followed, [])).status == 202
    await mercy.deliver()
    assert await following(mercy) == []


async def test_who_waits_for_an_answer_goes_on_waiting(
    mercy: House, lee: Person, followed: Outsider
) -> None:
    await mercy.at(lambda: Follow.all().update(state="pending"))
    other = "https://mercy.example/u/1"
    assert (await tells(mercy, followed, [other])).status == 202
    await mercy.deliver()
    assert await following(mercy) == [followed.uri]


async def test_who_waits_for_an_answer_is_not_accepted_by_a_list(
    mercy: House, lee: Person, followed: Outsider
) -> None:
    """T24."""
    await mercy.at(lambda: Follow.all().update(state="pending"))
    assert (await tells(mercy, followed, [lee.uri])).status == 202
    await mercy.deliver()
    [row] = await mercy.at(Follow.all)
    assert row.state == "pending"


async def test_who_is_on_the_list_and_does_not_follow_is_taken_back(
    mercy: House, lee: Person, followed: Outsider
) -> None:
    ruiz = await mercy.person(new("ruiz", "Dr C. Ruiz", "cardiology"))
    hidden = await mercy.person(new("hidden", "Dr H", "cardiology", is_public=False))
    followed.received.clear()
    listed = [lee.uri, ruiz.uri, hidden.uri, "https://mercy.example/u/1"]
    await tells(mercy, followed, listed)
    await mercy.deliver()
    (undo,) = followed.received
    assert (undo.document["type"], undo.document["actor"]) == ("Undo", ruiz.uri)
    inner = undo.document["object"]
    assert (inner["type"], inner["actor"], inner["object"]) == ("Follow", ruiz.uri, followed.uri)
    assert await following(mercy) == [followed.uri]


@pytest.mark.parametrize(
    "said",
    [
        {"is_signed": False},
        {"collection_id": "https://stranger.example/users/other/followers"},
        {"url": "https://elsewhere.example/users/mallory/followers_synchronization"},
        {"url": "https://mercy.example/u/1/followers_synchronization"},
    ],
)
async def test_what_a_sender_may_not_say_causes_no_fetch(
    mercy: House, lee: Person, followed: Outsider, said: dict[str, Any]
) -> None:
    assert (await tells(mercy, followed, [], **said)).status == 202
    assert await mercy.at(lambda: Fetch.all().count()) == 0
    assert await following(mercy) == [followed.uri]


async def test_a_list_that_is_not_read_to_its_end_changes_nothing(
    mercy: House, lee: Person, followed: Outsider
) -> None:
    url = f"{followed.uri}/followers_synchronization"
    page = {"id": f"{url}?page=1", "type": "OrderedCollectionPage", "orderedItems": [], "next": url}
    whole = {"@context": "https://www.w3.org/ns/activitystreams", "id": url}
    followed.documents[url] = whole | {"type": "OrderedCollection", "first": page}
    await tells(mercy, followed, [])
    await mercy.deliver()
    assert await following(mercy) == [followed.uri]


async def test_two_institutions_agree_again(
    houses: Houses, mercy: House, stlukes: House, rhythm: Actor, network: Network
) -> None:
    lee, okafor = await mercy.person(LEE), await stlukes.person(OKAFOR)
    await mercy.at(follows.follow_address, lee.actor, rhythm.uri)
    ruiz = await mercy.person(new("ruiz", "Dr C. Ruiz", "cardiology"))
    await mercy.at(follows.follow_address, ruiz.actor, rhythm.uri)
    await houses.settle()
    await stlukes.at(lambda: Follow.filter(follower__uri=lee.uri).delete())
    await posts(okafor, rhythm)
    await houses.settle()
    rows = await mercy.at(lambda: Follow.all().select_related("follower"))
    assert [row.follower.uri for row in rows] == [ruiz.uri]
    await mercy.at(lambda: Follow.all().delete())
    await mercy.at(follows.follow_address, lee.actor, rhythm.uri)
    mercy.institution.limits.followers_lists = Rate()  # as a minute later
    await houses.settle()
    await posts(okafor, rhythm)
    await houses.settle()
    rows = await stlukes.at(lambda: Follow.all().select_related("follower"))
    assert [row.follower.uri for row in rows] == [lee.uri]


async def test_a_list_is_asked_for_once_a_minute(
    mercy: House, lee: Person, followed: Outsider, network: Network
) -> None:
    ruiz = await mercy.person(new("ruiz", "Dr C. Ruiz", "cardiology"))
    for _ in range(3):
        await tells(mercy, followed, [lee.uri, ruiz.uri])
        await mercy.deliver()
    assert len([sent for sent in network.sent if sent.url.endswith("_synchronization")]) == 1


async def test_nobody_ends_what_somebody_else_follows(
    mercy: House, lee: Person, stranger: Outsider, network: Network
) -> None:
    """T22: of an embedded Follow nothing counts but whom the signer no longer follows."""
    other = Outsider("other.example", "olga", network)
    await other.sends(mercy, other.activity("Follow", lee.uri))
    inner = {"type": "Follow", "actor": other.uri, "object": lee.uri}
    forged = stranger.activity("Undo", {"id": f"{stranger.uri}/follows/1", **inner})
    assert (await stranger.sends(mercy, forged)).status == 202
    assert await mercy.at(lambda: Follow.filter(target_id=lee.actor.id).count()) == 1


async def test_a_list_of_any_length_is_no_reason_to_fail(mercy: House, followed: Outsider) -> None:
    url = f"{followed.origin}/{'x' * 600}"
    assert (await tells(mercy, followed, [], url=url)).status == 202
    assert await mercy.at(lambda: Fetch.all().count()) == 0


async def test_one_list_makes_us_send_only_so_much(
    mercy: House, lee: Person, followed: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T76: it names members of ours who never followed; each is taken back with an Undo."""
    monkeypatch.setattr(synchronisation, "_DISOWNED_MOST", 2)
    named = [await mercy.person(new(f"reader{n}", f"Dr Reader {n}")) for n in range(4)]
    followed.received.clear()
    await tells(mercy, followed, [lee.uri, *(person.uri for person in named)])
    await mercy.deliver()
    assert [sent.document["type"] for sent in followed.received] == ["Undo", "Undo"]
