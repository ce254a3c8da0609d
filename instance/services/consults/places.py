"""How far a consult of ours got to each hospital that reads it, as its deliveries tell."""

from dataclasses import dataclass
from datetime import datetime

from instance import raw_sql
from instance.models import Consult, Delivery
from instance.services.consults import reading

# Of what its Group said, to each host: the first and the last that arrived, that wait, and that
# were given up.
_TELLING = """
id IN (WITH said AS (
    SELECT min(d.id) AS first, max(d.id) AS last
    FROM outbox_activity o JOIN delivery d ON d.activity_id = o.id
    WHERE o.consult_id = ?1 AND o.type = 'Add'
    GROUP BY d.host, d.delivered_at IS NULL, d.gave_up_at IS NULL
) SELECT first FROM said UNION ALL SELECT last FROM said) ORDER BY id
"""


@dataclass(frozen=True)
class Place:
    """One hospital. `arrived`: the first that it took; `waiting`: the oldest that it has not;
    `gave_up_at`: when one was given up of which it has not heard since. Who gets a later message
    asks for what it misses before that."""

    host: str
    arrived: Delivery | None = None
    waiting: Delivery | None = None
    gave_up_at: datetime | None = None


async def of_consult(consult: Consult) -> list[Place]:
    """Ours first."""
    found: dict[str, list[Delivery]] = {}
    for row in await raw_sql.where(Delivery, _TELLING, [consult.id]):
        found.setdefault(row.host, []).append(row)
    return [_place(host, found.get(host, [])) for host in await reading.institutions(consult)]


def _place(host: str, rows: list[Delivery]) -> Place:
    arrived = [row for row in rows if row.delivered_at is not None]
    waiting = [row for row in rows if row.delivered_at is None and row.gave_up_at is None]
    last_at = max((row.delivered_at for row in arrived if row.delivered_at), default=None)
    lost_at = max((row.gave_up_at for row in rows if row.gave_up_at), default=None)
    is_made_good = lost_at is None or (last_at is not None and last_at > lost_at)
    return Place(
        host=host,
        arrived=next(iter(arrived), None),
        waiting=next(iter(waiting), None),
        gave_up_at=None if is_made_good else lost_at,
    )
