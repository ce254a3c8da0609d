"""What belongs to one identity, as ActivityStreams documents, read page by page.

Nothing here asks for the member's other identities, and nothing says that they have any.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import orjson
from tortoise import Model
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from federation import contexts
from instance.models import (
    Actor,
    Block,
    Bookmark,
    Consult,
    Contribution,
    Follow,
    FollowState,
    Member,
    Participant,
    Post,
    ProfileField,
    Reaction,
    Vote,
)
from instance.outbox import actors, issuing, posts
from instance.outbox import consults as documents
from instance.services.consults import reading
from instance.services.portability import hashtags, images, kept, pictures, wishes
from instance.spreadsheets import FORMULA

M = TypeVar("M", bound=Model)
Chunks = AsyncIterator[bytes]

_PAGE = 100
README = """\
This is what one account of {host} holds: {address}

activitypub/actor.json       the account as others see it
activitypub/outbox.json      what it wrote in public, each post with the proof of its author
pictures/                    its pictures and those in posts, by the end of their addresses there
activitypub/likes.json       what it liked and shared
activitypub/following.json   whom it follows; following_accounts.csv is the same for Mastodon
activitypub/followers.json   who follows it
activitypub/blocks.json      whom it blocks; blocked_accounts.csv is the same for Mastodon
{wishes}{hashtags}activitypub/votes.json       the polls it voted in
activitypub/bookmarks.json   the posts it saved
filters.json                 the words and posts it filters out
scheduled.json               what it wrote that is not posted yet
profile.json                 what its profile says, and to whom
settings.json                what was chosen for it
standing.json                what {name} says of its owner's profession, signed
consults/                    the consults it asked, wrote in or was asked in by name
images/                      the images of the consults it asked; images/index.json names each with
                             its consult, its address there, what it shows and why it may be shown
manifest.json                the version of this format, and the SHA-256 of every file

