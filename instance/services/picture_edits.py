"""The pictures of a post that its author says anew: others, fewer, or described otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from instance.errors import FormRefused
from instance.models import Actor, Attachment, Post
from instance.services import pictures
from instance.services.pictures import Said


@dataclass(frozen=True)
class Change:
    """`ids`: the pictures that it has from now on; None: those that it has. `said`: by id, of some
    of them. `sensitive` None: as it was."""

    ids: Sequence[str] | None = None
    said: Mapping[str, Said] = field(default_factory=dict)
    sensitive: bool | None = None


NOTHING = Change()


async def planned(author: Actor, post: Post, change: Change) -> list[Attachment]:
    """As the pictures will be; nothing is stored yet. Raises FormRefused."""
    own = {str(row.id): row for row in (await pictures.of_posts([post])).get(post.id, ())}
    ids = list(dict.fromkeys(own if change.ids is None else change.ids))
    if len(ids) > pictures.MOST:
        raise FormRefused({"media_ids": f"name more than {pictures.MOST} pictures"})
    added = await pictures.ready(author, [one for one in ids if one not in own])
    rows = own | {str(row.id): row for row in added}
    for one in ids:
        if one in change.said:
            rows[one].update_from_dict(await pictures.columns(change.said[one]))
    return [rows[one] for one in ids]


async def carry_out(post: Post, rows: Sequence[Attachment]) -> None:
    """In the transaction that changes the post. Raises FormRefused as `pictures.attach`."""
    left = Attachment.filter(post_id=post.id)
    await pictures.erase(left.exclude(id__in=[row.id for row in rows]) if rows else left)
    await pictures.attach([row for row in rows if row.post_id is None], post)
    for position, row in enumerate(rows):
        row.post_id, row.position = post.id, position
        await row.save(update_fields=["position", "alt", "focus_x", "focus_y"])
