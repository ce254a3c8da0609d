"""Following across servers: a reader's own server follows here, a member here follows elsewhere.

Nothing is fetched for a visitor. Their server is only named, shown, and linked to (T42).
"""

import re
from urllib.parse import quote, urlencode

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from federation.errors import Malformed
from federation.origin import host_of
from instance import config
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import Actor, ActorKind, Member
from instance.services import channels, follows, members
from instance.web import views
from instance.web.drawing import draw
from instance.web.forum import board_view, channels_view
from instance.web.guards import current_member, member, public
from instance.web.presenting import people
from instance.web.presenting.pages import channel_url, slug, surroundings

blueprint = Blueprint("following", __name__)

_ADDRESS_MOST = 400
_NOT_A_SERVER = "Write only the name of your server, such as mastodon.example."
_OURS = "That is this server. Sign in here, and follow with the button on this page."


@blueprint.post("/channels/<name:slug>/elsewhere")
@public
async def post_elsewhere(slug: str) -> ResponseReturnValue:
    """Name the visitor's server before they go there; the link is theirs to press."""
    group = await channels.by_slug(slug)
    if not group.is_local:
        raise NotFound
    typed = (await request.form).get("server", "")
    try:
        host = _server(typed)
    except FormRefused as error:
        form = views.ServerForm(server=typed, errors=views.FieldError.all_of(error.fields))
        return draw(await board_view(slug, form), error.status)
    around = await surroundings(current_member(), nav="channels")
    settings = config.current()
    scheme = "http" if host in settings.development.peers else "https"
    query = urlencode({"uri": group.uri})
    return draw(
        views.LeavingPage(
            page=around.page,
            channel=group.name or group.handle,
            channel_url=channel_url(group),
            address=group.address,
            host=host,
            url=f"{scheme}://{host}/authorize_interaction?{query}",
        )
    )


@blueprint.get("/follow")
@public
async def show_follow() -> ResponseReturnValue:
    """Where another server sends a member of ours who wants to follow (federation.md 3)."""
    return await _draw_follow(request.args.get("address", ""))


@blueprint.get("/authorize_interaction")
@public
async def show_interaction() -> ResponseReturnValue:
    """The same, at the address that Mastodon has for it and others take for granted."""
    return await _draw_follow(request.args.get("uri", ""))


@blueprint.post("/follow")
@member
async def post_follow_address(signed_in: Member) -> ResponseReturnValue:
    address = (await request.form).get("address", "")
    follower = await members.speaking_as(signed_in)
    try:
        row = await follows.follow_address(follower, address)
    except (FormRefused, NotAllowed) as error:
        problem = error.fields if isinstance(error, FormRefused) else {"address": error.shown}
        form = views.FollowForm(address=address, errors=views.FieldError.all_of(problem))
        return draw(await channels_view(signed_in, form), error.status)
    target = await Actor.get(id=row.target_id)
    if target.kind is ActorKind.CHANNEL:
        return redirect(f"/channels/{slug(target)}")
    return redirect(people.profile_url(target))


async def _draw_follow(asked: str) -> ResponseReturnValue:
    around = await surroundings(current_member(), nav="channels" if current_member() else "")
    address = asked.strip().removeprefix("acct:")
    if not address.isprintable() or len(address) > _ADDRESS_MOST:
        address = ""
    back = "/follow?address=" + quote(address, safe="")
    return draw(
        views.FollowPage(
            page=around.page,
            follow=views.FollowForm(address=address),
            sign_in_url="/sign-in?next=" + quote(back, safe=""),
        )
    )


def _server(typed: str) -> str:
    """The host of `mastodon.example` or `@me@mastodon.example`, as an A-label.

    Raises FormRefused for anything more than a name that a resolver of the public net has: no
    credentials, path, port or address; and for our own.
    """
    settings = config.current()
    name, _, host = typed.strip().removeprefix("@").rpartition("@")
    try:
        if re.search(r"[/?#\\@%]", host) or not re.fullmatch(r"[\w.-]*", name, re.ASCII):
            raise Malformed("more than a name")
        scheme = "http" if host in settings.development.peers else "https"
        found = host_of(f"{scheme}://{host}/", settings.development)
    except Malformed as error:
        raise FormRefused({"server": _NOT_A_SERVER}) from error
    is_name = "." in found and not re.search(r"[:\[]|\.[0-9]+$", found)
    if found == settings.host:
        raise FormRefused({"server": _OURS})
    if not is_name and found not in settings.development.peers:
        raise FormRefused({"server": _NOT_A_SERVER})
    return found
