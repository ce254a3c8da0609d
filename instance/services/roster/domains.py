"""Which mail domains are this hospital's: exactly those, and no sub-domain of them (T71)."""

import re
from collections.abc import Collection
from datetime import datetime

from tortoise.queryset import QuerySet

from instance.models import Mailbox, RosterEntry, Setting
from instance.services.roster import people

SETTING = "mail_domains"
MOST = 20
# Plain letters of ASCII; one name of a domain or more, and no dot at the end.
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_AT_ONCE = 500


async def ours() -> tuple[str, ...]:
    """None where nobody said any: then the roster alone says who works here."""
    row = await Setting.get_or_none(name=SETTING)
    return tuple(row.value.split()) if row is not None else ()


def holds(email: str, domains: Collection[str]) -> bool:
    """Whether a roster may verify somebody by this address."""
    return people.is_email(email) and (not domains or email.rpartition("@")[2] in domains)


def read(typed: str) -> tuple[str, ...] | None:
    """From words between blanks or commas; None where one is no domain, or there are too many."""
    words = typed.replace(",", " ").split()
    plain = [word.lower() for word in words if word.isascii()]
    if len(plain) < len(words) or len(words) > MOST:
        return None
    good = all(len(word) <= 253 and _DOMAIN.fullmatch(word) for word in plain)
    return tuple(dict.fromkeys(plain)) if good else None


async def follow_change(now: datetime) -> None:
    """They are others now: what that means for each member is due; in the caller's transaction."""
    last = 0
    while rows := await _mailboxes_after(last).limit(_AT_ONCE):
        emails = [row.email for row in rows]
        await RosterEntry.filter(email__in=emails, left_at=None).update(due_at=now)
        last = rows[-1].id


def _mailboxes_after(last: int) -> QuerySet[Mailbox]:
    return Mailbox.filter(id__gt=last).order_by("id")
