"""The members, for verification officers: look them up and decide about their accounts."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused, NotAllowed
from instance.ids import read_id
from instance.models import Actor, Level, Member, Profession, Role, Stage
from instance.services import lifecycle, member_lists
from instance.services.duties import Duty
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting import members as present
from instance.web.presenting import people
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("members", __name__)

Act = Callable[[Member, str, Mapping[str, str], datetime], Awaitable[None]]


@blueprint.get("/admin/members")
@on_duty(Duty.VERIFICATION)
async def show_members(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/members")
    asked = {name: request.args.get(name, "") for name in ("q", "level", "role", "suspended")}
    wanted = _wanted(asked)
    after = request.args.get("name", "")[:200], read_id(request.args.get("after", "")) or 0
    found = await member_lists.find(signed_in, wanted, after)
    return draw(present.members_page(around, wanted, found, _more(asked, found)))


@blueprint.get("/admin/members/<name:handle>")
@on_duty(Duty.VERIFICATION)
async def show_member(signed_in: Member, handle: str) -> ResponseReturnValue:
    actor = await member_lists.one(signed_in, handle)
    return draw(await present.member_page(signed_in, actor))


@blueprint.post("/admin/members/<name:handle>/<any(suspend, restore, stage, facts, recheck):act>")
@on_duty(Duty.VERIFICATION)
async def post_act(signed_in: Member, handle: str, act: str) -> ResponseReturnValue:
    actor = await member_lists.one(signed_in, handle)
    form = await request.form
    try:
        await _ACTS[act](signed_in, actor.handle, form, datetime.now(UTC))
    except FormRefused as error:
        return await _again(signed_in, actor, act, form, error)
    except NotAllowed as error:
        return draw(await present.member_page(signed_in, actor), error.status)
    return redirect(f"/admin/members/{actor.handle}")


async def _again(
    signed_in: Member, actor: Actor, act: str, form: MultiDict[str, str], error: FormRefused
) -> ResponseReturnValue:
    page = await present.member_page(signed_in, actor, asked=act, typed=form, errors=error.fields)
    return draw(page, error.status)


async def _suspend(by: Member, handle: str, form: Mapping[str, str], now: datetime) -> None:
    await lifecycle.suspend(by, handle, form.get("reason", ""), now)


async def _restore(by: Member, handle: str, form: Mapping[str, str], now: datetime) -> None:
    await lifecycle.restore(by, handle, form.get("reason", ""), now)


async def _recheck(by: Member, handle: str, form: Mapping[str, str], now: datetime) -> None:
    await lifecycle.check_again(by, handle, form.get("reason", ""), now)


async def _move_on(by: Member, handle: str, form: Mapping[str, str], now: datetime) -> None:
    if form.get("stage") not in list(Stage):
        raise FormRefused({"stage": "Choose a career stage."})
    stage, evidence = Stage(form["stage"]), form.get("evidence", "")
    await lifecycle.move_on(by, handle, stage, evidence, form.get("reason", ""), now)


async def _correct(by: Member, handle: str, form: Mapping[str, str], now: datetime) -> None:
    if form.get("profession") not in list(Profession):
        raise FormRefused({"profession": "Choose a profession."})
    chosen = [form.get(f"specialty{n}", "") for n in range(1, 4)]
    specialties = list(dict.fromkeys(filter(None, chosen)))
    place = form.get("jurisdiction", "").strip().upper()
    facts = lifecycle.Facts(Profession(form["profession"]), specialties, place)
    await lifecycle.correct(by, handle, facts, form.get("reason", ""), now)


_ACTS: Mapping[str, Act] = {
    "suspend": _suspend,
    "restore": _restore,
    "stage": _move_on,
    "facts": _correct,
    "recheck": _recheck,
}


def _wanted(asked: Mapping[str, str]) -> member_lists.Wanted:
    """What of it can be looked for; the rest counts as not asked."""
    levels = {str(level.value): level for level in Level}
    roles = {people.role_code(role): role for role in Role}
    return member_lists.Wanted(
        " ".join(asked["q"].split())[: member_lists.TEXT_MAX],
        levels.get(asked["level"]),
        roles.get(asked["role"]),
        asked["suspended"] == "yes",
    )


def _more(asked: Mapping[str, str], found: member_lists.Found) -> str:
    if not found.more:
        return ""
    last = found.people[-1]
    kept = {name: value for name, value in asked.items() if value}
    return "/admin/members?" + urlencode({**kept, "name": last.name, "after": last.id})
