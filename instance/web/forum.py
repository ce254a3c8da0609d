"""Home, channels, threads."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.ids import read_id
from instance.inbox import backfill
from instance.models import Actor, Member, Post
from instance.services import (
    channels,
    follows,
    identifiers,
    members,
    posting,
    second_factors,
    timelines,
    unread,
)
from instance.services.consults import reading
from instance.web import once, post_pictures, views
from instance.web.collections import get_context
from instance.web.drawing import draw
from instance.web.guards import current_member, member, public
from instance.web.identifiers import act, is_asked
from instance.web.post_pictures import NONE, Chosen
from instance.web.presenting import forum as present
from instance.web.presenting import moderation as moderating
from instance.web.presenting import sharing
from instance.web.presenting.about import about
from instance.web.presenting.announcements import waiting_for
from instance.web.presenting.consult_cards import needs
from instance.web.presenting.identifiers import suspected
from instance.web.presenting.pages import Surroundings, surroundings
from instance.web.requests import wants_activity

blueprint = Blueprint("forum", __name__)


@blueprint.get("/")
@public
async def show_home() -> ResponseReturnValue:
    signed_in = current_member()
    if signed_in is None:
        return await _draw_welcome()
    return draw(await home_view(signed_in, _before()))


async def home_view(signed_in: Member, before: int | None = None) -> views.HomePage:
    """Home as this member sees it now; for the stream too."""
    around = await surroundings(signed_in, nav="home", here="/")
    feed = await timelines.home(around.own, before=before)
    suggested = [] if around.followed else (await channels.ours())[:3]
    needing = await reading.needing(signed_in) if around.page.counts.needs_you else []
    offline = [peer.name for peer in around.partners if peer.failing_since]
    is_full = len(feed) == timelines.PAGE
    return views.HomePage(
        page=around.page,
        needs_you=tuple(await needs(needing, around)),
        feed=await present.post_cards(feed, around),
        suggested=await present.channel_rows(suggested, around),
        missing=tuple(offline),
        owes_step=second_factors.is_missing(signed_in),
        owes_zone=not signed_in.zone,
        announcements=await waiting_for(around.own),
        older_url=f"/?before={feed[-1]}" if is_full else "",
        stream_url=f"/stream?after={feed[0] if feed else 0}",
    )


@blueprint.get("/channels")
@public
async def show_channels() -> ResponseReturnValue:
    return draw(await channels_view(current_member()))


@blueprint.get("/channels/<name:slug>")
@public
async def show_board(slug: str) -> ResponseReturnValue:
    return draw(await board_view(slug))


@blueprint.get("/channels/<name:slug>/new")
@member
async def show_new_thread(signed_in: Member, slug: str) -> ResponseReturnValue:
    return draw(await _new_thread_page(signed_in, slug))


@blueprint.post("/channels/<name:slug>/new")
@member
async def post_new_thread(signed_in: Member, slug: str) -> ResponseReturnValue:
    group = await channels.by_slug(slug)
    form = await request.form
    typed = {name: form.get(name, "") for name in ("title", "text")}
    author = await members.speaking_as(signed_in, form.get("identity", ""))
    chosen = await post_pictures.chosen(signed_in, author, form, await request.files)
    texts = typed | chosen.texts
    if is_asked(form):
        done = await act(signed_in, form, texts, is_public=True)
        shown = chosen.mended(done.texts)
        page = await _new_thread_page(signed_in, slug, done.texts, author.handle, shown=shown)
        return draw(replace(page, checked=done.checked))
    try:
        await identifiers.require_looked_at(signed_in, texts)
        start = partial(posting.start_thread, author, group, **typed)
        post = await once.posted(author, start, chosen)
    except (FormRefused, NotAllowed) as error:
        page = await _new_thread_page(
            signed_in, slug, typed, author.handle, present.problems(error), chosen
        )
        return draw(replace(page, checked=suspected(texts, error)), error.status)
    return redirect(f"/t/{post.thread_id}")


@blueprint.post("/channels/<name:slug>/<any(follow, unfollow):action>")
@member
async def post_follow_channel(signed_in: Member, slug: str, action: str) -> ResponseReturnValue:
    await follow_or_not(signed_in, await channels.by_slug(slug), action)
    return redirect(f"/channels/{slug}")


@blueprint.get("/t/<int:thread_id>")
@public
async def show_thread(thread_id: int) -> ResponseReturnValue:
    if wants_activity(request):
        return await get_context(thread_id)
    view = await thread_view(thread_id, request.args.get("reply", ""))
    posts = (view.first, *view.replies)
    if (reader := current_member()) and any(post.unread for post in posts):
        await unread.see(reader, thread_id, max(int(post.id) for post in posts))
    return draw(view)


@blueprint.post("/t/<int:thread_id>/missing")
@member
async def post_look_for_missing(_: Member, thread_id: int) -> ResponseReturnValue:
    """Ask the server a thread lives on for what did not arrive here."""
    await backfill.ask_for(await posting.thread_by_id(thread_id))
    return redirect(f"/t/{thread_id}")


@blueprint.post("/t/<int:thread_id>/replies")
@member
async def post_reply(signed_in: Member, thread_id: int) -> ResponseReturnValue:
    form = await request.form
    parent = await _parent(thread_id, form.get("in_reply_to", ""))
    author = await members.speaking_as(signed_in, form.get("identity", ""))
    typed, to = {"text": form.get("text", "")}, form.get("in_reply_to", "")
    chosen = await post_pictures.chosen(signed_in, author, form, await request.files)
    texts = typed | chosen.texts
    if is_asked(form):
        done = await act(signed_in, form, texts, is_public=True)
        shown = chosen.mended(done.texts)
        view = await thread_view(thread_id, to, done.texts["text"], shown=shown)
        return draw(replace(view, identity=author.handle, checked=done.checked))
    try:
        await identifiers.require_looked_at(signed_in, texts)
        reply = partial(posting.reply, author, parent, typed["text"])
        post = await once.posted(author, reply, chosen)
    except (FormRefused, NotAllowed) as error:
        view = await thread_view(thread_id, to, typed["text"], present.problems(error), chosen)
        found = suspected(texts, error)
        return draw(replace(view, identity=author.handle, checked=found), error.status)
    return redirect(f"/t/{thread_id}#p-{post.id}")


async def _draw_welcome() -> ResponseReturnValue:
    around = await surroundings(None, nav="home", here="/")
    rows = await present.channel_rows(await channels.ours(), around)
    return draw(views.WelcomePage(page=around.page, about=await about(), channels=rows))


async def board_view(slug: str, server: views.ServerForm | None = None) -> views.BoardPage:
    """A channel's board; `server` as a visitor filled it in."""
    around = await surroundings(current_member(), nav="channels")
    group = await _channel_for_reader(slug, around)
    channel = await present.channel(group, around)
    return views.BoardPage(
        page=around.page,
        sharing=None if around.own else sharing.of_channel(group),
        channel=channel,
        audience=present.PUBLIC,
        threads=await present.board_rows(group, around, current_member()),
        may_post=bool(around.own) and not channel.closed,
        may_follow=bool(around.own),
        **await moderating.board(group, around),
        followers=await follows.count_followers(group) if group.is_local else 0,
        server=server or views.ServerForm(),
    )


