"""A statement on one's honour: the first step for who is on no list, such as a student.

It is good for the lowest standing alone, and to be signed anew each year (domain.md 4.1, method 8).
"""

from datetime import datetime

from tortoise.transactions import in_transaction

from instance.attestation_words import FIELDS, STAGES, TEXT, VERSION
from instance.errors import FormRefused, NotAllowed
from instance.models import Attestation, Level, Member, Method, Profession, Stage
from instance.outbox import standing
from instance.services import verification

NAME_MOST = 200
CHECKED = "Somebody has checked what you do. Say what has changed instead."


def text_of(name: str, profession: Profession, stage: Stage) -> str:
    said = {"field": FIELDS[profession.value], "stage": STAGES[stage.value]}
    return TEXT.format(name=name, **said)


async def sign(
    member: Member, name: str, profession: Profession, stage: Stage, now: datetime, *, agrees: bool
) -> Attestation:
    """Kept word for word. What they state of their work stands here from then on, unless somebody
    has checked another thing: raises NotAllowed. Raises FormRefused."""
    typed = " ".join(name.split())
    problems = {}
    if not typed or len(typed) > NAME_MOST:
        problems["name"] = "Write your name, as under a letter."
    if not agrees:
        problems["agrees"] = "Tick the box to sign."
    if problems:
        raise FormRefused(problems)
    async with in_transaction():
        stored = await Member.filter(id=member.id).select_for_update().get()
        facts = {"profession": profession, "stage": stage}
        is_other = (stored.profession, stored.stage) != (profession, stage)
        if is_other and stored.level > Level.ATTESTED:
            raise NotAllowed(CHECKED)
        if is_other:
            await Member.filter(id=member.id).update(**facts)
            member.update_from_dict(facts)
            await standing.changed(member, now)
        await verification.give(member, Method.ATTEST, now)
        text = text_of(typed, profession, stage)
        return await Attestation.create(
            member=member,
            version=VERSION,
            text=text,
            name=typed,
            profession=profession,
            stage=stage,
            signed_at=now,
        )


async def last(member: Member) -> Attestation | None:
    return await Attestation.filter(member_id=member.id).order_by("-id").first()
