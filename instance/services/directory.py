"""Whom members find: the people of this institution, and those whom partners offer to be found.

No pseudonyms: beside a specialty they would name their member (T87).
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from instance import config, names, raw_sql
from instance.models import Actor, ActorKind, Member, Stage, Visibility
from instance.outbox import trust
from instance.outbox.profiles import TOWN
from instance.specialties import SPECIALTIES

PAGE = 50
TEXT_MAX = 100
_AT_ONCE = 500
_HERE = "actor.is_local AND NOT actor.is_pseudonym AND member.suspended_at IS NULL"
# Their server says whom it offers; it counts only while that word is proven (F-ACT-1).
_THERE = """NOT actor.is_local AND actor.is_listed AND actor.proven_at IS NOT NULL
    AND actor.gone_at IS NULL AND actor.moved_to_uri IS NULL AND NOT actor.is_blocked
    AND (standing.is_withdrawn IS NULL OR NOT standing.is_withdrawn)"""
# Found by two small indexes: nearly all actors are consults, and people whom nobody offers.
_FIND = """
SELECT actor.id, actor.name, actor.handle, actor.properties, town.text AS town
FROM (SELECT id FROM actor WHERE member_id IS NOT NULL
    UNION SELECT id FROM actor WHERE proven_at IS NOT NULL AND host IN ({hosts})) AS known
CROSS JOIN actor
LEFT JOIN member ON member.id = actor.member_id
LEFT JOIN standing ON standing.actor_id = actor.id
LEFT JOIN profile_field AS town
    ON town.actor_id = actor.id AND town.kind = 'town' AND town.visibility <> '{hidden}'
WHERE actor.id = known.id AND actor.kind = ?1 AND (({here}) OR ({there})) AND {conditions}
ORDER BY actor.name, actor.id LIMIT {most}
"""
_LISTED = """
SELECT actor.id FROM actor LEFT JOIN member ON member.id = actor.member_id
LEFT JOIN standing ON standing.actor_id = actor.id
WHERE actor.gone_at IS NULL AND (actor.kind = 'channel' AND {channels}
    OR actor.kind = 'person' AND (({here}) OR ({there})))
ORDER BY {order} DESC, actor.id LIMIT ?1 OFFSET ?2
"""
_LAST = """coalesce(
    (SELECT max(t.last_post_at) FROM thread t WHERE t.group_id = actor.id),
    (SELECT max(p.published_at) FROM post p WHERE p.author_id = actor.id), actor.created_at)"""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; an empty one is no condition. `text` is of a name, a handle or a town,
    `institution` a host."""

    text: str = ""
    specialty: str = ""
    stage: str = ""
    institution: str = ""

    @classmethod
    def of(cls, text: str, specialty: str, stage: str, institution: str) -> "Wanted":
        """What of it can be looked for at all; the rest counts as not asked."""
        return cls(
            " ".join(text.split())[:TEXT_MAX],
            specialty if specialty in SPECIALTIES else "",
            stage if stage in list(Stage) else "",
            institution.lower(),
        )


@dataclass(frozen=True)
class Found:
    """`towns` by actor id, of those who let members read theirs. `more` people are behind."""

    people: list[Actor]
    towns: dict[int, str]
    more: bool


async def institutions() -> list[str]:
    """Hosts whose people may be found here: ours, and of partners who agreed to `directory`."""
    partners = [peer.host for peer in await trust.trusted_peers()]
    agreed = [host for host in partners if "directory" in await trust.scopes(host)]
    return [config.current().host, *agreed]


async def find(
    wanted: Wanted, hosts: Collection[str], *, after: tuple[str, int] = ("", 0)
) -> Found:
    """A page of PAGE people by name, behind the one with this name and id. `hosts`: those of
    `institutions`."""
    there = [host for host in hosts if wanted.institution in ("", host)]
    towns: dict[int, str] = {}
    while there and len(towns) <= PAGE:
        rows = await _read(wanted, there, after)
        for row in rows:
            town = _town(row)
            if names.begin_with(wanted.text, row["name"], row["handle"], town):
                towns[row["id"]] = town
        if len(rows) < _AT_ONCE:
            break
        after = (rows[-1]["name"], rows[-1]["id"])
    ids = list(towns)[:PAGE]
    known = {actor.id: actor for actor in await raw_sql.some(Actor, "id", ids)}
    return Found([known[one] for one in ids], towns, len(towns) > PAGE)


async def listed(
    reader: Member | None, *, is_local: bool, newest: bool, start: int, most: int
) -> list[Actor]:
    """Channels, and whoever may be found, as applications list them: who was there last first, or
    who came last. Visitors are shown channels of ours, and who opened their profile to all."""
    hosts = await institutions() if reader is not None and not is_local else []
    marks = raw_sql.marks(len(hosts), first=3)
    sql = _LISTED.format(
        here=_HERE if reader is not None else f"{_HERE} AND actor.discoverable",
        there=f"{_THERE} AND actor.host IN ({marks})" if hosts else "FALSE",
        channels="NOT actor.is_blocked" if hosts else "actor.is_local",
        order="actor.created_at" if newest else _LAST,
    )
    ids = [int(row["id"]) for row in await raw_sql.run(sql, [most, start, *hosts])]
    known = {actor.id: actor for actor in await Actor.filter(id__in=ids)}
    return [known[one] for one in ids]


async def _read(
    wanted: Wanted, hosts: Collection[str], after: tuple[str, int]
) -> list[dict[str, Any]]:
    values: list[object] = [ActorKind.PERSON.value]

    def mark(value: object) -> str:
        values.append(value)
        return f"?{len(values)}"

    of_hosts = ", ".join(mark(host) for host in hosts)
    conditions = [f"actor.host IN ({of_hosts})"]
    if wanted.specialty:
        # A slug has no marks of its own; in the list that is stored it stands between quotes.
        like = mark(f'%"{wanted.specialty}"%')
        conditions.append(f"CAST(standing.specialties AS TEXT) LIKE {like}")
    if wanted.stage:
        conditions.append(f"standing.stage = {mark(wanted.stage)}")
    name, actor_id = after
    if actor_id:
        name, key = mark(name), mark(actor_id)
        conditions.append(f"(actor.name > {name} OR (actor.name = {name} AND actor.id > {key}))")
    sql = _FIND.format(
        hidden=Visibility.PRIVATE.value,
        here=_HERE,
        there=_THERE,
        hosts=of_hosts,
        conditions=" AND ".join(conditions),
        most=_AT_ONCE,
    )
    return await raw_sql.run(sql, values)


def _town(row: dict[str, Any]) -> str:
    """Ours is a row of its own; that of somebody elsewhere is among what their document says."""
    stored = row["properties"]
    said = json.loads(stored) if isinstance(stored, str) else stored
    return str(row["town"] or dict(said or ()).get(TOWN, ""))
