"""An account that is there is connected by its own member, and disconnected by them alone."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from instance.models import (
    Ending,
    Level,
    Mail,
    Member,
    Method,
    RosterEntry,
    Session,
    SignOnIdentity,
    Verification,
)
from instance.services import verification
from instance.services.single_sign_on import providers as sso
from instance.sign_on_words import REFUSALS
from tests import providers, rosters
from tests.browsing import Answer, Browser
from tests.cast import Houses, new
from tests.houses import PASSWORD, House, Person
from tests.network import Network
from tests.providers import Provider, come_back, go, is_in, joined, listed, sign_in

LINK = "/account/security/sso"


@pytest.fixture
async def mercy(houses: Houses) -> House:
    """It sends mails."""
    name = "Mercy General"
    return await houses.open(name, "hospital", "mercy.example", SMTP_HOST="127.0.0.1")


@pytest.fixture
async def owner(mercy: House) -> Person:
    return await mercy.person(providers.OWNER)


@pytest.fixture
async def provider(mercy: House, network: Network, owner: Person) -> Provider:
    await listed(owner, "ada", "bob", "dora")
    found = await providers.opened(mercy, network, owner)
    found.people |= {name: providers.claims(name) for name in ("ada", "bob", "dora")}
    return found


@pytest.fixture
async def ada(mercy: House) -> Person:
    """She joined by herself, before there was the hospital's own sign-in."""
    return await mercy.person(new("ada", "Dr A. Da", level=Level.ATTESTED))


async def connect(browser: Browser, provider: Provider, who: str) -> Answer:
    url = await go(browser, LINK, password=PASSWORD)
    return await come_back(browser, provider.let_in(url, who))


async def level(house: House, handle: str) -> Level:
    member = await house.at(lambda: Member.get(email=f"{handle}@hospital.example"))
    return member.level


async def test_a_member_connects_their_account_and_is_signed_in_by_it_then(
    mercy: House, provider: Provider, ada: Person
) -> None:
    browser = await mercy.sign_in("ada")
    token = browser.cookies["__Host-session"]
    answer = await connect(browser, provider, "ada")

    assert answer.header("location") == "/account/security?done=linked"
    assert browser.cookies["__Host-session"] != token and await is_in(browser)  # T67
    assert await level(mercy, "ada") is Level.INSTITUTIONAL
    provider.people["ada"]["amr"] = ["mfa"]
    other, answer = await sign_in(mercy, provider, "ada")
    assert answer.status == 302 and await is_in(other)
    assert await mercy.at(lambda: Member.filter(email__startswith="ada").count()) == 1


async def test_connecting_ends_the_other_sessions_and_is_told_by_mail(
    mercy: House, provider: Provider, ada: Person
) -> None:
    other, browser = await mercy.sign_in("ada"), await mercy.sign_in("ada")
    await connect(browser, provider, "ada")

    assert not await is_in(other) and await is_in(browser)
    mails = await mercy.at(lambda: Mail.filter(member_id=ada.member.id))
    assert [mail.kind for mail in mails] == ["factor"]


async def test_connecting_asks_for_the_password(
    mercy: House, provider: Provider, ada: Person
) -> None:
    browser = await mercy.sign_in("ada")
    answer = await browser.post_form(LINK, {"password": "a guess of somebody"})

    assert answer.status == 422 and "This is not your password." in answer.text


async def test_who_is_signed_in_as_somebody_else_meanwhile_connects_nothing(
    mercy: House, provider: Provider, ada: Person
) -> None:
    """What was begun in one session is not finished in another one of the same browser."""
    browser = await mercy.sign_in("ada")
    url = await go(browser, LINK, password=PASSWORD)
    await mercy.enter(browser, "owner")
    answer = await come_back(browser, provider.let_in(url, "ada"))

    assert answer.status == 403 and REFUSALS["session"] in answer.text
    assert not await mercy.at(lambda: SignOnIdentity.all().exists())


async def test_who_signed_out_meanwhile_connects_nothing(
    mercy: House, provider: Provider, ada: Person
) -> None:
    browser = await mercy.sign_in("ada")
    url = await go(browser, LINK, password=PASSWORD)
    await mercy.at(lambda: Session.all().delete())
    answer = await come_back(browser, provider.let_in(url, "ada"))

    assert answer.status == 403 and not await is_in(browser)


async def test_an_account_of_the_hospital_belongs_to_one_member(
    mercy: House, provider: Provider, ada: Person
) -> None:
    await joined(mercy, provider, "bob")
    browser = await mercy.sign_in("ada")
    answer = await connect(browser, provider, "bob")

    assert answer.status == 403 and REFUSALS["taken"] in answer.text
    assert await level(mercy, "ada") is Level.ATTESTED


