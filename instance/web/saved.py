"""What a member saved to read again, and what they wrote that waits for its time."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.ids import read_id
from instance.models import Member
from instance.services import bookmarks, members, scheduled
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting import forum as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("saved", __name__)

_SCHEDULED = "/account/scheduled"


@blueprint.get("/bookmarks")
@member
async def show_bookmarks(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="account", here="/bookmarks")
    rows = await bookmarks.of_all(around.own, read_id(request.args.get("before", "")))
    posts = list({row.post_id: row.post for row in rows}.values())  # by two names, once
    is_full = len(rows) == bookmarks.PAGE
    return draw(
        views.BookmarksPage(
            page=around.page,
            posts=await present.post_cards([post.id for post in posts], around),
            older_url=f"/bookmarks?before={rows[-1].id}" if is_full else "",
        )
    )


@blueprint.get(_SCHEDULED)
@member
async def show_scheduled(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="account", here=_SCHEDULED)
    return draw(
        views.ScheduledPage(
            page=around.page,
            rows=tuple(
                views.ScheduledRow(
                    url=f"{_SCHEDULED}/{row.id}",
                    text="\n\n".join(filter(None, (draft.warning, draft.text))),
                    at=row.scheduled_at,
                    name=row.actor.name if len(around.own) > 1 else "",
                    refusal=row.refusal,
                )
                for row in await scheduled.of_all(around.own)
                for draft in (scheduled.draft_of(row),)
            ),
        )
    )


@blueprint.post(f"{_SCHEDULED}/<int:scheduled_id>/cancel")
@member
async def post_cancel(signed_in: Member, scheduled_id: int) -> ResponseReturnValue:
    await scheduled.cancel(await members.identities(signed_in), scheduled_id)
    return redirect(_SCHEDULED)
