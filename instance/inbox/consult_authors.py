"""Who writes into a consult from elsewhere, and as what: vouched for by their own institution, or
by the owner where we cannot ask it. Each rule raises, naming itself."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from federation import vocabulary
from federation.errors import NotAllowed
from federation.origin import host_of
from instance import config, html
from instance.errors import Unavailable
from instance.inbox import fetches
from instance.inbox.refusals import Refused
from instance.models import Actor, ActorKind, Consult, Standing
from instance.outbox import partner_lists, remote, remote_actors, standing, trust
from instance.services.consults import states

_EARLIEST = datetime.min.replace(tzinfo=UTC)


async def claims_of(author: Actor) -> standing.Claims:
    """What the author's institution vouches now, checked again with its pin (F-STD-1).

    Raises Awaited while the list of those revoked is not fresh (F-STD-2), and NoStatus.
    """
    row, now = await Standing.get_or_none(actor_id=author.id), datetime.now(UTC)
    pinned = await remote.keys_of_standing(author.host, now)
    if row is None or not pinned:
        raise Refused("F-STD-1 none")
    ceiling = await trust.ceiling(author.host)
    claims = standing.check(
        row.document, subject=author.uri, pinned=pinned, ceiling=ceiling, now=now
    )
    try:
        await partner_lists.require_clear(row.document, now)
    except partner_lists.NotFresh as error:
        raise fetches.Awaited("status", error.uri) from None
    return claims


async def claims_for(event: states.Event, consult: Consult, author: Actor) -> standing.Claims:
    """As `claims_that`, for what a guest of a consult of ours wants to do there."""
    who = states.who_may(event, consult)
    by_standing = who in (states.Who.ANSWERER, states.Who.PARTICIPANT)

    def suffice(claims: standing.Claims) -> bool:
        return not by_standing or states.is_entitled(event, consult, states.Doer(claims))

    return await claims_that(suffice, author)


async def claims_that(suffice: Callable[[standing.Claims], bool], author: Actor) -> standing.Claims:
    """As `claims_of`, for what takes such a standing.

    We may know them as they were a day ago: where that does not suffice, their document is read
    anew first, and their server comes again (Awaited). What is insufficient then is final. What
    nobody can revoke waits until their institution has status lists: nothing is lost.
    """
    try:
        claims = await claims_of(author)
    except partner_lists.NoStatus:
        _require_known_now(author)
        raise Unavailable() from None
    except partner_lists.Withdrawn as error:
        _require_known_now(author, error.fetched_at)  # another one may have followed it
        raise
    except NotAllowed:
        _require_known_now(author)
        raise
    if not suffice(claims):
        _require_known_now(author)
    return claims


def _require_known_now(author: Actor, since: datetime | None = None) -> None:
    oldest = max(datetime.now(UTC) - remote.REFRESH_AFTER, since or _EARLIEST)
    if author.fetched_at is None or author.fetched_at < oldest:
        raise fetches.Awaited("actor", author.uri)


async def author_by_word(
    consult: Consult, document: Mapping[str, Any], host: str
) -> tuple[Actor, standing.Claims]:
    """The contributor as the owner checked it, from a host we cannot ask (F-CON-5).

    The proof is not checked, and the page says whose word it is. Raises Refused without `onward`,
    and where the host is blocked here.
    """
    if await trust.is_blocked(host):
        raise Refused("F-CON-5 blocked")
    told = document.get("cs:author")
    uri = vocabulary.id_of(document["object"].get("actor"))
    if "onward" not in await trust.scopes(consult.group.host) or not isinstance(told, Mapping):
        raise Refused("F-CON-5")
    author = await as_told(told, uri)
    ceiling = await trust.ceiling(consult.group.host)
    return author, standing.on_the_word_of(consult.group.host, told.get("cs:standing"), ceiling)


async def as_told(told: Mapping[str, Any], uri: str) -> Actor:
    """The contributor with this id, as a consult's owner says that it checked them."""
    if vocabulary.id_of(told) != uri or told.get("type") != "Person":
        raise Refused("F-CON-5 author")
    values = {
        "kind": ActorKind.PERSON,
        "host": host_of(uri, config.current().development),
        "handle": remote_actors.handle_of(told),
        "name": html.plain(str(told.get("name") or ""), 200),
        "inbox": "",  # never written to: it is no correspondent of ours
    }
    author, _ = await Actor.get_or_create(defaults=values, uri=uri)
    return author
