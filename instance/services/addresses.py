"""Another e-mail address: it counts once a code that was mailed there comes back.

Who may be told of it is told: the old address. Nothing says whether somebody else here has the new
one (T64).
"""

import secrets
from datetime import UTC, datetime

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from instance import config, sealed
from instance.errors import FormRefused, NotAllowed
from instance.models import AlertKind, EmailChange, Member, Session
from instance.services import (
    account_news,
    audit,
    mails,
    members,
    reauthentication,
    signing_in,
    throttle,
    verification,
)
from instance.services.roster import matching
from instance.services.throttle import Door, Source

NO_MAIL = "This server does not send mails, so no address can be confirmed."
_WRONG = "This code does not fit, or it is older than 1 hour."
_TAKEN = "This address cannot be yours. Choose another."


async def waiting(member: Member) -> str:
    """The address that a code was sent to; "" where none is waited for."""
    now = datetime.now(UTC)
    found = await EmailChange.get_or_none(member_id=member.id, expires_at__gt=now)
    return found.address if found else ""


async def ask(session: Session, address: str, password: str, source: Source) -> None:
    """Mail a code to the new address. Raises FormRefused, TooMany, NotAllowed without mail."""
    member, new = session.member, members.read_email(address)
    if not config.current().sends_mail:
        raise NotAllowed(NO_MAIL)
    if not new or new == member.email:
        raise FormRefused({"address": members.EMAIL_RULE})
    await reauthentication.require_password(member, password, source)
    await throttle.reserve(Door.ADDRESS, f"ask {member.id}", source, member)  # each is a mail
    code = f"{secrets.randbelow(10**6):06}"
    is_taken = await Member.filter(email=new).exists()
    async with in_transaction():
        await EmailChange.filter(member_id=member.id).delete()
        await EmailChange.create(
            member_id=member.id,
            address=new,
            code_hash=_hash(member, secrets.token_hex() if is_taken else code),
            expires_at=datetime.now(UTC) + EmailChange.LIVES,
        )
        if not is_taken:
            await mails.queue(member, AlertKind.CONFIRM, address=new, code=code)


async def confirm(session: Session, code: str, source: Source) -> None:
    """Take the new address over. Raises FormRefused, TooMany."""
    member, now = session.member, datetime.now(UTC)
    tried = await throttle.reserve(Door.ADDRESS, f"confirm {member.id}", source, member)
    sent = EmailChange.filter(code_hash=_hash(member, "".join(code.split())))
    change = await sent.get_or_none(member_id=member.id, expires_at__gt=now)
    if change is None:
        raise FormRefused({"code": _WRONG})
    await tried.delete()
    old, actor = member.email, await members.speaking_as(member)
    try:
        async with in_transaction():
            await EmailChange.filter(id=change.id).delete()
            await Member.filter(id=member.id).update(email=change.address)
            await verification.email_changed(member, now)
            member.email = change.address
            await matching.mailbox_confirmed(member, now)
            await signing_in.end_others(session)
            await account_news.tell(member, AlertKind.ADDRESS, address=old)
            await audit.record(
                "account.address_changed",
                actor_uri=actor.uri,
                host=config.current().host,
                subject=actor.uri,
            )
    except IntegrityError as error:
        raise FormRefused({"code": _TAKEN}) from error


def _hash(member: Member, code: str) -> str:
    return sealed.current().digest("address code", f"{member.id} {code}")
