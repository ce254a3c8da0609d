"""What is written down about a case, and who hears of it.

In the case with the words, in the record of administrators without: there they could never be
removed.
"""

from collections.abc import Mapping
from datetime import datetime

from instance import config
from instance.models import (
    AlertKind,
    CaseAct,
    CaseStep,
    Member,
    NotificationKind,
    VerificationCase,
)
from instance.outbox import local
from instance.services import audit, duties, mails, members, notifications
from instance.services.duties import Duty

_ACTIONS: Mapping[CaseAct, str] = {
    CaseAct.ASKED: "case.asked",
    CaseAct.SEEN: "case.seen",
    CaseAct.PROPOSED: "case.proposed",
    CaseAct.GRANTED: "case.granted",
    CaseAct.REFUSED: "case.refused",
}


async def note(
    by: Member, case: VerificationCase, act: CaseAct, text: str, now: datetime, **detail: str
) -> None:
    """What an officer did, in the caller's transaction."""
    await CaseStep.create(case_id=case.id, by=by, act=act, text=text, at=now)
    own = (await members.identities(case.member))[0]
    await audit.record(
        _ACTIONS[act],
        actor_uri=(await members.speaking_as(by)).uri,
        host=config.current().host,
        subject=own.uri,
        case=str(case.id),
        **detail,
    )


async def tell(member: Member) -> None:
    """There is news; what it is stands on their page alone, and no officer's name (UX-7)."""
    own = (await members.identities(member))[0]
    await notifications.anew(own, NotificationKind.CASE, await local.institution())
    await mails.queue(member, AlertKind.CASE)


async def call_second(by: Member, case: VerificationCase) -> None:
    """Another officer has to agree: each that may is told."""
    actor = await members.speaking_as(by)
    for other in await duties.holders(Duty.VERIFICATION):
        if other.id not in (by.id, case.member_id):
            own = (await members.identities(other))[0]
            await notifications.anew(own, NotificationKind.CASE_SECOND, actor)
