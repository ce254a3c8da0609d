"""Joining by an invitation (ux.md J3): the link, a code from the mailbox, then an account.

That somebody has the link does not prove that they read the mailbox: it is good for 7 days, and is
passed on, and filters of mail open it. So a code is mailed at the moment when they are there, and
binds the invitation to the browser in which it is typed.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from instance import config, sealed
from instance.errors import Conflict, FormRefused, NotAllowed
from instance.models import (
    Actor,
    AlertKind,
    CaseKind,
    Invitation,
    Level,
    Member,
    Method,
    Profession,
    RosterEntry,
    Stage,
)
from instance.names import folded
from instance.services import (
    audit,
    cases,
    invitations,
    mails,
    members,
    signing_in,
    throttle,
    verification,
)
from instance.services.members import NewMember
from instance.services.roster import matching
from instance.services.signing_in import Entry, Opened
from instance.services.throttle import Door, Source, hashed

WRONG = "This code does not fit, or it is older than 15 minutes."
OVER = "This invitation was used or withdrawn meanwhile. Sign in, or ask for another one."
_TAKEN = "Somebody here has this name. Choose another."
_SAME = "Choose another name than your handle: nobody is to see that both are you."
_HANDLE_MOST = 30


@dataclass(frozen=True)
class Arrival:
    """Somebody who came with an invitation that holds. `entry`: whose row of the roster it is.

    `is_expected`: a code was mailed to them. `is_confirmed`: it was typed in this browser.
    """

    invitation: Invitation
    entry: RosterEntry | None
    is_expected: bool
    is_confirmed: bool


@dataclass(frozen=True)
class Wanted:
    """What they typed. `name` and `profession` count for who is not on the roster."""

    handle: str
    password: str
    pseudonym: str = ""
    name: str = ""
    profession: str = ""
    agrees: bool = False


async def arrive(token: str, source: Source) -> Arrival | None:
    """By the code of the link, or by the token of the browser where the mailbox was confirmed.

    None for any that does not work, and never why. Raises TooMany for who guesses.
    """
    now, found = datetime.now(UTC), hashed(token)
    tried = await throttle.reserve(Door.INVITATION, found, source)
    is_theirs = Q(code_hash=found) | Q(browser_hash=found)
    invitation = await invitations.living(now).filter(is_theirs).first()
    if invitation is None:
        return None
    await tried.delete()
    until = invitation.mailbox_code_until
    return Arrival(
        invitation,
        await matching.entry_of(invitation.email),
        is_expected=until is not None and until > now,
        is_confirmed=invitation.browser_hash == found,
    )


async def send_code(arrival: Arrival, source: Source) -> None:
    """Mail a code to the address of the invitation, 5 times in 15 minutes. Raises TooMany."""
    row = arrival.invitation
    await throttle.reserve(Door.ADDRESS, f"join {row.id}", source)  # each is a mail
    code = f"{secrets.randbelow(10**6):06}"
    until = datetime.now(UTC) + Invitation.MAILBOX_CODE_LIVES
    values = {"mailbox_code_hash": _hash(row, code), "mailbox_code_until": until}
    async with in_transaction():
        await Invitation.filter(id=row.id).update(**values)
        await mails.queue_inviting(row.email, AlertKind.MAILBOX, code)


async def confirm(arrival: Arrival, code: str, source: Source) -> str:
    """Returns the token of this browser, once (T67). Raises FormRefused, TooMany."""
    row, now = arrival.invitation, datetime.now(UTC)
    tried = await throttle.reserve(Door.ADDRESS, f"joins {row.id}", source)
    token = secrets.token_urlsafe(32)
    typed = _hash(row, "".join(code.split()))
    fits = Invitation.filter(id=row.id, mailbox_code_hash=typed, mailbox_code_until__gt=now)
    values = {"mailbox_code_hash": None, "mailbox_code_until": None}
    if not await fits.update(browser_hash=hashed(token), **values):
        raise FormRefused({"code": WRONG})
    await tried.delete()
    return token


async def join(arrival: Arrival, wanted: Wanted, entry: Entry) -> Opened:
    """Make the account and sign them in. Nobody joins with more than the role of a member (T70).

    Raises FormRefused; NotAllowed before the mailbox is confirmed; Conflict for who comes second
    with one invitation.
    """
    if not arrival.is_confirmed:
        raise NotAllowed("Type the code from your mailbox first.")
    new = await _read(arrival, wanted)
    made = await members.draft(new)
    row, now = arrival.invitation, datetime.now(UTC)

    async def verify(at: datetime) -> None:
        await verification.give(made.member, Method.ATTEST, at)
        await matching.mailbox_confirmed(made.member, at)
        await made.member.refresh_from_db()

    async with in_transaction():
        # The lock: of two who come at once, one finds it used.
        open_ = invitations.living(now).filter(id=row.id, browser_hash=row.browser_hash)
        if not await open_.update(used_at=now):
            raise Conflict(OVER)
        member = await members.store(made, verify)
        await _joined(member, row, now)
    return await signing_in.enter(member, entry)


async def suggested_handle(arrival: Arrival) -> str:
    """One that is free, of their name or their address."""
    found = arrival.entry
    text = arrival.invitation.email.partition("@")[0]
    if found is not None:
        text = f"{found.given_name[:1]}{found.family_name}"
    letters = re.sub(r"[^a-z0-9_]", "", folded(text).replace(" ", ""))[: _HANDLE_MOST - 3]
    base = letters if members.is_handle(letters) else "member"
    like = await Actor.filter(local_handle__startswith=base).values_list("local_handle", flat=True)
    taken = {str(handle) for handle in like}
    return next(name for n in range(len(taken) + 1) if (name := f"{base}{n or ''}") not in taken)


async def _read(arrival: Arrival, wanted: Wanted) -> NewMember:
    """Raises FormRefused. Who is on the roster has the name that stands there."""
    found = arrival.entry
    problems = {} if wanted.agrees else {"agrees": "Tick the box to join."}
    pseudonym = wanted.pseudonym.strip().lower()
    handle = wanted.handle.strip().lower().removeprefix("@")
    if pseudonym and pseudonym == handle:
        problems["pseudonym"] = _SAME
    elif pseudonym and not members.is_handle(pseudonym):
        problems["pseudonym"] = members.HANDLE_RULE
    names = [name for name in (handle, pseudonym) if members.is_handle(name)]
    rows = await Actor.filter(local_handle__in=names).values_list("local_handle", flat=True)
    taken = {str(name) for name in rows}
    problems |= {
        field: _TAKEN
        for field, name in (("handle", handle), ("pseudonym", pseudonym))
        if name in taken
    }
    profession = Profession.PHYSICIAN
    if found is None and wanted.profession not in list(Profession):
        problems["profession"] = "Choose your profession."
    elif found is None:
        profession = Profession(wanted.profession)
    new = NewMember(
        email=arrival.invitation.email,
        password=wanted.password,
        handle=handle,
        name=found.name if found is not None else " ".join(wanted.name.split())[:100],
        level=Level.GUEST,  # until there is evidence
        profession=found.profession if found is not None else profession,
        stage=found.stage if found is not None else Stage.PRACTISING,
        pseudonym=pseudonym or None,
    )
    if problems := await members.problems_of(new) | problems:
        raise FormRefused(problems)
    return new


async def _joined(member: Member, row: Invitation, now: datetime) -> None:
    """Who is not verified by joining waits for a verification officer."""
    if member.level < Level.VERIFIED:
        await cases.open_case(member, CaseKind.JOINED, now)
    ours, own = config.current(), await members.speaking_as(member)
    await audit.record(
        "member.joined",
        actor_uri=own.uri,
        host=ours.host,
        subject=own.uri,
        invitation=str(row.id),
    )


def _hash(row: Invitation, code: str) -> str:
    return sealed.current().digest("mailbox code", f"{row.id} {code}")
