"""Open pages that follow what changes: server-sent events, each a drawn part of the page.

Whether this reader may still see it is asked again before every message, and whether the session
lives every 5 seconds (T56). Streams end with the bus at shutdown.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from quart import Blueprint, Response, g, request, stream_with_context
from quart.typing import ResponseReturnValue

from instance import events
from instance.errors import CurbsideError, NotFound
from instance.events import Event, Subscription
from instance.models import Member, Post, Session
from instance.services import members, posting
from instance.services.consults import reading
from instance.web import views
from instance.web.consults import view_of
from instance.web.drawing import part
from instance.web.forum import home_view, thread_view
from instance.web.guards import current_member, member, public
from instance.web.presenting.consults import cards
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("streaming", __name__)

ALIVE_EVERY = 5.0
# Pages that show many things are drawn at once, and then not again for this long: a burst is one.
_SETTLE = 0.2

Wanted = Callable[[Event], bool]
Draw = Callable[[], Awaitable[str]]


@blueprint.get("/k/<int:consult_id>/stream")
@member
async def stream_consult(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    async def draw_thread() -> str:
        return part(await view_of(signed_in, consult_id), "consults/_thread.html")

    await reading.readable(signed_in, consult_id)
    kinds = ("consult", "delivered")
    return _stream(lambda e: e.kind in kinds and e.object_id == consult_id, draw_thread)


@blueprint.get("/consults/stream")
@member
async def stream_box(signed_in: Member) -> ResponseReturnValue:
    box = request.args.get("box", "needs-you")

    async def draw_list() -> str:
        around = await surroundings(signed_in, nav="consults")
        found = await reading.in_box(signed_in, box)  # type: ignore[arg-type]
        view = views.ConsultListPage(
            page=around.page,
            box=box,  # type: ignore[arg-type]
            consults=tuple(await cards(found, around)),
        )
        return part(view, "consults/_list.html")

    return _stream(lambda event: event.kind == "consult", draw_list, _SETTLE)


@blueprint.get("/stream")
@member
async def stream_home(signed_in: Member) -> ResponseReturnValue:
    newest = _post_id(request.args.get("after", "0"))

    async def draw_home() -> str:
        view = await home_view(signed_in)
        urls = [card.url for card in view.feed]
        seen = await Post.get_or_none(id=newest)
        known = f"/t/{seen.thread_id}" if seen else ""
        fresh = urls.index(known) if known in urls else len(urls)
        new_posts = views.NewPosts(count=fresh, url="/")
        return part(replace(view, new_posts=new_posts), "forum/_home.html")

    return _stream(lambda event: event.kind in ("consult", "thread"), draw_home, _SETTLE)


@blueprint.get("/t/<int:thread_id>/stream")
@public
async def stream_thread(thread_id: int) -> ResponseReturnValue:
    newest = _post_id(request.args.get("after", "0"))
    thread = await posting.thread_by_id(thread_id)
    if current_member() is None:
        raise NotFound

    async def draw_new_posts() -> str:
        ids = [post.id for post in await posting.in_thread(thread)]
        fresh = len(ids) - ids.index(newest) - 1 if newest in ids else 0
        new_posts = views.NewPosts(count=fresh, url=f"/t/{thread_id}")
        view = replace(await thread_view(thread_id), new_posts=new_posts)
        return part(view, "forum/_new_posts.html")

    return _stream(lambda e: e.kind == "thread" and e.object_id == thread_id, draw_new_posts)


def _stream(wanted: Wanted, draw: Draw, settle: float = 0.0) -> Response:
    response = Response(
        stream_with_context(_messages)(wanted, draw, g.member, g.session, settle),
        content_type="text/event-stream; charset=utf-8",
    )
    response.timeout = None
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _messages(
    wanted: Wanted, draw: Draw, signed_in: Member, session: Session, settle: float
) -> AsyncIterator[bytes]:
    # A stream has a `g` of its own; without these two its forms would be those of a visitor.
    g.member, g.session = signed_in, session
    bus, clock = events.current(), asyncio.get_running_loop().time
    with bus.subscribe() as subscription:
        drawn_at = clock()
        yield await _message(draw)  # what changed since the page was drawn
        while not bus.closed and await members.is_alive(session.id):
            if not await _changed(subscription, wanted):
                yield b": alive\n\n"
                continue
            await asyncio.sleep(drawn_at + settle - clock())
            subscription.skip()
            if not await members.is_alive(session.id):
                return
            drawn_at = clock()
            try:
                yield await _message(draw)
            except CurbsideError:
                return  # no longer open to this reader


async def _changed(subscription: Subscription, wanted: Wanted) -> bool:
    """Wait for the next wanted event; False when `ALIVE_EVERY` went by, or none will come."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ALIVE_EVERY):
            async for event in subscription:
                if wanted(event):
                    return True
    return False


async def _message(draw: Draw) -> bytes:
    lines = (await draw()).splitlines()
    return "".join(f"data: {line}\n" for line in lines).encode() + b"\n"


def _post_id(value: str) -> int:
    return int(value) if value.isdigit() and len(value) < 20 else 0
