"""What applications find: people, channels, hashtags, posts; and what is at an address."""

from datetime import UTC, datetime

import pytest

from instance.models import Actor, ActorKind, Block, Member, Role
from instance.outbox import finding
from instance.services import account_search, channels, follows, hosts, posting
from instance.web.api import rates
from tests.cast import OKAFOR, new
from tests.clients import Phone, installed, signed_in
from tests.clinic import ask
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    return await signed_in(mercy, "lee")


async def accounts(phone: Phone, query: str) -> list[str]:
    return [one["acct"] for one in (await phone.reads(f"/api/v2/search?{query}"))["accounts"]]


async def statuses(phone: Phone, query: str) -> list[str]:
    return [one["uri"] for one in (await phone.reads(f"/api/v2/search?{query}"))["statuses"]]


async def test_people_and_channels_are_completed_while_they_are_typed(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    await mercy.person(new("jolene", "Dr Jürgen Öst", "cardiology"))
    jo = await mercy.person(new("jo", "Dr Jo Nobody"))
    await mercy.person(new("jorge", "Dr Hidden Name", pseudonym="night_jogger", is_public=False))
    asked = "/api/v1/accounts/search?q="

    async def named(typed: str) -> list[str]:
        return [one["acct"] for one in await phone.reads(asked + typed)]

    assert await named("jo") == ["jo", "jolene", "jorge"]
    assert await named("jurg%20ost") == ["jolene"]
    assert await named("@jol") == ["jolene"]
    assert (await named("!wards"), await named("better")) == (["wards"], ["wards"])
    assert await named("!jo%40mercy.example") == []
    assert await named("night") == [] and await named("night_jogger") == ["night_jogger"]
    assert await named("consult") == [] and await named("") == []
    await mercy.at(follows.follow, lee.actor, wards)
    assert [one["acct"] for one in await phone.reads(asked + "w&following=true")] == ["wards"]
    assert await phone.reads(asked + "jo&following=true") == []
    assert (await phone.reads(asked + "jo&limit=1&offset=1"))[0]["acct"] == "jolene"
    await mercy.at(lambda: Member.filter(id=jo.member.id).update(suspended_at=jo.actor.created_at))
    assert "jo" not in await named("nobody")


async def test_what_is_found_is_three_lists_whatever_is_asked(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "Better nights", "Wards at night. #Wards")
    found = await phone.reads("/api/v2/search?q=ward")
    assert set(found) == {"accounts", "statuses", "hashtags"}
    assert [one["acct"] for one in found["accounts"]] == ["wards"]
    assert [one["id"] for one in found["statuses"]] == [str(post.id)]
    [tag] = found["hashtags"]
    assert (tag["name"], tag["url"]) == ("Wards", "https://mercy.example/tags/wards")
    assert len(tag["history"]) == 7 and tag["history"][0]["uses"] == "1"
    for kind in ("accounts", "statuses", "hashtags"):
        of_kind = await phone.reads(f"/api/v2/search?q=ward&type={kind}")
        assert [name for name, rows in of_kind.items() if rows] == [kind]
    assert (await phone.reads("/api/v1/search?q=ward"))["hashtags"] == ["Wards"]
    only = await phone.reads("/api/v2/search?q=%23ward")
    assert (only["accounts"], only["statuses"], len(only["hashtags"])) == ([], [], 1)
    assert await statuses(phone, f"q=ward&account_id={wards.id}") == []
    assert await statuses(phone, f"q=ward&account_id={lee.actor.id}") == [post.uri]
    for odd in ("q=", "", "q=ward&offset=99999999999&limit=-1", "q=" + "w " * 900):
        assert (await phone.get(f"/api/v2/search?{odd}")).status in (200, 400), odd

    visitor = await installed(mercy)
    open_to_all = await visitor.reads("/api/v2/search?q=ward")
    assert open_to_all["statuses"] == [] and len(open_to_all["accounts"]) == 1
    for more in ("resolve=true", "offset=1"):
        assert (await visitor.get(f"/api/v2/search?q=ward&{more}")).status == 401
    reader = await signed_in(mercy, "lee", "read:statuses")
    assert (await reader.get("/api/v2/search?q=ward")).status == 403


async def test_what_is_known_here_is_found_at_its_address_without_asking_anybody(
    mercy: House,
    network: Network,
    wards: Actor,
    lee: Person,
    phone: Phone,
    stranger: Outsider,
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", "Text")
    answer = await lee.speaks(posting.reply, post, "More")
    page = "https://stranger.example/@mallory/1"
    note = stranger.note(to=["as:Public", wards.uri], url=page)
    await stranger.sends(mercy, stranger.activity("Create", note))
    author = {"page_url": "https://stranger.example/@mallory"}
    await mercy.at(lambda: Actor.filter(uri=stranger.uri).update(**author))
    before = len(network.sent)

    at = {
        f"https://mercy.example/t/{post.thread_id}": post.uri,
        f"https://mercy.example/t/{post.thread_id}%23p-{answer.id}": answer.uri,
        answer.uri: answer.uri,
        note["id"]: note["id"],
        page: note["id"],
    }
    for url, uri in at.items():
        assert await statuses(phone, f"q={url}&resolve=true") == [uri], url
    people = {
        lee.actor.uri: "lee",
        "https://mercy.example/@Lee": "lee",
        "https://mercy.example/channels/wards": "wards",
        "!wards@mercy.example": "wards",
        "@lee@mercy.example": "lee",
        stranger.uri: "mallory@stranger.example",
        author["page_url"]: "mallory@stranger.example",
        "@mallory@stranger.example": "mallory@stranger.example",
    }
    for url, acct in people.items():
        assert await accounts(phone, f"q={url}&resolve=true") == [acct], url
    assert len(network.sent) == before


async def test_an_address_that_is_not_known_is_asked_for_once_and_by_members_alone(
    mercy: House, network: Network, lee: Person, phone: Phone, stranger: Outsider
) -> None:
    """T35, T39: nothing is fetched of a server that is blocked, nor for visitors."""
    note = stranger.note(url="https://stranger.example/@mallory/1")
    stranger.documents[note["id"]] = stranger.documents[note["url"]] = note
    asked, visitor = f"q={note['url']}", await installed(mercy)

    assert await statuses(phone, asked) == [] and await statuses(visitor, asked) == []
    owner = await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    await mercy.at(hosts.block, owner.member, "stranger.example")
    for typed in (note["url"], stranger.uri, "@mallory@stranger.example"):
        assert (await phone.reads(f"/api/v2/search?q={typed}&resolve=true"))["accounts"] == []
    assert network.sent == []

    await mercy.at(hosts.unblock, owner.member, "stranger.example")
    assert await statuses(phone, f"{asked}&resolve=true") == [note["id"]]
    number = len(network.sent)
    assert number > 0 and await statuses(phone, f"{asked}&resolve=true") == [note["id"]]
    assert await accounts(phone, f"q={stranger.uri}&resolve=true") == ["mallory@stranger.example"]
    assert len(network.sent) == number
    consult = f"https://mercy.example/k/{(await ask(lee)).id}"
    assert await statuses(phone, f"q={consult}&resolve=true") == []


async def test_somebody_is_found_at_their_address_at_another_institution(
    mercy: House, stlukes: House, lee: Person, okafor: Person, phone: Phone
) -> None:
    await stlukes.person(new("shy", "Dr S. Hy", is_public=False))
    heart = await stlukes.at(channels.create_channel, "heart", "Heart", "Hearts.")
    asked = "/api/v1/accounts/search?resolve=true&q="
    for typed, acct in {
        "@okafor@stlukes.example": ["okafor@stlukes.example"],
        "!heart@stlukes.example": ["heart@stlukes.example"],
        "@nobody@stlukes.example": [],
        "@nobody@nowhere.example": [],
    }.items():
        assert [one["acct"] for one in await phone.reads(asked + typed)] == acct, typed
    assert await accounts(phone, f"q={heart.uri}&resolve=true") == ["heart@stlukes.example"]


async def test_too_many_look_ups_are_refused_and_cost_nothing(
    mercy: House, network: Network, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "LOOK_UPS", rates.Limit(2, rates.LOOK_UPS.within))
    asked = "/api/v2/search?resolve=true&q=https://nowhere.example/"
    answers = [await phone.get(f"{asked}{number}") for number in range(4)]
    assert [one.status for one in answers] == [200, 200, 429, 429]
    assert (await phone.get("/api/v2/search?q=https://nowhere.example/9")).status == 200


async def test_who_is_blocked_stays_findable_and_what_they_wrote_does_not(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    """toot unblocks by search; and nobody learns from it that they are blocked (T25)."""
    other = await mercy.person(OKAFOR)
    await other.speaks(posting.start_thread, wards, "Heparin", "Heparin at night. #Nights")
    theirs = await signed_in(mercy, "okafor")
    before = await theirs.reads("/api/v2/search?q=lee")
    await mercy.at(lambda: Block.create(uri="x:1", actor=lee.actor, target=other.actor))

    assert await accounts(phone, "q=okafor") == ["okafor"]
    assert await statuses(phone, "q=heparin") == []
    assert await phone.reads("/api/v1/timelines/tag/nights") == []
    assert await theirs.reads("/api/v2/search?q=lee") == before


async def test_who_is_known_from_a_consult_alone_takes_nobodys_place(
    mercy: House, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T50: what is found does not differ for it."""
    monkeypatch.setattr(account_search, "_ROUNDS", (2, 4, 100))

    async def knows(handle: str, proven_at: datetime | None = None) -> None:
        uri = f"https://there.example/u/{handle}"
        new = Actor(uri=uri, kind=ActorKind.PERSON, host="there.example", handle=handle, inbox=uri)
        new.proven_at = proven_at
        await new.save(force_create=True)
        await finding.keep(new)

    await mercy.at(knows, "hidalgo")
    for number in range(5):
        await mercy.at(knows, f"hidden{number}", datetime.now(UTC))
    assert await accounts(phone, "q=hid") == ["hidalgo@there.example"]
    assert await accounts(phone, "q=@hidden1@there.example") == []
