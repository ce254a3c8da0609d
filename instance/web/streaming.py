"""Open pages that follow what changes: server-sent events, each a drawn part of the page.

Before every message, and every 5 seconds, session and member are read again: what a stream may show
is decided by what they are now, as for a page that is opened now (T56, T67). Streams end with the
bus at shutdown.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from quart import Blueprint, Response, g, request, stream_with_context
from quart.typing import ResponseReturnValue

from instance import events
from instance.errors import CurbsideError, NotFound
from instance.events import Event, Subscription
from instance.ids import read_id
from instance.models import Member, Post
from instance.services import duties, invitations, posting, signing_in
from instance.services.consults import reading, recalling
from instance.services.duties import Duty
from instance.services.portability import exports
from instance.services.roster.pace import EVENT
from instance.web import recalls, views
from instance.web.admin import start_page
from instance.web.consults import asked_folder, box_view, view_of
from instance.web.drawing import part
from instance.web.forum import home_view, thread_view
from instance.web.guards import admin, administers, administrator, member, on_duty, reader
from instance.web.presenting import host_lists, joining, roster
from instance.web.presenting.pages import Surroundings, surroundings
from instance.web.presenting.portability import export_page

blueprint = Blueprint("streaming", __name__)

ALIVE_EVERY = 5.0
# Pages that show many things are drawn at once, and then not again for this long: a burst is one.
_SETTLE = 0.2
LOOK_EVERY = 15.0

Wanted = Callable[[Event], bool]
Draw = Callable[[Member], Awaitable[str]]


@dataclass(frozen=True)
class _Followed:
    """What a stream shows and after which events; `look_every` so many seconds it is drawn without
    one, and sent where it differs."""

    wanted: Wanted
    draw: Draw
    settle: float
    look_every: float


OPEN_MOST = 12
_ALIVE = b": alive\n\n"
_TIME = re.compile(rb"<time[^>]*>.*?</time>")
# To a page that had to make room: it may come back, but not to push the next one out at once.
_ELSEWHERE = b"retry: 60000\nevent: elsewhere\ndata:\n\n"
_open: dict[int, list[Subscription]] = {}  # by member, oldest first


@blueprint.get("/k/<int:consult_id>/stream")
@reader
async def stream_consult(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    async def draw_thread(viewer: Member) -> str:
        view = await view_of(viewer, consult_id)
        is_private = isinstance(view, views.PrivatePage)
        name = "consults/_private.html" if is_private else "consults/_thread.html"
        return _with_side(view, name)

    await reading.readable(signed_in, consult_id)
    kinds = ("consult", "delivered")
    return _stream(lambda e: e.kind in kinds and e.object_id == consult_id, draw_thread)


@blueprint.get("/k/<int:consult_id>/recall/stream")
@reader
async def stream_receipts(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    """Each receipt; and what only time brings about: that one is late."""

    async def draw_receipts(viewer: Member) -> str:
        return part(await recalls.view_of(viewer, consult_id), "consults/_receipts.html")

    await recalling.watchers(signed_in, consult_id)
    kinds = ("consult", "delivered")
    return _stream(
        lambda e: e.kind in kinds and e.object_id == consult_id,
        draw_receipts,
        look_every=LOOK_EVERY,
    )


@blueprint.get("/consults/stream")
@reader
async def stream_box(signed_in: Member) -> ResponseReturnValue:
    folder = asked_folder()

    async def draw_list(reader: Member) -> str:
        return _with_side(await box_view(reader, *folder), "consults/_list.html")

    return _stream(lambda event: event.kind == "consult", draw_list, _SETTLE)


@blueprint.get("/stream")
@member
async def stream_home(signed_in: Member) -> ResponseReturnValue:
    newest = read_id(request.args.get("after", ""))

    async def draw_home(reader: Member) -> str:
        view = await home_view(reader)
        urls = [card.url for card in view.feed]
        seen = await Post.get_or_none(id=newest or 0)
        known = f"/t/{seen.thread_id}" if seen else ""
        fresh = urls.index(known) if known in urls else len(urls)
        new_posts = views.NewPosts(count=fresh, url="/")
        return _with_side(replace(view, new_posts=new_posts), "forum/_home.html")

    def concerns(event: Event) -> bool:
        if event.kind == "notification":
            return bool(event.object_id == signed_in.id)
        return event.kind in ("consult", "thread")

    return _stream(concerns, draw_home, _SETTLE)


@blueprint.get("/t/<int:thread_id>/stream")
@member
async def stream_thread(signed_in: Member, thread_id: int) -> ResponseReturnValue:
    newest = read_id(request.args.get("after", ""))
    thread = await posting.thread_by_id(thread_id)

    async def draw_new_posts(reader: Member) -> str:
        ids = [post.id for post in await posting.in_thread(thread)]
        fresh = len(ids) - ids.index(newest) - 1 if newest in ids else 0
        new_posts = views.NewPosts(count=fresh, url=f"/t/{thread_id}")
        view = replace(await thread_view(thread_id), new_posts=new_posts)
        return part(view, "forum/_new_posts.html") + part(view, "forum/_polls.html")

    return _stream(lambda e: e.kind == "thread" and e.object_id == thread_id, draw_new_posts)


@blueprint.get("/account/export/stream")
@member
async def stream_export(signed_in: Member) -> ResponseReturnValue:
    """How far the member's own files are."""

    async def draw_progress(reader: Member) -> str:
        return part(await export_page(reader), "account/_export.html")

    def concerns(event: Event) -> bool:
        return event.kind == exports.EVENT and event.object_id == signed_in.id

    return _stream(concerns, draw_progress, _SETTLE)


