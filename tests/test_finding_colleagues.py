"""Whom a partner hospital finds by address for a consult (federation.md 3, 11.1; T64)."""

import pytest

from federation.errors import FederationError
from instance.errors import FormRefused
from instance.models import Actor, Participant, Relationship
from instance.outbox import remote
from instance.services import members
from tests.cast import new
from tests.clinic import ask
from tests.houses import House, Person, end_trust
from tests.network import Network

ADDRESS = "@quiet@stlukes.example"


async def quiet(stlukes: House) -> Person:
    """A member of St. Luke's without a public profile."""
    return await stlukes.person(new("quiet", "Dr Q. Quiet", "cardiology", is_public=False))


async def lets_partners_find(person: Person, allowed: str = "yes") -> None:
    browser = await person.home.sign_in(person.actor.handle)
    await browser.post_form(f"/account/invitations/{person.actor.handle}", {"allowed": allowed})


async def test_a_partner_invites_a_hidden_member_who_allows_it(
    mercy: House, stlukes: House, lee: Person
) -> None:
    person = await quiet(stlukes)
    await lets_partners_find(person)
    consult = await ask(lee, people=(ADDRESS,))
    rows = await mercy.at(lambda: Participant.filter(consult_id=consult.id))
    assert person.uri in {row.actor_uri for row in rows}


async def test_who_did_not_allow_it_is_as_nobody(mercy: House, stlukes: House, lee: Person) -> None:
    person, told = await quiet(stlukes), []
    await lets_partners_find(person)
    await lets_partners_find(person, "no")
    for name in ("quiet", "nobody"):
        with pytest.raises(FormRefused) as refused:
            await ask(lee, people=(f"@{name}@stlukes.example",))
        told.append(refused.value.fields["people"].replace(name, ""))
    assert told[0] == told[1]


async def test_who_is_no_partner_never_finds_a_hidden_member(
    mercy: House, stlukes: House, lee: Person, network: Network
) -> None:
    """Neither the address nor, knowing its id, the document."""
    person = await quiet(stlukes)
    await lets_partners_find(person)
    await end_trust(stlukes, mercy)
    for name in (ADDRESS, person.uri):
        with pytest.raises(FederationError):
            await mercy.at(members.found_at, name)


async def test_partners_who_did_not_agree_on_it_find_nobody_hidden(
    mercy: House, stlukes: House, lee: Person
) -> None:
    person = await quiet(stlukes)
    await lets_partners_find(person)
    await stlukes.at(lambda: Relationship.all().update(scopes=["consult"]))
    with pytest.raises(FormRefused):
        await ask(lee, people=(ADDRESS,))
    key = await mercy.institution_key()
    assert (await stlukes.asked(person.uri.removeprefix(stlukes.origin), key)).status == 404


async def test_only_partners_are_told_who_asks_for_an_address(
    mercy: House, stlukes: House, lee: Person, okafor: Person, network: Network
) -> None:
    await mercy.at(lambda: remote.directory().resolve(okafor.address))
    [asked] = [sent for sent in network.sent if "/webfinger" in sent.url]
    assert (
        'tag="curbside-v1"' in {k.lower(): v for k, v in asked.headers.items()}["signature-input"]
    )
    await end_trust(mercy, stlukes)
    network.sent.clear()
    await mercy.at(lambda: remote.directory().resolve(okafor.address))
    [asked] = [sent for sent in network.sent if "/webfinger" in sent.url]
    assert "signature" not in {name.lower() for name in asked.headers}


async def test_one_identity_is_found_and_the_other_stays_hidden(stlukes: House) -> None:
    """F-ACT-2."""
    wanted = new("quiet", "Dr Q. Quiet", is_public=False, pseudonym="owl")
    person = await stlukes.person(wanted)
    browser = await stlukes.sign_in("quiet")
    shown = await browser.get("/account")
    assert "Let them find me" not in shown.text  # nobody to be found by
    await lets_partners_find(person)
    rows = await stlukes.at(lambda: members.identities(person.member))
    assert [(row.handle, row.allows_invitations) for row in rows] == [
        ("quiet", True),
        ("owl", False),
    ]


async def test_nobody_changes_the_identity_of_another(stlukes: House, okafor: Person) -> None:
    person = await quiet(stlukes)
    browser = await stlukes.sign_in("okafor")
    answer = await browser.post_form("/account/invitations/quiet", {"allowed": "yes"})
    assert answer.status == 403
    assert not (await stlukes.at(lambda: Actor.get(id=person.actor.id))).allows_invitations
