"""People who sign in here: who they are, their passwords and their identities."""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tortoise.exceptions import IntegrityError
from tortoise.functions import Count
from tortoise.transactions import in_transaction

from instance import config, raw_sql
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import (
    Actor,
    ActorKind,
    Level,
    Member,
    Profession,
    Role,
    Stage,
)
from instance.outbox import farewell, issuing, local, remote, standing
from instance.services import audit, password_rules, passwords, verification

HANDLE_MOST, _EMAIL_MOST = 100, 254  # what the columns hold
EMAIL_RULE = "Write an address like name@hospital.org."
HANDLE_RULE = "Use 2 to 30 letters a-z, digits and _."
_HANDLE = re.compile(r"[a-z0-9_]{2,30}")
_EMAIL = re.compile(r"[a-z0-9._+-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*")


@dataclass(frozen=True)
class NewMember:
    """What the command line and the demo know of a person who joins."""

    email: str
    password: str
    handle: str
    name: str
    legal_name: str = ""
    role: Role = Role.MEMBER
    level: Level = Level.ATTESTED
    profession: Profession = Profession.PHYSICIAN
    stage: Stage = Stage.PRACTISING
    specialties: list[str] = field(default_factory=list)
    jurisdiction: str = "US"
    is_public: bool = False
    pseudonym: str | None = None
    has_mailbox: bool = False  # it is known that the e-mail is theirs


@dataclass(frozen=True)
class Draft:
    """Somebody who is about to join: hashes and keys are made, and nothing is stored."""

    member: Member
    identities: list[local.Draft]


async def add_member(new: NewMember) -> Member:
    """Create a member with an actor per identity, keys and standing.

    Raises FormRefused for a handle, e-mail or password that cannot be taken.
    """
    made = await draft(new)

    async def verify(now: datetime) -> None:
        await verification.joined(made.member, now, has_mailbox=new.has_mailbox)

    return await store(made, verify)


async def draft(new: NewMember) -> Draft:
    """What takes long, before the transaction. Raises FormRefused for fields that cannot be."""
    if await farewell.announced() is not None:
        raise NotAllowed("This server closes, so nobody joins it any more.")
    if problems := await problems_of(new):
        raise FormRefused(problems)
    member = Member(
        email=read_email(new.email),
        password_hash=await passwords.hashed(new.password),
        legal_name=new.legal_name or new.name,
        role=new.role,
        level=new.level,
        profession=new.profession,
        stage=new.stage,
        specialties=new.specialties,
        jurisdiction=new.jurisdiction,
    )
    drafts = [await _draft_identity(member, new.handle, new.name, new.is_public)]
    if new.pseudonym:
        drafts.append(await _draft_identity(member, new.pseudonym, new.pseudonym, new.is_public))
        drafts[-1].actor.is_pseudonym = True
    return Draft(member, drafts)


async def store(made: Draft, verify: Callable[[datetime], Awaitable[None]]) -> Member:
    """`verify` gives the evidence that their first statements of standing follow from.

    Raises FormRefused for a handle or an e-mail that is taken, and then nothing is stored.
    """
    member, drafts = made.member, made.identities
    now, settings = datetime.now(UTC), config.current()
    try:
        async with in_transaction():
            await member.save(force_create=True)
            for one in drafts:
                one.actor.member_id = member.id
                await one.save()
            await verify(now)
            for one in drafts:
                await issuing.issue(one.actor, member, now)
            if member.role is not Role.MEMBER:
                await audit.record(
                    "role.given",
                    actor_uri=settings.uri("/actor"),
                    host=settings.host,
                    subject=drafts[0].actor.uri,
                    now=member.role.value,
                )
    except IntegrityError as error:
        raise FormRefused({"handle": "This handle or e-mail is taken. Choose another."}) from error
    return member


async def identities(member: Member) -> list[Actor]:
    """The actors a member may speak as; the first is the one named after the person."""
    order = "member_id = ?1 ORDER BY is_pseudonym, created_at, id"
    return await raw_sql.where(Actor, order, [member.id])


async def speaking_as(member: Member, handle: str = "") -> Actor:
    """The member's actor with this handle, or the first. Raises NotAllowed for another's."""
    own = await identities(member)
    found = [actor for actor in own if actor.handle == handle] if handle else own
    if not found:
        raise NotAllowed("You can only speak as yourself.")
    return found[0]


async def names(member_ids: Iterable[int | None]) -> dict[int | None, str]:
    """By member id, as colleagues see them."""
    ids = [one for one in member_ids if one is not None]
    if not ids:
        return {}
    own = Actor.filter(member_id__in=ids, is_pseudonym=False)
    return {actor.member_id: actor.name or actor.handle for actor in await own}


async def by_handle(handle: str) -> Actor:
    name = handle.casefold().removeprefix("@")
    actor = await Actor.get_or_none(local_handle=name) if len(name) <= HANDLE_MOST else None
    if actor is None:
        raise NotFound
    return actor


