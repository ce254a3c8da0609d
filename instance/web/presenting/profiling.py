"""What a person says of themselves, for their page and for the form they write it in."""

from collections.abc import Mapping
from dataclasses import dataclass

from instance.models import Actor, Member, ProfileField, ProfileKind, Visibility
from instance.outbox import profiles as written
from instance.services import portraits, profiles
from instance.web import views

_APART = (ProfileKind.ABOUT, ProfileKind.BANNER)
_TABLES = {ProfileKind.BANNER: "banner"}


@dataclass(frozen=True)
class Said:
    """`about` is HTML as it is stored: not sanitised yet. `banner`: one of `profiles.BANNERS`."""

    about: str
    details: tuple[views.Said, ...]
    banner: str = ""


async def said(actor: Actor, reader: Member | None) -> Said:
    """As far as `reader` may read it; None: anybody."""
    if not actor.is_local:
        pairs = actor.properties or []
        return Said(actor.summary, tuple(_elsewhere(label, text) for label, text in pairs))
    rows = await profiles.of(actor, reader)
    is_own = reader is not None and reader.id == actor.member_id
    apart = {row.kind: row.text for row in rows if row.kind in _APART}
    details = tuple(_detail(row, is_own) for row in rows if row.kind not in _APART)
    about = written.as_html(apart.get(ProfileKind.ABOUT, ""))
    return Said(about, details, apart.get(ProfileKind.BANNER, ""))


async def portraits_of(actor: Actor) -> views.Portraits:
    shown = (await portraits.of([actor.id])).get(actor.id, portraits.NONE)
    return views.Portraits(avatar=shown.avatar, header=shown.header)


def entries(
    actor: Actor, texts: Mapping[str, str], readers: Mapping[str, str]
) -> tuple[views.ProfileEntry, ...]:
    return tuple(
        views.ProfileEntry(
            kind=kind.value,
            text=texts.get(kind.value, ""),
            visibility=readers.get(kind.value) or Visibility.MEMBERS.value,
            most=profiles.TEXT_MAX[kind],
            is_line=kind in profiles.ONE_LINE,
            table=_TABLES.get(kind, ""),
        )
        for kind in profiles.kinds(actor)
    )


def _detail(row: ProfileField, is_own: bool) -> views.Said:
    lines = tuple(row.text.splitlines())
    has_links = row.kind is ProfileKind.LINKS
    return views.Said(
        kind=row.kind.value,
        lines=() if has_links else lines,
        links=lines if has_links else (),
        visibility=row.visibility.value if is_own else "",
    )


def _elsewhere(label: str, text: str) -> views.Said:
    return views.Said(label=label, lines=tuple(text.splitlines()))
