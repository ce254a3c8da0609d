"""Create: a public post for a channel or a follower, or a contribution to a consult."""

from collections.abc import Mapping
from typing import Any

from federation import vocabulary
from federation.authentication import Verified
from federation.fields import ids_in, listed
from instance import config, raw_sql
from instance.inbox import channel_door, consult, fetches, naming, poll
from instance.models import Actor, ActorKind, Post
from instance.outbox import remote, trust
from instance.services import (
    channels,
    editing,
    follows,
    gone,
    known_posts,
    notifications,
    posting,
    received_portraits,
)
from instance.services.consults import references

_ADDRESSED = ("to", "cc")
# Asked for every post, and most are for no channel at all.
_CHANNEL = """
WITH named (uri) AS ({values})
SELECT a.id, a.is_local FROM named n CROSS JOIN actor a WHERE a.uri = n.uri AND a.kind = 'channel'
"""


async def receive_create(verified: Verified) -> None:
    if await consult.concerns_consult(verified.document):
        await consult.receive_contribution(verified)
        return
    note = verified.activity.object
    if note is None or await poll.receive_vote(verified, note):
        return
    if not verified.activity.is_public():
        return
    if verified.forwarded:
        await _receive_forwarded(verified, note)
        return
    await take(verified, note)


async def take(verified: Verified, note: Mapping[str, Any]) -> None:
    """Store a post that its author sent or a channel announced, where it concerns us.

    Also for an Update of a post that never came (T80). One that answers something unknown waits
    for that.
    """
    if not posting.is_post(note):
        return
    author = await remote.directory().store(verified.signer)
    if await gone.is_gone(vocabulary.id_of(note), author.uri):
        return
    if verified.announced_by:
        await _take_passed_on(verified, note, author)
        return
    parent = await known_posts.answered(note)
    board = await channel_of(verified.document, parent)
    if board is not None and board.is_local:
        await _take_for_channel(verified, note, author, board, parent)
    elif await is_wanted(note, author, board, parent):
        await posting.receive(note, author, board, parent)


async def take_announced(
    document: Mapping[str, Any], author: Actor, group: Actor, *, may_begin: bool = False
) -> Post | None:
    """Store the post in an activity that a channel elsewhere passed on.

    Its board is for what answers a thread there and for what its author put before it, by name.
    Nobody writes on the board of another channel; and what names none is taken only where it is
    wanted without the channel, whose moderators then have no say in it (5.3, 5.4).
    """
    note = document["object"]
    parent = await known_posts.answered(note)
    board = await channel_of(document, parent)
    if board is not None and board.id != group.id:
        return None
    if board is not None or _names(document, group):
        return await posting.receive(note, author, group, parent, may_begin=may_begin)
    is_for_us = await is_wanted(note, author, None, parent)
    return await posting.receive(note, author, None, parent) if is_for_us else None


async def take_late(document: dict[str, Any], group: Actor) -> None:
    """A post for a channel of ours whose parent was looked for meanwhile. In a transaction.

    `document`: the Create as it was received and verified. What it answers and nobody serves is
    no reason to refuse it: it then begins a thread.
    """
    note = dict(document["object"])
    author = await Actor.get(uri=vocabulary.id_of(document.get("actor")))
    if await gone.is_gone(vocabulary.id_of(note), author.uri):
        return
    parent = await known_posts.answered(note)
    await channel_door.require_admitted(group, author, parent.thread if parent else None)
    stored = await posting.receive(note, author, group, parent, may_begin=True)
    if stored is not None and _is_word_for_word(stored, author, note):
        await channels.pass_on(group, document, stored.thread)
        await fetches.wake_replies(group.uri)


async def _take_passed_on(verified: Verified, note: Mapping[str, Any], author: Actor) -> None:
    """A channel elsewhere passes the post on; where its thread is unknown, it is fetched."""
    group = await Actor.get_or_none(uri=verified.announced_by)
    if group is None:
        return
    document = {**verified.document, "object": note}
    if await take_announced(document, author, group) is None:
        parent, uri = vocabulary.parent_of(note), vocabulary.id_of(note)
        if not parent or await Post.filter(uri=parent).exists():
            return
        await fetches.request_for(group.host, "object", uri, channel=group.uri)


