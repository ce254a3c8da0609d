"""Posting from an application (mastodon-api.md 4): a text, where a page has a form with its fields.

A public post that mentions a channel becomes a thread of it, its first line the title; an answer
stays where what it answers stands. What cannot be posted there is not posted elsewhere instead.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from tortoise.transactions import in_transaction

from instance import html
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.ids import read_id
from instance.models import Actor, ActorKind, Attachment, Post
from instance.outbox.posts import TITLE_LENGTH
from instance.services import (
    documents,
    editing,
    feeds,
    mentions,
    picture_edits,
    pictures,
    polls,
    posting,
    reactions,
)
from instance.services.feed_sources import Entry
from instance.services.picture_edits import Change

_PRIVATE = ("private", "direct")
_VISIBILITIES = ("public", "unlisted", *_PRIVATE)
_A_DAY = 86_400  # seconds
_LONGEST = 10**9  # seconds: more are as wrong as these


@dataclass(frozen=True)
class Draft:
    """As an application sends it. `answers`: an id, or ""."""

    text: str
    warning: str = ""
    visibility: str = "public"
    answers: str = ""
    media: tuple[str, ...] = ()
    sensitive: bool | None = None
    at: str = ""
    options: tuple[str, ...] = ()
    closes_in_seconds: int | None = None
    is_multiple: bool = False
    hides_totals: bool = False
    language: str = ""


class _Rehearsed(Exception):
    """Ends the transaction of a rehearsal."""


async def send(author: Actor, draft: Draft) -> Post:
    """Raises FormRefused for what cannot be posted like this, NotFound for an answer to nothing
    the author may see, NotAllowed for one where nobody may answer."""
    if problems := _problems(draft):
        raise FormRefused(problems)
    shown = await pictures.ready(author, draft.media)
    if draft.answers:
        return await _answer(author, draft, shown)
    group = await _channel(draft.text)
    title, text = _titled(draft, group)
    title = title or (html.one_line(shown[0].alt, TITLE_LENGTH) or "Picture" if shown else "")
    poll, language = _poll(draft), _language(draft)
    try:
        return await posting.start_thread(
            author, group, title, text, poll, language, shown=shown, sensitive=bool(draft.sensitive)
        )
    except NotAllowed as error:
        raise FormRefused({"status": error.shown}) from error
    except FormRefused as error:
        raise _renamed(error) from error


async def rehearse(author: Actor, draft: Draft) -> None:
    """Raises what `send` would raise now; nothing of it stays."""
    with suppress(_Rehearsed):
        async with in_transaction():
            await send(author, draft)
            raise _Rehearsed


async def say_anew(
    author: Actor, post: Post, draft: Draft, change: Change = picture_edits.NOTHING
) -> Post:
    """An application's words for a post of `author` that is there. Raises as `send` does, and
    Conflict where it changed meanwhile."""
    require_own(author, post)
    problems = _problems(draft)
    problems.pop("poll", None)
    if draft.options and list(draft.options) != polls.asked_in(post):
        problems["poll"] = "cannot be changed: people have seen what it asks"
    if problems:
        raise FormRefused(problems)
    title, text = (
        ("", _with_warning(draft)) if post.in_reply_to_uri else _titled(draft, post.thread.group)
    )
    try:
        return await editing.edit_post(author, post, title, text, _language(draft), change)
    except FormRefused as error:
        raise _renamed(error) from error


def typed(post: Post) -> str:
    """A post of ours as an application would send it: the channel it is for, its title, its text;
    needs `thread.group` loaded."""
    source = post.source or ""
    if post.in_reply_to_uri:
        return source
    title, group = post.thread.title, post.thread.group
    if title and _titled(Draft(source), None)[0] != title:
        source = f"{title}\n\n{source}".strip()
    return f"{_name(group)} {source}" if group is not None else source


async def take_back(actor: Actor, entry: Entry) -> None:
    """A boost of one's own. Raises NotFound for anybody else's."""
    if entry.by is None or entry.by.id != actor.id:
        raise NotFound
    await reactions.unboost(actor, entry.post)


def require_own(actor: Actor, post: Post) -> None:
    """Raises NotFound: nobody learns by it whose something is."""
    if post.author_id != actor.id:
        raise NotFound


async def _answer(author: Actor, draft: Draft, shown: Sequence[Attachment]) -> Post:
    parent_id = read_id(draft.answers)
    if parent_id is None:
        raise NotFound
    parent = (await feeds.entry(parent_id)).post
    try:
        return await posting.reply(
            author,
            parent,
            _with_warning(draft),
            _language(draft),
            shown=shown,
            sensitive=bool(draft.sensitive),
        )
    except FormRefused as error:
        raise _renamed(error) from error


def _problems(draft: Draft) -> dict[str, str]:
    problems = {}
    if not draft.text.strip() and not draft.warning.strip() and not draft.media:
        problems["status"] = "can't be blank"
    if draft.visibility not in _VISIBILITIES:
        problems["visibility"] = "is none that this server has"
    if draft.visibility in _PRIVATE:
        problems["visibility"] = "has to be public: private posts are not sent from applications"
    if draft.media and draft.options:
        problems["media_ids"] = "cannot stand beside a poll"
    if draft.options and draft.answers:
        problems["poll"] = "cannot stand in an answer"
    elif draft.options and draft.hides_totals:
        problems["poll"] = "shows its result while people vote: ask it without hiding that"
    elif draft.options and not _closes_in_time(draft):
        problems["poll"] = "has to close between 1 hour and 7 days from now"
    return problems


def _closes_in_time(draft: Draft) -> bool:
    return polls.SHORTEST <= _closes_after(draft) <= polls.LONGEST


def _closes_after(draft: Draft) -> timedelta:
    seconds = _A_DAY if draft.closes_in_seconds is None else draft.closes_in_seconds
    return timedelta(seconds=min(seconds, _LONGEST))


def _with_warning(draft: Draft) -> str:
    """An answer has no title: what it warns of stands above it."""
    warning = draft.warning.strip()
    return f"**{warning}**\n\n{draft.text}" if warning else draft.text


def _language(draft: Draft) -> str:
    """What is no language is not said."""
    return draft.language if documents.is_language(draft.language) else ""


def _name(group: Actor) -> str:
    return f"@{group.handle}" if group.is_local else group.address


async def _channel(text: str) -> Actor | None:
    """The first channel that the text names."""
    for actor in (await mentions.read(text)).actors:
        if actor.kind is ActorKind.CHANNEL:
            return actor
    return None


def _titled(draft: Draft, group: Actor | None) -> tuple[str, str]:
    """Title and text. A warning is a title; else the first line is, without the channel's name."""
    lines = draft.text.strip().split("\n")
    first, rest = lines[0], "\n".join(lines[1:]).strip()
    if draft.warning.strip():
        return html.one_line(draft.warning, TITLE_LENGTH), draft.text
    if group is not None:
        first = _without(first, group)
    title = html.plain(html.from_markdown(first), TITLE_LENGTH)
    if not title and rest:  # the channel alone stood in the first line
        title = html.plain(html.from_markdown(rest.split("\n")[0]), TITLE_LENGTH)
        return title, rest
    is_whole = len(html.plain(html.from_markdown(first), TITLE_LENGTH + 1)) <= TITLE_LENGTH
    return title, rest if rest and is_whole else "\n".join((first, *lines[1:]))


def _without(line: str, group: Actor) -> str:
    names = [group.address, f"@{group.handle}"] if group.is_local else [group.address]
    for name in names:
        line = re.sub(rf"{re.escape(name)}(?![\w@.-])[:,]?", "", line, flags=re.IGNORECASE)
    return " ".join(line.split())


def _poll(draft: Draft) -> polls.Draft | None:
    if not draft.options:
        return None
    after = _closes_after(draft)
    return polls.Draft(draft.options, closes_after=after, is_multiple=draft.is_multiple)


def _renamed(error: FormRefused) -> FormRefused:
    """As fields are called there."""
    fields: dict[str, str] = {}
    for name, shown in error.fields.items():
        kept = "media_ids" if name == "media_ids" else "status"
        fields.setdefault("poll" if name.startswith("option") else kept, shown)
    return FormRefused(fields)
