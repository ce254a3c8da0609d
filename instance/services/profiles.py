"""What members say about themselves, and who reads it: each thing has readers of its own.

A pseudonym says little, and nothing that its member is named by: beside a specialty, a town or a
training place would tell who it is (T87).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tortoise.transactions import in_transaction

from instance.errors import FormRefused
from instance.models import Actor, Member, ProfileField, ProfileKind, Visibility
from instance.names import folded
from instance.outbox import profiles
from instance.services import actor_updates, members

TEXT_MAX = {
    ProfileKind.ABOUT: 1_000,
    ProfileKind.TOWN: 80,
    ProfileKind.POSITIONS: 1_000,
    ProfileKind.TRAINING: 1_000,
    ProfileKind.CERTIFICATION: 500,
    ProfileKind.LANGUAGES: 200,
    ProfileKind.INTERESTS: 300,
    ProfileKind.LINKS: 1_000,
    ProfileKind.BANNER: 20,
}
BANNERS = ("dawn", "sea", "forest", "slate", "plum")
LINKS_MOST = 5
ONE_LINE = (ProfileKind.TOWN, ProfileKind.LANGUAGES, ProfileKind.BANNER)
OF_A_PSEUDONYM = (ProfileKind.ABOUT, ProfileKind.INTERESTS, ProfileKind.BANNER)
_MEMBERS_READ = (Visibility.PUBLIC, Visibility.PARTNERS, Visibility.MEMBERS)
_TITLES = {"dr", "doctor", "prof", "professor", "mr", "mrs", "ms", "md", "pharmd", "phd", "rn"}


def kinds(actor: Actor) -> tuple[ProfileKind, ...]:
    """What this identity may say, in the order of the page."""
    return OF_A_PSEUDONYM if actor.is_pseudonym else tuple(ProfileKind)


async def of(actor: Actor, reader: Member | None) -> list[ProfileField]:
    """What `reader` may read of one of our people, in the order of the page; None: anybody."""
    if reader is None:
        readable: tuple[Visibility, ...] = (Visibility.PUBLIC,)
    elif reader.id == actor.member_id:
        readable = tuple(Visibility)
    else:
        readable = _MEMBERS_READ
    order = list(ProfileKind)
    found = await profiles.fields(actor, readable)
    return sorted(found, key=lambda row: order.index(row.kind))


async def change(
    by: Member, actor: Actor, texts: Mapping[str, str], readers: Mapping[str, str]
) -> None:
    """Set all that one identity says; whoever keeps a copy is told. Both by the value of the kind.

    Raises FormRefused, naming each thing that cannot be said so.
    """
    wanted = {kind: _tidy(texts.get(kind.value, "")) for kind in kinds(actor)}
    named = await _names(by, actor) if actor.is_pseudonym else frozenset()
    problems = {}
    for kind, text in wanted.items():
        if problem := _problem(kind, text, named):
            problems[kind.value] = problem
        if text and readers.get(kind.value) not in list(Visibility):
            problems[kind.value] = "Choose who reads this."
    if problems:
        raise FormRefused(problems)
    async with in_transaction():
        before = {row.kind: row for row in await ProfileField.filter(actor_id=actor.id)}
        is_changed = False
        for kind, text in wanted.items():
            reader = readers.get(kind.value, "")
            is_changed |= await _set(actor, kind, text, reader, before.get(kind))
        if is_changed:
            await actor_updates.tell(actor, datetime.now(UTC))


async def _set(
    actor: Actor, kind: ProfileKind, text: str, reader: str, row: ProfileField | None
) -> bool:
    if not text:
        if row is not None:
            await row.delete()
        return row is not None
    visibility = Visibility(reader)
    if row is None:
        await ProfileField.create(actor=actor, kind=kind, text=text, visibility=visibility)
        return True
    if (row.text, row.visibility) == (text, visibility):
        return False
    row.text, row.visibility = text, visibility
    await row.save(update_fields=["text", "visibility"])
    return True


def _problem(kind: ProfileKind, text: str, named: frozenset[str]) -> str:
    if len(text) > TEXT_MAX[kind]:
        return f"Shorten it to {TEXT_MAX[kind]:,} characters."
    if kind in ONE_LINE and "\n" in text:
        return "Use one line."
    if kind is ProfileKind.BANNER and text and text not in BANNERS:
        return "Choose one of the banners."
    if kind is ProfileKind.LINKS:
        lines = text.splitlines()
        if len(lines) > LINKS_MOST or not all(_is_link(line) for line in lines):
            return f"Write up to {LINKS_MOST} addresses such as https://example.org/me, one a line."
    if named.intersection(folded(text).split()):
        return "This names you: leave out your own name, handle and e-mail."
    return ""


def _is_link(line: str) -> bool:
    try:
        parts = urlsplit(line)
        has_host = bool(parts.hostname and "." in parts.hostname)
    except ValueError:
        return False
    # A name before the host would make it look like another one (T42).
    is_plain = line.isprintable() and " " not in line and "@" not in parts.netloc
    return parts.scheme == "https" and has_host and is_plain


async def _names(member: Member, pseudonym: Actor) -> frozenset[str]:
    """The words by which everybody knows this member, other than under this pseudonym."""
    others = [own for own in await members.identities(member) if own.id != pseudonym.id]
    known = [member.legal_name, member.email.partition("@")[0]]
    known += [word for own in others for word in (own.name, own.handle)]
    words = {word for name in known for word in folded(name).split()}
    return frozenset(word for word in words if len(word) > 2) - _TITLES


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.strip().splitlines())
    return "\n".join(line for line in lines if line)
