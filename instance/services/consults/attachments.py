"""Images and files that come with what is written in a consult (federation.md 11.1.5, `images`).

A document names them by address. Without `images` in the agreement with the hospital that would
hand them out not even that is kept, and whoever reads is told. Nothing here fetches one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from federation.errors import Malformed
from federation.fields import listed
from federation.origin import host_of
from instance import config
from instance.models import ConsentBasis
from instance.outbox import trust

Why = Literal["", "not_agreed", "not_shown"]

_MEMBERS = frozenset({"attachment", "image"})
_URL_MOST = 512
_LEFT_OUT = "curbside:leftOut"  # ours, in what we keep; of a sender it is removed


@dataclass(frozen=True)
class Named:
    """An image as a document names it."""

    url: str
    alt: str
    basis: ConsentBasis


async def admitted(document: Mapping[str, Any], host: str) -> dict[str, Any]:
    """What to keep of a document from `host`, with what it wraps."""
    return _kept(document, are_agreed=await trust.shares_images(host))


def left_out(body: Mapping[str, Any], shown: int = 0) -> Why:
    """Whether more came with a Note than the images that its page shows, and why it does not."""
    if body.get(_LEFT_OUT):
        return "not_agreed"
    came = sum(len(listed(body[member])) for member in _MEMBERS if body.get(member))
    return "not_shown" if came > shown else ""


def images_in(root: Mapping[str, Any]) -> list[Named]:
    """The images that a question names, each address once; what is none of them is left out."""
    found: dict[str, Named] = {}
    for entry in listed(root.get("attachment")):
        image = _image(entry)
        if image is not None:
            found.setdefault(image.url, image)
    return list(found.values())


def _image(entry: Any) -> Named | None:
    if not isinstance(entry, Mapping) or entry.get("type") not in ("Image", "Document"):
        return None
    url, alt, basis = entry.get("url"), entry.get("name"), entry.get("cs:consentBasis")
    if basis not in set(ConsentBasis) or not isinstance(url, str) or len(url) > _URL_MOST:
        return None
    try:
        host_of(url, config.current().development.with_files())
    except Malformed:
        return None
    return Named(url, alt if isinstance(alt, str) else "", ConsentBasis(basis))


def _kept(document: Mapping[str, Any], *, are_agreed: bool) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if name != _LEFT_OUT}
    if not are_agreed:
        came = [kept.pop(member, None) for member in _MEMBERS]
        kept |= {_LEFT_OUT: True} if any(came) else {}
    if isinstance(kept.get("object"), Mapping):
        kept["object"] = _kept(kept["object"], are_agreed=are_agreed)
    return kept
