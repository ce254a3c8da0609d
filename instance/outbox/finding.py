"""By which words people and channels are found: kept in the transaction that changes them.

Who finds whom is asked when somebody looks (`services.account_search`). A pseudonym is found by its
handle alone; a consult's Group and an institution by nothing.
"""

import hashlib

from instance import word_tables
from instance.models import Actor, ActorKind

_URL = "u"


async def keep(actor: Actor) -> None:
    text = _said(actor)
    if not text or actor.gone_at is not None:
        await word_tables.ACTORS.drop([actor.id])
        return
    page = actor.page_url if actor.page_url != actor.uri else None
    await word_tables.ACTORS.put(actor.id, text, marks=[of_url(page)] if page else [])


def of_url(url: str) -> str:
    """The mark by which an object is found at an address that is not its id; others may have it
    too: who finds one compares the address."""
    digest = hashlib.blake2b(url.encode(), digest_size=7).digest()
    return word_tables.mark(_URL, int.from_bytes(digest))


def _said(actor: Actor) -> str:
    if actor.kind is ActorKind.CHANNEL:
        return f"{actor.handle} {actor.name} {actor.summary}"
    if actor.kind is ActorKind.PERSON:
        return actor.handle if actor.is_pseudonym else f"{actor.handle} {actor.name}"
    return ""
