"""Peers cannot link two actors of one member (F-ACT-2): whatever a partner is served or sent of
them has no more in common than it has with that of somebody else with the same standing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from math import gcd
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from federation import keys
from federation.keys import PrivateKey
from instance.errors import FormRefused
from instance.models import Actor, ActorKey, Level, Post, Role, Standing
from instance.outbox import issuing
from instance.services import actor_updates, channels, follows, lifecycle, moving, posting, profiles
from instance.services import standings as showing
from tests.cast import Houses, new
from tests.houses import PASSWORD, House, Person
from tests.network import Network, Sent
from tests.outsiders import Outsider
from tests.polling import ask_all, choose
from tests.takeaway import HERE

# Of a statement: dates drawn for each, of a few days that exist; another test looks at them.
_DRAWN = ("validFrom", "validUntil", "created", "proofValue")
FAR = 60_000  # milliseconds between the ids of what was made in one moment
MATERIAL = ("publicKeyPem", "publicKeyMultibase")
TWINS = ("alder", "birch", "cedar")
_new_rsa = keys.new_rsa  # the cast shares a few


@pytest.fixture
async def names(mercy: House) -> list[Actor]:
    """Two of one member, and one of another who is alike in all that a standing says."""
    values: dict[str, Any] = {"level": Level.VERIFIED, "is_public": True}
    both = await mercy.person(new(TWINS[0], "A", "cardiology", pseudonym=TWINS[1], **values))
    other = await mercy.person(new(TWINS[2], "B", "cardiology", **values))
    assert both.pseudonym is not None
    return [both.actor, both.pseudonym, other.actor]


@pytest.fixture
async def key(stlukes: House) -> PrivateKey:
    return await stlukes.institution_key()


@pytest.fixture
def own_rsa_keys(quick_keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "new_rsa", _new_rsa)


async def active(person: Person, question: Post, group: Actor) -> None:
    own = person.actor
    await person.speaks(follows.follow, group)
    await person.does(profiles.change, own, {"about": own.handle}, {"about": "public"})
    await person.speaks(posting.reply, question, f"Words of {own.handle}.")


def leaves(value: Any, name: str = "") -> Iterator[str]:
    """Every value of a document, with the name it stands under."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one, name)
    elif name not in _DRAWN:
        yield f"{name}: {value}"


async def served(house: House, own: Actor, key: PrivateKey) -> set[str]:
    """All that a partner reads of an actor, one link after the other."""
    path = own.uri.removeprefix(house.origin)
    asked = [path, f"{path}/outbox", f"{path}/outbox?page=1", f"{path}/followers"]
    asked += [f"{path}/following", f"{path}/featured", f"{path}/followers_synchronization"]
    asked.append(f"/.well-known/webfinger?resource=acct:{own.handle}@{house.host}")
    found: set[str] = set()
    for one in asked:
        answer = await house.asked(one, key)
        if answer.status == 200:
            found |= set(leaves(answer.json))
            found |= {
                f"{n}: {v}" for n, v in answer.headers if n.lower() in ("etag", "last-modified")
            }
    return found


def told(sent: Sequence[Sent], own: Actor) -> set[str]:
    """All that others were sent in this name, but when."""
    found: set[str] = set()
    for one in sent:
        if one.method == "POST" and one.document["actor"] == own.uri:
            found |= set(leaves(one.document)) | {f"header: {name}" for name in one.headers}
    return {leaf for leaf in found if not leaf.startswith(("published", "updated"))}


async def people(house: House, names: Sequence[Actor]) -> list[Person]:
    for own in names:
        await house.at(own.fetch_related, "member")
    return [Person(house, own.member, own) for own in names if own.member is not None]


def shared_by_two_alone(found: list[set[str]]) -> set[str]:
    first, second, other = found
    return (first & second) - other


async def test_what_a_partner_reads_of_two_names_has_nothing_of_its_own_in_common(
    mercy: House, stlukes: House, names: list[Actor], key: PrivateKey, lee: Person
) -> None:
    group = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    asked = await ask_all(lee, group)
    for person in await people(mercy, names):
        await active(person, asked, group)
    found = [await served(mercy, own, key) for own in names]
    assert all(len(one) > 40 for one in found)
    theirs = [
        {leaf for leaf in one if not leaf.startswith(("published", "updated"))} for one in found
    ]
    assert shared_by_two_alone(theirs) == set()
    joined = shared_by_two_alone([theirs[0] | {"x: 1"}, theirs[1] | {"x: 1"}, theirs[2]])
    assert joined == {"x: 1"}  # it would be seen


