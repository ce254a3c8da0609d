"""Offers of hosts that nobody here knows (T57, T78): how many wait, and of which anybody is told.

Names below a domain that one owner registered count as one. So whoever has a thousand of them keeps
nobody else out, and administrators hear of them once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.expressions import Q

from instance import raw_sql
from instance.errors import TooMany
from instance.models import Direction, Offer, TrustState
from instance.outbox import limits
from instance.services.treaties import OFFER_EVERY

MOST = 100  # offers that wait
OF_DOMAIN_MOST = 5
TOLD_MOST = 10  # domains; more of them are one flood


@dataclass(frozen=True)
class Stranger:
    host: str
    since: datetime


async def by_domain(but: str = "") -> Mapping[str, list[Stranger]]:
    """Who offers and is pinned by nobody, oldest first; `but` this host. Also who took it back
    within the day."""
    counted = Q(state=TrustState.PENDING) | Q(created_at__gt=datetime.now(UTC) - OFFER_EVERY)
    rows = Offer.filter(counted, direction=Direction.THEIRS, peer__pinned_at=None)
    found: dict[str, list[Stranger]] = {}
    for row in await rows.exclude(peer__host=but).order_by("created_at").select_related("peer"):
        one = Stranger(row.peer.host, row.created_at)
        found.setdefault(limits.registered_domain(one.host), []).append(one)
    return found


async def admit(host: str) -> bool:
    """Whether it is news that this one offers, in the transaction of its offer.

    Raises TooMany where there is no room for one more.
    """
    await raw_sql.lock("offers of strangers")
    others = dict(await by_domain(but=host))
    total = sum(len(of_domain) for of_domain in others.values())
    related = others.pop(limits.registered_domain(host), [])
    if total >= MOST or len(related) >= OF_DOMAIN_MOST:
        raise TooMany(retry_after_seconds=round(OFFER_EVERY.total_seconds()))
    return not related and len(others) < TOLD_MOST
