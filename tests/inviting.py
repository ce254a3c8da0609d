"""Invitations in tests: a hospital that sends mails, and what was mailed."""

from datetime import UTC, datetime, timedelta

from instance.models import Invitation, Mail, Role
from instance.services import invitations
from tests.browsing import Browser
from tests.cast import new
from tests.houses import House, Person

OFFICER = new("officer", "Dr O. Fficer", role=Role.OFFICER)
LEE = "lee@hospital.example"
PASSWORD = "tumbler coffee gown"


async def mailed(house: House, address: str = LEE) -> list[tuple[str, str]]:
    """Kind and code of what waits for somebody who is invited."""
    rows = await house.at(lambda: Mail.filter(address=address, member_id=None).order_by("id"))
    return [(row.kind.value, (row.code or b"").decode()) for row in rows]


async def invited(officer: Person, address: str = LEE) -> str:
    """The code of the link."""
    await officer.does(invitations.invite, address)
    return (await mailed(officer.home, address))[-1][1]


async def passes(house: House, time: timedelta) -> None:
    """So much later, for every invitation."""
    for row in await house.at(lambda: Invitation.all()):
        moments = {"sent_at": row.sent_at - time, "expires_at": row.expires_at - time}
        if row.mailbox_code_until is not None:
            moments["mailbox_code_until"] = row.mailbox_code_until - time
        await house.at(lambda row=row, m=moments: Invitation.filter(id=row.id).update(**m))  # type: ignore[misc]


async def confirmed(house: House, code: str, address: str = LEE) -> Browser:
    """A browser that opened the link and typed the code from the mailbox."""
    browser = house.visitor()
    await browser.get(f"/join/{code}")
    await browser.get("/join")
    assert (await browser.post_form("/join/code", {})).status == 302
    [*_, (kind, typed)] = await mailed(house, address)
    assert kind == "mailbox"
    await browser.get("/join")
    assert (await browser.post_form("/join/confirm", {"code": typed})).status == 302
    return browser


def account(**more: str) -> dict[str, str]:
    known = {"handle": "jlee", "password": PASSWORD, "agrees": "yes"}
    return {**known, "name": "Dr J. Lee", "profession": "physician", **more}


def now() -> datetime:
    return datetime.now(UTC)
