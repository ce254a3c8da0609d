"""Which hospitals can read a consult, why, and what was agreed with each (UX-2)."""

from instance import config
from instance.models import Consult, Scope
from instance.services import agreements
from instance.services.agreements import Treaty
from instance.services.consults import reading
from instance.web.presenting.pages import Surroundings
from instance.web.views import Hospital, ReadingHospital, Terms


async def hospitals(consult: Consult, around: Surroundings) -> tuple[ReadingHospital, ...]:
    """Of a consult somebody is allowed to read, ours first. `consult` comes with its group."""
    treaties = {treaty.host: treaty for treaty in await agreements.of_partners()}
    ours, owner = config.current().host, consult.group.host
    names = around.institutions
    return tuple(
        ReadingHospital(
            name=names.get(host, host),
            ours=host == ours,
            why=_why(consult, is_owner=host == owner),
            owner=names.get(owner, owner),
            terms=_terms(treaties.get(host)),
            rests=_rests(treaties.get(host), is_ours=host == ours),
            known=host in treaties or host == ours,
        )
        for host in await reading.institutions(consult)
    )


async def choices() -> tuple[Hospital, ...]:
    """For who asks: every hospital with which something is agreed; which may read, or why not."""
    return tuple(
        Hospital(
            value=treaty.host,
            name=treaty.name,
            terms=_terms(treaty),
            why_not=treaty.why_no_consults,
            alone="onward" not in treaty.scopes,
            late=treaty.peer is not None
            and (treaty.peer.failing_since is not None or treaty.peer.paused_at is not None),
        )
        for treaty in await agreements.of_partners()
    )


def _why(consult: Consult, *, is_owner: bool) -> str:
    """A key of `words.READS_BECAUSE`."""
    if is_owner:
        return "asker"
    reasons = {Scope.NAMED: "named", Scope.INSTANCES: "chosen", Scope.TRUSTED: "partner"}
    return reasons[consult.scope]


def _terms(treaty: Treaty | None) -> Terms | None:
    if treaty is None or treaty.terms is None or treaty.ends_at is None:
        return None
    terms = treaty.terms
    return Terms(
        until=treaty.ends_at,
        retention_days=terms.retention_days,
        contact=terms.contact,
        law=terms.jurisdiction,
        ceiling=str(terms.max_level),
        agreement=terms.agreement,
    )


def _rests(treaty: Treaty | None, *, is_ours: bool) -> str:
    return "" if is_ours or treaty is None else treaty.why_no_consults
