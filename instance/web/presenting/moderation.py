"""Reports, bans and a moderator's tools as the pages show them."""

from dataclasses import replace
from typing import Any

from instance.models import Actor, Ban, Follow, Post, Report, Thread
from instance.models import Channel as ChannelSettings
from instance.services import accepting, moderation, reports
from instance.web.presenting import forum, people
from instance.web.presenting.pages import Surroundings, channel_url
from instance.web.views import (
    Author,
    BanRow,
    FollowerRow,
    ReportedPost,
    ReportRow,
    ThreadTools,
)
from instance.web.views import Post as PostView

_EXCERPT = 160


async def tools(thread: Thread, around: Surroundings) -> ThreadTools:
    group = thread.group
    moderates = accepts = False
    for own in around.own if group is not None else ():
        moderates = moderates or (group is not None and await moderation.may_moderate(own, group))
        accepts = accepts or await accepting.may_accept(own, thread)
    return ThreadTools(
        reports=bool(around.own),
        moderates=moderates,
        accepts=accepts,
        pinned=thread.featured_at is not None,
    )


def accepted_first(
    shown: list[PostView], accepted_uri: str | None, posts: list[Post]
) -> list[PostView]:
    """The first post, the reply that was accepted, then the others in their order."""
    accepted = {str(post.id) for post in posts if post.uri == accepted_uri and not post.deleted_at}
    answers = [replace(post, accepted=True, depth=0) for post in shown if post.id in accepted]
    return [shown[0], *answers, *(post for post in shown[1:] if post.id not in accepted)]


async def board(group: Actor, around: Surroundings) -> dict[str, Any]:
    """What a board says of those who keep it, as fields of its page."""
    keepers = await moderation.moderators_of(group)
    keeps = [own for own in around.own if await moderation.may_moderate(own, group)]
    return {
        "moderators": tuple(actor.name or actor.handle for actor in keepers),
        "moderation_url": f"{channel_url(group)}/moderation" if keeps else "",
    }


async def settings_of(group: Actor) -> ChannelSettings | None:
    return await ChannelSettings.get_or_none(actor_id=group.id)


async def rules_of(group: Actor | None) -> tuple[str, ...]:
    """A channel's rules, one a line, as a moderator names them by their number."""
    found = await settings_of(group) if group is not None else None
    return tuple(
        line.strip() for line in (found.rules if found else "").splitlines() if line.strip()
    )


async def one_post(post: Post, around: Surroundings) -> PostView:
    return (await forum.thread_posts([post], around))[0]


async def names(actors: list[Actor], around: Surroundings) -> tuple[Author, ...]:
    shown = await people.authors(actors, around.institutions)
    return tuple(shown[actor.id] for actor in actors)


async def ban_rows(bans: list[Ban], around: Surroundings) -> tuple[BanRow, ...]:
    authors = await people.authors([ban.actor for ban in bans], around.institutions)
    return tuple(
        BanRow(id=str(ban.id), author=authors[ban.actor_id], reason=ban.reason, ends_at=ban.ends_at)
        for ban in bans
    )


async def follower_rows(rows: list[Follow], around: Surroundings) -> tuple[FollowerRow, ...]:
    authors = await people.authors([row.follower for row in rows], around.institutions)
    return tuple(
        FollowerRow(
            id=str(row.id),
            author=authors[row.follower_id],
            address=row.follower.address,
            at=row.created_at,
        )
        for row in rows
    )


async def report_rows(
    rows: list[Report], around: Surroundings, *, in_full: bool = False
) -> tuple[ReportRow, ...]:
    """`in_full`: with all the reporter's words."""
    authors = await people.authors([row.target for row in rows], around.institutions)
    return tuple(
        ReportRow(
            url=f"/admin/reports/{row.id}",
            target=authors[row.target_id],
            by=_by(row, around),
            at=row.created_at,
            posts=len(row.posts),
            text=row.text if in_full else row.text[:_EXCERPT],
            reason=row.reason,
            decision=row.decision.value if row.decision else "",
        )
        for row in rows
    )


async def reported_posts(posts: list[Post], around: Surroundings) -> tuple[ReportedPost, ...]:
    posts = sorted(posts, key=lambda post: post.id)
    uris = [post.in_reply_to_uri for post in posts if post.in_reply_to_uri]
    before = await reports.in_sight(uris)
    views = await forum.thread_posts([*posts, *before], around, apart=True)
    shown, answered = views[: len(posts)], views[len(posts) :]
    by_uri = {post.uri: view for post, view in zip(before, answered, strict=True)}
    return tuple(
        ReportedPost(
            post=view,
            url=f"/t/{post.thread_id}#p-{post.id}",
            title=post.thread.title,
            channel=group.name or group.handle if group else "",
            answers=by_uri.get(post.in_reply_to_uri or ""),
        )
        for post, view in zip(posts, shown, strict=True)
        for group in (post.thread.group,)
    )


def _by(row: Report, around: Surroundings) -> str:
    """A member here by name; of elsewhere only from where: the sender hides who it was."""
    if row.reporter is not None:
        return row.reporter.name or row.reporter.handle
    return around.institutions.get(row.host, row.host)
