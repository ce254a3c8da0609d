"""Invitations, and joining by one, as pages show them."""

from datetime import UTC, datetime

from quart import g

from instance import config
from instance.models import Invitation, InvitationRound, Level, Member
from instance.services import (
    invitations,
    joining,
    members,
    passkeys,
    password_rules,
    second_factors,
    settings,
)
from instance.services.invitations import State
from instance.services.joining import Arrival, Wanted
from instance.services.roster import listing
from instance.services.securing import Draft
from instance.web import views
from instance.web.presenting.pages import Surroundings, surroundings
from instance.web.presenting.security import in_fours, qr

HERE = "/admin/invitations"
Errors = tuple[views.FieldError, ...]


async def invitations_page(
    around: Surroundings,
    reader: Member,
    after: int | None = None,
    *,
    typed: str = "",
    done: str = "",
    refusal: str = "",
    errors: Errors = (),
) -> views.InvitationsPage:
    now = datetime.now(UTC)
    found, is_more = await invitations.page(reader, after)
    counted, running = await invitations.numbers(now), await invitations.last_round()
    return views.InvitationsPage(
        page=around.page,
        rows=tuple(_row(one, now) for one in found),
        sent=counted.sent,
        used=counted.used,
        expired=counted.expired,
        withdrawn=counted.withdrawn,
        on_roster=(await listing.numbers()).present,
        sends_mail=config.current().sends_mail,
        running=_round(running) if running is not None else None,
        stream_url=f"{HERE}/stream" if running is not None and running.is_open else "",
        more_url=f"{HERE}?after={found[-1].id}" if is_more else "",
        typed=typed,
        done=done,
        refusal=refusal,
        errors=errors,
    )


async def join_page(
    arrival: Arrival | None, wanted: Wanted | None = None, errors: Errors = ()
) -> views.JoinPage:
    around, decided = await surroundings(g.get("member")), await settings.read()
    if arrival is None or g.get("member") is not None:
        stage: views.JoinStage = "gone" if g.get("member") is None else "signed_in"
        return views.JoinPage(page=around.page, stage=stage, contact=decided.contact)
    found = arrival.entry
    handle = wanted.handle if wanted else ""
    if arrival.is_confirmed and wanted is None:
        handle = await joining.suggested_handle(arrival)
    return views.JoinPage(
        page=around.page,
        stage=_stage(arrival),
        email=arrival.invitation.email,
        name=found.name if found else "",
        specialty=found.specialties[0] if found and found.specialties else "",
        department=found.department if found else "",
        contact=decided.contact,
        handle=handle,
        pseudonym=wanted.pseudonym if wanted else "",
        typed_name=wanted.name if wanted else "",
        profession=wanted.profession if wanted else "physician",
        rules=tuple(decided.rules.splitlines()),
        shortest=password_rules.SHORTEST,
        errors=errors,
    )


async def step_page(
    member: Member, draft: Draft, binding: str, passkey_name: str = "", errors: Errors = ()
) -> views.JoinStepPage:
    around = await surroundings(member)
    own = await members.speaking_as(member)
    return views.JoinStepPage(
        page=around.page,
        options=await passkeys.creation(member, own.name, binding),
        passkey_name=passkey_name,
        secret=in_fours(draft.secret),
        qr=qr(draft.address),
        draft=draft.sealed,
        errors=errors,
    )


async def joined_page(member: Member) -> views.JoinedPage:
    around = await surroundings(member)
    return views.JoinedPage(
        page=around.page,
        name=around.own[0].name,
        is_verified=member.level >= Level.VERIFIED,
        has_second_step=not second_factors.is_missing(member),
    )


def _stage(arrival: Arrival) -> views.JoinStage:
    if arrival.is_confirmed:
        return "account"
    return "code" if arrival.is_expected else "who"


def _row(one: Invitation, now: datetime) -> views.InvitationRow:
    state = invitations.state_of(one, now)
    moments = {State.USED: one.used_at, State.WITHDRAWN: one.withdrawn_at}
    return views.InvitationRow(
        id=str(one.id),
        email=one.email,
        state=state.value,
        sent_at=one.sent_at,
        at=moments.get(state) or one.expires_at,
    )


def _round(running: InvitationRound) -> views.Round:
    return views.Round(
        looked_at=running.looked_at,
        total=running.total,
        invited=running.invited,
        ended_at=running.ended_at,
    )