async def _take_for_channel(
    verified: Verified,
    note: Mapping[str, Any],
    author: Actor,
    group: Actor,
    parent: Post | None,
) -> None:
    """Our channel takes the post and passes it on; the parent of an unknown thread is fetched."""
    await channel_door.require_admitted(group, author, parent.thread if parent else None)
    stored = await posting.receive(note, author, group, parent)
    if stored is not None and _is_word_for_word(stored, author, note):
        await channel_door.relay(verified, stored.thread)
        await fetches.wake_replies(group.uri)
    elif stored is None and vocabulary.parent_of(note):
        await fetches.request_for(
            verified.host,
            "reply",
            vocabulary.id_of(note),
            channel=group.uri,
            activity=verified.document,
        )


async def _receive_forwarded(verified: Verified, note: Mapping[str, Any]) -> None:
    """Somebody hands on another's post: fetched from its origin where anybody here wants it."""
    uri = vocabulary.id_of(note)
    if await Post.filter(uri=uri).exists():
        return
    parent = await known_posts.answered(note)
    group = await channel_of(verified.document, parent)
    author = await Actor.get_or_none(uri=verified.activity.actor_id)
    if await is_wanted(note, author, group, parent):
        await fetches.request_for(verified.host, "object", uri)


async def channel_of(document: Mapping[str, Any], parent: Post | None) -> Actor | None:
    """The channel whose board the post in an activity belongs on, if we know it.

    That of the thread it answers (`parent`); else the one it names as its audience, or is addressed
    to.
    """
    if parent is not None and parent.thread.group is not None:
        return parent.thread.group
    for named in naming.channels(document):
        if found := await raw_sql.look_up_all(_CHANNEL, named):
            return await Actor.get(id=min((not row["is_local"], row["id"]) for row in found)[1])
    return None


def questions(verified: Verified, named: naming.Named) -> list[raw_sql.Question]:
    """What is asked of nearly every public post that arrives, before anything of it is stored.
    `named`: of its document."""
    note = verified.document.get("object")
    if not isinstance(verified.activity, vocabulary.Create) or not isinstance(note, dict):
        return []
    uri, author_uri = vocabulary.id_of(note), verified.activity.actor_id
    return [
        trust.question(verified.host),
        references.question(named.consults),
        raw_sql.one_of(Actor, "uri", author_uri),
        gone.question(uri, author_uri),
        *(raw_sql.all_of(_CHANNEL, first) for first in named.channels[:1]),
        follows.local_followers(author_uri),
        posting.question(uri),
        notifications.bells(author_uri),
        received_portraits.question(author_uri),
    ]


async def is_wanted(
    note: Mapping[str, Any], author: Actor | None, group: Actor | None, parent: Post | None
) -> bool:
    """Whether a post that no channel announced concerns us: where it belongs, whose it is, what
    it answers (`parent`), or whom it is for. What is on the board of a channel elsewhere is for
    that channel to say (5.3).
    """
    if group is not None:
        return group.is_local
    if author is not None and await follows.has_local_followers(author):
        return True
    return parent is not None or await _names_one_of_ours(note)


async def _names_one_of_ours(note: Mapping[str, Any]) -> bool:
    """Somebody hidden is as somebody unknown (T64)."""
    named = [uri for uri in ids_in(note, _ADDRESSED) if config.current().is_ours(uri)]
    people = Actor.filter(uri__in=named, kind=ActorKind.PERSON, is_local=True, discoverable=True)
    return bool(named) and await people.exists()


def is_public(document: Mapping[str, Any]) -> bool:
    return any(vocabulary.is_public(uri) for uri in vocabulary.parse(dict(document)).addressed_to())


def _is_word_for_word(stored: Post, author: Actor, note: Mapping[str, Any]) -> bool:
    """Our channel passes on what stands on its board. Other words under the id of a post that is
    known are an Update's to bring; moderators here would never see them."""
    is_same = stored.document == note or editing.says_the_same(stored, note)
    return stored.author_id == author.id and is_same


def _names(document: Mapping[str, Any], group: Actor) -> bool:
    layers = [document, document["object"]]
    members = ("audience", "to", "cc", "attributedTo")
    named = {uri for layer in layers for uri in ids_in(layer, members)}
    tags = [tag for layer in layers for tag in listed(layer.get("tag")) if isinstance(tag, Mapping)]
    return group.uri in named or any(tag.get("href") == group.uri for tag in tags)
