"""How often somebody may try to get into an account (T65), and how nobody locks another out by it.

Tries are counted by account and network, by network, and by account wherever they come from. The
last is not asked of networks and browsers in which the member signed in before: so those who guess
elsewhere lock themselves out, and not the member.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from instance import sealed
from instance.errors import TooMany
from instance.models import KnownPlace, Member, SignInFailure

WINDOW = timedelta(minutes=15)
KEPT = timedelta(hours=1)
KNOWN_FOR = timedelta(days=90)
_FROM_HERE, _OF_NETWORK = 5, 30


class Door(StrEnum):
    """What is tried. Each counts for itself, so that one cannot be shut through another."""

    PASSWORD = "password"  # noqa: S105
    CODE = "code"  # the second step
    PASSKEY = "passkey"
    OWN = "own"  # the password or a code again, on a page of the account
    ADDRESS = "address"  # a code that was mailed
    INVITATION = "invitation"  # the code of a link
    CLIENT = "client"  # the secret of an application, or a code it got
    PROVIDER = "provider"  # what a browser brings from the hospital's own sign-in


# From wherever they come. A code has 6 digits, of which 3 numbers fit at a time.
_OF_ACCOUNT = {
    **dict.fromkeys((Door.PASSWORD, Door.PASSKEY, Door.INVITATION, Door.CLIENT), 100),
    **dict.fromkeys((Door.CODE, Door.OWN), 10),
    **dict.fromkeys((Door.ADDRESS, Door.PROVIDER), 5),
}


@dataclass(frozen=True)
class Source:
    """Where a try comes from. `browser`: the token that a browser got at an earlier sign-in."""

    network: str
    browser: str = ""


async def reserve(
    door: Door, account: str, source: Source, member: Member | None = None
) -> SignInFailure:
    """Count a try before it is looked at; whoever succeeds deletes the row.

    Counted afterwards, any number of tries sent at once would all be looked at. The queries are
    the same for an `account` that nobody has (T64). Raises TooMany.
    """
    known = await _known(member, source)
    # A known browser counts for itself alone: others in its network take nothing from it.
    is_known_browser = bool(source.browser) and _place("browser", source.browser) in known
    place = f"browser {source.browser}" if is_known_browser else source.network
    tried = await SignInFailure.create(
        account_hash=hashed(f"{door} {account}"), network_hash=hashed(place)
    )
    since = datetime.now(UTC) - WINDOW
    here = SignInFailure.filter(network_hash=tried.network_hash, created_at__gt=since)
    mine = SignInFailure.filter(account_hash=tried.account_hash, created_at__gt=since)
    of_network = await here.count()
    from_here = await here.filter(account_hash=tried.account_hash).count()
    of_account = await mine.count()
    is_over = of_network > _OF_NETWORK or from_here > _FROM_HERE
    if is_over or (not known and of_account > _OF_ACCOUNT[door]):
        await tried.delete()  # or asking again while locked would lock for ever
        raise TooMany
    return tried


async def remember(member: Member, source: Source) -> None:
    """The member has signed in from here, with all that it takes."""
    now = datetime.now(UTC)
    for kind, name in (("network", source.network), ("browser", source.browser)):
        if not name:
            continue
        place = _place(kind, name)
        if await KnownPlace.filter(member_id=member.id, place_hash=place).update(seen_at=now):
            continue
        try:
            async with in_transaction():
                await KnownPlace.create(member_id=member.id, place_hash=place, seen_at=now)
        except IntegrityError:
            continue  # in two tabs at once


async def forget(member: Member) -> None:
    """Every place: somebody else may have signed in there."""
    await KnownPlace.filter(member_id=member.id).delete()


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def _known(member: Member | None, source: Source) -> set[str]:
    """The hashes of this source that the member is known in."""
    places = [_place("network", source.network), _place("browser", source.browser)]
    rows = KnownPlace.filter(member_id=member.id if member else 0, place_hash__in=places)
    return {row.place_hash for row in await rows}


def _place(kind: str, name: str) -> str:
    return sealed.current().digest(kind, name)