async def test_the_row_of_a_colleague_is_not_taken_over(
    mercy: House, provider: Provider, ada: Person
) -> None:
    dora = await rosters.joined(mercy, "dora")
    await rosters.confirms_mailbox(dora)
    browser = await mercy.sign_in("ada")
    answer = await connect(browser, provider, "dora")

    assert answer.status == 403 and REFUSALS["other_row"] in unescape(answer.text)
    assert (await rosters.entry(mercy, "dora")).member_id == dora.member.id


async def test_who_stands_in_one_row_does_not_connect_another(
    mercy: House, provider: Provider
) -> None:
    dora = await rosters.joined(mercy, "dora")
    await rosters.confirms_mailbox(dora)
    browser = await mercy.sign_in("dora")
    answer = await connect(browser, provider, "ada")

    assert answer.status == 403
    assert (await rosters.entry(mercy, "ada")).member_id is None


async def test_a_second_account_of_the_hospital_is_not_connected(
    mercy: House, provider: Provider, ada: Person
) -> None:
    browser = await mercy.sign_in("ada")
    await connect(browser, provider, "ada")
    provider.people["twin"] = providers.claims("ada", sub="sub-twin")
    answer = await connect(browser, provider, "twin")

    assert answer.status == 403 and REFUSALS["linked"] in answer.text


async def test_disconnected_it_opens_nothing_and_vouches_for_nothing(
    mercy: House, provider: Provider, ada: Person
) -> None:
    browser = await mercy.sign_in("ada")
    await connect(browser, provider, "ada")
    wrong = await browser.post_form(f"{LINK}/remove", {"password": "a guess of somebody"})
    assert wrong.status == 422 and await level(mercy, "ada") is Level.INSTITUTIONAL
    answer = await browser.post_form(f"{LINK}/remove", {"password": PASSWORD})

    assert answer.header("location") == "/account/security?done=unlinked"
    row = await mercy.at(lambda: Verification.filter(method=Method.SSO).first())
    assert row is not None and row.ending is Ending.REVOKED
    assert await level(mercy, "ada") is Level.ATTESTED
    assert await mercy.at(lambda: RosterEntry.filter(member_id=ada.member.id).count()) == 0
    _, answer = await sign_in(mercy, provider, "ada")
    assert answer.status == 403


async def test_disconnected_the_mailbox_still_verifies(mercy: House, provider: Provider) -> None:
    dora = await rosters.joined(mercy, "dora")
    await rosters.confirms_mailbox(dora)
    browser = await mercy.sign_in("dora")
    await connect(browser, provider, "dora")
    assert await rosters.level(dora) == Level.INSTITUTIONAL
    await browser.post_form(f"{LINK}/remove", {"password": PASSWORD})

    assert await rosters.level(dora) == Level.VERIFIED
    assert (await rosters.entry(mercy, "dora")).member_id == dora.member.id


async def test_an_import_does_not_prolong_what_a_sign_in_gave(
    mercy: House, provider: Provider, owner: Person
) -> None:
    """7 days, whatever the roster is good for."""
    dora = await rosters.joined(mercy, "dora")
    await rosters.confirms_mailbox(dora)
    await connect(await mercy.sign_in("dora"), provider, "dora")
    await listed(owner, "ada", "bob", "dora")

    row = await mercy.at(lambda: Verification.get(method=Method.SSO, ended_at=None))
    assert row.valid_until is not None
    assert row.valid_until - datetime.now(UTC) <= timedelta(days=7)


async def test_another_address_ends_what_the_institution_vouched_for_until_the_next_sign_in(
    mercy: House, provider: Provider, ada: Person
) -> None:
    """T71: verification is lost with the address."""
    browser = await mercy.sign_in("ada")
    await connect(browser, provider, "ada")
    await ada.does(verification.email_changed, datetime.now(UTC))
    assert await rosters.level(ada) == Level.ATTESTED

    provider.people["ada"]["amr"] = ["mfa"]
    await sign_in(mercy, provider, "ada")
    assert await rosters.level(ada) == Level.INSTITUTIONAL


async def test_the_page_of_security_offers_it_where_it_is_on(
    mercy: House, provider: Provider, ada: Person, owner: Person
) -> None:
    browser = await mercy.sign_in("ada")
    assert LINK in (await browser.get("/account/security")).text
    await owner.does(sso.switch, is_on=False)

    assert LINK not in (await browser.get("/account/security")).text
    assert "does not offer" in (await browser.get(LINK)).text
