"""Under which of their names our members write in a channel of ours, as its moderators decide.

Whether somebody elsewhere writes under a pseudonym only their own server knows (F-ACT-2).
"""

from collections.abc import Sequence

from instance.errors import NotAllowed
from instance.models import Actor, Channel, SignedBy

_REFUSED = {
    SignedBy.NAMES: "Here people write under their own names. Choose yours under Sign as.",
    SignedBy.PSEUDONYMS: "Here people write under pseudonyms. Choose yours under Sign as; you may"
    " have none yet.",
}


def require(author: Actor, channel: Channel) -> None:
    """Raises NotAllowed, in words, for a name of ours that is not the kind written under here."""
    if author.is_local and not _fits(author, channel.signed_by):
        raise NotAllowed(_REFUSED[channel.signed_by])


async def of(group: Actor | None) -> SignedBy:
    row = await Channel.get_or_none(actor_id=group.id) if group is not None else None
    return row.signed_by if row is not None else SignedBy.EITHER


async def fitting(own: Sequence[Actor], group: Actor | None) -> list[Actor]:
    """Those of a member's identities that may write there, in their order."""
    wanted = await of(group)
    return [actor for actor in own if _fits(actor, wanted)]


def _fits(author: Actor, wanted: SignedBy) -> bool:
    return wanted is SignedBy.EITHER or author.is_pseudonym is (wanted is SignedBy.PSEUDONYMS)