async def test_ids_of_two_names_made_in_one_moment_are_far_apart(mercy: House) -> None:
    """Sorted by their ids, two names of one member do not stand together."""
    pairs = []
    for number in range(8):
        both = await mercy.person(new(f"p{number}", "P", pseudonym=f"q{number}"))
        assert both.pseudonym is not None
        pairs.append((both.actor, both.pseudonym))
    for first, second in pairs:
        assert abs(first.id - second.id) >> 16 > FAR
    ordered = sorted((own.id, number) for number, pair in enumerate(pairs) for own in pair)
    neighbours = [one[1] == two[1] for one, two in pairwise(ordered)]
    assert not all(neighbours[::2])
    shown = await mercy.at(lambda: ActorKey.filter(actor_id__in=[p.id for p, _ in pairs]))
    numbers = {row.uri.rpartition("#")[2] for row in shown}
    assert numbers == {"main-key-1", "ed25519-1"}  # nothing of when they were made


async def test_two_names_are_suspended_at_moments_of_their_own(
    houses: Houses,
    mercy: House,
    stlukes: House,
    names: list[Actor],
    key: PrivateKey,
    network: Network,
) -> None:
    """To whoever looks them up, reads their statement or is told that they changed."""
    officer = await mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    for own in names:
        await mercy.asked(own.uri.removeprefix(mercy.origin), key)  # the partner knows them
    await officer.does(lifecycle.suspend, TWINS[0], "A complaint, file 12.", datetime.now(UTC))
    assert await found_by_name(mercy) == [True, True, True]
    rows = await mercy.at(
        lambda: Standing.filter(actor_id__in=[own.id for own in names[:2]]).order_by("due_at")
    )
    first, second = [row.due_at for row in rows if row.due_at]
    assert second - first > timedelta(0)
    network.sent.clear()
    await mercy.at(showing.publish_due, first)
    await houses.settle()
    assert sorted(await found_by_name(mercy)) == [False, True, True]
    assert len(updated(network)) == 1
    await mercy.at(showing.publish_due, first + timedelta(minutes=10))
    await houses.settle()
    assert await found_by_name(mercy) == [False, False, True]
    assert len(updated(network)) == 2


async def found_by_name(house: House) -> list[bool]:
    path = f"/.well-known/webfinger?resource=acct:%s@{house.host}"
    return [(await house.asked(path % name)).status == 200 for name in TWINS]


def updated(network: Network) -> list[str]:
    """Of whom a partner was told, each time."""
    sent = [one.document for one in network.sent if one.method == "POST"]
    return [str(one["actor"]) for one in sent if one.get("type") == "Update"]


async def test_news_of_one_name_says_nothing_of_the_other(
    houses: Houses, mercy: House, names: list[Actor], key: PrivateKey, network: Network
) -> None:
    for own in names:
        await mercy.asked(own.uri.removeprefix(mercy.origin), key)
    network.sent.clear()
    await mercy.at(actor_updates.tell_partners, names[0], datetime.now(UTC))
    await houses.settle()
    sent = [one for one in network.sent if one.method == "POST"]
    assert sent
    said = str([(dict(one.headers), one.body) for one in sent])
    assert names[1].handle not in said and str(names[1].id) not in said


async def test_statements_of_two_names_are_of_one_form_and_share_no_number(
    mercy: House, names: list[Actor]
) -> None:
    rows = [await mercy.at(Standing.get, actor_id=own.id) for own in names]
    numbers = [
        {entry["statusListIndex"] for entry in row.document["credentialStatus"]} for row in rows
    ]
    for one, two in combinations(numbers, 2):
        assert not one & two
    await mercy.at(names[0].fetch_related, "member")
    assert not issuing.is_outdated(rows[0], names[0])


