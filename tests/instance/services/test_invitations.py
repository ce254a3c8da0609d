"""Inviting people: codes that nobody guesses or finds, for 7 days, and for everybody (T64, T70)."""

from datetime import timedelta

import pytest

from instance.errors import Conflict, FormRefused, NotAllowed
from instance.models import Invitation, Mail, Member
from instance.services import invitations, mails
from instance.services.invitations import State
from instance.smtp import Letter
from instance.workers import mailing
from tests import rosters
from tests.cast import RUIZ, Houses, new
from tests.houses import House, Person
from tests.inviting import LEE, OFFICER, invited, mailed, now, passes
from tests.rosters import line


@pytest.fixture
async def mercy(houses: Houses, are_trusted: bool) -> House:
    """It sends mails."""
    return await houses.open("Mercy General", "hospital", "mercy.example", SMTP_HOST="127.0.0.1")


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(OFFICER)


async def state(house: House, address: str = LEE) -> State:
    row = await house.at(lambda: Invitation.get(email=address))
    return invitations.state_of(row, now())


async def test_a_code_has_128_bits_and_only_its_hash_is_kept(mercy: House, officer: Person) -> None:
    code = await invited(officer)
    assert len(code) == 22  # base64url of 16 bytes
    row = await mercy.at(Invitation.get)
    assert code not in (row.code_hash, row.email)
    assert row.expires_at - row.sent_at == timedelta(days=7)
    said = await mercy.at(letter_of, await mercy.at(Mail.get))
    assert f"https://mercy.example/join/{code}" in said.text and "7 days" in said.text
    for file in mercy.config.data.parent.glob("*.sqlite3"):
        assert code.encode() not in file.read_bytes()


async def test_an_invitation_looks_the_same_whether_the_address_is_known(
    mercy: House, officer: Person
) -> None:
    """T64: who has an account is told so by mail, and the officer nothing."""
    ruiz = await mercy.person(RUIZ)
    await invited(officer)
    await officer.does(invitations.invite, ruiz.member.email)

    rows, _ = await officer.does(invitations.page)
    assert [invitations.state_of(row, now()) for row in rows] == [State.SENT] * 2
    assert await mailed(mercy, ruiz.member.email) == [("known", "")]
    known = await mercy.at(lambda: Mail.get(kind="known"))
    assert "https://mercy.example/sign-in" in (await mercy.at(letter_of, known)).text


async def test_asked_again_the_link_before_ends(mercy: House, officer: Person) -> None:
    first = await invited(officer)
    with pytest.raises(Conflict):
        await officer.does(invitations.invite, LEE)
    before = await mercy.at(Invitation.get)
    await passes(mercy, timedelta(minutes=6))
    await officer.does(invitations.resend, before.id)

    [(_, second)] = await mailed(mercy)  # the mail that still waited is not sent
    assert second != first
    assert (await mercy.at(Invitation.get)).code_hash != before.code_hash


async def test_a_withdrawn_invitation_is_not_even_mailed(mercy: House, officer: Person) -> None:
    await invited(officer)
    row = await mercy.at(Invitation.get)
    await officer.does(invitations.withdraw, row.id)
    assert await state(mercy) is State.WITHDRAWN
    assert await mailed(mercy) == []
    with pytest.raises(Conflict):
        await officer.does(invitations.withdraw, row.id)


async def test_after_seven_days_it_is_over(mercy: House, officer: Person) -> None:
    await invited(officer)
    await passes(mercy, timedelta(days=7))
    assert await state(mercy) is State.EXPIRED
    counted = await mercy.at(invitations.numbers, now())
    assert (counted.sent, counted.expired) == (0, 1)


@pytest.mark.parametrize(
    "address", ["", "lee", '"a b"@hospital.example', "a@hospital.example@evil.example", "lee@é.org"]
)
async def test_only_a_plain_address_is_invited(mercy: House, officer: Person, address: str) -> None:
    with pytest.raises(FormRefused):
        await officer.does(invitations.invite, address)


async def test_only_officers_and_owners_invite(mercy: House) -> None:
    ruiz = await mercy.person(RUIZ)
    for act in (invitations.invite, invitations.withdraw, invitations.resend):
        with pytest.raises(NotAllowed):
            await ruiz.does(act, 1 if act is not invitations.invite else LEE)
    with pytest.raises(NotAllowed):
        await ruiz.does(invitations.invite_roster)
    with pytest.raises(NotAllowed):
        await ruiz.does(invitations.page)


async def test_without_mail_nobody_is_invited(stlukes: House) -> None:
    officer = await stlukes.person(OFFICER)
    with pytest.raises(NotAllowed):
        await officer.does(invitations.invite, LEE)


async def test_everybody_of_the_roster_is_invited_who_has_no_account(
    mercy: House, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruiz = await mercy.person(RUIZ)
    owner = await mercy.person(new("owner", "Dr O. Wner", role="owner"))
    people = [line(f"p{number}", "") for number in range(5)]
    await rosters.take(owner, rosters.table(*people, line("ruiz", ruiz.member.email)))
    await officer.does(invitations.invite, "p1@hospital.example")
    monkeypatch.setattr(invitations, "_AT_ONCE", 2)
    await officer.does(invitations.invite_roster)
    with pytest.raises(Conflict):
        await officer.does(invitations.invite_roster)

    assert await mercy.at(invitations.go_on, now())  # bounded steps
    half = await mercy.at(invitations.last_round)
    assert half is not None and (half.looked_at, half.total) == (2, 6)
    while await mercy.at(invitations.go_on, now()):
        pass
    done = await mercy.at(invitations.last_round)
    assert done is not None and (done.looked_at, done.invited) == (6, 4)
    rows = await mercy.at(lambda: Invitation.all().order_by("email"))
    assert [row.email for row in rows] == [f"p{n}@hospital.example" for n in range(5)]
    await officer.does(invitations.invite_roster)  # again, and nobody is asked twice
    while await mercy.at(invitations.go_on, now()):
        pass
    assert await mercy.at(lambda: Mail.all().count()) == 5


async def test_a_mail_that_was_given_up_is_not_sent_again_without_its_code(
    mercy: House, officer: Person
) -> None:
    owner = await mercy.person(new("owner", "Dr O. Wner", role="owner"))
    await invited(officer)
    mail = await mercy.at(Mail.get)
    await mercy.at(mails.note_failed, mail, "address 550", now(), is_final=True)
    [unsent] = await mercy.at(mails.unsent)
    assert unsent.member_ids == (None,)
    page = await (await mercy.sign_in("owner")).get("/admin/deliveries")
    assert "people who are invited" in page.text
    assert await owner.does(mails.send_again) == 0


async def test_a_mail_to_somebody_who_is_no_member_is_sent(mercy: House, officer: Person) -> None:
    code = await invited(officer)
    assert await mercy.at(lambda: Member.filter(email=LEE).count()) == 0
    row = await mercy.at(Mail.get)
    letter = await mercy.at(letter_of, row)
    assert letter.to == LEE and code in letter.text


async def letter_of(row: Mail) -> Letter:
    await row.fetch_related("member")
    return await mailing._letter(row)