async def found_at(address: str) -> Actor:
    """Who is at `@name`, `@name@host` or a URL, here or elsewhere: then their server is asked.

    Raises NotFound, FederationError or OSError.
    """
    name = address.removeprefix("@").removesuffix(f"@{config.current().host}")
    if "@" in name or "://" in name:
        return await remote.directory().resolve(address)
    return await by_handle(name)


async def by_login(name: str) -> Member | None:
    """By e-mail, or by the handle of the person's own identity; a pseudonym signs nobody in."""
    if len(name) > (_EMAIL_MOST if "@" in name else HANDLE_MOST):
        return None  # the columns refuse even to be asked for it
    if "@" in name:
        return await Member.get_or_none(email=name)
    actor = await Actor.get_or_none(
        local_handle=name, kind=ActorKind.PERSON, is_pseudonym=False
    ).select_related("member")
    return actor.member if actor else None


@dataclass(frozen=True)
class Counts:
    """How many members are here, so that "how many are physicians" has an answer."""

    physicians: int  # verified, in practice
    professionals: int  # verified or checked, of other professions
    trainees: int


async def count_by_profession() -> Counts:
    checked = Member.filter(suspended_at=None, level__gte=Level.CHECKED)
    physicians = checked.filter(profession=Profession.PHYSICIAN)
    return Counts(
        await physicians.filter(level__gte=Level.VERIFIED, stage=Stage.PRACTISING).count(),
        await checked.exclude(profession=Profession.PHYSICIAN).count(),
        await physicians.filter(stage=Stage.TRAINEE).count(),
    )


async def count_by_level() -> dict[Profession, dict[Level, int]]:
    """Everybody who is not suspended, by what they are and how they were checked; none left out,
    so that nobody is counted as what they only say they are (domain.md 1, row 4)."""
    rows = (
        await Member.filter(suspended_at=None)
        .annotate(number=Count("id"))
        .group_by("profession", "level")
        .values_list("profession", "level", "number")
    )
    found: dict[Profession, dict[Level, int]] = {}
    for profession, level, number in rows:
        found.setdefault(Profession(profession), {})[Level(level)] = int(number)
    return found


async def set_theme(member: Member, theme: str) -> None:
    if theme not in ("light", "dark", "system"):
        raise FormRefused({"theme": "Choose light, dark or system."})
    await Member.filter(id=member.id).update(theme=theme)


async def set_keys(member: Member, *, on: bool) -> None:
    await Member.filter(id=member.id).update(has_keys=on)


async def set_public(actor: Actor, public: bool) -> None:
    """Opt in to, or out of, a profile that anyone may read (federation.md 3)."""
    await Actor.filter(id=actor.id).update(discoverable=public)


async def set_indexable(actor: Actor, indexable: bool) -> None:
    """Allow search engines to list what this identity writes in public, or no longer."""
    await Actor.filter(id=actor.id).update(indexable=indexable)


async def set_invitable(actor: Actor, allowed: bool) -> None:
    """Let partner hospitals find this identity by its address, or no longer (federation.md 3)."""
    await Actor.filter(id=actor.id).update(allows_invitations=allowed)


def require_level(claims: standing.Claims, level: Level) -> None:
    if claims.level < level:
        raise NotAllowed("Your standing does not allow this. See your account for what is missing.")


def is_handle(name: str) -> bool:
    """Whether somebody, or a channel, can be called that here."""
    return _HANDLE.fullmatch(name) is not None


def read_email(typed: str) -> str:
    """In lower case; "" for what is none, or what two mail servers could read differently (T71).

    Not `lower` of what is not ASCII: a Kelvin sign is no k.
    """
    text = typed.strip()
    is_plain = text.isascii() and len(text) <= _EMAIL_MOST
    return text.lower() if is_plain and _EMAIL.fullmatch(text.lower()) else ""


async def problems_of(new: NewMember) -> dict[str, str]:
    """Why somebody cannot join like this, by field in the order of forms; not whether somebody
    else has it."""
    problems = {}
    if not new.name.strip():
        problems["name"] = "Write the name that colleagues see."
    if not read_email(new.email):
        problems["email"] = EMAIL_RULE
    if not all(is_handle(name) for name in (new.handle, new.pseudonym or new.handle)):
        problems["handle"] = HANDLE_RULE
    names = (new.handle, new.name, new.legal_name, new.pseudonym or "")
    own = await passwords.own_words(new.email, *names)
    if weakness := password_rules.problem(new.password, own):
        problems["password"] = weakness
    return problems


async def _draft_identity(member: Member, handle: str, name: str, public: bool) -> local.Draft:
    return await local.draft_actor(
        ActorKind.PERSON, handle, name=name, member=member, public=public
    )
