"""Announce by a channel elsewhere that somebody here follows (federation.md 5.3).

What it wraps is believed where the channel's own server speaks for its author, or where a proof by
the author's key is with it. Anything else is fetched from its own origin, and only what comes back
is used (T03, T04).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from federation import authentication, proofs, vocabulary
from federation.authentication import Verified
from federation.errors import FederationError, OriginMismatch
from federation.origin import require_same_origin
from instance import config
from instance.inbox import consult, fetches, objects
from instance.inbox.refusals import Refused
from instance.models import Actor, Post
from instance.outbox import remote, stored_keys


async def unwrapped(verified: Verified) -> list[Verified]:
    """What a channel's Announce passes on; what has to be fetched first is asked for, and comes
    again by `passed_on`."""
    if await consult.concerns_consult(verified.document):
        raise Refused("T51")
    await remote.directory().store(verified.signer)
    group = await objects.announcer(verified.signer)
    inner = verified.document.get("object")
    if group is None:
        return []
    if not isinstance(inner, Mapping):
        await _fetch_object(vocabulary.id_of(inner), group)
        return []
    if not _is_activity(inner):
        await _fetch_object(vocabulary.id_of(inner), group)
        return []
    found = await _believed(dict(inner), verified, group)
    if found is None:
        await _fetch_activity(inner, group)
    return [found] if found else []


async def passed_on(document: dict[str, Any], group_uri: str) -> Verified | None:
    """An announced activity whose author's key had to be fetched, with its proof checked; or one
    that its own server serves under its id. None where there is no such channel any more."""
    group = await objects.announcer(group_uri)
    if group is None:
        return None
    development, level = config.current().development, authentication.Level.PUBLIC
    actor_uri = vocabulary.id_of(document.get("actor"))
    if proofs.proof_method(document) is not None:
        await remote.directory().fetch(actor_uri)
        return await authentication.authenticate_proven(
            document,
            keys=remote.directory(),
            now=datetime.now(UTC),
            host=group.host,
            level=level,
            development=development,
            announced_by=group.uri,
        )
    uri = vocabulary.id_of(document)
    served = await remote.directory().get(uri)
    if vocabulary.id_of(served) != uri:
        raise OriginMismatch("another activity under that id")
    await remote.directory().fetch(vocabulary.id_of(served.get("actor")))
    return authentication.authenticate_served(
        served,
        origin=uri,
        host=group.host,
        level=level,
        development=development,
        announced_by=group.uri,
    )


async def _believed(inner: dict[str, Any], outer: Verified, group: Actor) -> Verified | None:
    """The inner activity, where what is at hand is enough to believe it: no request waits."""
    author_uri = vocabulary.id_of(inner.get("actor"))
    if not author_uri or not await Actor.filter(uri=author_uri).exists():
        return None
    development = config.current().development
    try:
        require_same_origin(group.uri, author_uri, dev=development)
    except OriginMismatch:
        return await _proven(inner, outer, group)
    return authentication.authenticate_served(
        inner,
        origin=group.uri,
        host=outer.host,
        level=outer.level,
        development=development,
        announced_by=group.uri,
    )


async def _proven(inner: dict[str, Any], outer: Verified, group: Actor) -> Verified | None:
    try:
        return await authentication.authenticate_proven(
            inner,
            keys=stored_keys.KnownKeys(),
            now=datetime.now(UTC),
            host=outer.host,
            level=outer.level,
            development=config.current().development,
            announced_by=group.uri,
        )
    except FederationError:
        return None  # its origin has the last word


async def _fetch_object(uri: str, group: Actor) -> None:
    if uri and not await Post.filter(uri=uri).exists():
        await fetches.request_for(group.host, "object", uri, channel=group.uri)


async def _fetch_activity(inner: Mapping[str, Any], group: Actor) -> None:
    """A post is asked for itself: every server serves those. Other activities by their own id."""
    if inner.get("type") == "Create" and proofs.proof_method(dict(inner)) is None:
        await _fetch_object(vocabulary.id_of(inner.get("object")), group)
        return
    uri = vocabulary.id_of(inner)
    if uri:
        await fetches.request_for(
            group.host, "activity", uri, channel=group.uri, activity=dict(inner)
        )


def _is_activity(inner: Mapping[str, Any]) -> bool:
    kind = vocabulary.TYPES.get(str(inner.get("type")))
    return kind is not None and issubclass(kind, vocabulary.Activity)
