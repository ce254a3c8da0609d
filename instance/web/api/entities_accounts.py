"""People and channels as clients read them (mastodon-api.md 3 and 4)."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TypedDict

from quart import current_app

from instance.models import Actor, ActorKind, Member, ProfileKind
from instance.outbox import profiles as written
from instance.outbox import trust
from instance.services import account_rows, accounts, followers, peers, portraits
from instance.services.accounts import Figures
from instance.services.tokens import Caller
from instance.web.api.counted import Counted
from instance.web.api.entities_described import Badge, Described, Field, Parts, described
from instance.web.remembered import Remembered


class Role(Badge):
    permissions: str
    highlighted: bool


class Account(Described):
    last_status_at: str | None
    statuses_count: int
    followers_count: int
    following_count: int


class Source(TypedDict):
    privacy: str
    sensitive: bool
    language: str | None
    note: str
    fields: list[Field]
    follow_requests_count: int
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool


class CredentialAccount(Account):
    source: Source
    role: Role


async def account(actor: Actor, reader: Member | None) -> Account:
    """With its numbers as they are now."""
    current_app.config["FIGURES"].forget([actor.id])
    return (await all_of([actor], reader))[actor.id]


async def all_of(actors: Iterable[Actor], reader: Member | None) -> dict[int, Account]:
    return await by_ids([actor.id for actor in actors], reader)


async def by_ids(ids: Iterable[int], reader: Member | None) -> dict[int, Account]:
    """By id, each once; in as many questions to the database whether few or many."""
    rows = await account_rows.read(list(dict.fromkeys(ids)))
    counted: Counted = current_app.config["FIGURES"]
    figures = await counted.of(list(rows))
    said = await accounts.said([row.id for row in rows.values() if row.is_local], reader)
    hosts = {row.host for row in rows.values()}
    names, ceilings = await peers.names_of(hosts), await trust.ceilings(hosts)
    faces = await portraits.of(list(rows))
    kept: Remembered[Described] = current_app.config["PROFILES"]
    found: dict[int, Account] = {}
    for row in rows.values():
        parts = Parts(
            row,
            reader is not None,
            said.get(row.id, {}),
            faces.get(row.id, portraits.NONE),
            names.get(row.host, row.host),
            ceilings[row.host],
        )
        said_of_it = kept.of((row.id, parts.is_for_members), parts, partial(described, parts))
        found[row.id] = {**said_of_it, **_numbers(row, figures[row.id])}
    return found


async def in_order(actors: Sequence[Actor], reader: Member | None) -> list[Account]:
    shown = await all_of(actors, reader)
    return [shown[actor.id] for actor in actors]


async def credentials(caller: Caller) -> CredentialAccount:
    """The caller's own; `caller.actor` is there."""
    actor, member = caller.actor, caller.member
    assert actor is not None  # noqa: S101  (the guard saw to it)
    said = (await accounts.said([actor.id], member)).get(actor.id, {})
    shown = await account(actor, member)
    role: Role = {
        "id": "-99",
        "name": "",
        "color": "",
        "permissions": "0",
        "highlighted": False,
    }
    return {
        **shown,
        "source": {
            "privacy": "public",
            "sensitive": False,
            "language": None,
            "note": said.get(ProfileKind.ABOUT, ""),
            "fields": [
                {"name": written.NAMES[kind], "value": text, "verified_at": None}
                for kind, text in said.items()
                if kind in written.NAMES
            ],
            "follow_requests_count": await followers.count_requests(actor),
            "hide_collections": True,
            "discoverable": actor.discoverable,
            "indexable": actor.indexable,
        },
        "role": role,
    }


class _Numbers(TypedDict):
    last_status_at: str | None
    statuses_count: int
    followers_count: int
    following_count: int


def _numbers(row: account_rows.Row, figures: Figures) -> _Numbers:
    return {
        "last_status_at": figures.last_on.isoformat() if figures.last_on else None,
        "statuses_count": figures.posts,
        "followers_count": figures.followers,
        "following_count": 0 if row.kind == ActorKind.CHANNEL else figures.following,
    }
