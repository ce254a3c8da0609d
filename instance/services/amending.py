"""An identity's profile as its applications change it: no more than the pages let its member
change, and by the same rules (see `profiles`).

A name is the one under which somebody was checked; standing is nobody's to set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance.errors import FormRefused
from instance.models import Actor, Member, ProfileField, ProfileKind, Visibility
from instance.outbox.profiles import NAMES
from instance.services import actor_updates, followers, members, profiles

NAME_STAYS = "cannot be changed here: it is the name under which your hospital knows you"
_OPENNESS_STAYS = "cannot be changed for a pseudonym"


@dataclass(frozen=True)
class Amendment:
    """None leaves it as it is. `fields`: name and text of all that others are to read."""

    display_name: str | None = None
    note: str | None = None
    fields: Sequence[tuple[str, str]] | None = None
    locked: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None


async def amend(by: Member, actor: Actor, wanted: Amendment) -> None:
    """All of it or nothing. Raises FormRefused, naming each thing that cannot be so."""
    _require_possible(actor, wanted)
    async with in_transaction():
        if wanted.note is not None or wanted.fields is not None:
            await _say(by, actor, wanted)
        await _set(actor, wanted)


def _require_possible(actor: Actor, wanted: Amendment) -> None:
    problems = {}
    name = wanted.display_name
    if name is not None and name.strip() not in (actor.name, actor.name or actor.handle):
        problems["display_name"] = NAME_STAYS
    for kind, value, is_now in (
        ("discoverable", wanted.discoverable, actor.discoverable),
        ("indexable", wanted.indexable, actor.indexable),
    ):
        if actor.is_pseudonym and value not in (None, is_now):
            problems[kind] = _OPENNESS_STAYS
    if problems:
        raise FormRefused(problems)


async def _set(actor: Actor, wanted: Amendment) -> None:
    is_told = wanted.locked is not None and await followers.set_approval(
        actor, approves=wanted.locked
    )
    if wanted.discoverable not in (None, actor.discoverable):
        actor.discoverable = bool(wanted.discoverable)
        await members.set_public(actor, actor.discoverable)
    if wanted.indexable not in (None, actor.indexable):
        actor.indexable = bool(wanted.indexable)
        await members.set_indexable(actor, actor.indexable)
    if is_told:
        await actor_updates.tell(actor, datetime.now(UTC))


async def _say(by: Member, actor: Actor, wanted: Amendment) -> None:
    rows = {row.kind: row for row in await ProfileField.filter(actor_id=actor.id)}
    texts = {kind.value: row.text for kind, row in rows.items()}
    readers = {kind.value: row.visibility.value for kind, row in rows.items()}
    if wanted.note is not None:
        texts[ProfileKind.ABOUT.value] = wanted.note
    for kind in NAMES if wanted.fields is not None else ():
        # What nobody else reads no application was shown, and so it leaves nothing out.
        if kind in rows and rows[kind].visibility is not Visibility.PRIVATE:
            texts.pop(kind.value)
    for name, text in wanted.fields or ():
        texts[_kind(actor, name).value] = text
    for name in texts:
        readers.setdefault(name, Visibility.PUBLIC.value)
    try:
        await profiles.change(by, actor, texts, readers)
    except FormRefused as error:
        fields = dict(error.fields)
        about = fields.pop(ProfileKind.ABOUT.value, "")
        raise FormRefused({**({"note": about} if about else {}), **fields}) from error


def _kind(actor: Actor, name: str) -> ProfileKind:
    possible = {NAMES[kind].casefold(): kind for kind in profiles.kinds(actor) if kind in NAMES}
    found = possible.get(" ".join(name.split()).casefold())
    if found is None:
        known = ", ".join(NAMES[kind] for kind in possible.values())
        raise FormRefused({"fields_attributes": f"can be named: {known}"})
    return found
