"""Our channels, for those who look after all of them."""

from collections.abc import Awaitable, Callable, Mapping

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused, NotAllowed
from instance.models import Member
from instance.services import boards, channels
from instance.services.boards import Board
from instance.services.duties import Duty
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting.pages import channel_url, surroundings

blueprint = Blueprint("channels", __name__)

Form = MultiDict[str, str]
ACTIONS: dict[str, Callable[[Member, str, Form], Awaitable[None]]] = {
    "describe": boards.describe,
    "close": lambda by, slug, form: boards.close(by, slug),
    "reopen": lambda by, slug, form: boards.reopen(by, slug),
    "appoint": lambda by, slug, form: boards.appoint(by, slug, form.get("address", "")),
    "dismiss": lambda by, slug, form: boards.dismiss(by, slug, form.get("address", "")),
}


@blueprint.get("/admin/channels")
@on_duty(Duty.CHANNELS)
async def show_channels(signed_in: Member) -> ResponseReturnValue:
    return draw(await _list_page(signed_in, MultiDict()))


@blueprint.post("/admin/channels")
@on_duty(Duty.CHANNELS)
async def post_channel(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    try:
        group = await boards.open_one(signed_in, form)
    except FormRefused as error:
        return draw(await _list_page(signed_in, form, error.fields), error.status)
    except NotAllowed as error:
        return draw(await _list_page(signed_in, form, refusal=error.shown), error.status)
    return redirect(f"/admin/channels/{group.handle}")


@blueprint.get("/admin/channels/<name:slug>")
@on_duty(Duty.CHANNELS)
async def show_channel(signed_in: Member, slug: str) -> ResponseReturnValue:
    return draw(await _page(signed_in, slug))


@blueprint.post(
    "/admin/channels/<name:slug>/<any(describe, close, reopen, appoint, dismiss):action>"
)
@on_duty(Duty.CHANNELS)
async def post_action(signed_in: Member, slug: str, action: str) -> ResponseReturnValue:
    form = await request.form
    try:
        await ACTIONS[action](signed_in, slug, form)
    except FormRefused as error:
        return draw(await _page(signed_in, slug, form, error.fields), error.status)
    except NotAllowed as error:
        return draw(await _page(signed_in, slug, form, refusal=error.shown), error.status)
    return redirect(f"/admin/channels/{slug}")


async def _list_page(
    signed_in: Member, form: Form, errors: Mapping[str, str] | None = None, refusal: str = ""
) -> views.KeptChannelsPage:
    around = await surroundings(signed_in, nav="admin", here="/admin/channels")
    return views.KeptChannelsPage(
        page=around.page,
        rows=tuple(_row(board) for board in await boards.overview(await channels.ours())),
        may_open=await boards.may_open(signed_in),
        handle=form.get("handle", ""),
        title=form.get("title", ""),
        summary=form.get("summary", ""),
        refusal=refusal,
        errors=views.FieldError.all_of(errors or {}),
    )


async def _page(
    signed_in: Member,
    slug: str,
    form: Form | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
) -> views.KeptChannelPage:
    around = await surroundings(signed_in, nav="admin", here="/admin/channels")
    board = await boards.of_slug(slug)
    typed: Form = form if form is not None else MultiDict()
    return views.KeptChannelPage(
        page=around.page,
        channel=_row(board),
        may_close=await boards.may_open(signed_in),
        title=typed.get("title", board.actor.name),
        summary=typed.get("summary", board.actor.summary),
        address=typed.get("address", "") if "address" in (errors or {}) else "",
        refusal=refusal,
        errors=views.FieldError.all_of(errors or {}),
    )


def _row(board: Board) -> views.KeptChannel:
    return views.KeptChannel(
        name=board.actor.name or board.actor.handle,
        address=board.actor.address,
        url=f"/admin/channels/{board.actor.handle}",
        board_url=channel_url(board.actor),
        keepers=tuple(
            views.Keeper(name=keeper.name or keeper.handle, address=keeper.address)
            for keeper in board.keepers
        ),
        closed=board.settings.closed_at is not None,
        only_moderators_post=board.settings.only_moderators_post,
        approves_followers=board.settings.approves_followers,
        followers=board.followers,
        threads=board.threads.threads,
        last_at=board.threads.last_at,
        reports=board.reports,
    )
