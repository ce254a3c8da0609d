"""The hospital's own sign-in opens accounts for who is on the roster, and for nobody else."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.models import (
    Ending,
    Level,
    Member,
    Method,
    Role,
    RosterEntry,
    Session,
    SignOnIdentity,
    Verification,
)
from instance.services import second_factors
from instance.services.single_sign_on import providers as sso
from tests import providers, rosters
from tests.cast import new
from tests.houses import PASSWORD, House, Person, give_app, next_code
from tests.network import Network
from tests.providers import (
    Claims,
    Provider,
    come_back,
    go,
    is_in,
    join,
    joined,
    listed,
    sign_in,
)


@pytest.fixture
async def owner(mercy: House) -> Person:
    return await mercy.person(providers.OWNER)


@pytest.fixture
async def provider(mercy: House, network: Network, owner: Person) -> Provider:
    """Of Mercy's staff: ada and bob are on the roster, carl is not."""
    await listed(owner, "ada", "bob", "dora", "emil", "fred")
    found = await providers.opened(mercy, network, owner)
    found.people |= {name: providers.claims(name) for name in ("ada", "bob", "carl")}
    return found


async def member_of(house: House, who: str) -> Member | None:
    identity = await house.at(
        lambda: SignOnIdentity.filter(subject=f"sub-{who}").select_related("member").first()
    )
    return identity.member if identity else None


async def evidence(house: House, who: str) -> Verification | None:
    member = await member_of(house, who)
    assert member is not None
    wanted = {"member_id": member.id, "method": Method.SSO}
    return await house.at(lambda: Verification.filter(**wanted).order_by("-id").first())


async def test_who_is_on_the_roster_joins_and_is_vouched_for_by_the_institution(
    mercy: House, provider: Provider
) -> None:
    browser = await joined(mercy, provider, "ada")

    member = await member_of(mercy, "ada")
    row = await evidence(mercy, "ada")
    assert await is_in(browser) and member is not None and row is not None
    assert (member.level, member.email) == (Level.INSTITUTIONAL, "ada@hospital.example")
    assert row.valid_until is not None
    assert timedelta(days=6) < row.valid_until - datetime.now(UTC) <= timedelta(days=7)
    assert (await rosters.entry(mercy, "ada")).member_id == member.id


async def test_the_next_sign_in_goes_straight_in_for_another_week(
    mercy: House, provider: Provider
) -> None:
    await joined(mercy, provider, "ada")
    soon = {"valid_until": datetime.now(UTC) + timedelta(hours=1)}
    await mercy.at(lambda: Verification.filter(method=Method.SSO).update(**soon))
    browser, answer = await sign_in(mercy, provider, "ada", next="/channels")

    row = await evidence(mercy, "ada")
    assert answer.header("location") == "/channels" and await is_in(browser)
    assert row is not None and row.valid_until is not None
    assert row.valid_until - datetime.now(UTC) > timedelta(days=6)
    assert await mercy.at(lambda: Member.filter(email__startswith="ada").count()) == 1


async def test_who_is_not_on_the_roster_gets_no_account(mercy: House, provider: Provider) -> None:
    _, answer = await sign_in(mercy, provider, "carl")

    assert answer.status == 403 and "You are not on the staff list" in answer.text
    assert await mercy.at(lambda: Member.filter(role=Role.MEMBER).count()) == 0


async def test_whose_affiliation_is_gone_stays_outside_and_is_vouched_for_no_more(
    mercy: House, provider: Provider
) -> None:
    await joined(mercy, provider, "ada")
    provider.people["ada"]["groups"] = ["alumni"]
    browser, answer = await sign_in(mercy, provider, "ada")

    row, member = await evidence(mercy, "ada"), await member_of(mercy, "ada")
    assert answer.status == 403 and "does not say that you work there" in answer.text
    assert row is not None and row.ending is Ending.UNSAID and not await is_in(browser)
    assert member is not None and member.level is Level.GUEST


async def test_who_left_the_roster_loses_the_standing_and_does_not_get_in(
    mercy: House, provider: Provider, owner: Person
) -> None:
    await joined(mercy, provider, "ada")
    await listed(owner, "bob", "dora", "emil", "fred")

    row, member = await evidence(mercy, "ada"), await member_of(mercy, "ada")
    _, answer = await sign_in(mercy, provider, "ada")
    assert row is not None and row.ending is Ending.LEFT
    assert member is not None and member.level is Level.GUEST
    assert answer.status == 403 and "You are not on the staff list" in answer.text


