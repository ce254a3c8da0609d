"""Polls as their readers see them: the form before they voted, the result after."""

from instance.models import Actor, Member, PollOption, Post
from instance.outbox.polls import SMALLEST
from instance.services import polls, votes
from instance.web.presenting import people
from instance.web.presenting.pages import Surroundings
from instance.web.views import Poll
from instance.web.views import PollOption as OptionView

SHOWN_FROM = SMALLEST  # fewer votes than these are not told one by one (ux.md 7)


async def of_posts(posts: list[Post], around: Surroundings) -> dict[int, Poll]:
    """The polls among these posts, by post; each with `author` loaded."""
    found = await polls.shown(posts, around.own)
    by_id = {post.id: post for post in posts}
    member = await _reader(around.own) if found else None
    return {
        post_id: await _poll(by_id[post_id], shown, around, member)
        for post_id, shown in found.items()
    }


async def _reader(own: list[Actor]) -> Member | None:
    return await Member.get(id=own[0].member_id) if own else None


async def _poll(
    post: Post, shown: polls.Shown, around: Surroundings, member: Member | None
) -> Poll:
    poll, own, told = shown.poll, around.own, shown.told
    is_closed = polls.has_ended(poll, around.page.now)
    voting = [actor for actor in own if post.author.is_local or actor.discoverable]
    is_mine = any(actor.id == post.author_id for actor in own)
    is_open = member is not None and not (is_closed or is_mine or shown.mine)
    bar = await votes.bar(member, own, poll, post) if member is not None and is_open else None
    is_of_physicians = poll.min_level is not None
    return Poll(
        id=str(post.id),
        options=_options(shown),
        url=f"/t/{post.thread_id}/votes",
        multiple=poll.is_multiple,
        closed=is_closed,
        ends_at=poll.ends_at or poll.closed_at,
        voters=0 if told is None or is_of_physicians else told.voters_count,
        votes=sum(told.counts) if told is not None else 0,
        may_vote=is_open and bar is None,
        identities=tuple(people.identity(actor) for actor in voting),
        counted_by=""
        if post.author.is_local
        else around.institutions.get(post.author.host, post.author.host),
        physicians=is_of_physicians,
        bar=bar.value if bar is not None else "",
        result=told is not None,
    )


def _options(shown: polls.Shown) -> tuple[OptionView, ...]:
    counts = shown.told.counts if shown.told is not None else (0,) * len(shown.options)
    of = (shown.told.voters_count if shown.told is not None else 0) or sum(counts)
    most = max(counts, default=0)
    return tuple(
        _option(option, votes, option.id in shown.mine, of, leads=votes == most)
        for option, votes in zip(shown.options, counts, strict=True)
    )


def _option(option: PollOption, votes: int, mine: bool, of: int, *, leads: bool) -> OptionView:
    is_shown = votes >= SHOWN_FROM
    return OptionView(
        id=str(option.position),
        name=option.name,
        votes=votes if is_shown else None,
        percent=min(100, round(100 * votes / of)) if is_shown else None,
        mine=mine,
        leads=is_shown and leads,
    )
