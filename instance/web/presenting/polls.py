"""Polls as their readers see them: the form before they voted, the result after."""

from instance.models import PollOption, Post
from instance.services import polls
from instance.web.presenting import people
from instance.web.presenting.pages import Surroundings
from instance.web.views import Poll
from instance.web.views import PollOption as OptionView

SHOWN_FROM = 5  # fewer votes than these are not told one by one (ux.md 7)


async def of_posts(posts: list[Post], around: Surroundings) -> dict[int, Poll]:
    """The polls among these posts, by post; each with `author` loaded."""
    found = await polls.shown(posts, around.own)
    by_id = {post.id: post for post in posts}
    return {post_id: _poll(by_id[post_id], poll, around) for post_id, poll in found.items()}


def _poll(post: Post, shown: polls.Shown, around: Surroundings) -> Poll:
    poll, own = shown.poll, around.own
    is_closed = polls.has_ended(poll, around.page.now)
    voting = [actor for actor in own if post.author.is_local or actor.discoverable]
    is_mine = any(actor.id == post.author_id for actor in own)
    may_vote = bool(voting) and not (is_closed or is_mine or shown.mine)
    votes = sum(option.votes_count for option in shown.options)
    return Poll(
        id=str(post.id),
        options=_options(shown, poll.voters_count or votes),
        url=f"/t/{post.thread_id}/votes",
        multiple=poll.is_multiple,
        closed=is_closed,
        ends_at=poll.ends_at or poll.closed_at,
        voters=poll.voters_count,
        votes=votes,
        may_vote=may_vote,
        identities=tuple(people.identity(actor) for actor in voting),
        counted_by=""
        if post.author.is_local
        else around.institutions.get(post.author.host, post.author.host),
    )


def _options(shown: polls.Shown, of: int) -> tuple[OptionView, ...]:
    most = max((option.votes_count for option in shown.options), default=0)
    return tuple(_option(option, shown, of, most) for option in shown.options)


def _option(option: PollOption, shown: polls.Shown, of: int, most: int) -> OptionView:
    votes = option.votes_count
    is_shown = votes >= SHOWN_FROM
    return OptionView(
        id=str(option.position),
        name=option.name,
        votes=votes if is_shown else None,
        percent=min(100, round(100 * votes / of)) if is_shown else None,
        mine=option.id in shown.mine,
        leads=is_shown and votes == most,
    )