async def test_a_changed_row_stays_with_who_signs_in_as_it(
    mercy: House, provider: Provider, owner: Person
) -> None:
    """A new work e-mail does not loose the row from its account: when it leaves, they do."""
    await joined(mercy, provider, "ada")
    await listed(owner, "ada", "bob", "dora", ada="ada.new@hospital.example")
    assert (await rosters.entry(mercy, "ada")).member_id is not None
    await listed(owner, "bob", "dora")

    row = await evidence(mercy, "ada")
    assert row is not None and row.ending is Ending.LEFT


async def test_a_suspended_member_does_not_get_in(mercy: House, provider: Provider) -> None:
    await joined(mercy, provider, "ada")
    gone = {"suspended_at": datetime.now(UTC)}
    await mercy.at(lambda: Member.filter(email="ada@hospital.example").update(**gone))
    browser, answer = await sign_in(mercy, provider, "ada")

    assert answer.status == 403 and not await is_in(browser)


async def test_an_account_with_the_same_e_mail_is_not_opened_by_it(
    mercy: House, provider: Provider
) -> None:
    """T71, GHSA-vm39-j3vx-pch3."""
    await mercy.person(new("someone", "Dr S. Omeone"))
    taken = {"email": "ada@hospital.example"}
    await mercy.at(lambda: Member.filter(email="someone@hospital.example").update(**taken))
    browser, answer = await sign_in(mercy, provider, "ada")

    assert answer.status == 403 and "An account here is yours already" in answer.text
    assert not await is_in(browser)
    assert await mercy.at(lambda: SignOnIdentity.all().count()) == 0


async def test_the_row_of_somebody_verified_makes_no_second_account(
    mercy: House, provider: Provider
) -> None:
    ada = await rosters.joined(mercy, "ada")
    await rosters.confirms_mailbox(ada)
    away = {"email": "elsewhere@hospital.example"}
    await mercy.at(lambda: Member.filter(id=ada.member.id).update(**away))
    _, answer = await sign_in(mercy, provider, "ada")

    assert answer.status == 403 and "An account here is yours already" in answer.text


async def test_the_e_mail_of_somebody_else_at_the_provider_changes_nothing(
    mercy: House, provider: Provider
) -> None:
    """Who gives their account there a colleague's address is still who they were."""
    await joined(mercy, provider, "ada")
    await joined(mercy, provider, "bob")
    provider.people["bob"]["email"] = "ada@hospital.example"
    browser, _ = await sign_in(mercy, provider, "bob")

    assert "@bob" in (await browser.get("/account")).text


async def test_who_changes_their_number_there_does_not_become_a_colleague(
    mercy: House, provider: Provider
) -> None:
    await joined(mercy, provider, "bob")
    provider.people["bob"]["employee_number"] = "dora"
    browser, answer = await sign_in(mercy, provider, "bob")

    assert answer.status == 403 and "names somebody else" in answer.text
    assert not await is_in(browser)
    assert (await rosters.entry(mercy, "dora")).member_id is None


@pytest.mark.parametrize(
    ("claims", "lets_in"),
    [
        ({"email_verified": True}, True),
        ({"email_verified": False}, False),
        ({"email_verified": None}, False),
        ({"email": "ada@hospital.example.evil.example"}, False),
        ({"email": "ada+x@hospital.example"}, False),
        ({"email": '"ada"@hospital.example'}, False),
        ({"email": "ADA@hospital.example"}, True),
        ({"email": "ada@hosp\u0131tal.example"}, False),
        ({"email": ["ada@hospital.example", "bob@hospital.example"]}, False),
    ],
)
async def test_without_a_number_a_verified_e_mail_names_the_row(
    claims: Claims, lets_in: bool, mercy: House, network: Network, owner: Person
) -> None:
    await listed(owner, "ada", "bob")
    provider = await providers.opened(mercy, network, owner, key_claim="")
    provider.people["ada"] = providers.claims("ada", **claims)
    _, answer = await sign_in(mercy, provider, "ada")

    assert (answer.header("location") == "/sso/join") is lets_in
    assert answer.status == (302 if lets_in else 403)


async def test_a_second_step_here_is_owed_where_the_provider_saw_none(
    mercy: House, provider: Provider
) -> None:
    await joined(mercy, provider, "ada")
    member = await member_of(mercy, "ada")
    assert member is not None
    await mercy.at(give_app, member)
    browser, answer = await sign_in(mercy, provider, "ada")
    assert answer.header("location") == "/sign-in/code" and not await is_in(browser)
    code = {"code": await mercy.at(next_code, "ada")}
    assert (await browser.post_form("/sign-in/code", code)).status == 302
    assert await is_in(browser)

    provider.people["ada"]["amr"] = ["pwd", "mfa"]
    browser, answer = await sign_in(mercy, provider, "ada")
    assert answer.header("location") == "/" and await is_in(browser)


