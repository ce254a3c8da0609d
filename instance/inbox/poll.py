"""Votes: a Note with a name, for the author of a poll alone (federation.md 5.4)."""

from collections.abc import Mapping
from typing import Any

from federation import vocabulary
from federation.authentication import Verified
from instance.models import Post
from instance.outbox import remote
from instance.services import known_posts, polls


async def receive_vote(verified: Verified, note: Mapping[str, Any]) -> bool:
    """Whether it is a vote: counted or passed over, and no post in any case (T26)."""
    may_be_one = isinstance(note.get("name"), str)  # few are, and nothing needs to be looked up
    question = await known_posts.answered(note) if may_be_one else None
    if question is None or not polls.is_vote(note, question):
        return False
    if question.author.is_local and _is_ballot(verified, note, question):
        voter = await remote.directory().store(verified.signer)
        await polls.count(voter, question, note["name"])
    return True


def _is_ballot(verified: Verified, note: Mapping[str, Any], question: Post) -> bool:
    """A choice and nothing else, by who signed it, and for nobody to see but the author."""
    has_content = bool(note.get("content") or note.get("contentMap"))
    if verified.forwarded or verified.announced_by or has_content:
        return False
    inner = vocabulary.parse(dict(note)).addressed_to()
    return verified.activity.addressed_to() == inner == {question.author.uri}
