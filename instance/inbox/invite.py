"""Invite: the asker of a consult at a partner asks one of ours by name (federation.md 6.3)."""

from datetime import UTC, datetime

from federation import vocabulary
from federation.authentication import Verified
from federation.errors import NotAllowed
from federation.origin import host_of
from instance import config
from instance.inbox import consult as consults
from instance.inbox import consult_rules as rules
from instance.inbox import fetches
from instance.inbox.refusals import Refused
from instance.outbox import remote
from instance.services.consults import inviting


async def receive_invite(verified: Verified) -> None:
    """Taken from its asker alone, for a consult that is here. Whoever is not here, takes no
    invitations or is a second name of somebody asked: the sender cannot tell (T87)."""
    document = verified.document
    uri = document.get("context")
    if not isinstance(uri, str):
        if await consults.concerns_consult(document):
            raise Refused("T20 activity")
        return  # to something else, which is none of ours
    await rules.require_partner(verified)
    if uri != vocabulary.id_of(document.get("object")):
        raise Refused("6.3 invite")
    consult = await consults.locked(uri)
    if consult is None:
        if host_of(uri, config.current().development) != verified.host:
            raise Refused("T60 owner")
        raise fetches.Awaited("history", uri)
    await consult.fetch_related("asker", "group")
    if consult.is_local or consult.group.host != verified.host:
        raise Refused("T60 owner")
    rules.require_believed(consult)
    if consult.asker.uri != verified.signer:
        raise Refused("6.3 invite")
    rules.require_addressing(consult, document)
    author = await remote.directory().store(verified.signer)
    await rules.require_proof(document, author)
    try:
        await inviting.receive(consult, document, datetime.now(UTC))
    except NotAllowed as error:
        raise Refused("6.3 invite") from error
