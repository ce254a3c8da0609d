"""What somebody wants to be warned of, or not to see: lists of words and of posts.

Each is of one identity; what others filter nobody learns. What matches: `filter_matches.py`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import events
from instance.errors import FormRefused, NotFound
from instance.ids import new_id
from instance.models import Actor, Filter, FilterAction, FilterKeyword, FilterPost, Post

CONTEXTS = ("home", "notifications", "public", "thread", "account")
LENGTH = 200  # characters of a title or keyword, as in the tables
_MOST, _KEYWORDS_MOST, _POSTS_MOST = 100, 100, 500
_LONGEST = 10**9  # seconds: thirty years


@dataclass(frozen=True)
class Keyword:
    """A word as it is to be. `id`: of one that is there; None for a new one. None leaves as is."""

    keyword: str | None
    is_whole_word: bool | None = None
    id: int | None = None
    is_removed: bool = False


@dataclass(frozen=True)
class Wanted:
    """A filter as it is to be; None leaves a thing as it is. `expires_in`: seconds, "" for ever."""

    title: str | None = None
    contexts: Sequence[str] | None = None
    action: str | None = None
    expires_in: str | None = None
    keywords: Sequence[Keyword] = ()


async def of_actor(actor: Actor) -> list[Filter]:
    """With their keywords and posts."""
    return await _mine(actor).order_by("id").prefetch_related("keywords", "posts")


async def of_all(own: Collection[Actor]) -> list[Filter]:
    """Of all names of a member, as `of_actor`."""
    rows = Filter.filter(actor_id__in=[one.id for one in own])
    return await rows.order_by("id").prefetch_related("keywords", "posts")


async def end(own: Collection[Actor], filter_id: int) -> None:
    """One of theirs; anybody else's, and what is over, stay as they are."""
    for actor in own:
        if await _mine(actor).filter(id=filter_id).exists():
            await delete(actor, filter_id)


async def one(actor: Actor, filter_id: int) -> Filter:
    """Raises NotFound, for anybody else's too."""
    found = await _mine(actor).get_or_none(id=filter_id).prefetch_related("keywords", "posts")
    if found is None:
        raise NotFound
    return found


async def create(actor: Actor, wanted: Wanted) -> Filter:
    """Raises FormRefused."""
    _require_fitting(wanted, is_new=True)
    async with in_transaction():
        await Actor.filter(id=actor.id).select_for_update().first()  # of two at once one counts
        if await _mine(actor).count() >= _MOST:
            raise FormRefused({"base": f"are {_MOST} already: delete one first"})
        made = Filter(actor_id=actor.id, contexts=[])
        await _set(made, wanted).save(force_create=True)
        await _change_keywords(made, wanted.keywords)
        await _tell(actor)
    return await one(actor, made.id)


async def change(actor: Actor, filter_id: int, wanted: Wanted) -> Filter:
    """Raises FormRefused, NotFound; the latter for a keyword that is not there, too."""
    await one(actor, filter_id)
    _require_fitting(wanted, is_new=False)
    async with in_transaction():
        found = await _mine(actor).filter(id=filter_id).select_for_update().first()
        if found is None:
            raise NotFound
        await _set(found, wanted).save()
        await _change_keywords(found, wanted.keywords)
        await _tell(actor)
    return await one(actor, found.id)


async def delete(actor: Actor, filter_id: int) -> None:
    async with in_transaction():
        if not await _mine(actor).filter(id=filter_id).delete():
            raise NotFound
        await _tell(actor)


async def keyword(actor: Actor, keyword_id: int) -> FilterKeyword:
    """With its filter. Raises NotFound."""
    rows = FilterKeyword.filter(id=keyword_id, of_filter__actor_id=actor.id)
    found = await rows.select_related("of_filter").first()
    if found is None:
        raise NotFound
    return found


async def keywords(actor: Actor) -> list[FilterKeyword]:
    """Of all filters, each with its filter."""
    rows = FilterKeyword.filter(of_filter__actor_id=actor.id)
    return await rows.order_by("id").select_related("of_filter")