@blueprint.get("/admin/hospitals/import/<int:import_id>/stream")
@admin
async def stream_import(signed_in: Member, import_id: int) -> ResponseReturnValue:
    """How far the preview of a list is."""
    return _progress(
        Duty.HOSPITALS,
        "/admin/hospitals/lists",
        "admin/_import.html",
        lambda around, reader: host_lists.import_page(around, reader, import_id),
        lambda event: event.kind == "host_import" and event.object_id == import_id,
    )


@blueprint.get("/admin/roster/import/<int:import_id>/stream")
@on_duty(Duty.VERIFICATION)
async def stream_roster(signed_in: Member, import_id: int) -> ResponseReturnValue:
    """How far a roster is, checked or imported."""
    return _progress(
        Duty.VERIFICATION,
        "/admin/roster",
        "admin/_roster_import.html",
        lambda around, reader: roster.import_page(around, reader, import_id),
        lambda event: event.kind == EVENT and event.object_id == import_id,
    )


@blueprint.get("/admin/invitations/stream")
@on_duty(Duty.VERIFICATION)
async def stream_invitations(signed_in: Member) -> ResponseReturnValue:
    """How far the roster is invited."""
    return _progress(
        Duty.VERIFICATION,
        joining.HERE,
        "admin/_invited.html",
        joining.invitations_page,
        lambda event: event.kind == invitations.GONE_ON,
    )


@blueprint.get("/admin/stream")
@administrator
async def stream_start(signed_in: Member) -> ResponseReturnValue:
    """Most of what stands there only time brings about, so it is also looked at without news."""

    async def draw_start(reader: Member) -> str:
        if not await administers(reader):
            raise NotFound
        view = await start_page(reader)
        return part(view, "admin/_start.html") + part(view, "admin/_beside.html")

    def concerns(event: Event) -> bool:
        if event.kind == "notification":
            return bool(event.object_id == signed_in.id)
        return event.kind in ("report", "host_import")

    return _stream(concerns, draw_start, _SETTLE, LOOK_EVERY)


def count_open() -> int:
    return sum(map(len, _open.values()))


def _with_side(view: views.PageView, template: str) -> str:
    """A part of the page, and the counts beside it: one page says one number."""
    return part(view, template) + part(view, "parts/_side.html")


def _progress(
    duty: Duty,
    here: str,
    template: str,
    view: Callable[[Surroundings, Member], Awaitable[views.PageView]],
    wanted: Wanted,
) -> Response:
    """Of long work that takes a duty to look at; a role that ends meanwhile ends it (T56)."""

    async def draw_progress(reader: Member) -> str:
        duties.require(reader, duty)
        around = await surroundings(reader, nav="admin", here=here)
        return part(await view(around, reader), template)

    return _stream(wanted, draw_progress, _SETTLE)


def _stream(wanted: Wanted, draw: Draw, settle: float = 0.0, look_every: float = inf) -> Response:
    messages: Any = b""  # HEAD asks for the headers alone: its body would never end
    if request.method == "GET":
        followed = _Followed(wanted, draw, settle, look_every)
        messages = stream_with_context(_messages)(followed, g.member.id, g.session.id)
    response = Response(messages, content_type="text/event-stream; charset=utf-8")
    response.timeout = None
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _messages(followed: _Followed, member_id: int, session_id: int) -> AsyncIterator[bytes]:
    bus, clock = events.current(), asyncio.get_running_loop().time
    with bus.subscribe() as subscription, _place(member_id, subscription) as mine:
        shown, drawn_at, said_at, changed = b"", 0.0, 0.0, True
        while not bus.closed and subscription in mine:
            found = await signing_in.session_by_id(session_id)
            if found is None:
                return
            # A stream has a `g` of its own; without these its forms would be those of a visitor.
            g.session, g.member = found
            if changed or clock() - drawn_at >= followed.look_every:
                drawn_at = clock()
                try:
                    message = await _message(followed.draw)
                except CurbsideError:
                    return  # no longer open to this reader
                if _is_news(message, shown) if changed else message != shown:
                    yield message
                    shown, said_at = message, clock()
            if clock() - said_at >= ALIVE_EVERY:
                yield _ALIVE
                said_at = clock()
            changed = await _changed(subscription, followed.wanted, said_at + ALIVE_EVERY - clock())
            if changed:
                await asyncio.sleep(drawn_at + followed.settle - clock())
                subscription.skip()
        if not bus.closed:
            yield _ELSEWHERE


@contextmanager
def _place(member_id: int, subscription: Subscription) -> Iterator[list[Subscription]]:
    """Among the open streams of a member, who has so many: the oldest makes room."""
    mine = _open.setdefault(member_id, [])
    mine.append(subscription)
    if len(mine) > OPEN_MOST:
        mine.pop(0).close()
    try:
        yield mine
    finally:
        if subscription in mine:
            mine.remove(subscription)
        if not mine and _open.get(member_id) is mine:
            del _open[member_id]


def _is_news(message: bytes, shown: bytes) -> bool:
    """Whether an event changed what this reader sees. One about what they may not see leaves no
    trace, not even by the time that went by since the page was drawn, nor by an early sign of
    life (T50)."""
    return _TIME.sub(b"", message) != _TIME.sub(b"", shown)


async def _changed(subscription: Subscription, wanted: Wanted, seconds: float) -> bool:
    """Wait for the next wanted event; False when so many seconds went by, or none will come."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for event in subscription:
                if wanted(event):
                    return True
    return False


async def _message(draw: Draw) -> bytes:
    lines = (await draw(g.member)).splitlines()
    return "".join(f"data: {line}\n" for line in lines).encode() + b"\n"
