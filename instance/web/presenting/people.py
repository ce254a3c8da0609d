"""Who is speaking (UX-3): name, standing, specialty and institution of an actor."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import orjson
from markupsafe import Markup

from instance import config, html
from instance.models import Actor, ActorKind, Member, Role
from instance.models import Standing as StandingRow
from instance.outbox import trust
from instance.services import account_rows
from instance.services.account_rows import Row
from instance.web.views import Author, Identity, Standing

UNKNOWN = Standing(level=0, role="other")


def markup(stored: str, *, heading: int = 3) -> Markup:
    """What somebody wrote, for a page: sanitised here (T41), its links with their hosts (T42)."""
    own_host = urlsplit(config.current().origin).hostname or ""
    return Markup(html.shown(stored, own_host, heading=heading))  # noqa: S704


def profile_url(actor: Actor | Row) -> str:
    return f"/@{actor.handle}" if actor.is_local else f"/@{actor.handle}@{actor.host}"


def role_code(role: Role) -> str:
    """The key of `role_words.ROLES`, and what forms send."""
    return "hospitals" if role is Role.FEDERATION else role.value


def identity(actor: Actor) -> Identity:
    return Identity(id=actor.handle, name=actor.name or actor.handle, pseudonym=actor.is_pseudonym)


def author(
    actor: Actor | Row, standing: Standing, specialties: list[str], institutions: Mapping[str, str]
) -> Author:
    """`institutions`: names by host, as `peers.names()` gives them."""
    return Author(
        name=actor.name or actor.handle,
        standing=standing,
        specialty=specialties[0] if specialties else "",
        institution=institutions.get(actor.host, actor.host),
        url=profile_url(actor) if actor.kind == ActorKind.PERSON else "",
        is_channel=actor.kind == ActorKind.CHANNEL,
    )


def written_with(
    actor: Actor, claims: Mapping[str, Any], institutions: Mapping[str, str]
) -> Author:
    """The author of a contribution, with the standing it was written with."""
    standing = Standing(
        level=int(claims["level"]), role=str(claims["profession"]), stage=str(claims["stage"])
    )
    shown = author(actor, standing, list(claims["specialties"]), institutions)
    owner = claims.get("vouched_by")
    if not owner:
        return shown
    # Its own hospital could not be asked: the page says whose word this is (F-CON-5).
    told = f"{shown.institution}, as {institutions.get(owner, owner)} says"
    return replace(shown, institution=told)


async def authors(actors: Iterable[Actor], institutions: Mapping[str, str]) -> dict[int, Author]:
    """Authors by actor id, with the standing their institution vouches now."""
    ids = list({actor.id: None for actor in actors})
    return await of_rows((await account_rows.read(ids)).values(), institutions)


async def of_rows(rows: Iterable[Row], institutions: Mapping[str, str]) -> dict[int, Author]:
    """The same of whom the rows were read already."""
    found = list(rows)
    ceilings = await trust.ceilings({row.host for row in found})
    return {row.id: of_row(row, ceilings[row.host], institutions) for row in found}


async def one(actor: Actor, institutions: Mapping[str, str]) -> Author:
    return (await authors([actor], institutions))[actor.id]


async def vouched(actor: Actor) -> StandingRow | None:
    """The standing whose dates may be told. Both names of a member got theirs in one moment, so
    those of a pseudonym would tell whose it is (F-ACT-2); whether one is, only we know of ours."""
    may_tell = actor.is_local and not actor.is_pseudonym
    return await StandingRow.get_or_none(actor_id=actor.id) if may_tell else None


async def specialties(actor: Actor) -> tuple[str, ...]:
    row = await StandingRow.get_or_none(actor_id=actor.id)
    return tuple(row.specialties) if row else ()


def of_member(member: Member) -> Standing:
    return Standing(level=int(member.level), role=member.profession.value, stage=member.stage.value)


def of_row(row: Row, ceiling: int, institutions: Mapping[str, str]) -> Author:
    """With the standing its institution vouches, never higher than the agreement with it counts now
    (F-STD-1)."""
    return _of_row(row, ceiling, institutions.get(row.host, row.host))


@lru_cache(maxsize=2_000)
def _of_row(row: Row, ceiling: int, institution: str) -> Author:
    """The same one for all that reads the same: nobody has to compare what they say again."""
    institutions = {row.host: institution}
    if row.level is None:
        return author(row, UNKNOWN, [], institutions)
    level = 0 if row.is_withdrawn else min(row.level, ceiling)
    standing = Standing(level=level, role=row.profession or "", stage=row.stage or "")
    return author(row, standing, orjson.loads(row.specialties or "[]"), institutions)


def is_ours(actor: Actor) -> bool:
    return actor.host == config.current().host
