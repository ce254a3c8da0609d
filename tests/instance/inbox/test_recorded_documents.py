"""Documents that real servers sent, where a folder with them is at hand: the same as with ours.

Where: `shared/payloads` beside this checkout, or below what CURBSIDE_SHARED names.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider
from tests.peer_documents import SHARED, Place, recorded

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="no recorded documents here: set CURBSIDE_SHARED to have them used"
)

# What each leaves, with https ids; every file that is not named here leaves nothing.
ROWS = {
    "posts": """
        friendica/create_page gnusocial/create_page lemmy/announce_create_page lotide/create_page
        mastodon/contentmap_only mastodon/question_activity mbin/announce_create_entry
        misskey/poll_no_end_date misskey/quote mitra/create_post mobilizon/event nodebb/article
        wordpress/announce wordpress/article
    """,
    "tombstones": "friendica/delete mastodon/delete",
    "followers": """
        discourse/group gnusocial/group lemmy/group mastodon/application_actor mastodon/person
        mobilizon/group nodebb/group relay/relay_actor wordpress/group
    """,
}
# Neither taken nor passed over: an activity on another host than its actor, a ban by somebody who
# is no moderator, a host without a key, and what is no activity.
STATUS = {
    "fedify/cross_origin_actor": 400,
    "lemmy/block_user": 403,
    "lemmy/lock_page": 401,
    "lemmy/tombstone": 400,
    "lemmy/webfinger": 400,
    "mastodon/webfinger": 400,
    "misskey/like_with_reaction": 403,
}


def files() -> Iterator[tuple[str, Path]]:
    for path in sorted(SHARED.glob("*/*.json")):
        yield f"{path.parent.name}/{path.stem}", path


async def test_each_recorded_document_leaves_the_rows_it_should(
    mercy: House, lee: Person, network: Network
) -> None:
    place = await Place.at(mercy, lee)
    for name, path in files():
        rows = {kind: 1 for kind, names in ROWS.items() if name in names.split()}
        by = forger(name, network)
        told = await place.told(recorded(path, repaired=True), network, by)
        assert (name, told) == (name, (STATUS.get(name, 202), rows))


async def test_an_id_that_is_no_https_address_is_refused(
    mercy: House, lee: Person, network: Network
) -> None:
    place, tried = await Place.at(mercy, lee), 0
    for name, path in files():
        document = recorded(path, repaired=False)
        if not str(document.get("id", "https:")).startswith("https://"):
            status, rows = await place.told(document, network)
            assert status in (400, 401) and not rows, name
            tried += 1
    assert tried > 10


def forger(name: str, network: Network) -> Outsider | None:
    """Who sends what its author never said; for all else it is the author."""
    is_forged = name == "adversarial/spoofed_object"
    return Outsider("evil.example", "mallory", network) if is_forged else None