async def put(actor: Actor, filter_id: int, wanted: Keyword) -> FilterKeyword:
    """One keyword more, or another one in the place of one."""
    changed = await change(actor, filter_id, Wanted(keywords=[wanted]))
    rows = {row.id: row for row in changed.keywords}
    return rows[max(rows) if wanted.id is None else wanted.id]


async def filtered_post(actor: Actor, row_id: int) -> FilterPost:
    found = await FilterPost.get_or_none(id=row_id, of_filter__actor_id=actor.id)
    if found is None:
        raise NotFound
    return found


async def add_post(actor: Actor, filter_id: int, post: Post) -> FilterPost:
    """Raises NotFound, FormRefused for one that is there already."""
    found = await one(actor, filter_id)
    if len(found.posts) >= _POSTS_MOST:
        raise FormRefused({"base": f"are {_POSTS_MOST} already: delete one first"})
    try:
        async with in_transaction():
            row = await FilterPost.create(of_filter_id=found.id, post_id=post.id)
            await _tell(actor)
    except IntegrityError as error:
        raise FormRefused({"status": "has already been taken"}) from error
    return row


async def remove_post(actor: Actor, row_id: int) -> None:
    async with in_transaction():
        await (await filtered_post(actor, row_id)).delete()
        await _tell(actor)


def _mine(actor: Actor) -> QuerySet[Filter]:
    return Filter.filter(actor_id=actor.id)


async def _tell(actor: Actor) -> None:
    """Their applications ask anew."""
    await events.publish("filters_changed", actor.id)


def _set(row: Filter, wanted: Wanted) -> Filter:
    if wanted.title is not None:
        row.title = wanted.title.strip()
    if wanted.contexts is not None:
        row.contexts = list(dict.fromkeys(wanted.contexts))
    if wanted.action is not None:
        row.action = FilterAction(wanted.action)
    if wanted.expires_in is not None:
        seconds = int(wanted.expires_in) if wanted.expires_in else 0
        row.expires_at = datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
    return row


async def _change_keywords(row: Filter, wanted: Sequence[Keyword]) -> None:
    mine = FilterKeyword.filter(of_filter_id=row.id)
    ids = iter(sorted(new_id() for _ in wanted))  # they are listed by these
    for one in wanted:
        if one.id is not None:
            found = await mine.filter(id=one.id).first()
            if found is None:
                raise NotFound
            if one.is_removed:
                await found.delete()
                continue
        elif one.is_removed:
            continue
        else:
            found = FilterKeyword(id=next(ids), of_filter_id=row.id)
        if one.keyword is not None:
            found.keyword = one.keyword.strip()
        if one.is_whole_word is not None:
            found.is_whole_word = one.is_whole_word
        await found.save()
    if await mine.count() > _KEYWORDS_MOST:
        raise FormRefused({"keywords": f"are more than {_KEYWORDS_MOST}"})


def _require_fitting(wanted: Wanted, *, is_new: bool) -> None:
    problems = {}
    if (is_new or wanted.title is not None) and not (wanted.title or "").strip():
        problems["title"] = "can't be blank"
    elif len((wanted.title or "").strip()) > LENGTH:
        problems["title"] = f"is too long (maximum is {LENGTH} characters)"
    if (is_new or wanted.contexts is not None) and not wanted.contexts:
        problems["context"] = "can't be blank"
    elif not set(wanted.contexts or ()) <= set(CONTEXTS):
        problems["context"] = f"can only be of {', '.join(CONTEXTS)}"
    if wanted.action is not None and wanted.action not in list(FilterAction):
        problems["filter_action"] = f"can only be one of {', '.join(FilterAction)}"
    if not _is_time(wanted.expires_in or ""):
        problems["expires_in"] = "has to be a number of seconds"
    for one in wanted.keywords:
        text = "x" if one.is_removed or (one.keyword is None and one.id) else one.keyword or ""
        if not text.strip():
            problems["keyword"] = "can't be blank"
        elif len(text.strip()) > LENGTH:
            problems["keyword"] = f"is too long (maximum is {LENGTH} characters)"
    if problems:
        raise FormRefused(problems)


def _is_time(text: str) -> bool:
    is_number = text.isascii() and text.isdigit() and len(text) < 12
    return not text or (is_number and int(text) <= _LONGEST)
