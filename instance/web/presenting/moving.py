"""Where names come from and go to, for pages."""

from instance.errors import FormRefused
from instance.models import Actor, Member
from instance.services import members, moves
from instance.web import views
from instance.web.presenting import people
from instance.web.presenting.pages import surroundings
from instance.web.views.moving import Alias, MovingPage

MOVING = "/account/moving"


async def moving_page(
    signed_in: Member, handle: str, typed: str = "", error: FormRefused | None = None
) -> MovingPage:
    actor = await members.speaking_as(signed_in, handle)
    around = await surroundings(signed_in, nav="account", here=MOVING)
    has_gone, is_waiting = actor.moved_to_uri is not None, moves.has_moved_lately(actor)
    return MovingPage(
        page=around.page,
        handle=actor.handle,
        name=actor.name or actor.handle,
        address=actor.address,
        pseudonym=actor.is_pseudonym,
        is_public=actor.discoverable,
        others=tuple(people.identity(own) for own in around.own if own.id != actor.id),
        aliases=tuple([Alias(uri=uri, address=await _address(uri)) for uri in _aliases(actor)]),
        moved_to=await moved_to(actor) if has_gone else "",
        again_at=actor.moved_at + moves.ONCE_IN if actor.moved_at and is_waiting else None,
        typed=typed,
        errors=views.FieldError.all_of(error.fields if error else {}),
    )


async def moved_to(actor: Actor) -> str:
    """The address of where somebody went; "" for who stayed."""
    return await _address(actor.moved_to_uri) if actor.moved_to_uri else ""


def _aliases(actor: Actor) -> list[str]:
    return list(actor.also_known_as or ())


async def _address(uri: str) -> str:
    known = await Actor.get_or_none(uri=uri)
    return known.address if known is not None else uri
