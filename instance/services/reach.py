"""What would be cut if hosts were blocked: whom of ours it concerns, in numbers."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from instance import raw_sql
from instance.outbox import trust
from instance.services.consults import reading

_FOLLOWERS = """
SELECT a.host AS host, count(DISTINCT a.id) AS number FROM follow f
JOIN actor a ON a.id = f.follower_id JOIN actor t ON t.id = f.target_id
WHERE NOT a.is_local AND t.is_local AND {a} GROUP BY a.host
"""
_FOLLOWED = """
SELECT t.host AS host, count(DISTINCT t.id) AS number FROM follow f
JOIN actor a ON a.id = f.follower_id JOIN actor t ON t.id = f.target_id
WHERE a.is_local AND NOT t.is_local AND {t} GROUP BY t.host
"""
# Whoever reads along, and whoever owns it.
_CONSULTS = """
SELECT p.host AS host, c.id AS id FROM participant p JOIN consult c ON c.id = p.consult_id
WHERE c.status IN ({live}) AND {p}
UNION SELECT a.host AS host, c.id AS id FROM consult c JOIN actor a ON a.id = c.group_id
WHERE NOT a.is_local AND c.status IN ({live}) AND {a}
"""
# `trust.names_of` the other way round: the host, its ports, and all below it.
_ANY = "1 = 1"
_BELOW = """({host} = ?1 OR {host} LIKE ?2 ESCAPE '!' OR {host} LIKE ?3 ESCAPE '!'
    OR {host} LIKE ?4 ESCAPE '!')"""


@dataclass(frozen=True)
class Reach:
    """`followers`: people there who follow ours. `followed`: channels and people there that ours
    follow. `consults`: running ones that are shared with them."""

    followers: int = 0
    followed: int = 0
    consults: int = 0

    def __bool__(self) -> bool:
        return bool(self.followers or self.followed or self.consults)

    def exceeds(self, other: "Reach") -> bool:
        return (
            self.followers > other.followers
            or self.followed > other.followed
            or self.consults > other.consults
        )


NOTHING = Reach()


async def of(names: Collection[str]) -> dict[str, Reach]:
    """Of those that reach anything: by name, with all that a block of this name covers."""
    return await _reach(frozenset(names), _ANY, [])


async def of_host(host: str) -> Reach:
    """Of one: the database looks for it, and for nobody else."""
    name = re.sub(r"([!%_])", r"!\1", host)
    values = [host, f"%.{name}", f"{name}:%", f"%.{name}:%"]
    return (await _reach(frozenset({host}), _BELOW, values)).get(host, NOTHING)


async def _reach(wanted: frozenset[str], which: str, values: Sequence[str]) -> dict[str, Reach]:
    """`which`: a condition on `{host}` that at least all they cover fulfil."""
    followers = await _numbers(_FOLLOWERS, wanted, which, values)
    followed = await _numbers(_FOLLOWED, wanted, which, values)
    consults = await _consults(wanted, which, values)
    return {
        name: Reach(followers[name], followed[name], len(consults[name]))
        for name in followers.keys() | followed.keys() | consults.keys()
    }


async def _numbers(
    sql: str, wanted: Collection[str], which: str, values: Sequence[str]
) -> Counter[str]:
    found: Counter[str] = Counter()
    asked = sql.format(a=which.format(host="a.host"), t=which.format(host="t.host"))
    for row in await raw_sql.run(asked, values):
        for name in trust.names_of(row["host"]):
            if name in wanted:
                found[name] += row["number"]
    return found


async def _consults(
    wanted: Collection[str], which: str, values: Sequence[str]
) -> defaultdict[str, set[int]]:
    live = [status.value for status in reading.LIVE]
    marks = raw_sql.marks(len(live), first=len(values) + 1)
    hosts = {"p": which.format(host="p.host"), "a": which.format(host="a.host")}
    rows = await raw_sql.run(_CONSULTS.format(live=marks, **hosts), [*values, *live])
    found: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        for name in trust.names_of(row["host"]):
            if name in wanted:
                found[name].add(row["id"])
    return found
