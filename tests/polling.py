"""Polls in tests: asked in a channel of Mercy's, and how they stand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from federation import proofs
from federation.keys import PrivateKey
from instance.models import Actor, Poll, PollOption, Post, Vote
from instance.outbox import polls as documents
from instance.services import posting
from instance.services import votes as casting
from instance.services.polls import Draft
from tests.houses import House, Person
from tests.outsiders import PUBLIC, Outsider

NAMES = ("Continue", "Reduce", "Stop")


async def ask_all(
    person: Person,
    channel: Actor,
    names: Sequence[str] = NAMES,
    *,
    multiple: bool = False,
    who_counts: str = "everyone",
) -> Post:
    draft = Draft(options=names, closes_in="1d", is_multiple=multiple, who_counts=who_counts)
    return await person.speaks(posting.start_thread, channel, "What do you do?", "", draft)


async def standing(house: House, uri: str) -> tuple[list[int], int]:
    """The votes of each option, and how many people voted."""
    poll = await house.at(lambda: Poll.get(post__uri=uri))
    options = await house.at(lambda: PollOption.filter(poll_id=poll.id).order_by("position"))
    return [option.votes_count for option in options], poll.voters_count


async def votes(house: House) -> int:
    return await house.at(lambda: Vote.all().count())


async def end(house: House, uri: str) -> None:
    """As if its time were over."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    await house.at(lambda: Poll.filter(post__uri=uri).update(ends_at=past))


def ballot(
    voter: Outsider, question: Post, name: str, number: int = 1, **more: Any
) -> dict[str, Any]:
    """A choice as Mastodon sends it; `more` are members of the Note."""
    to = more.pop("to", question.document["attributedTo"])
    note = {
        "id": f"{voter.uri}#votes/{number}",
        "type": "Note",
        "name": name,
        "attributedTo": voter.uri,
        "inReplyTo": question.uri,
        "to": to,
        **more,
    }
    return voter.activity("Create", note, number, to=to)


async def ask_elsewhere(outsider: Outsider, house: House, channel: Actor, **members: Any) -> Post:
    """A poll of an outsider in a channel of this house."""
    options = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": count}}
        for name, count in zip(NAMES, (5, 7, 0), strict=True)
    ]
    asked = {"oneOf": options, "votersCount": 12, **members}
    note = outsider.note(type="Question", to=[PUBLIC, channel.uri], **asked)
    sent = outsider.activity("Create", note, to=[PUBLIC, channel.uri])
    assert (await outsider.sends(house, sent)).status == 202
    return await house.at(lambda: Post.get(uri=note["id"]))


async def choose(person: Person, question: Post, *positions: int) -> None:
    """Vote as a member does, in a poll of any server that their own knows."""
    found = await person.home.at(
        lambda: Post.get(uri=question.uri).select_related("author", "thread")
    )
    await person.speaks(casting.vote, found, positions)


async def own_word(
    voter: Person, question: Post, name: str, by: PrivateKey | None = None, **members: Any
) -> dict[str, Any]:
    """The ballot of a physician as their hospital sends it; `members` are those of its Note.

    `by`: who makes the proof, instead of the voter's institution.
    """
    asked = await voter.home.at(lambda: Post.get(uri=question.uri).select_related("author"))
    now = datetime.now(UTC)
    sent = await voter.home.at(documents.ballot, voter.actor, 3, asked, name, now)
    bare = {key: value for key, value in sent.items() if key != "proof"}
    bare["object"] = {key: v for key, v in (bare["object"] | members).items() if v is not None}
    return proofs.add_proof(bare, by or await voter.home.institution_key(), now)
