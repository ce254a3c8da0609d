"""Which mail domains are the hospital's: exactly those verify by the roster (T71)."""

from dataclasses import replace

import pytest

from instance.errors import FormRefused
from instance.models import Level, Mail, Member, Role, RosterEntry, Session
from instance.services import addresses, settings, signing_in
from instance.services.roster import domains, matching
from instance.services.throttle import Source
from instance.workers import rosters as worker
from tests import rosters
from tests.cast import Houses, new
from tests.houses import PASSWORD, House, Person
from tests.rosters import joined, level, line

OWNER = new("owner", "Dr O. Wner", role=Role.OWNER)
HERE = Source("203.0.113.9")


@pytest.fixture
async def mercy(houses: Houses, are_trusted: bool) -> House:
    """It sends mails."""
    return await houses.open("Mercy General", "hospital", "mercy.example", SMTP_HOST="127.0.0.1")


@pytest.fixture
async def owner(mercy: House) -> Person:
    return await mercy.person(OWNER)


async def our_domains(owner: Person, text: str) -> None:
    now = await owner.home.at(settings.read)
    typed = {name: getattr(now, name) for name in settings.NAMES} | {"mail_domains": text}
    await owner.does(settings.change, typed)
    await owner.home.at(worker.step)


@pytest.mark.parametrize(
    "address",
    [
        "lee@hospital.example.evil.example",
        "lee@sub.hospital.example",
        "lee@xhospital.example",
        "lee@other.example",
    ],
)
async def test_an_address_of_another_domain_does_not_verify(
    mercy: House, owner: Person, address: str
) -> None:
    """On the roster, by a slip or by somebody in HR, and the mailbox read our code."""
    await our_domains(owner, "hospital.example")
    person = await mercy.person(
        replace(new("lee", "Dr Lee", level=Level.ATTESTED, has_mailbox=True), email=address)
    )
    await rosters.take(owner, rosters.table(line("1", address)))
    assert await level(person) == Level.ATTESTED
    assert await mercy.at(matching.entry_of, address) is None


@pytest.mark.parametrize(
    "address",
    [
        "a@hospital.example@evil.example",
        '"lee"@hospital.example',
        "lee(comment)@hospital.example",
        "lee@h\u00f6spital.example",
        "\u0430nna@hospital.example",
        "lee@hospital.example\n",
        " lee@hospital.example",
        "lee+tag@hospital.example",
        "lee@HOSPITAL.example",
        "lee@hospital.example.",
        "@hospital.example",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_of_no_domain(address: str) -> None:
    assert domains.holds("lee@hospital.example", ("hospital.example",))
    assert not domains.holds(address, ("hospital.example",))
    assert not domains.holds(address, ())


async def test_a_tag_is_another_mailbox(mercy: House, owner: Person) -> None:
    """Who reads lee+x@ is not proven to be lee@: of two mail servers one may say so."""
    await our_domains(owner, "hospital.example")
    tagged = new("lee", "Dr Lee", level=Level.ATTESTED, has_mailbox=True)
    person = await mercy.person(replace(tagged, email="lee+x@hospital.example"))
    await rosters.take(owner, rosters.table(line("1", "lee@hospital.example")))
    assert await level(person) == Level.ATTESTED


async def test_the_exact_domain_verifies(mercy: House, owner: Person) -> None:
    await our_domains(owner, "clinic.example, HOSPITAL.example")
    lee = await joined(mercy, "lee")
    await rosters.take(owner, rosters.table(line("1", "lee@hospital.example")))
    assert await level(lee) == Level.VERIFIED


async def test_where_no_domain_is_said_the_roster_alone_counts(mercy: House, owner: Person) -> None:
    lee = await joined(mercy, "lee")
    await rosters.take(owner, rosters.table(line("1", "lee@hospital.example")))
    assert await level(lee) == Level.VERIFIED


async def test_other_domains_end_and_give_what_rested_on_them(mercy: House, owner: Person) -> None:
    lee = await joined(mercy, "lee")
    await rosters.take(owner, rosters.table(line("1", "lee@hospital.example")))
    await our_domains(owner, "other.example")
    assert await level(lee) == Level.ATTESTED
    assert (await mercy.at(RosterEntry.get)).member_id is None
    await our_domains(owner, "other.example hospital.example")
    assert await level(lee) == Level.VERIFIED


async def test_a_changed_address_verifies_no_more_and_elsewhere_never(
    mercy: House, owner: Person
) -> None:
    lee = await joined(mercy, "lee")
    away = "lee@elsewhere.example"
    file = rosters.table(line("1", "lee@hospital.example"), line("2", away))
    await our_domains(owner, "hospital.example")
    await rosters.take(owner, file)
    session = await session_of(mercy, lee)
    await mercy.at(addresses.ask, session, away, PASSWORD, HERE)
    mail = await mercy.at(lambda: Mail.get(kind="confirm"))
    assert await level(lee) == Level.VERIFIED
    await mercy.at(addresses.confirm, session, (mail.code or b"").decode(), HERE)
    assert await level(lee) == Level.ATTESTED


async def session_of(house: House, person: Person) -> Session:
    await house.sign_in(person.member.email.partition("@")[0])
    [found] = await person.does(signing_in.sessions)
    found.member = await house.at(lambda: Member.get(id=person.member.id))
    return found


@pytest.mark.parametrize(
    "text", ["@hospital.org", "hospital", "hospital.org.", "h\u00f6.org", "*.hospital.org", "a..b"]
)
async def test_only_plain_domains_are_taken(owner: Person, text: str) -> None:
    with pytest.raises(FormRefused) as refused:
        await our_domains(owner, text)
    assert set(refused.value.fields) == {"mail_domains"}


async def test_a_kelvin_sign_is_no_k(mercy: House, owner: Person) -> None:
    session = await session_of(mercy, owner)
    with pytest.raises(FormRefused):
        await mercy.at(addresses.ask, session, "\u212aim@hospital.example", PASSWORD, HERE)
