"""Flag: somebody elsewhere reports what stands here (federation.md 5.4, T79)."""

from federation import vocabulary
from federation.authentication import Verified
from federation.fields import listed
from instance import html
from instance.inbox import consult
from instance.inbox.refusals import Refused
from instance.services import reports


async def receive_flag(verified: Verified) -> None:
    """A report and nothing else, whoever signed it: nothing is fetched, nobody is told off.

    Refused where it reaches for a consult, known or not (T49, T86).
    """
    named = [vocabulary.id_of(item) for item in listed(verified.document.get("object"))]
    uris = [uri for uri in dict.fromkeys(named) if uri][: reports.POSTS_MAX]
    if await consult.concerns_consult({"object": uris}):
        raise Refused("T79")
    text = html.plain(verified.activity.text("content"), reports.TEXT_MAX)
    await reports.receive(verified.activity.id, verified.host, uris, text)