@pytest.mark.parametrize(
    ("said", "opens"), [({}, False), ({"amr": ["pwd"]}, False), ({"amr": ["mfa"]}, True)]
)
async def test_consults_open_with_the_second_step_of_the_hospital(
    said: Claims, opens: bool, mercy: House, provider: Provider
) -> None:
    """T66."""
    await joined(mercy, provider, "ada")
    provider.people["ada"] |= said
    browser, _ = await sign_in(mercy, provider, "ada")
    answer = await browser.get("/consults")

    assert answer.status == (200 if opens else 302)
    member = await member_of(mercy, "ada")
    assert member is not None and await mercy.at(_missing, member)


async def _missing(member: Member) -> bool:
    return second_factors.is_missing(member)


async def test_every_sign_in_opens_a_session_of_its_own(mercy: House, provider: Provider) -> None:
    """T67."""
    await joined(mercy, provider, "ada")
    browser = mercy.visitor()
    browser.cookies["__Host-session"] = "chosen by somebody else"
    answer = await come_back(browser, provider.let_in(await go(browser), "ada"))

    assert answer.status == 302
    assert browser.cookies["__Host-session"] not in ("", "chosen by somebody else")
    assert browser.cookies["__Host-sign-on"] == ""
    row = await mercy.at(lambda: Session.all().order_by("-id").first())
    assert row is not None and row.is_single_sign_on


async def test_the_shared_computer_is_signed_out_sooner(mercy: House, provider: Provider) -> None:
    await joined(mercy, provider, "ada")
    for shared, is_shared in (("yes", True), ("", False)):
        await sign_in(mercy, provider, "ada", shared=shared)
        row = await mercy.at(lambda: Session.all().order_by("-id").first())
        assert row is not None and row.is_shared_computer is is_shared


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_coming_back_leads_to_a_page_of_ours_only(
    wanted: str, mercy: House, provider: Provider
) -> None:
    """T42."""
    await joined(mercy, provider, "ada")
    _, answer = await sign_in(mercy, provider, "ada", next=wanted)

    assert answer.header("location") == "/"


async def test_signing_out_says_that_the_hospitals_own_session_goes_on(
    mercy: House, provider: Provider
) -> None:
    browser = await joined(mercy, provider, "ada")
    answer = await browser.post_form("/sign-out", {})
    page = await browser.get(answer.header("location"))

    assert not await is_in(browser)
    assert f'href="{providers.ISSUER}/end?client_id=curbside"' in page.text


async def test_the_button_is_there_where_it_is_switched_on(
    mercy: House, provider: Provider, owner: Person
) -> None:
    page = await mercy.visitor().get("/sign-in")
    await owner.does(sso.switch, is_on=False)
    off = await mercy.visitor().get("/sign-in")

    assert "Sign in with Mercy General" in page.text
    assert f"form-action 'self' {providers.ISSUER};" in page.header("content-security-policy")
    assert "Sign in with Mercy General" not in off.text
    assert "form-action 'self';" in off.header("content-security-policy")


async def test_a_newcomer_is_told_what_is_wrong_with_what_they_typed(
    mercy: House, provider: Provider
) -> None:
    browser, _ = await sign_in(mercy, provider, "ada")
    await browser.get("/sso/join")
    answer = await browser.post_form(
        "/sso/join", {"handle": "A b", "name": "", "password": "short"}
    )

    assert answer.status == 422 and "Use 2 to 30 letters" in answer.text
    assert (await join(browser, "ada")).status == 302


async def test_who_came_without_a_proof_joins_nobody(mercy: House, provider: Provider) -> None:
    browser = mercy.visitor()
    await browser.get("/sign-in")
    assert (await browser.get("/sso/join")).status == 403
    form = {"handle": "mallory", "name": "Dr M", "password": PASSWORD}
    assert (await browser.post_form("/sso/join", form)).status == 403
    assert await mercy.at(lambda: Member.filter(role=Role.MEMBER).count()) == 0


async def test_of_two_who_join_as_one_row_the_second_is_too_late(
    mercy: House, provider: Provider
) -> None:
    provider.people["twin"] = providers.claims("ada", sub="sub-twin")
    one, _ = await sign_in(mercy, provider, "ada")
    two, _ = await sign_in(mercy, provider, "twin")

    assert (await join(one, "ada")).status == 302
    assert (await join(two, "twin")).status == 403
    assert await mercy.at(lambda: SignOnIdentity.all().count()) == 1
    assert await mercy.at(lambda: RosterEntry.filter(member_id__not_isnull=True).count()) == 1


async def test_a_proof_that_waited_too_long_joins_nobody(
    mercy: House, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "instance.services.single_sign_on.entering.JOINS_WITHIN", timedelta(seconds=-1)
    )
    browser, _ = await sign_in(mercy, provider, "ada")

    assert (await browser.get("/sso/join")).status == 403
