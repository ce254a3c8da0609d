"""The pictures of one's own profile: set one, or go back to the picture that everybody has."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import Member, PortraitKind
from instance.services import members, pictures, portraits
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.profiles import own_profile

blueprint = Blueprint("portraits", __name__)

_FILE_MOST = pictures.BYTES_MOST + 1  # one more than is taken, so that it is told
_CHOOSE = "Choose a picture."


@blueprint.post("/account/profile/<name:handle>/picture")
@member
async def post_portrait(signed_in: Member, handle: str) -> ResponseReturnValue:
    actor = await members.speaking_as(signed_in, handle)
    form, files = await request.form, await request.files
    removed = form.get("remove", "")
    sent = {
        kind.value: files[kind.value].stream.read(_FILE_MOST)
        for kind in PortraitKind
        if kind.value in files and files[kind.value].filename
    }
    try:
        if removed in set(PortraitKind):
            await portraits.remove(actor, PortraitKind(removed))
        elif sent:
            await portraits.change(actor, **sent, from_application=False)
        else:
            raise FormRefused({PortraitKind.AVATAR.value: _CHOOSE})
    except FormRefused as error:
        return draw(await own_profile(signed_in, actor, error.fields), error.status)
    return redirect(f"/account/profile/{actor.handle}?saved=yes")
