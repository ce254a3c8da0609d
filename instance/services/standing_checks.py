"""What a partner vouches about one of its actors, and whether it counts here just now, in words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from federation.errors import FederationError
from federation.origin import host_of
from federation.status_lists import Purpose
from instance import config
from instance.models import RemoteStatusList
from instance.outbox import partner_lists, remote, standing, trust

Told = tuple[bool, str, str]  # whether it is well, what is so, how to mend it


async def told(document: Mapping[str, Any]) -> Told:
    """`document`: the actor's, as its server serves it to us now."""
    statement = document.get("cs:standing")
    if not isinstance(statement, Mapping):
        return (
            False,
            "Their hospital states no standing for it: nothing that it answers is accepted.",
            "Their administrators have to verify this person.",
        )
    try:
        return await _told_of(statement, str(document["id"]))
    except partner_lists.NotFresh as error:
        return await _told_of_list(error.uri)
    except partner_lists.NoStatus:
        return (
            False,
            "Their server is older than ours and cannot withdraw a standing. Answers wait there.",
            "Their administrators have to install the version that we have.",
        )
    except partner_lists.Withdrawn as error:
        is_suspended = error.purpose is Purpose.SUSPENSION
        done = "suspended this account" if is_suspended else "withdrew the standing it had"
        return False, f"Their hospital {done}: nothing that it answers is accepted.", ""
    except standing.StandingRefused as error:
        return (
            False,
            f"Their hospital's statement does not hold: {error}.",
            "Their administrators should look at their clock and at their keys.",
        )


async def _told_of(statement: Mapping[str, Any], uri: str) -> Told:
    host, now = host_of(uri, config.current().development), datetime.now(UTC)
    claims = standing.check(
        statement,
        subject=uri,
        pinned=await remote.keys_of_standing(host, now),
        ceiling=await trust.ceiling(host),
        now=now,
    )
    await _require_clear(statement, now)
    until = standing.dates(statement)[1]
    return (
        True,
        f"Signed by their hospital, until {until:%d %b %Y}: level {claims.level} of 4,"
        f" {claims.profession}, {claims.stage}. Neither withdrawn nor suspended: we asked within"
        " 15 minutes.",
        "",
    )


async def _require_clear(statement: Mapping[str, Any], now: datetime) -> None:
    """As of who answers. A list that is not fresh is asked for: no worker may be running here."""
    for _ in Purpose:
        try:
            return await partner_lists.require_clear(statement, now)
        except partner_lists.NotFresh as error:
            try:
                await partner_lists.fetch(error.uri, now)
            except (FederationError, OSError):
                raise error from None
    await partner_lists.require_clear(statement, now)


async def _told_of_list(uri: str) -> Told:
    row = await RemoteStatusList.get_or_none(uri=uri)
    last = f"last {row.fetched_at.astimezone(UTC):%d %b, %H:%M} UTC" if row else "never"
    return (
        False,
        "We do not know whether their hospital withdrew the standing: its list was fetched"
        f" {last}. What this account answers waits there meanwhile.",
        "This mends itself within 5 minutes of their server answering. If it does not, ask their"
        " administrators whether their clock is right and whether their keys changed.",
    )
