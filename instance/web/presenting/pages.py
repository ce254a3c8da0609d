"""What every page shows around its own content."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from quart import g, request

from instance import config
from instance.models import Actor, Member, Peer
from instance.outbox import farewell
from instance.services import (
    cases,
    channels,
    duties,
    first_run,
    keeping,
    members,
    notifications,
    peers,
    reports,
)
from instance.services import settings as chosen
from instance.services.account_rows import Row
from instance.services.consults import counting, drafts
from instance.services.duties import Duty
from instance.web import sessions
from instance.web.views import Counts, Me, Page, SideChannel
from instance.web.views.page import Nav, Theme


@dataclass(frozen=True)
class Surroundings:
    """Read once per page: the member's identities, the names of institutions by host; for a member
    also the hospitals that we trust, and the channels that they follow."""

    page: Page
    own: list[Actor]
    institutions: dict[str, str]
    partners: list[Peer] = field(default_factory=list)
    followed: list[Actor] = field(default_factory=list)


async def surroundings(member: Member | None, nav: Nav = "", here: str = "") -> Surroundings:
    settings, decided = config.current(), await chosen.read()
    names = await peers.names() | {settings.host: decided.name}
    own = await members.identities(member) if member else []
    partners = await peers.trusted() if member else []
    kept = await keeping.of(member) if member else keeping.Keeping()
    followed = await channels.followed_by(own) if own else []
    own_duties = duties.of(member) if member else frozenset()
    closing = await farewell.announced()
    page = Page(
        closes_at=closing.closes_at if closing is not None else None,
        has_closed=closing is not None and closing.began_at is not None,
        institution=decided.name,
        now=datetime.now(UTC),
        csrf_token=sessions.form_token(),
        on_call=decided.on_call,
        disclaimer=decided.disclaimer,
        development=settings.is_development,
        member=Me(name=own[0].name, profile_url=f"/@{own[0].handle}") if own else None,
        is_admin=Duty.HOSPITALS in own_duties,
        reads_record=Duty.RECORD in own_duties,
        gives_roles=Duty.PEOPLE in own_duties,
        keeps_roster=Duty.VERIFICATION in own_duties,
        keeps_safety=Duty.SAFETY in own_duties,
        sees_figures=Duty.FIGURES in own_duties,
        keeps_channels=Duty.CHANNELS in own_duties,
        changes_settings=Duty.SETTINGS in own_duties,
        set_up_left=await first_run.steps_left(member) if member else 0,
        reads_reports=bool(kept),
        nav=nav,
        here=here or request.full_path.rstrip("?"),
        counts=await _counts(member, kept) if member else Counts(),
        channels=_side_channels(followed),
        partners=len(partners),
        partners_offline=sum(peer.failing_since is not None for peer in partners),
        theme=_theme(member),
        has_keys=member is None or member.has_keys,
        zone=(member.zone if member else "") or "UTC",
    )
    return Surroundings(page, own, names, partners, followed)


async def bare_page() -> Page:
    """For error pages: nothing that cannot be there without the database."""
    settings, decided = config.current(), await chosen.read_or_defaults()
    member = g.get("member")
    return Page(
        institution=decided.name,
        now=datetime.now(UTC),
        csrf_token="",
        on_call=decided.on_call,
        development=settings.is_development,
        member=Me(name=member.legal_name, profile_url="/account") if member else None,
    )


def _theme(member: Member | None) -> Theme:
    if member is None or member.theme not in ("light", "dark"):
        return "system"
    return "light" if member.theme == "light" else "dark"


async def _counts(member: Member, kept: keeping.Keeping) -> Counts:
    found = await counting.of_boxes(member)
    unread = await notifications.count_unread(member)
    return Counts(
        needs_you=found.needs_you,
        mine=found.mine,
        open=found.open,
        drafts=await drafts.count(member),
        notifications=unread,
        recalled=await notifications.count_recalled(member) if unread else 0,
        reports=await reports.count_waiting(kept),
        cases=await cases.count_waiting() if duties.may(member, Duty.VERIFICATION) else 0,
    )


def _side_channels(followed: list[Actor]) -> tuple[SideChannel, ...]:
    return tuple(
        SideChannel(name=actor.name or actor.handle, url=channel_url(actor), public=True)
        for actor in followed
    )


def channel_url(actor: Actor | Row) -> str:
    return f"/channels/{slug(actor)}"


def slug(actor: Actor | Row) -> str:
    return actor.handle if actor.is_local else f"{actor.handle}@{actor.host}"
