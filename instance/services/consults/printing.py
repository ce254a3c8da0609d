"""A consult on paper: who may read it may print it, and that is written down."""

from instance.models import Consult, Member
from instance.services import audit, members
from instance.services.consults import reading


async def read(member: Member, consult_id: int) -> Consult:
    """One of theirs, or what is private between them and somebody. Raises NotFound."""
    consult = await reading.readable(member, consult_id)
    by = await members.speaking_as(member)
    await audit.record("consult.printed", actor_uri=by.uri, host=by.host, subject=consult.uri)
    return consult