async def test_keys_of_two_names_are_no_nearer_to_each_other_than_to_a_strangers(
    own_rsa_keys: None, mercy: House, names: list[Actor], key: PrivateKey
) -> None:
    """Made one after the other in one moment, they tell neither that nor whose they are."""
    moduli, forms = [], []
    for own in names:
        shown = (await mercy.asked(own.uri.removeprefix(mercy.origin), key)).json
        public = load_pem_public_key(shown["publicKey"]["publicKeyPem"].encode())
        assert isinstance(public, RSAPublicKey)
        moduli.append(public.public_numbers().n)
        listed = [shown["publicKey"], *shown["assertionMethod"]]
        said = [{n: v for n, v in one.items() if n not in MATERIAL} for one in listed]
        forms.append((shown["published"], str(said).replace(own.uri, "")))
        rows = await mercy.at(lambda own=own: ActorKey.filter(actor_id=own.id))  # type: ignore[misc]
        assert not any(str(row.id) in str(shown) for row in rows)
    assert forms[0] == forms[1] == forms[2]  # neither times nor numbers of their own
    for one, two in combinations(moduli, 2):
        assert gcd(one, two) == 1 and abs(one - two).bit_length() > 1900


async def test_ballots_of_two_names_have_nothing_in_common_and_a_refused_one_leaves_nothing(
    houses: Houses,
    mercy: House,
    stlukes: House,
    names: list[Actor],
    okafor: Person,
    network: Network,
    key: PrivateKey,
) -> None:
    alder, birch, cedar = await people(mercy, names)
    rounds = await stlukes.at(channels.create_channel, "rounds", "Rounds", "Better rounds.")
    await cedar.speaks(follows.follow_address, rounds.address)
    await houses.settle()
    polls = [await ask_all(okafor, rounds, who_counts="physicians") for _ in range(2)]
    await houses.settle()
    network.sent.clear()
    for voter, poll in ((alder, 0), (cedar, 0), (cedar, 1), (birch, 1)):
        await choose(voter, polls[poll], 0)
        await houses.settle()
    found = [told(network.sent, own) for own in names]
    assert all(len(one) > 10 for one in found) and shared_by_two_alone(found) == set()

    before = [await served(mercy, own, key) for own in names]
    rows, theirs, sent = await mercy.rows(), await stlukes.rows(), len(network.sent)
    refused = set()
    for voter, poll in ((alder, 1), (birch, 0), (cedar, 0)):
        with pytest.raises(FormRefused) as why:
            await choose(voter, polls[poll], 1)
        refused.add(str(why.value.fields))
    await houses.settle()
    assert len(refused) == 1 and len(network.sent) == sent
    assert (await mercy.rows(), await stlukes.rows()) == (rows, theirs)
    assert [await served(mercy, own, key) for own in names] == before


async def test_moves_of_two_names_have_nothing_in_common(
    houses: Houses,
    mercy: House,
    names: list[Actor],
    stranger: Outsider,
    key: PrivateKey,
    network: Network,
) -> None:
    """Each in its turn, and what is told of one says nothing of the other."""
    homes = [Outsider(f"{one}.example", "somebody", network) for one in TWINS]
    for number, (own, home) in enumerate(zip(names, homes, strict=True)):
        home.documents[home.uri] = home.actor() | {"alsoKnownAs": [own.uri]}
        await stranger.sends(mercy, stranger.activity("Follow", own.uri, number))
    await houses.settle()
    stranger.received.clear()
    alder, birch, cedar = zip(await people(mercy, names), homes, strict=True)
    for who, home in (alder, cedar, birch):
        waiting = await served(mercy, names[1], key)
        await who.does(moving.move, who.actor, home.uri, PASSWORD, HERE)
        if who is not birch[0]:
            assert await served(mercy, names[1], key) == waiting
    await houses.settle()
    moves = [one.document for one in stranger.received if one.document["type"] == "Move"]
    assert [one["actor"] for one in moves] == [who.uri for who, _ in (alder, cedar, birch)]
    assert moves == sorted(moves, key=lambda one: str(one["id"]))  # no other order
    found = [told(stranger.received, own) for own in names]
    assert all(len(one) > 40 for one in found) and shared_by_two_alone(found) == set()
    after = [await served(mercy, own, key) for own in names]
    assert shared_by_two_alone([found[n] | after[n] for n in range(3)]) == set()