All of it is JSON of ActivityStreams 2.0 (https://www.w3.org/TR/activitystreams-core/).

consults/ is what colleagues said to each other about patients, without their identifiers; images/
are of patients. Both are for you alone: keep them as you keep notes about patients. What was
recalled is not in them.

Another server of this kind takes the file under Account > Bring your data. It takes no standing
and no role: the hospital there checks who you are.
"""


async def entries(
    member: Member, actor: Actor, about: Mapping[str, str], now: datetime
) -> AsyncIterator[tuple[str, Chunks]]:
    """Path and content of each file, in the order in which they are written.

    `about` fills in the README: `host` and `name` of the institution.
    """
    notes = {"wishes": wishes.README, "hashtags": hashtags.README}
    yield "README.txt", _text(README.format(address=actor.address, **notes, **about))
    shown = await actors.document(actor, trusted=False, now=now)
    yield "activitypub/actor.json", _json(shown)
    yield "activitypub/outbox.json", _outbox(actor)
    async for path, content in pictures.entries(actor):
        yield path, content
    yield "activitypub/likes.json", _likes(actor)
    following = Follow.filter(follower_id=actor.id, state=FollowState.ACCEPTED)
    yield "activitypub/following.json", _people(actor, "following", following, "target")
    yield "activitypub/following_accounts.csv", _following_csv(following)
    followers = Follow.filter(target_id=actor.id, state=FollowState.ACCEPTED)
    yield "activitypub/followers.json", _people(actor, "followers", followers, "follower")
    blocks = Block.filter(actor_id=actor.id)
    yield "activitypub/blocks.json", _people(actor, "blocks", blocks, "target")
    yield "activitypub/blocked_accounts.csv", _blocked_csv(blocks)
    async for path, content in wishes.entries(actor):
        yield path, content
    yield "activitypub/votes.json", _votes(actor)
    yield "activitypub/bookmarks.json", _bookmarks(actor)
    yield "filters.json", _json(await kept.filtered(actor))
    yield "scheduled.json", _json(await kept.scheduled(actor))
    yield hashtags.PATH, hashtags.content(actor)
    yield "profile.json", _json(await _profile(actor))
    yield "settings.json", _json(_settings(actor))
    yield "standing.json", _json(await issuing.current(actor, now))
    async for consult in pages((await _consults(member, actor)).select_related("asker")):
        yield f"consults/{consult.id}.json", _consult(consult)
    async for path, content in images.entries(member, actor):
        yield path, content


async def pages(query: QuerySet[M]) -> AsyncIterator[M]:
    """All rows by their id, of which no more than a page is in memory."""
    last = 0
    while rows := await query.filter(id__gt=last).order_by("id").limit(_PAGE):
        for row in rows:
            yield row
        last = int(rows[-1].pk)


async def collection(about: Mapping[str, Any], items: AsyncIterator[Any]) -> Chunks:
    """An OrderedCollection whose items are written as they come."""
    head = {"@context": contexts.ACTIVITYSTREAMS, **about, "type": "OrderedCollection"}
    yield orjson.dumps(head)[:-1] + b',"orderedItems":['
    number = 0
    async for item in items:
        yield (b",\n" if number else b"\n") + orjson.dumps(item)
        number += 1
    yield b'\n],"totalItems":%d}\n' % number


async def _consults(member: Member, actor: Actor) -> QuerySet[Consult]:
    """Those this identity took part in, of those the member may read: the rule of every door."""
    wrote = Subquery(Contribution.filter(author_id=actor.id).values("consult_id"))
    named = Participant.filter(actor_uri=actor.uri, is_institution=False)
    own = Q(asker_id=actor.id) | Q(id__in=wrote) | Q(id__in=Subquery(named.values("consult_id")))
    return (await reading.visible(member)).filter(own)


def _consult(consult: Consult) -> Chunks:
    """The thread as its page shows it: what was said, by whom, with which standing."""
    root = {
        "@context": contexts.CONSULT,
        "id": consult.uri,
        "name": consult.facts.get("title", ""),
        "attributedTo": consult.asker.uri,
        "published": contexts.timestamp(consult.published_at),
        **documents.state(consult),
    }

    async def said() -> AsyncIterator[dict[str, Any]]:
        for row in await reading.contributions(consult):
            author = {"id": row.author.uri, "name": row.author.name, "cs:standing": row.standing}
            yield {**row.body, "id": row.uri, "cs:author": author}

    return collection(root, said())


def _outbox(actor: Actor) -> Chunks:
    async def creates() -> AsyncIterator[dict[str, Any]]:
        async for post in pages(Post.filter(author_id=actor.id, deleted_at=None)):
            yield await posts.create_of(post, actor)

    return collection({"id": f"{actor.uri}/outbox"}, creates())


def _likes(actor: Actor) -> Chunks:
    async def done() -> AsyncIterator[dict[str, Any]]:
        async for row in pages(Reaction.filter(actor_id=actor.id).select_related("post")):
            yield {
                "type": row.kind.value,
                "actor": actor.uri,
                "object": row.post.uri,
                **({"content": row.content} if row.content else {}),
                "published": contexts.timestamp(row.created_at),
            }

    return collection({"id": f"{actor.uri}/likes"}, done())


def _votes(actor: Actor) -> Chunks:
    async def cast() -> AsyncIterator[dict[str, Any]]:
        votes = Vote.filter(actor_id=actor.id).select_related("option", "poll__post")
        async for row in pages(votes):
            yield {
                "type": "Note",
                "name": row.option.name,
                "inReplyTo": row.poll.post.uri,
                "published": contexts.timestamp(row.created_at),
            }

    return collection({"id": f"{actor.uri}/votes"}, cast())


def _bookmarks(actor: Actor) -> Chunks:
    async def saved() -> AsyncIterator[str]:
        async for row in pages(Bookmark.filter(actor_id=actor.id).select_related("post")):
            yield row.post.uri

    return collection({"id": f"{actor.uri}/bookmarks"}, saved())


def _people(actor: Actor, name: str, rows: QuerySet[M], whom: str) -> Chunks:
    async def found() -> AsyncIterator[dict[str, Any]]:
        async for other in _others(rows, whom):
            yield {"type": other.kind.value.capitalize(), "id": other.uri, "name": other.address}

    return collection({"id": f"{actor.uri}/{name}"}, found())


async def _others(rows: QuerySet[M], whom: str) -> AsyncIterator[Actor]:
    async for row in pages(rows.select_related(whom)):
        other: Actor = getattr(row, whom)
        if other.gone_at is None:
            yield other


async def _following_csv(rows: QuerySet[Follow]) -> Chunks:
    yield wishes.followed_head()
    async for row in pages(rows.select_related("target")):
        if row.target.gone_at is None:
            yield wishes.followed(row)


async def _blocked_csv(rows: QuerySet[Block]) -> Chunks:
    async for chunk in _csv(_others(rows, "target"), str):
        yield chunk


async def _csv(others: AsyncIterator[Actor], line: Callable[[str], str]) -> Chunks:
    async for other in others:
        address = other.address.removeprefix("@")
        cell = f"'{address}" if address.startswith(FORMULA) else address
        if not any(mark in cell for mark in ',"\r\n'):  # no address has one
            yield f"{line(cell)}\r\n".encode()


async def _profile(actor: Actor) -> dict[str, Any]:
    rows = await ProfileField.filter(actor_id=actor.id).order_by("id")
    return {
        "@context": contexts.ACTIVITYSTREAMS,
        "type": "Collection",
        "totalItems": len(rows),
        "items": [
            {
                "type": "Note",
                "name": row.kind.value,
                "content": row.text,
                "mediaType": "text/plain",
                "readers": row.visibility.value,
            }
            for row in rows
        ],
    }


def _settings(actor: Actor) -> dict[str, Any]:
    return {
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "approvesFollowers": actor.approves_followers,
        "allowsInvitations": actor.allows_invitations,
        "isPseudonym": actor.is_pseudonym,
    }


async def _text(text: str) -> Chunks:
    yield text.encode()


async def _json(value: Any) -> Chunks:
    yield orjson.dumps(value, option=orjson.OPT_INDENT_2)
