"""From how it stands with another hospital to its page."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from federation import keys
from federation.relationships import SCOPES, Relationship, Terms
from instance import config
from instance.errors import FormRefused
from instance.models import Member, TrustState
from instance.services import (
    agreements,
    cutting,
    deliveries,
    delivery_figures,
    key_checks,
    members,
    settings,
    treaties,
)
from instance.services.agreements import Treaty
from instance.services.consults import receipts
from instance.web import views
from instance.web.presenting import administration, arrivals, limits
from instance.web.presenting import figures as present_figures
from instance.web.presenting.pages import Surroundings
from instance.web.views import Page
from instance.web.views.hospital import (
    Agreed,
    AgreementForm,
    Health,
    HospitalPage,
    May,
    Stage,
)

# Nobody has said yet which keys are theirs, or they show other ones now.
_LOOKED_UP = ("none", "pending_unpinned", "keys_changed")
_MAY: Mapping[str, tuple[May, ...]] = {
    "none": ("compare",),
    "comparing": ("confirm",),
    "pinned": ("offer",),
    "offering": ("revoke",),
    "offer_lost": ("revoke",),
    "offered": ("revoke",),
    "pending_unpinned": ("compare", "reject"),
    "pending": ("accept", "reject"),
    "answering": ("revoke",),
    "answer_refused": ("accept", "revoke"),
    "active": ("revoke",),
    "suspended": ("offer", "revoke"),
    "keys_changed": ("compare", "revoke"),
    "rejected": ("offer",),
    "revoked": ("offer",),
}


async def page(
    treaty: Treaty,
    around: Surroundings,
    form: MultiDict[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
) -> HospitalPage:
    """`form`: what was typed into a form that was not taken."""
    typed: MultiDict[str, str] = form if form is not None else MultiDict()
    theirs, unreachable = await _their_keys(treaty)
    cut = await cutting.count(treaty.host)
    tally = await receipts.tally(treaty.host, around.page.now)
    by = await _name(treaty.check.by) if treaty.check is not None else ""
    return HospitalPage(
        page=around.page,
        host=treaty.host,
        name=treaty.name,
        step=treaty.step,
        url=f"/admin/hospitals/{treaty.host}",
        stages=() if treaty.step == "blocked" else _stages(treaty, by, is_found=bool(theirs)),
        may=_may(treaty, is_found=bool(theirs)),
        theirs=tuple(keys.comparable(one) for one in theirs),
        ours=tuple(
            keys.grouped(one) for one in key_checks.fingerprints(*await agreements.own_keys())
        ),
        unreachable=unreachable,
        offer=arrivals.place(treaty.offer_at, treaty.name) if treaty.offer_at else None,
        spoke_to=treaty.peer.spoke_to if treaty.peer is not None else "",
        compared_by=by,
        is_own_check=treaty.check is not None
        and treaty.check.by_id in {actor.member_id for actor in around.own},
        agreed=_agreed(treaty),
        asked=_asked(treaty),
        health=await _health(treaty, around.page),
        left_here=await limits.left_here(treaty.host, around.page.now, typed),
        has_limits_typed=limits.are_typed(typed),
        cut_ours=cut.ours,
        cut_theirs=cut.theirs,
        cut_waiting=cut.waiting,
        asked_to_delete=tally.asked,
        deleted=tally.deleted,
        overdue=tally.overdue,
        backups_until=tally.backups_until,
        wanted=_typed(typed) if "scopes" in typed or "days" in typed else await _first(),
        typed_spoke_to=typed.get("spoke_to", ""),
        typed_why=typed.get("why", ""),
        refusal=refusal,
        errors=views.FieldError.all_of(errors or {}),
    )


def wanted(form: MultiDict[str, str]) -> treaties.Wanted:
    """What an administrator chose. Raises FormRefused for what is no number."""
    typed = _typed(form)
    try:
        terms = Terms(
            jurisdiction=typed.jurisdiction.strip().upper(),
            max_level=int(typed.ceiling),
            retention_days=int(typed.retention_days),
            contact=typed.contact.strip(),
            agreement=typed.agreement.strip().lower(),
            across_border=not typed.within_border,
        )
        return treaties.Wanted(typed.scopes, int(typed.days), terms)
    except ValueError as error:
        raise FormRefused({"days": "Enter days as numbers."}) from error


def _typed(form: MultiDict[str, str]) -> AgreementForm:
    unset = AgreementForm()
    return AgreementForm(
        scopes=tuple(form.getlist("scopes")),
        days=form.get("days", unset.days),
        jurisdiction=form.get("jurisdiction", ""),
        ceiling=form.get("ceiling", unset.ceiling),
        retention_days=form.get("retention_days", unset.retention_days),
        contact=form.get("contact", ""),
        agreement=form.get("agreement", ""),
        within_border=form.get("border") == "closed",
    )


async def _first() -> AgreementForm:
    here = config.current()
    return AgreementForm(
        scopes=("consult", "images"),
        contact=(await settings.read()).contact,
        jurisdiction=here.jurisdiction,
        within_border=here.is_within_border,
    )


async def _health(treaty: Treaty, page: Page) -> Health | None:
    """Of a host that anything was ever sent to, or agreed with."""
    state = await deliveries.of_host(treaty.host)
    figures = await delivery_figures.last_days(treaty.host, page.now, ZoneInfo(page.zone))
    if treaty.peer is None and not figures.total.tries:
        return None
    return Health(
        row=administration.host_row(state),
        compared_at=treaty.peer.pinned_at if treaty.peer is not None else None,
        figures=present_figures.of(figures) if figures.total.tries else None,
    )


async def _their_keys(treaty: Treaty) -> tuple[tuple[str, ...], str]:
    """Pinned, or compared by one, or served now; else why they could not be asked for."""
    peer, check = treaty.peer, treaty.check
    if check is not None:
        return key_checks.fingerprints(check.rsa, check.ed25519), ""
    is_in_doubt = treaty.step == "keys_changed"
    if peer is not None and peer.pinned_rsa and peer.pinned_ed25519 and not is_in_doubt:
        return key_checks.fingerprints(peer.pinned_rsa, peer.pinned_ed25519), ""
    if treaty.step not in _LOOKED_UP:
        return (), ""
    try:
        found = await key_checks.look_up(treaty.host)
    except FormRefused as error:
        return (), error.fields["host"]
    return (keys.fingerprint(found.rsa.key), keys.fingerprint(found.ed25519.key)), ""


def _may(treaty: Treaty, *, is_found: bool) -> tuple[May, ...]:
    allowed = _MAY.get(treaty.step, ())
    if not treaty.is_pinned:
        allowed = tuple(step for step in allowed if step not in ("offer", "accept"))
        if treaty.step in ("rejected", "revoked") and is_found:
            allowed = ("compare",)
    if not is_found:
        allowed = tuple(step for step in allowed if step != "compare")
    if treaty.step == "active" and treaty.pending and treaty.is_pinned:
        return (*allowed, "accept", "reject")  # they renew it, or ended it and we never heard
    ends_at = treaty.ends_at
    if treaty.step == "active" and ends_at and ends_at - datetime.now(UTC) < treaties.RENEW_BEFORE:
        return (*allowed, "offer")
    return allowed


def _stages(treaty: Treaty, compared_by: str, *, is_found: bool) -> tuple[Stage, ...]:
    peer, check = treaty.peer, treaty.check
    pinned = treaty.is_pinned and treaty.step != "keys_changed"
    active = treaty.state is TrustState.ACTIVE
    done = {
        "found": is_found or pinned,
        "first": check is not None or pinned,
        "second": pinned and check is None,
        "agreed": active or treaty.answer == "waiting",
        "active": active,
    }
    current = next((code for code, is_done in done.items() if not is_done), "")
    at = {
        "first": check.created_at if check is not None else None,
        "second": peer.pinned_at if peer is not None and check is None else None,
        "active": treaty.ours.starts_at if active and treaty.ours is not None else None,
    }
    return tuple(
        Stage(
            code=code,
            done=is_done,
            current=code == current,
            by=compared_by if code == "first" else "",
            at=at.get(code),
        )
        for code, is_done in done.items()
    )


def _agreed(treaty: Treaty) -> Agreed | None:
    terms, ends_at = treaty.terms, treaty.ends_at
    if (
        terms is None
        or ends_at is None
        or treaty.step not in ("active", "suspended", "keys_changed")
    ):
        return None
    return _of_terms(treaty.scopes, terms, ends_at, cut_by_border=treaty.is_cut_by_border)


def _asked(treaty: Treaty) -> Agreed | None:
    if treaty.pending is None:
        return None
    offer = treaty.pending
    asked = Relationship.from_wire(offer.document["object"], config.current().development)
    return _of_terms(asked.scopes, asked.terms, asked.ends_at)


def _of_terms(
    scopes: tuple[str, ...], terms: Terms, ends_at: datetime, *, cut_by_border: bool = False
) -> Agreed:
    return Agreed(
        scopes=tuple(scope for scope in SCOPES if scope in scopes),
        ends_at=ends_at,
        jurisdiction=terms.jurisdiction,
        ceiling=str(terms.max_level),
        retention_days=terms.retention_days,
        contact=terms.contact,
        agreement=terms.agreement,
        within_border=not terms.across_border,
        cut_by_border=cut_by_border,
    )


async def _name(member: Member) -> str:
    return (await members.speaking_as(member)).name
