"""Whom on the roster a proof means. No e-mail leads to an account that is there already (T71)."""

from instance.errors import SignOnRefused
from instance.models import Member, RosterEntry
from instance.services.roster import domains
from instance.services.single_sign_on import providers
from instance.services.single_sign_on.flows import Proof


async def of_member(proof: Proof, member: Member) -> RosterEntry:
    """The row of somebody whose account is known: theirs, or nobody's. Raises SignOnRefused."""
    entry = await _listed(proof)
    own = RosterEntry.filter(member_id=member.id, left_at=None)
    if entry.member_id not in (None, member.id) or await own.exclude(id=entry.id).exists():
        raise SignOnRefused("other_row")
    return entry


async def of_newcomer(proof: Proof) -> RosterEntry:
    """The row of somebody who has no account here yet. Raises SignOnRefused."""
    entry = await _listed(proof)
    emails = [email for email in (entry.email, proof.email.lower()) if email]
    if entry.member_id is not None or await Member.filter(email__in=emails).exists():
        raise SignOnRefused("has_account")
    return entry


async def _listed(proof: Proof) -> RosterEntry:
    row = await providers.in_use()
    if row is None:
        raise SignOnRefused("off")
    if row.affiliations and not set(row.affiliations) & set(proof.affiliations):
        raise SignOnRefused("unaffiliated")
    if row.key_claim:
        if not proof.key:
            raise SignOnRefused("no_key")
        found = await RosterEntry.filter(key=proof.key, left_at=None)
    else:
        # As the roster has it: plain ASCII, whole, nothing that two mail servers read differently.
        if not (proof.email.isascii() and domains.holds(proof.email.lower(), await domains.ours())):
            raise SignOnRefused("no_key")
        found = await RosterEntry.filter(email=proof.email.lower(), left_at=None)
    if len(found) != 1:
        raise SignOnRefused("not_listed")
    return found[0]
