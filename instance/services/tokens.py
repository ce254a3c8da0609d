"""Who calls with a token, what it still lets them do, and what a member let applications do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from instance import raw_sql
from instance.models import AccessToken, Actor, Application, AuthorizationCode, Member
from instance.services import scopes
from instance.services.throttle import hashed

# As `caller` says it of one.
_HELD = """
SELECT t.id, a.approved_at IS NOT NULL FROM access_token t
JOIN application a ON a.id = t.application_id LEFT JOIN member m ON m.id = t.member_id
WHERE t.id IN ({ids}) AND (t.member_id IS NULL OR m.suspended_at IS NULL)
"""
_LONGEST = 200
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """An application; acting for `actor`, an identity of `member`, or for nobody."""

    token: AccessToken
    application: Application
    scopes: tuple[str, ...]
    member: Member | None = None
    actor: Actor | None = None

    @property
    def acting(self) -> Actor:
        """The identity it acts as, behind a guard that asked for one."""
        assert self.actor is not None  # noqa: S101  (the guard saw to it)
        return self.actor

    def may(self, *needed: str) -> bool:
        """Whether one of these is held."""
        return any(scopes.covers(self.scopes, scope) for scope in needed)


@dataclass(frozen=True)
class Allowed:
    """One application of a member, and what it may do as which of their identities."""

    application: Application
    actors: tuple[Actor, ...]
    scopes: tuple[str, ...]
    since: datetime
    seen_at: datetime | None


async def caller(text: str) -> Caller | None:
    """None for a token that never was or was taken back, and while its member is suspended."""
    if not 0 < len(text) <= _LONGEST or not text.isascii():
        return None
    led_to = ("application", "member", "actor")
    row = await raw_sql.with_led_to(AccessToken, "token_hash", hashed(text), *led_to)
    if row is None:
        return None
    member: Member | None = row.member
    actor: Actor | None = row.actor
    if row.member_id is not None and (member is None or member.suspended_at is not None):
        return None
    await _touch(row)
    return Caller(row, row.application, held(row), member, actor)


async def still_hold(callers: Collection[Caller]) -> set[int]:
    """The ids of those tokens with which these may still do what they might when they came: in
    one question, for what stays open (T56)."""
    ids = list({one.token.id for one in callers})
    rows = await raw_sql.tuples(_HELD.format(ids=raw_sql.marks(len(ids))), ids) if ids else []
    approved = {int(token_id): bool(is_approved) for token_id, is_approved in rows}
    return {
        one.token.id
        for one in callers
        if one.token.id in approved and (approved[one.token.id] or not one.may(scopes.CONSULTS))
    }


def held(row: AccessToken) -> tuple[str, ...]:
    """Without consults once the approval of the application, which is loaded, is gone."""
    is_approved = row.application.approved_at is not None
    return tuple(scope for scope in row.scopes if is_approved or scope != scopes.CONSULTS)


async def of_member(member: Member) -> list[Allowed]:
    """The applications a member let in, the first one first."""
    rows = AccessToken.filter(member_id=member.id).order_by("id")
    by_application: dict[int, list[AccessToken]] = {}
    for row in await rows.select_related("application", "actor"):
        by_application.setdefault(row.application_id, []).append(row)
    return [_allowed(found) for found in by_application.values()]


async def take_back(member: Member, application_id: int) -> None:
    """All that this member allowed the application: it may do nothing more from now on."""
    mine = {"member_id": member.id, "application_id": application_id}
    await AuthorizationCode.filter(**mine).delete()
    await AccessToken.filter(**mine).delete()


async def end_all(member_ids: Collection[int]) -> None:
    """As their sessions end (T67)."""
    await AuthorizationCode.filter(member_id__in=list(member_ids)).delete()
    await AccessToken.filter(member_id__in=list(member_ids)).delete()


def _allowed(rows: list[AccessToken]) -> Allowed:
    actors = {row.actor_id: row.actor for row in rows if row.actor is not None}
    seen = [row.seen_at for row in rows if row.seen_at is not None]
    allowed = dict.fromkeys(scope for row in rows for scope in held(row))
    return Allowed(
        application=rows[0].application,
        actors=tuple(actors.values()),
        scopes=tuple(allowed),
        since=rows[0].created_at,
        seen_at=max(seen, default=None),
    )


async def _touch(row: AccessToken) -> None:
    now = datetime.now(UTC)
    if row.seen_at is None or row.seen_at + _SEEN_EVERY <= now:
        await AccessToken.filter(id=row.id).update(seen_at=now)