async def channels_view(
    signed_in: Member | None, form: views.FollowForm | None = None
) -> views.ChannelsPage:
    around = await surroundings(signed_in, nav="channels", here="/channels")
    elsewhere = [actor for actor in around.followed if not actor.is_local]
    return views.ChannelsPage(
        page=around.page,
        ours=await present.channel_rows(await channels.ours(), around),
        elsewhere=await present.channel_rows(elsewhere, around),
        follow=form or views.FollowForm(offered=signed_in is not None),
    )


async def _new_thread_page(
    signed_in: Member,
    slug: str,
    typed: Mapping[str, str] | None = None,
    identity: str = "",
    errors: Mapping[str, str] | None = None,
    shown: Chosen = NONE,
) -> views.NewThreadPage:
    around = await surroundings(signed_in, nav="channels")
    group = await channels.by_slug(slug)
    return views.NewThreadPage(
        page=around.page,
        channel=await present.channel(group, around),
        audience=present.PUBLIC,
        identities=await present.writing_as(around, group),
        title=typed["title"] if typed else "",
        text=typed["text"] if typed else "",
        identity=identity,
        pictures=await shown.view(),
        errors=views.FieldError.all_of(errors or {}),
    )


async def thread_view(
    thread_id: int,
    replying: str = "",
    text: str = "",
    problems: dict[str, str] | None = None,
    shown: Chosen = NONE,
) -> views.ThreadPage:
    thread = await posting.thread_by_id(thread_id)
    reader = current_member()
    around = await surroundings(reader, nav="channels")
    found = await posting.in_thread(thread)
    if not found:
        raise NotFound
    seen = await unread.after(reader, around.own, thread) if reader else None
    posts = await present.thread_posts(found, around, thread.title, new_after=seen)
    first, *replies = moderating.accepted_first(posts, thread.accepted_uri, found)
    tools = await moderating.tools(thread, around)
    group, may_look = thread.group, bool(around.own) and backfill.is_elsewhere(thread, found[0])
    channel = await present.channel(group, around) if group else None
    is_closed = channel is not None and channel.closed
    return views.ThreadPage(
        page=around.page,
        sharing=None if around.own else sharing.of_thread(thread, found),
        url=f"/t/{thread_id}",
        title=present.title_of(thread),
        channel=channel or present.own_posts(thread.author, around),
        audience=present.PUBLIC,
        first=first,
        replies=tuple(replies),
        closed=is_closed or thread.locked_at is not None,
        tools=tools,
        may_reply=bool(around.own)
        and not is_closed
        and (tools.moderates or thread.locked_at is None),
        identities=await present.writing_as(around, group),
        replying=next((reply for reply in replies if reply.id == replying), None),
        text=text,
        pictures=await shown.view() if around.own else None,
        errors=views.FieldError.all_of(problems or {}),
        stream_url=f"/t/{thread_id}/stream?after={found[-1].id}" if around.own else "",
        missing_url=f"/t/{thread_id}/missing" if may_look and backfill.is_due(thread) else "",
        looked_at=thread.backfilled_at if may_look else None,
    )


async def _parent(thread_id: int, to: str) -> Post:
    thread = await posting.thread_by_id(thread_id)
    found = await posting.in_thread(thread)
    if not found:
        raise NotFound
    return next((post for post in found if str(post.id) == to), found[0])


async def _channel_for_reader(slug: str, around: Surroundings) -> Actor:
    """Channels of elsewhere are for members: visitors read them where they live."""
    group = await channels.by_slug(slug)
    if not group.is_local and not around.own:
        raise NotFound
    return group


async def follow_or_not(signed_in: Member, target: Actor, action: str) -> None:
    """`action`: follow with the member's first identity, or unfollow with every one."""
    if action == "follow":
        await follows.follow(await members.speaking_as(signed_in), target)
        return
    for own in await members.identities(signed_in):
        await follows.unfollow(own, target)


def _before() -> int | None:
    return read_id(request.args.get("before", ""))
