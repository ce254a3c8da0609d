"""The members of this institution, for verification officers: each once, under their own name.

Which pseudonym is whose is not looked at here: a search for one finds nobody.
"""

from dataclasses import dataclass

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from instance import names
from instance.errors import NotFound
from instance.models import Actor, ActorKind, Level, Member, Role
from instance.services import duties
from instance.services.duties import Duty

PAGE = 50
TEXT_MAX = 100
_AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """`text` is of a name, a handle or an e-mail; None and False are no conditions."""

    text: str = ""
    level: Level | None = None
    role: Role | None = None
    suspended: bool = False


@dataclass(frozen=True)
class Found:
    """Actors with their member. `more` are behind."""

    people: list[Actor]
    more: bool


async def find(by: Member, wanted: Wanted, after: tuple[str, int] = ("", 0)) -> Found:
    """PAGE of them by name, behind the one with this name and id."""
    duties.require(by, Duty.VERIFICATION)
    found: list[Actor] = []
    while len(found) <= PAGE:
        rows = await _behind(_named(wanted), after).limit(_AT_ONCE)
        found += [actor for actor in rows if _fits(actor, wanted.text)]
        if len(rows) < _AT_ONCE:
            break
        after = (rows[-1].name, rows[-1].id)
    return Found(found[:PAGE], len(found) > PAGE)


async def one(by: Member, handle: str) -> Actor:
    """Raises NotFound, for a pseudonym as well."""
    duties.require(by, Duty.VERIFICATION)
    own = _people().filter(local_handle=handle.casefold()[:100])
    actor = await own.select_related("member").first()
    if actor is None:
        raise NotFound
    return actor


def _people() -> QuerySet[Actor]:
    people = Actor.filter(kind=ActorKind.PERSON, is_local=True, is_pseudonym=False)
    return people.filter(member_id__not_isnull=True)


def _named(wanted: Wanted) -> QuerySet[Actor]:
    people = _people()
    if wanted.level is not None:
        people = people.filter(member__level=wanted.level)
    if wanted.role is not None:
        people = people.filter(member__role=wanted.role)
    if wanted.suspended:
        people = people.filter(member__suspended_at__not_isnull=True)
    return people.select_related("member").order_by("name", "id")


def _behind(people: QuerySet[Actor], after: tuple[str, int]) -> QuerySet[Actor]:
    name, actor_id = after
    if not actor_id:
        return people
    return people.filter(Q(name__gt=name) | Q(name=name, id__gt=actor_id))


def _fits(actor: Actor, text: str) -> bool:
    member = actor.member
    said = (member.legal_name, member.email) if member is not None else ()
    return names.begin_with(text, actor.name, actor.handle, *said)
