"""Another e-mail address counts once its mailbox has answered, and takes standing with it (T71)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import FormRefused, NotAllowed, TooMany
from instance.models import EmailChange, Level, Mail, Member, Role, Session
from instance.models import Standing as Statement
from instance.services import addresses, members, signing_in
from instance.services.throttle import Source
from tests import rosters
from tests.cast import RUIZ, Houses
from tests.houses import PASSWORD, House, Person

HERE = Source("203.0.113.9")
NEW = "jl@hospital.example"


@pytest.fixture
async def mercy(houses: Houses, are_trusted: bool) -> House:
    """It sends mails."""
    name = "Mercy General"
    return await houses.open(name, "hospital", "mercy.example", SMTP_HOST="127.0.0.1")


@pytest.fixture
async def session(mercy: House, lee: Person) -> Session:
    await mercy.sign_in("lee")
    [found] = await lee.does(signing_in.sessions)
    found.member = lee.member
    return found


async def ask(house: House, session: Session, address: str = NEW) -> None:
    await house.at(addresses.ask, session, address, PASSWORD, HERE)


async def mailed(house: House) -> list[tuple[str, str, str]]:
    rows = await house.at(lambda: Mail.all().order_by("id"))
    return [(row.kind.value, row.address, (row.code or b"").decode()) for row in rows]


async def test_the_code_from_the_new_mailbox_makes_it_the_address(
    mercy: House, lee: Person, session: Session
) -> None:
    await ask(mercy, session, " JL@hospital.example ")
    [(kind, address, code)] = await mailed(mercy)
    assert (kind, address, len(code)) == ("confirm", NEW, 6)
    assert (await mercy.at(Member.get)).email == "lee@hospital.example"
    await mercy.at(addresses.confirm, session, f"{code[:3]} {code[3:]}", HERE)

    assert (await mercy.at(Member.get)).email == NEW
    assert (await mailed(mercy))[1][:2] == ("address", "lee@hospital.example")
    with pytest.raises(FormRefused):  # once
        await mercy.at(addresses.confirm, session, code, HERE)


async def test_what_rested_on_the_old_address_is_dropped(
    mercy: House, lee: Person, session: Session
) -> None:
    await ask(mercy, session)
    [(_, _, code)] = await mailed(mercy)
    other = await mercy.sign_in("lee")
    await mercy.at(addresses.confirm, session, code, HERE)

    assert (await mercy.at(Member.get)).level is Level.ATTESTED
    assert (await mercy.at(Statement.get)).due_at is not None  # others learn of it soon
    assert (await other.get("/account")).status == 404
    assert await mercy.at(lambda: Session.filter(id=session.id).exists())


async def test_the_code_is_kept_sealed_and_only_until_it_is_sent(
    mercy: House, session: Session
) -> None:
    await ask(mercy, session)
    [(_, _, code)] = await mailed(mercy)
    change = await mercy.at(EmailChange.get)
    assert code not in change.code_hash
    for file in mercy.config.data.parent.glob("*.sqlite3"):
        assert f'"{code}"'.encode() not in file.read_bytes()


async def test_a_code_is_good_for_an_hour_and_five_tries(mercy: House, session: Session) -> None:
    await ask(mercy, session)
    [(_, _, code)] = await mailed(mercy)
    wrong = "000000" if code != "000000" else "000001"
    answers = []
    for _ in range(6):
        with pytest.raises((FormRefused, TooMany)) as refused:
            await mercy.at(addresses.confirm, session, wrong, HERE)
        answers.append(refused.type)
    assert answers == [FormRefused] * 5 + [TooMany]
    with pytest.raises(TooMany):
        await mercy.at(addresses.confirm, session, code, HERE)


async def test_an_old_code_does_not_count(mercy: House, session: Session) -> None:
    await ask(mercy, session)
    [(_, _, code)] = await mailed(mercy)
    over = {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}
    await mercy.at(lambda: EmailChange.all().update(**over))

    with pytest.raises(FormRefused):
        await mercy.at(addresses.confirm, session, code, HERE)


async def test_nobody_learns_whose_an_address_is(mercy: House, session: Session) -> None:
    """T64: the same answer, and nothing is mailed."""
    ruiz = await mercy.person(RUIZ)
    await ask(mercy, session, ruiz.member.email)

    assert await mailed(mercy) == []
    assert await mercy.at(addresses.waiting, session.member) == ruiz.member.email
    with pytest.raises(FormRefused):
        await mercy.at(addresses.confirm, session, "000000", HERE)


async def test_an_address_that_was_taken_meanwhile_is_not_taken_twice(
    mercy: House, session: Session
) -> None:
    await ask(mercy, session)
    [(_, _, code)] = await mailed(mercy)
    ruiz = await mercy.person(RUIZ)
    await mercy.at(lambda: Member.filter(id=ruiz.member.id).update(email=NEW))

    with pytest.raises(FormRefused):
        await mercy.at(addresses.confirm, session, code, HERE)
    lee = await mercy.at(Member.get, id=session.member_id)
    assert lee.email == "lee@hospital.example" and lee.level is Level.VERIFIED


@pytest.mark.parametrize(
    "address",
    [
        "lee@hospital.example",
        "a@hospital.org@evil.example",
        '"a b"@x.example',
        "a@x..example",
        "é@x",
    ],
)
async def test_an_address_that_can_be_read_two_ways_is_refused(
    mercy: House, session: Session, address: str
) -> None:
    with pytest.raises(FormRefused) as refused:
        await ask(mercy, session, address)

    assert refused.value.fields == {"address": members.EMAIL_RULE}


async def test_codes_are_mailed_five_times_in_a_quarter_of_an_hour(
    mercy: House, session: Session
) -> None:
    for n in range(5):
        await ask(mercy, session, f"n{n}@hospital.example")
    with pytest.raises(TooMany):
        await ask(mercy, session)


async def test_without_mail_no_address_is_changed(stlukes: House, okafor: Person) -> None:
    await stlukes.sign_in("okafor")
    [session] = await okafor.does(signing_in.sessions)
    session.member = okafor.member
    with pytest.raises(NotAllowed):
        await ask(stlukes, session)

    page = await (await stlukes.sign_in("okafor")).get("/account/security/address")
    assert "This server does not send mails" in page.text


async def test_who_is_on_the_roster_at_the_new_address_is_verified_again(
    mercy: House, lee: Person, session: Session
) -> None:
    owner = await mercy.person(replace(RUIZ, role=Role.OWNER))
    await rosters.take(owner, rosters.table(rosters.line("1", NEW)))
    await ask(mercy, session)
    [(_, _, code)] = await mailed(mercy)
    await mercy.at(addresses.confirm, session, code, HERE)
    assert (await mercy.at(Member.get, email=NEW)).level is Level.VERIFIED
