"""What other servers' software sends goes through the inbox, and leaves the rows it should."""

from typing import Any

import pytest

from federation import documents, vocabulary
from tests.houses import House, Person
from tests.network import Network
from tests.peer_documents import OWN, Place

Outcome = tuple[int, dict[str, int]]
POST: Outcome = (202, {"posts": 1})
REACTION: Outcome = (202, {"reactions": 1})
REPORT: Outcome = (202, {"reports": 1})
TOMBSTONE: Outcome = (202, {"tombstones": 1})
FOLLOWER: Outcome = (202, {"followers": 1})
VOTE: Outcome = (202, {"votes": 1})
NOTHING: Outcome = (202, {})
REFUSED: Outcome = (403, {})

# What comes of each: a status, and how many rows.
EXPECTED = {
    "discourse_create_note": POST,
    "discourse_group": FOLLOWER,
    "friendica_create_note": POST,
    "friendica_delete": TOMBSTONE,
    "gotosocial_create_note": POST,
    "gotosocial_like": REACTION,
    "hubzilla_follow": FOLLOWER,
    "kroeg_announce": REACTION,
    "lemmy_announce_create_page": POST,
    "lemmy_ban_by_a_stranger": REFUSED,
    "lemmy_create_comment": POST,
    "lemmy_create_page": POST,
    "lemmy_delete_by_a_stranger": REFUSED,
    "lemmy_dislike": REACTION,
    "lemmy_flag": REPORT,
    "lemmy_group": FOLLOWER,
    "lemmy_like": REACTION,
    "lemmy_lock_by_a_stranger": REFUSED,
    "lemmy_undo_like": TOMBSTONE,
    "mastodon_application": FOLLOWER,
    "mastodon_boost": REACTION,
    "mastodon_boost_for_followers": REFUSED,
    "mastodon_content_map_only": POST,
    "mastodon_create_note": POST,
    "mastodon_delete": TOMBSTONE,
    "mastodon_flag": REPORT,
    "mastodon_like": REACTION,
    "mastodon_person": FOLLOWER,
    "mastodon_private_note": NOTHING,
    "mastodon_question": POST,
    "mastodon_reply": POST,
    "mastodon_update_person": NOTHING,
    "mastodon_vote": VOTE,
    "mbin_announce_boost": NOTHING,
    "mbin_create_entry": POST,
    "mbin_flag": REPORT,
    "misskey_like": REACTION,
    "misskey_poll_without_end": POST,
    "misskey_quote": POST,
    "mitra_create_note": POST,
    "mobilizon_create_event": POST,
    "nodebb_announce_article": POST,
    "nodebb_create_article": POST,
    "nodebb_like": REACTION,
    "peertube_announce_video": NOTHING,
    "peertube_create_comment": POST,
    "pleroma_chat_message": NOTHING,
    "pleroma_create_note": POST,
    "pleroma_emoji_react": REACTION,
    "smithereen_create_note": POST,
    "wordpress_announce_update_article": POST,
    "wordpress_create_article": POST,
    "wordpress_group": FOLLOWER,
}


def test_there_is_an_expectation_for_each_document() -> None:
    assert {path.stem for path in OWN.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_document_is_read_as_the_type_it_names(name: str) -> None:
    document: Any = documents.loads((OWN / f"{name}.json").read_bytes())
    parsed = vocabulary.parse(document)
    known = document["type"] in vocabulary.TYPES
    assert parsed.type_name == (document["type"] if known else "Unknown")
    assert parsed.to_dict()["id"] == document["id"]


async def test_each_document_leaves_the_rows_it_should(
    mercy: House, lee: Person, network: Network
) -> None:
    """One after the other in one house, so that what came earlier is no hindrance either (T33)."""
    place = await Place.at(mercy, lee)
    for name, expected in EXPECTED.items():
        told = await place.told(place.read(OWN / f"{name}.json"), network)
        assert (name, told) == (name, expected)
