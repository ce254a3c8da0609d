"""What a member's applications made for them to see less of, which they end without one."""

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from instance.models import Filter, Member
from instance.services import filters, members, thread_mutes
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting import forum as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("quiet", __name__)

HERE = "/account/quiet"


@blueprint.get(HERE)
@member
async def show_quiet(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="account", here=HERE)
    names = {one.id: one.name or one.handle for one in around.own} if len(around.own) > 1 else {}
    return draw(
        views.QuietPage(
            page=around.page,
            threads=tuple(
                views.QuietThread(
                    url=f"/t/{row.thread_id}",
                    title=present.title_of(row.thread),
                    end_url=f"{HERE}/threads/{row.id}/end",
                    name=names.get(row.actor_id, ""),
                )
                for row in await thread_mutes.of_all(around.own)
            ),
            filters=tuple(
                _shown(row, names.get(row.actor_id, "")) for row in await filters.of_all(around.own)
            ),
        )
    )


@blueprint.post(f"{HERE}/<any(threads, filters):what>/<int:row_id>/end")
@member
async def post_end(signed_in: Member, what: str, row_id: int) -> ResponseReturnValue:
    """A second click, and what an application ended meanwhile, change nothing."""
    own = await members.identities(signed_in)
    await (thread_mutes.end if what == "threads" else filters.end)(own, row_id)
    return redirect(HERE)


def _shown(row: Filter, name: str) -> views.QuietFilter:
    return views.QuietFilter(
        title=row.title,
        keywords=tuple(one.keyword for one in row.keywords),
        posts=len(row.posts),
        contexts=tuple(row.contexts),
        action=row.action.value,
        until=row.expires_at,
        end_url=f"{HERE}/filters/{row.id}/end",
        name=name,
    )
