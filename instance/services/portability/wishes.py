"""Of whom one identity wants to see less, its lists and its notes: nothing that others are shown.

Tables as Mastodon takes them.
"""

from collections.abc import AsyncIterator, Iterable

from instance import spreadsheets
from instance.models import Actor, ActorNote, Endorsement, Follow, HiddenHost, ListEntry, Mute

Chunks = AsyncIterator[bytes]

_FOLLOWED = ("Account address", "Show boosts", "Notify on new posts", "Languages")
README = """\
activitypub/muted_accounts.csv, blocked_domains.csv, lists.csv: whom it muted, which servers it
                             hid, and its lists of accounts, as Mastodon takes them
notes.csv                    what it noted about others, and whom it shows on its profile
"""


async def entries(actor: Actor) -> AsyncIterator[tuple[str, Chunks]]:
    yield "activitypub/muted_accounts.csv", _muted(actor)
    yield "activitypub/blocked_domains.csv", _hosts(actor)
    yield "activitypub/lists.csv", _lists(actor)
    yield "notes.csv", _notes(actor)


def followed_head() -> bytes:
    return _line(_FOLLOWED)


def followed(row: Follow) -> bytes:
    """`row.target` is loaded. Nothing for what no address looks like."""
    if any(mark in row.target.address for mark in ',"\r\n'):
        return b""
    said = [str(row.shows_boosts).lower(), str(row.notifies).lower()]
    return _line([_address(row.target), *said, ", ".join(row.languages or ())])


async def _muted(actor: Actor) -> Chunks:
    yield _line(("Account address", "Hide notifications"))
    rows = Mute.filter(actor_id=actor.id, target__gone_at=None).order_by("id")
    async for row in rows.select_related("target"):
        yield _line([_address(row.target), str(row.hides_notifications).lower()])


async def _hosts(actor: Actor) -> Chunks:
    async for row in HiddenHost.filter(actor_id=actor.id).order_by("id"):
        yield _line([row.host])


async def _lists(actor: Actor) -> Chunks:
    rows = ListEntry.filter(list__actor_id=actor.id, target__gone_at=None).order_by("list_id", "id")
    async for row in rows.select_related("list", "target"):
        yield _line([row.list.title, _address(row.target)])


async def _notes(actor: Actor) -> Chunks:
    yield _line(("Account address", "Note", "Shown on the profile"))
    shown = Endorsement.filter(actor_id=actor.id)
    endorsed = {row.target_id: row.target async for row in shown.select_related("target")}
    async for row in ActorNote.filter(actor_id=actor.id).select_related("target"):
        is_shown = endorsed.pop(row.target_id, None) is not None
        yield _line([_address(row.target), row.words["note"], str(is_shown).lower()])
    for target in endorsed.values():
        yield _line([_address(target), "", "true"])


def _address(actor: Actor) -> str:
    return actor.address.removeprefix("@")


def _line(cells: Iterable[str]) -> bytes:
    return spreadsheets.line(*cells).encode()
