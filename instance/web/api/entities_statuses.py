"""Posts of public channels and people as clients read them (mastodon-api.md 3 and 4).

Every one goes through `all_of`: one that is not whole makes clients refuse the page it stands on.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, partial
from typing import Optional, TypedDict

import orjson
from quart import current_app

from instance.errors import NotFound
from instance.models import Actor, Attachment, ReactionKind
from instance.services import pictures, polls, post_rows, replies
from instance.services.feed_sources import Entry, Place
from instance.services.mentions import page_of
from instance.services.post_rows import Row
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_filters, entities_polls, entities_viewed
from instance.web.api.entities_accounts import Account
from instance.web.api.entities_described import acct
from instance.web.api.entities_media import MediaAttachment, attachment
from instance.web.api.entities_written import Said, Written, written
from instance.web.remembered import Remembered

_NOTHING: frozenset[ReactionKind] = frozenset()


class Mention(TypedDict):
    id: str
    username: str
    url: str
    acct: str


class Status(Said):
    account: Account
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    reblog: Optional["Status"]
    media_attachments: list[MediaAttachment]
    mentions: list[Mention]
    poll: entities_polls.Poll | None
    reblogs_count: int
    favourites_count: int
    replies_count: int
    favourited: bool
    reblogged: bool
    muted: bool
    bookmarked: bool
    filtered: list[entities_filters.FilterResult]


class Context(TypedDict):
    ancestors: list[Status]
    descendants: list[Status]


async def all_of(places: Sequence[Place], caller: Caller | None) -> list[Status]:
    """In the order they came, without what is deleted; in as many questions to the database
    whether few or many."""
    rows, around = await _read_all(places, caller)
    return [around.entry(one, rows[one.post_id]) for one in places if one.post_id in rows]


async def written_out(places: Sequence[Place], caller: Caller | None) -> bytes:
    """`all_of` as JSON, each as it was written last while all of it reads the same."""
    rows, around = await _read_all(places, caller)
    kept: Remembered[bytes] = current_app.config["STATUSES"]
    shown = [(one, rows[one.post_id]) for one in places if one.post_id in rows]
    return b"[%s]" % b",".join([around.written(one, row, kept) for one, row in shown])


async def one(entry: Entry, caller: Caller | None) -> Status:
    """Raises NotFound for one that was deleted meanwhile."""
    found = await all_of([entry.place], caller)
    if not found:
        raise NotFound
    return found[0]


class _Around:
    """What the statuses of one answer need of others."""

    def __init__(
        self,
        caller: Caller | None,
        said: Mapping[int, Written],
        accounts: Mapping[int, Account],
        parents: Mapping[str, replies.Parent],
        named: Mapping[str, Mention],
        replies_counts: Mapping[str, int],
        asked: Mapping[int, polls.Shown],
        shown: Mapping[int, Sequence[Attachment]],
        viewed: entities_viewed.Viewed,
    ) -> None:
        self._own_id = caller.actor.id if caller is not None and caller.actor is not None else None
        self._said, self._accounts, self._parents, self._named = said, accounts, parents, named
        self._replies_counts, self._asked = replies_counts, asked
        self._pictures = shown
        self._viewed = viewed

    def entry(self, place: Place, row: Row) -> Status:
        shown = self.status(row)
        return shown if place.by_id is None else self._handed_on(place, shown)

    def written(self, place: Place, row: Row, kept: Remembered[bytes]) -> bytes:
        if self._has_more(row):
            return orjson.dumps(self.entry(place, row))
        viewed, accounts, post_id = self._viewed, self._written_accounts, row.id
        reads = (
            row,
            accounts[row.author_id],
            accounts.get(place.by_id or 0),
            self._parents.get(row.in_reply_to_uri or ""),
            self._replies_counts.get(row.uri, 0),
            [self._named.get(uri) for uri in self._said[post_id].names],
        )
        made = frozenset(viewed.made.get(post_id, _NOTHING))
        is_muted, is_saved = row.thread_id in viewed.muted, post_id in viewed.bookmarked
        key = place, made, is_muted, is_saved
        return kept.of(key, reads, lambda: orjson.dumps(self.entry(place, row)))

    @cached_property
    def _written_accounts(self) -> dict[int, bytes]:
        return {one: orjson.dumps(account) for one, account in self._accounts.items()}

    def _has_more(self, row: Row) -> bool:
        """Than is written again and again: what hardly any has, and what its author alone reads."""
        return (
            self._own_id == row.author_id
            or row.id in self._asked
            or row.id in self._pictures
            or row.id in self._viewed.filtered
        )

    def status(self, row: Row) -> Status:
        said, viewed = self._said[row.id], self._viewed
        parent = self._parents.get(row.in_reply_to_uri or "")
        made = viewed.made.get(row.id, _NOTHING)
        found: Status = {
            **said.said,
            "account": self._accounts[row.author_id],
            "in_reply_to_id": str(parent.post_id) if parent else None,
            "in_reply_to_account_id": str(parent.author_id) if parent else None,
            "reblog": None,
            "media_attachments": [attachment(one) for one in self._pictures.get(row.id, ())],
            "mentions": [self._named[uri] for uri in said.names if uri in self._named],
            "poll": entities_polls.poll(self._asked.get(row.id)),
            "reblogs_count": row.boosts_count,
            "favourites_count": row.likes_count,
            "replies_count": self._replies_counts.get(row.uri, 0),
            "favourited": ReactionKind.LIKE in made,
            "reblogged": ReactionKind.BOOST in made,
            "muted": row.thread_id in viewed.muted,
            "bookmarked": row.id in viewed.bookmarked,
            "filtered": entities_filters.results(viewed.filtered.get(row.id, ()), row.id),
        }
        if self._own_id == row.author_id:
            found["pinned"] = bool(row.is_pinned)
            if (posted_with := viewed.posted_with(row.id)) is not None:
                found["application"] = posted_with
        return found

    def _handed_on(self, place: Place, shown: Status) -> Status:
        """A boost, or a thread as its channel hands it on."""
        wrapped: Status = {
            **shown,
            "id": str(place.id),
            "uri": f"{shown['uri']}#by-{place.by_id}",
            "account": self._accounts[place.by_id or 0],
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
            "reblog": shown,
        }
        wrapped.pop("pinned", None)
        wrapped.pop("application", None)
        return wrapped


def _mention(actor: Actor) -> Mention:
    return {
        "id": str(actor.id),
        "username": actor.handle,
        "url": page_of(actor),
        "acct": acct(actor),
    }


async def _read_all(
    places: Sequence[Place], caller: Caller | None
) -> tuple[dict[int, Row], _Around]:
    rows = await post_rows.read(list({one.post_id: None for one in places}))
    by = {one.by_id for one in places if one.by_id is not None}
    return rows, await _read(list(rows.values()), by, caller)


async def _read(rows: Sequence[Row], by: Collection[int], caller: Caller | None) -> _Around:
    own = [caller.actor] if caller is not None and caller.actor is not None else []
    member = caller.member if caller is not None else None
    kept: Remembered[Written] = current_app.config["WRITTEN"]
    said = {row.id: kept.of(row.id, row.said, partial(_written, row)) for row in rows}
    named = await replies.named({uri for one in said.values() for uri in one.names})
    asked = [post_rows.post(row) for row in rows if row.is_question]
    return _Around(
        caller,
        said,
        await entities_accounts.by_ids({*(row.author_id for row in rows), *by}, member),
        await replies.parents(rows),
        {uri: _mention(actor) for uri, actor in named.items()},
        await replies.counts(rows),
        await polls.shown(asked, own) if asked else {},
        await pictures.of_ids([one for one, written in said.items() if written.has_pictures]),
        await entities_viewed.read(rows, caller),
    )


def _written(row: Row) -> Written:
    return written(post_rows.post(row))
