"""Finding people and channels by the first letters of their handles and names.

Only whom the reader may see (`accounts.may_see`); a pseudonym by its handle, where it is public.
Somebody blocked is found by who blocked them, or could not be unblocked.
"""

from instance import config, raw_sql, word_tables
from instance.errors import NotFound
from instance.models import Actor, ActorKind, Member
from instance.outbox import remote
from instance.services import accounts

TEXT_MAX = 200
_FOLLOWED_MOST = 80
_FOLLOWED = "SELECT target_id FROM follow WHERE follower_id = ?2 AND state = 'accepted'"
# Of what begins like that the newest are looked at: few, more where few of those may be seen. Who
# is hidden takes nobody's place: nothing else differs for it (T50).
_ROUNDS = (100, 1_000, 10_000)
_MOST = 100
_VISIBLE = """
SELECT a.id AS id FROM ({matching}) AS w CROSS JOIN actor a LEFT JOIN member m ON m.id = a.member_id
WHERE a.id = w.id AND NOT a.is_blocked AND a.gone_at IS NULL AND a.moved_to_uri IS NULL
    AND m.suspended_at IS NULL AND (a.discoverable OR NOT a.is_pseudonym) AND {seen}
ORDER BY a.id DESC LIMIT {most}
"""
_BY_VISITORS = "a.is_local AND a.discoverable"
# As `accounts.may_see` has it, but for whom the reader follows: those are looked for by themselves.
_BY_MEMBERS = """(a.is_local OR a.proven_at IS NULL OR a.is_looked_up OR a.kind = 'channel'
    OR EXISTS (SELECT 1 FROM post p WHERE p.author_id = a.id)
    OR EXISTS (SELECT 1 FROM follow f WHERE f.follower_id = a.id))"""


async def find(
    typed: str,
    reader: Member | None,
    actor: Actor | None,
    *,
    limit: int,
    offset: int = 0,
    following: bool = False,
) -> list[Actor]:
    """The exact address first, then whom `actor` follows. `following`: those alone."""
    text = typed.strip()[:TEXT_MAX]
    found = await _exactly(text, reader) if not following else {}
    asked = word_tables.beginning(text.replace("@", " ").replace("!", " "))
    if asked and actor is not None:
        own = word_tables.ACTORS.matching("?1", _FOLLOWED_MOST, among=_FOLLOWED)
        found |= await _named(own, [asked, actor.id], reader, _FOLLOWED_MOST)
    if asked and not following and len(found) < offset + limit:
        others = dict[int, Actor]()
        for most in _ROUNDS:
            every = word_tables.ACTORS.matching("?1", most)
            others = await _named(every, [asked], reader, _MOST)
            if len(others) >= _MOST:
                break
        found = {**found, **{one: actor for one, actor in others.items() if one not in found}}
    return list(found.values())[offset : offset + limit]


async def is_known(address: str, reader: Member | None) -> bool:
    """Whether they may see somebody at `name@host`, or nobody can be there: it is our own host."""
    if address.partition("@")[2].lower() == config.current().host:
        return True
    return bool(await _exactly(address, reader))


async def look_up(address: str) -> Actor:
    """Ask the server of `name@host`, or of a URL, for a member; from then on every member may see
    them. Raises FederationError, OSError, and NotFound for what is no person and no channel."""
    target = address if "://" in address else f"@{address}"
    actor = await remote.directory().resolve(target)
    if actor.kind not in (ActorKind.PERSON, ActorKind.CHANNEL):
        raise NotFound
    await Actor.filter(id=actor.id).update(is_looked_up=True)
    return actor


async def _exactly(text: str, reader: Member | None) -> dict[int, Actor]:
    """At `name`, `@name@host` or `!channel@host`."""
    address = text.removeprefix("acct:").removeprefix("!")
    if " " in address or not address:
        return {}
    try:
        actor = await accounts.by_address(address, reader)
    except NotFound:
        return {}
    is_meant = not text.startswith("!") or actor.kind is ActorKind.CHANNEL
    return {actor.id: actor} if is_meant else {}


async def _named(
    matching: str, values: list[object], reader: Member | None, most: int
) -> dict[int, Actor]:
    """The reader may see them; people of here first."""
    is_followed = len(values) > 1
    seen = _BY_VISITORS if reader is None else "TRUE" if is_followed else _BY_MEMBERS
    sql = _VISIBLE.format(matching=matching, seen=seen, most=most)
    ids = [int(row["id"]) for row in await raw_sql.run(sql, values)]
    actors = await raw_sql.some(Actor, "id", ids)
    actors.sort(key=lambda actor: (not actor.is_local, actor.handle, actor.host))
    return {actor.id: actor for actor in actors}
