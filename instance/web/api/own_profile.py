"""The profile of the identity that an application acts as: what it says of itself."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import PortraitKind
from instance.services import amending, pictures, portraits
from instance.services.amending import Amendment
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_profile
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.guards import client

blueprint = Blueprint("api_own_profile", __name__)

_FILE_MOST = pictures.BYTES_MOST + 1  # one more than is taken, so that it is told


@blueprint.patch("/api/v1/accounts/update_credentials")
@client("write:accounts")
async def patch_credentials(caller: Caller) -> ResponseReturnValue:
    await _amend(caller)
    return answer(await entities_accounts.credentials(caller))


@blueprint.get("/api/v1/profile")
@client("read:accounts", "profile")
async def get_profile(caller: Caller) -> ResponseReturnValue:
    return answer(await entities_profile.profile(caller))


@blueprint.patch("/api/v1/profile")
@client("write:accounts")
async def patch_profile(caller: Caller) -> ResponseReturnValue:
    await _amend(caller)
    return answer(await entities_profile.profile(caller))


@blueprint.delete("/api/v1/profile/<any(avatar, header):picture>")
@client("write:accounts")
async def delete_picture(caller: Caller, picture: str) -> ResponseReturnValue:
    """From now on ours is shown instead."""
    await portraits.remove(caller.acting, PortraitKind(picture))
    return answer(await entities_accounts.credentials(caller))


async def _amend(caller: Caller) -> None:
    assert caller.member is not None  # noqa: S101  (who acts as somebody acts for a member)
    typed = await sent()
    made = await portraits.made(caller.acting, await _files(typed))
    await amending.amend(caller.member, caller.acting, _amendment(typed))
    await portraits.keep(caller.acting, made)


async def _files(typed: Sent) -> dict[PortraitKind, bytes]:
    """Raises FormRefused for what is sent as a text."""
    files = await request.files
    named = [kind for kind in PortraitKind if typed.text(kind.value)]
    if named:
        raise FormRefused({kind.value: "has to be sent as a file" for kind in named})
    sent = {kind: files[kind.value] for kind in PortraitKind if kind.value in files}
    return {kind: file.stream.read(_FILE_MOST) for kind, file in sent.items() if file.filename}


def _amendment(typed: Sent) -> Amendment:
    """`bot` and what a post is like by default are nobody's to choose here."""
    rows = [(row.text("name"), row.text("value")) for row in typed.inners("fields_attributes")]
    return Amendment(
        display_name=typed.text("display_name") if typed.has("display_name") else None,
        note=typed.text("note") if typed.has("note") else None,
        fields=[row for row in rows if row[1].strip()] if typed.has("fields_attributes") else None,
        locked=_flag(typed, "locked"),
        discoverable=_flag(typed, "discoverable"),
        indexable=_flag(typed, "indexable"),
    )


def _flag(typed: Sent, name: str) -> bool | None:
    return typed.flag(name) if typed.has(name) else None
