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
_SUSPENDED = """
SELECT a.id AS id FROM actor a JOIN member m ON m.id = a.member_id
WHERE m.suspended_at IS NOT NULL AND a.id IN ({ids})
"""


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
        found |= await _seen(await raw_sql.run(own, [asked, actor.id]), reader)
    if asked and not following and len(found) < offset + limit:
        every = word_tables.ACTORS.matching("?1", 2 * (offset + limit))
        found = {**found, **await _seen(await raw_sql.run(every, [asked]), reader, found)}
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


async def _seen(
    rows: list[dict[str, object]], reader: Member | None, known: dict[int, Actor] | None = None
) -> dict[int, Actor]:
    """Of these the ones the reader may see, people of here first; without those known already."""
    ids = [int(str(row["id"])) for row in rows]
    ids = [one for one in ids if one not in (known or {})]
    if not ids:
        return {}
    suspended = _SUSPENDED.format(ids=raw_sql.marks(len(ids)))
    gone = {int(row["id"]) for row in await raw_sql.run(suspended, ids)}
    found = [actor for actor in await raw_sql.some(Actor, "id", ids) if actor.id not in gone]
    found.sort(key=lambda actor: (not actor.is_local, actor.handle, actor.host))
    return {actor.id: actor for actor in found if await _may_find(actor, reader)}


async def _may_find(actor: Actor, reader: Member | None) -> bool:
    if actor.is_pseudonym and not actor.discoverable:
        return False
    return actor.moved_to_uri is None and await accounts.may_see(actor, reader)
