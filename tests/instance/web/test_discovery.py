"""Who is here, for servers that ask: WebFinger, host-meta, NodeInfo (federation.md 3, T64)."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from instance.models import Actor, Relationship
from instance.outbox import standing
from instance.services import channels, standings
from tests.browsing import Answer
from tests.cast import new
from tests.houses import House, Person
from tests.instance.queries import queries
from tests.outsiders import Outsider

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
WEBFINGER = "/.well-known/webfinger"


async def finger(house: House, resource: str, *rels: str, **signed: object) -> Answer:
    query = "&".join([f"resource={quote(resource, safe='')}", *(f"rel={quote(r)}" for r in rels)])
    return await house.asked(f"{WEBFINGER}?{query}", **signed)  # type: ignore[arg-type]


async def test_a_member_is_found_by_every_usual_form_of_their_name(
    mercy: House, lee: Person
) -> None:
    for resource in (
        "acct:lee@mercy.example",
        "acct:LEE@MERCY.example",
        "lee@mercy.example",
        "@lee@mercy.example",
        lee.uri,
        "https://Mercy.example/@lee",
    ):
        found = await finger(mercy, resource)
        assert found.status == 200, resource
        assert found.json["subject"] == "acct:lee@mercy.example"
        assert found.json["links"][0]["href"] == lee.uri
    assert found.header("content-type") == "application/jrd+json"
    assert found.header("access-control-allow-origin") == "*"


async def test_a_channel_and_the_institution_are_found_too(mercy: House) -> None:
    channel = await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")
    for resource in ("acct:rhythm@mercy.example", "https://mercy.example/channels/rhythm"):
        assert (await finger(mercy, resource)).json["aliases"][0] == channel.uri
    for resource in (
        "https://mercy.example",
        "https://mercy.example/",
        "acct:mercy.example@mercy.example",
    ):
        found = await finger(mercy, resource)
        assert found.json["links"][0]["href"] == "https://mercy.example/actor"


async def test_only_the_links_asked_for_are_given(mercy: House, lee: Person) -> None:
    found = await finger(mercy, "acct:lee@mercy.example", "self")
    assert [link["rel"] for link in found.json["links"]] == ["self"]


async def test_a_name_of_other_letters_is_compared_as_it_is_resolved(houses: object) -> None:
    house = await houses.open("Klinik", "hospital", "xn--bcher-kva.example")  # type: ignore[attr-defined]
    await house.person(new("lee", "Dr J. Lee", "cardiology"))
    for host in ("bücher.example", "BÜCHER.example", "xn--bcher-kva.example"):
        assert (await finger(house, f"acct:lee@{host}")).status == 200, host
    assert (await finger(house, "acct:lee@bucher.example")).status == 404


async def test_hidden_suspended_and_unknown_members_answer_alike(mercy: House, lee: Person) -> None:
    hidden = await mercy.person(new("hidden", "Dr H", "cardiology", is_public=False))
    lee.member.suspended_at = lee.member.created_at
    await mercy.at(lee.member.save)
    # At the moment when others learn of it: earlier than that, two names would go at once.
    now = datetime.now(UTC)
    await mercy.at(standing.changed, lee.member, now)
    await mercy.at(standings.publish_due, now + standing.SHOWN_WITHIN)
    unknown = await finger(mercy, "acct:nobody@mercy.example")
    assert unknown.status == 404
    for resource in ("acct:hidden@mercy.example", hidden.uri, "acct:lee@mercy.example", lee.uri):
        answer = await finger(mercy, resource)
        assert (answer.status, answer.body) == (404, unknown.body)
        assert answer.headers == unknown.headers
    elsewhere = await finger(mercy, "acct:lee@stlukes.example")
    assert (elsewhere.status, elsewhere.body) == (404, unknown.body)


async def test_finding_nobody_takes_the_same_look_ups_as_somebody_hidden(
    mercy: House, stlukes: House
) -> None:
    """T64: counted, not timed."""
    await mercy.person(new("hidden", "Dr H", "cardiology", is_public=False))
    for key in (None, await stlukes.institution_key()):
        made = []
        for name in ("hidden", "nobody"):
            with queries() as statements:
                await finger(mercy, f"acct:{name}@mercy.example", key=key)
            made.append(statements)
        assert made[0] == made[1]


@pytest.mark.parametrize("resource", ["", "acct:", "https://", "lee", "acct:lee@mercy.example@x"])
async def test_what_names_nobody_finds_nobody(mercy: House, lee: Person, resource: str) -> None:
    assert (await finger(mercy, resource)).status == (404 if resource else 400)
    assert (await mercy.asked(WEBFINGER)).status == 400


async def test_partners_find_a_hidden_member_who_may_be_invited(
    mercy: House, stlukes: House, okafor: Person, stranger: Outsider
) -> None:
    """11.1, the scope `directory`."""
    hidden = await mercy.person(new("hidden", "Dr H", "cardiology", is_public=False))
    resource, key = "acct:hidden@mercy.example", await stlukes.institution_key()
    assert (await finger(mercy, resource, key=key)).status == 404
    await mercy.at(lambda: Actor.filter(id=hidden.actor.id).update(allows_invitations=True))
    found = await finger(mercy, resource, key=key)
    assert found.json["links"][0]["href"] == hidden.uri
    assert found.header("cache-control") == "private, no-store"
    assert (await finger(mercy, resource)).status == 404
    assert (await finger(mercy, resource, key=stranger.rsa, form="cavage")).status == 404
    await mercy.at(lambda: Relationship.all().update(scopes=["consult"]))
    assert (await finger(mercy, resource, key=key)).status == 404


async def test_host_meta_leads_to_webfinger(mercy: House) -> None:
    template = "https://mercy.example/.well-known/webfinger?resource={uri}"
    xml = (await mercy.asked("/.well-known/host-meta")).text
    assert re.findall(r'template="([^"]+)"', xml) == [template]
    json = (await mercy.asked("/.well-known/host-meta.json")).json
    assert [link["template"] for link in json["links"]] == [template]


async def test_nodeinfo_says_what_we_are_and_nothing_of_who_is_here(
    mercy: House, stlukes: House, lee: Person
) -> None:
    links = (await mercy.asked("/.well-known/nodeinfo")).json["links"]
    found = await mercy.asked(links[0]["href"].removeprefix(mercy.origin))
    assert found.json["usage"] == {"users": {}}
    assert found.json["openRegistrations"] is False
    assert found.json["metadata"]["upstream"]["name"] == "Mastodon"
    for word in ("stlukes", "St. Luke", "lee", "partners"):
        assert word not in found.text
    assert found.header("access-control-allow-origin") == "*"
