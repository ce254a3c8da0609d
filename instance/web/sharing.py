"""What a partner that came back from a backup reads: see `outbox.sharing`."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from federation.authentication import Reader
from instance.errors import NotFound
from instance.ids import read_id
from instance.outbox import sharing
from instance.services import resending
from instance.web.guards import partner
from instance.web.peers import activity

blueprint = Blueprint("sharing", __name__)


@blueprint.get("/shared")
@partner
async def get_shared(reader: Reader) -> ResponseReturnValue:
    """`?since=`: what was sent to the reader from then on is sent once more."""
    after, since = _after(), sharing.is_since(request.args.get("since", ""))
    if since is not None and after == 0:
        await resending.send_again(reader.host, since)
    return activity(await sharing.page(reader, after), private=True)


@blueprint.get("/shared/history")
@partner
async def get_shared_history(reader: Reader) -> ResponseReturnValue:
    """Entries of `?of=`, a consult of the reader's own, after `?after=`."""
    found = await sharing.history(reader, request.args.get("of", ""), _after())
    return activity(found, private=True)


def _after() -> int:
    after = read_id(request.args.get("after", "0"))
    if after is None:
        raise NotFound
    return after
