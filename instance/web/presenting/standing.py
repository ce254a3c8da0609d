"""From standing statements of a member to the page that shows what other hospitals see."""

import json
from collections.abc import Mapping
from typing import Any

from instance.models import Actor, Peer, Standing, StandingReader
from instance.outbox import issuing, trust
from instance.web import views


async def shown_names(own: list[Actor], names: Mapping[str, str]) -> tuple[views.ShownName, ...]:
    """Of each identity of one member. `names`: of hospitals, by host."""
    partners = await trust.trusted_peers()
    rows = await Standing.filter(actor_id__in=[actor.id for actor in own])
    by_actor = {row.actor_id: row for row in rows}
    return tuple(
        [
            await _shown(actor, by_actor[actor.id], partners, names)
            for actor in own
            if actor.id in by_actor
        ]
    )


async def _shown(
    actor: Actor, row: Standing, partners: list[Peer], names: Mapping[str, str]
) -> views.ShownName:
    await actor.fetch_related("member")
    subject = row.document["credentialSubject"]
    return views.ShownName(
        name=actor.name,
        address=actor.address,
        pseudonym=actor.is_pseudonym,
        standing=views.Standing(level=row.level, role=row.profession, stage=row.stage),
        method=subject["cs:methodClass"],
        since=row.valid_from,
        until=row.valid_until,
        specialties=tuple(row.specialties),
        jurisdiction=subject["cs:jurisdiction"],
        changing=issuing.is_outdated(row, actor),
        suspended=actor.member is not None and actor.member.suspended_at is not None,
        readers=await _readers(actor, partners, names),
        statement=_pretty(row.document),
    )


async def _readers(
    actor: Actor, partners: list[Peer], names: Mapping[str, str]
) -> tuple[views.StandingReader, ...]:
    fetched = {row.host: row.fetched_at for row in await StandingReader.filter(actor_id=actor.id)}
    ceilings = await trust.ceilings([peer.host for peer in partners])
    return tuple(
        views.StandingReader(
            name=names.get(peer.host, peer.host),
            ceiling=str(ceilings[peer.host]),
            fetched_at=fetched.get(peer.host),
        )
        for peer in partners
    )


def _pretty(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)
