"""Images and files that come with what is written in a consult (federation.md 11.1.5, `images`).

A document names them by address. Without `images` in the agreement with the hospital that would
hand them out not even that is kept, and whoever reads is told. Nothing here fetches one.
"""

from collections.abc import Mapping
from typing import Any, Literal

from instance.outbox import trust

Why = Literal["", "not_agreed", "not_shown"]

_MEMBERS = frozenset({"attachment", "image"})
_LEFT_OUT = "curbside:leftOut"  # ours, in what we keep; of a sender it is removed


async def admitted(document: Mapping[str, Any], host: str) -> dict[str, Any]:
    """What to keep of a document from `host`, with what it wraps."""
    return _kept(document, are_agreed=await trust.shares_images(host))


def left_out(body: Mapping[str, Any]) -> Why:
    """Whether something came with a Note that its page does not show, and why."""
    if body.get(_LEFT_OUT):
        return "not_agreed"
    return "not_shown" if any(body.get(member) for member in _MEMBERS) else ""


def _kept(document: Mapping[str, Any], *, are_agreed: bool) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if name != _LEFT_OUT}
    if not are_agreed:
        came = [kept.pop(member, None) for member in _MEMBERS]
        kept |= {_LEFT_OUT: True} if any(came) else {}
    if isinstance(kept.get("object"), Mapping):
        kept["object"] = _kept(kept["object"], are_agreed=are_agreed)
    return kept
