"""What a proof opens: the account that is connected to it, or a new one; and connecting the two.

At each sign-in the institution vouches anew for who comes (domain.md 4.1): seven days of the
highest standing, or the end of it at once.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from tortoise.transactions import in_transaction

from instance import config, sealed
from instance.errors import SignOnRefused
from instance.models import (
    AlertKind,
    Ending,
    Level,
    Member,
    Method,
    RosterEntry,
    Session,
    SignOnIdentity,
)
from instance.services import (
    account_news,
    audit,
    members,
    reauthentication,
    signing_in,
    verification,
)
from instance.services.roster import matching
from instance.services.signing_in import Entry, Opened
from instance.services.single_sign_on import rows
from instance.services.single_sign_on.flows import Proof
from instance.services.throttle import Source

JOINS_WITHIN = timedelta(minutes=30)
_PURPOSE = "joining by single sign-on"


@dataclass(frozen=True)
class Newcomer:
    """Somebody of the roster without an account. `token` brings the proof back with the form."""

    entry: RosterEntry
    token: str


@dataclass(frozen=True)
class Chosen:
    """What a newcomer types."""

    handle: str
    name: str
    password: str


async def enter(proof: Proof, browser: Entry) -> Opened | Newcomer:
    """Raises SignOnRefused; then what the institution said of the member before ends at once."""
    known = SignOnIdentity.filter(issuer=proof.issuer, subject=proof.subject)
    identity = await known.select_related("member").first()
    if identity is None:
        return Newcomer(await rows.of_newcomer(proof), _token(proof))
    if identity.member.suspended_at is not None:
        raise SignOnRefused("suspended")
    now = datetime.now(UTC)
    await _vouch(identity.member, proof, now)
    await SignOnIdentity.filter(id=identity.id).update(used_at=now)
    return await signing_in.let_in(identity.member, browser)


async def newcomer(token: str) -> Newcomer:
    """Who carries this token. Raises SignOnRefused."""
    proof = _proof_of(token)
    return Newcomer(await rows.of_newcomer(proof), token)


async def join(token: str, chosen: Chosen, browser: Entry) -> Opened:
    """Open the account of somebody of the roster. Raises SignOnRefused, FormRefused."""
    proof = _proof_of(token)
    entry = await rows.of_newcomer(proof)

    new = members.NewMember(
        email=entry.email,
        password=chosen.password,
        handle=chosen.handle.strip().lower().removeprefix("@"),
        name=" ".join(chosen.name.split()),
        legal_name=entry.name,
        level=Level.GUEST,
        profession=entry.profession,
        stage=entry.stage,
        specialties=list(entry.specialties),
        jurisdiction=entry.jurisdiction or "US",
    )
    made = await members.draft(new)

    async def verify(now: datetime) -> None:
        # Asked again: another one may have joined meanwhile.
        locked = await RosterEntry.filter(id=entry.id).select_for_update().get()
        if locked.member_id is not None or locked.left_at is not None:
            raise SignOnRefused("has_account")
        await _connect(made.member, proof, locked, now)

    return await signing_in.let_in(await members.store(made, verify), browser)


async def link(session: Session, proof: Proof) -> None:
    """Connect an account that is there, to which its member is signed in. Raises SignOnRefused."""
    member, now = session.member, datetime.now(UTC)
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()
        theirs = await SignOnIdentity.get_or_none(issuer=proof.issuer, subject=proof.subject)
        if theirs is not None and theirs.member_id != member.id:
            raise SignOnRefused("taken")
        if theirs is not None or await identity_of(member) is not None:
            raise SignOnRefused("linked")
        entry = await rows.of_member(proof, member)
        await _connect(member, proof, entry, now)
        await signing_in.end_others(session)
        await account_news.tell(member, AlertKind.FACTOR)


async def unlink(session: Session, password: str, source: Source) -> None:
    """The password alone signs in again; what the institution's sign-in vouched for ends.

    Raises FormRefused, TooMany.
    """
    member, now = session.member, datetime.now(UTC)
    await reauthentication.require_password(member, password, source)
    async with in_transaction():
        if not await SignOnIdentity.filter(member_id=member.id).delete():
            return
        await matching.signed_off(member, now, Ending.REVOKED)
        await _record("sso.unlinked", member)
        await signing_in.end_others(session)
        await account_news.tell(member, AlertKind.FACTOR)


async def identity_of(member: Member) -> SignOnIdentity | None:
    return await SignOnIdentity.get_or_none(member_id=member.id)


async def _vouch(member: Member, proof: Proof, now: datetime) -> None:
    """For another week; or no longer, from this moment on."""
    try:
        entry = await rows.of_member(proof, member)
    except SignOnRefused as refused:
        if refused.reason != "off":
            async with in_transaction():
                await verification.end(member, now, Ending.UNSAID, methods={Method.SSO})
        raise
    async with in_transaction():
        await matching.signed_on(member, entry, now)


async def _connect(member: Member, proof: Proof, entry: RosterEntry, now: datetime) -> None:
    values = {"member_id": member.id, "issuer": proof.issuer, "subject": proof.subject}
    await SignOnIdentity.create(**values, used_at=now)
    await matching.signed_on(member, entry, now)
    await _record("sso.linked", member)


def _token(proof: Proof) -> str:
    until = int((datetime.now(UTC) + JOINS_WITHIN).timestamp())
    carried = orjson.dumps({"proof": asdict(proof), "until": until}).decode()
    return sealed.current().token(_PURPOSE, carried)


def _proof_of(token: str) -> Proof:
    text = sealed.current().of_token(_PURPOSE, token)
    carried: dict[str, Any] = orjson.loads(text) if text else {"until": 0}
    if datetime.now(UTC).timestamp() >= carried["until"]:
        raise SignOnRefused("late")
    said = carried["proof"]
    return Proof(**{**said, "affiliations": tuple(said["affiliations"])})


async def _record(action: str, member: Member) -> None:
    own = (await members.speaking_as(member)).uri
    await audit.record(action, actor_uri=own, host=config.current().host, subject=own)
