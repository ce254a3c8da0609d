"""Update and Delete of public posts, and of actors: only by whom they belong to (5.4, T06, T21)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from federation import authentication, vocabulary
from federation.authentication import Verified
from federation.errors import FederationError, Malformed
from federation.origin import host_of, is_same_origin
from instance import config
from instance.errors import Unavailable
from instance.inbox import channel_door, consult, deletions, fetches, moderation, post, relationship
from instance.inbox.refusals import Refused
from instance.models import Actor, Fetch, Post
from instance.outbox import remote, remote_actors, stored_keys, trust
from instance.services import channels, documents, editing, gone, tombstones
from instance.services import moderation as keeping


async def receive_update(verified: Verified) -> None:
    if await consult.concerns_consult(verified.document):
        await consult.receive_change(verified)
        return
    believed = await _believed(verified)
    note = believed.activity.object if believed else None
    if believed is None or note is None:
        return
    if isinstance(vocabulary.parse(note), vocabulary.Actor):
        await relationship.receive_new_keys(believed)
        await _receive_actor(note)
        return
    stored = await _locked(vocabulary.id_of(note))
    if stored is not None:
        await _change(stored, believed, note)
    elif post.is_public(believed.document) and not await _renews_waiting(believed, note):
        await post.take(believed, note)  # its Create comes later, or never (T80)


async def receive_delete(verified: Verified) -> None:
    if not verified.announced_by and await deletions.receive_delete(verified):
        return
    if await consult.concerns_consult(verified.document):
        await consult.receive_change(verified)
        return
    believed = await _believed(verified)
    if believed is None:
        await _ask_whether_deleted(verified)
        return
    uri = _deleted(believed.activity)
    if uri == believed.signer:
        actor = await Actor.get_or_none(uri=uri)
        if actor is not None:
            await tombstones.bury_actor(actor)
        return
    stored = await _locked(uri)
    if stored is None:
        await _keep_away(uri, believed)
        return
    removal = await _require_right_to_delete(stored, believed)
    if await tombstones.bury(stored, removal):
        await channel_door.relay(believed, stored.thread)


async def take_late(document: dict[str, Any], group: Actor) -> None:
    """A Create or Update for a channel of ours that waited for what its post answers; in a
    transaction. Where the Create was faster than the worker, an Update says it anew (T80)."""
    note, now = document["object"], datetime.now(UTC)
    stored = await _locked(vocabulary.id_of(note))
    if stored is None or document["type"] != "Update":
        await post.take_late(document, group)
        return
    if stored.author.uri != vocabulary.id_of(document["actor"]) or stored.deleted_at is not None:
        return
    _require_same_place(stored, document, note)
    await channel_door.require_admitted(group, stored.author, stored.thread)
    if not editing.is_outdated(stored, note, now):
        if await editing.receive_update(stored, note, now):
            await channels.pass_on(group, document, stored.thread)


async def _believed(verified: Verified) -> Verified | None:
    """What was handed on counts by its own proof, as far as we have the key (section 7)."""
    if not verified.forwarded:
        return verified
    settings = config.current()
    host = host_of(verified.activity.actor_id, settings.development)
    try:
        return await authentication.authenticate_proven(
            verified.document,
            keys=stored_keys.KnownKeys(),
            now=datetime.now(UTC),
            host=host,
            level=await trust.level(host),
            development=settings.development,
        )
    except FederationError:
        return None


async def _ask_whether_deleted(verified: Verified) -> None:
    """Handed on without a proof: where we hold the post, its own server is asked (section 7)."""
    uri = _deleted(verified.activity)
    if await Post.filter(uri=uri, deleted_at=None, author__is_local=False).exists():
        await fetches.request_for(verified.host, "deletion", uri)


async def _receive_actor(document: dict[str, Any]) -> None:
    """Read anew where it lives: the copy in the activity is not believed, only looked over."""
    remote_actors.check(document)
    uri = vocabulary.id_of(document)
    if await Actor.filter(uri=uri).exists():
        remote.directory().forget(uri)
        await fetches.request("actor", uri)


async def _change(stored: Post, verified: Verified, note: Mapping[str, Any]) -> None:
    if stored.author.uri != verified.signer:
        raise Refused("T06 owner")
    if stored.deleted_at is not None:
        return
    _require_same_place(stored, verified.document, note)
    if stored.thread.group is not None:
        await channel_door.require_admitted(stored.thread.group, stored.author, stored.thread)
    now = datetime.now(UTC)
    if editing.is_outdated(stored, note, now):
        if not verified.announced_by:  # who passes it on is not to blame for its order
            raise Refused("T21 older")
    elif await editing.receive_update(stored, note, now):
        await channel_door.relay(verified, stored.thread)


async def _renews_waiting(verified: Verified, note: Mapping[str, Any]) -> bool:
    """Whether the post came and waits for what it answers: then it waits in its newer words."""
    waiting = Fetch.filter(kind="reply", uri=vocabulary.id_of(note))
    row = await waiting.order_by("id").select_for_update().first()
    if row is None:
        return False
    now = datetime.now(UTC)
    if row.claimed_until is not None and row.claimed_until > now:
        raise Unavailable  # it is being stored at this moment
    if vocabulary.id_of(row.activity.get("actor")) != verified.signer:
        raise Refused("T06 owner")
    before = documents.updated(row.activity["object"], now)
    after = documents.updated(note, now)
    if after is None or before is None or after > before:
        await Fetch.filter(id=row.id).update(activity=verified.document)
    return True


def _require_same_place(stored: Post, document: Mapping[str, Any], note: Mapping[str, Any]) -> None:
    """F-UPD-1: other words, and nothing else. What a post is, answers and whom it is for stays."""
    before, after = _place(stored.document), _place(note)
    contexts = {vocabulary.id_of(layer.get("context")) for layer in (stored.document, note)}
    addressed = [layer for layer in (document, note) if "to" in layer or "cc" in layer]
    is_public = bool(addressed) and all(post.is_public(layer) for layer in addressed)
    if before != after or len(contexts - {""}) > 1 or not is_public:
        raise Refused("F-UPD-1")


def _place(document: Mapping[str, Any]) -> tuple[Any, ...]:
    read = vocabulary.parse(dict(document))
    return read.type, read.attributed_to, read.in_reply_to, frozenset(read.audience_ids())


def _deleted(activity: vocabulary.Object) -> str:
    named = set(activity.object_ids)
    if not named:
        raise Malformed("a Delete of nothing that has an id")
    if len(named) > 1:
        raise Refused("T21 object")
    return named.pop()


async def _require_right_to_delete(stored: Post, verified: Verified) -> str:
    """Why it was removed, where a moderator did that; "" where its own side took it back."""
    if stored.author.uri == verified.signer:
        return ""
    group = stored.thread.group
    if group is not None and await moderation.is_moderators(verified, group):
        await keeping.record("post.removed", verified.signer, group, stored.uri)
        reason = verified.document.get("summary")
        return reason if isinstance(reason, str) else ""
    if verified.announced_by or not await _is_institution(verified, stored.author.host):
        raise Refused("T06 owner")
    return ""


async def _is_institution(verified: Verified, host: str) -> bool:
    """Whether the actor of a whole server speaks, and of this one (T17)."""
    if verified.host != host:
        return False
    if await trust.is_institution(verified.signer, host):
        return True
    await remote.directory().store(verified.signer)
    return await trust.is_institution(verified.signer, host)


async def _keep_away(uri: str, verified: Verified) -> None:
    """A Delete before its Create; nobody's word reserves an id of another server (T34)."""
    if await Actor.filter(uri=uri).exists():
        raise Refused("T21 actor")
    development = config.current().development
    if is_same_origin(verified.signer, uri, development):
        await gone.remember(uri, verified.signer, host_of(uri, development))


async def _locked(uri: str) -> Post | None:
    """The post as it is now, kept so until the transaction ends."""
    stored = await Post.filter(uri=uri).select_for_update().first() if uri else None
    if stored is not None:
        await stored.fetch_related("author", "thread__group")
    return stored
