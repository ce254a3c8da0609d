"""Votes: a Note with a name, for the author of a poll alone (federation.md 5.4)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from federation import proofs, vocabulary
from federation.authentication import Verified
from federation.errors import NotAllowed
from instance.inbox import consult_authors
from instance.models import Actor, Poll, Post
from instance.outbox import polls as documents
from instance.outbox import remote, sight
from instance.outbox.standing import Claims
from instance.services import known_posts, polls, votes


async def receive_vote(verified: Verified, note: Mapping[str, Any]) -> bool:
    """Whether it is a vote: counted or passed over, and no post in any case (T26)."""
    may_be_one = isinstance(note.get("name"), str)  # few are, and nothing needs to be looked up
    question = await known_posts.answered(note) if may_be_one else None
    if question is None or not polls.is_vote(note, question):
        return False
    if question.author.is_local and _is_ballot(verified, note, question):
        voter = await remote.directory().store(verified.signer)
        if await _may_count(verified, note, voter, question):
            await votes.count(voter, question, note["name"])
    return True


def _is_ballot(verified: Verified, note: Mapping[str, Any], question: Post) -> bool:
    """A choice and nothing else, by who signed it, and for nobody to see but the author."""
    has_content = bool(note.get("content") or note.get("contentMap"))
    if verified.forwarded or verified.announced_by or has_content:
        return False
    inner = vocabulary.parse(dict(note)).addressed_to()
    return verified.activity.addressed_to() == inner == {question.author.uri}


async def _may_count(
    verified: Verified, note: Mapping[str, Any], voter: Actor, question: Post
) -> bool:
    """Where physicians alone count: the voter's hospital says by its pinned key that this is one
    and that they cast no other ballot; and it vouches for such a standing, as things are inside
    this transaction (T56), and as far as we count it.

    Raises Awaited while that is to be fetched first, and ProofRefused for a proof that is wrong.
    """
    poll = await Poll.get_or_none(post_id=question.id)
    if poll is None or poll.min_level is None:
        return True
    least = poll.min_level
    if documents.asserted(note) < least or not await _is_proven(verified):
        return False

    def suffice(claims: Claims) -> bool:
        return claims.may_answer and claims.level >= least

    await sight.keep_levels()
    try:
        return suffice(await consult_authors.claims_that(suffice, voter))
    except NotAllowed:
        return False


async def _is_proven(verified: Verified) -> bool:
    """By the institution of the voter's own host, and by no other (section 10)."""
    now = datetime.now(UTC)
    method = proofs.proof_method(verified.document)
    for key in await remote.keys_of_standing(verified.host, now):
        if key.id == method:
            proofs.check_proof(verified.document, key, now)
            return True
    return False
