"""Recalls as documents (federation.md 6.4): what a consult's Group deletes, what stays of an entry,
and how another institution asks for a recall. Pure; who may is the caller's to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from federation import contexts, statements
from federation.errors import Malformed
from federation.fields import MAX_ID, id_of, listed
from federation.keys import PrivateKey

REASONS = ("phi", "erasure", "withdrawn")
IDS_MOST = 500
_IMAGES_MOST = 8  # of a question


@dataclass(frozen=True)
class Asked:
    """Posts that somebody wants recalled, and why.

    `images`: addresses of images of the one post that is named, of which they alone are meant: it
    is deleted with all that is in it, and comes again without them. Who does not know of that
    deletes more than was asked, and nothing less.
    """

    named: tuple[str, ...]
    reason: str
    images: tuple[str, ...] = ()

    @property
    def what(self) -> tuple[str, ...]:
        """What goes for good."""
        return self.images or self.named


def is_recall(inner: object) -> bool:
    """Whether what an Add brings deletes, and wants to hear that it was done."""
    return (
        isinstance(inner, Mapping)
        and inner.get("type") == "Delete"
        and isinstance(inner.get("cs:reason"), str)
    )


def is_tombstone(inner: object) -> bool:
    return isinstance(inner, Mapping) and inner.get("type") == "Tombstone"


def read(deletion: Mapping[str, Any]) -> Asked:
    """Ids and reason of a Delete. Raises Malformed; a reason we do not know, or none, is one."""
    named = [id_of(item) for item in listed(deletion.get("object"))]
    if not 1 <= len(named) <= IDS_MOST or not all(0 < len(uri) <= MAX_ID for uri in named):
        raise Malformed("a recall of nothing that has an id")
    reason = deletion.get("cs:reason")
    known = reason if isinstance(reason, str) and reason in REASONS else REASONS[0]
    return Asked(tuple(dict.fromkeys(named)), known, _images(deletion) if len(named) == 1 else ())


def content(asked: Asked) -> dict[str, Any]:
    """The members of a Delete that say what goes; `cs:reason` and the rest are the caller's."""
    images = {"cs:images": list(asked.images)} if asked.images else {}
    return {"object": list(asked.named), **images}


def _images(deletion: Mapping[str, Any]) -> tuple[str, ...]:
    """Where one cannot be read, none: then all of the post is meant."""
    urls = listed(deletion.get("cs:images"))
    are_good = all(isinstance(url, str) and 0 < len(url) <= MAX_ID for url in urls)
    return tuple(dict.fromkeys(urls)) if are_good and len(urls) <= _IMAGES_MOST else ()


def without_words(addition: Mapping[str, Any], deleted_at: datetime) -> dict[str, Any]:
    """An entry of the history of which its number stays, and whose and about what it was.

    Without its proof: who owns the history makes a new one.
    """
    inner: Mapping[str, Any] = addition["object"]
    left = {
        "type": "Tombstone",
        "id": id_of(inner),
        "formerType": str(inner.get("type")),
        "actor": id_of(inner.get("actor")),
        "object": id_of(inner.get("object")),
        "deleted": contexts.timestamp(deleted_at),
    }
    kept = {name: value for name, value in addition.items() if name not in ("proof", "cs:author")}
    return {**kept, "object": left}


def request(uri: str, asked: Asked, *, to: str, key: PrivateKey, now: datetime) -> dict[str, Any]:
    """An institution's `Offer` of a Delete, to the Group of a consult that it reads."""
    deletion = {"type": "Delete", **content(asked), "cs:reason": asked.reason}
    return statements.build(
        "Offer", uri, actor=key.owner, to=to, content=deletion, key=key, now=now, more={}
    )


def asked_in(offer: Mapping[str, Any]) -> Asked | None:
    """None where it offers something else."""
    inner = offer.get("object")
    return read(inner) if isinstance(inner, Mapping) and is_recall(inner) else None
