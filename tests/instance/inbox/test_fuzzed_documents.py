"""Documents of real shapes with some of their values spoilt: always an answer, never a bad row."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.fields import id_of, listed
from federation.origin import host_of
from instance import html
from instance.models import Actor, Consult, Contribution, Poll, PollOption, Post, Thread
from tests.clinic import ask
from tests.fuzzing import examples, mutated, mutations
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC
from tests.peer_documents import OWN, Place, as_activity, sender_of

NAMES = sorted(path.stem for path in OWN.glob("*.json"))
_numbers = count(1)


@pytest.fixture
async def place(mercy: House, lee: Person) -> Place:
    return await Place.at(mercy, lee)


@pytest.fixture
async def consult(place: Place, lee: Person) -> dict[str, str]:
    """What no public document may touch: what the URNs of a consult stand for."""
    asked: Consult = await ask(lee)
    group = await place.house.at(Actor.get, id=asked.group_id)
    uris = {"consult": asked.uri, "root": asked.root_uri, "group": group.uri}
    return {f"urn:test:{name}": uri for name, uri in uris.items()}


@examples(25)
@given(name=st.sampled_from(NAMES), steps=mutations)
async def test_a_spoilt_document_has_an_answer_and_leaves_no_bad_row(
    place: Place, consult: dict[str, str], network: Network, name: str, steps: list[Any]
) -> None:
    """T02, T20, T29, T32, T33, T51: signed by whom the right document names."""
    right = place.read(OWN / f"{name}.json")
    sender = sender_of(right, network)
    spoilt = mutated(renamed(as_activity(right, place.channel)), deepcopy(steps))
    text = place.named(json.dumps(spoilt))
    for name, uri in consult.items():
        text = text.replace(name, uri)
    answer = await sender.sends(place.house, text.encode())
    assert answer.status in (202, 400, 401, 403, 413, 429), answer.status
    await place.house.deliver()
    assert await place.house.at(bad_rows, list(consult.values())) == []


def renamed(activity: dict[str, Any]) -> dict[str, Any]:
    """Ids that nothing here has had yet, so that it is not passed over as known."""
    number = next(_numbers)
    activity["id"] = f"{activity['id']}/{number}"
    inner = activity.get("object")
    if activity["type"] == "Create" and isinstance(inner, dict):
        inner["id"] = f"{inner['id']}/{number}"
    return activity


async def bad_rows(of_consult: list[str]) -> list[str]:
    """What stands in the database and must not, in words."""
    found = [why for post in await _posts() for why in _wrong_with(post, of_consult)]
    for thread in await Thread.all().prefetch_related("posts"):
        first = min(thread.posts, key=lambda post: post.id, default=None)
        if first is None or first.author_id != thread.author_id or thread.replies_count < 0:
            found.append(f"thread {thread.id}")
    for poll in await Poll.all():
        counts = [row.votes_count for row in await PollOption.filter(poll_id=poll.id)]
        if min([*counts, poll.voters_count], default=-1) < 0 or not 2 <= len(counts) <= 10:
            found.append(f"poll {poll.id}")
    for actor in await Actor.all():
        if any(
            host_of(uri) != host_of(actor.uri) for uri in (actor.inbox, actor.shared_inbox) if uri
        ):
            found.append(f"actor {actor.id}")
    if any(PUBLIC in consult.addressed_to for consult in await Consult.all()):
        found.append("a public consult")
    if await Contribution.all().count() > 1:  # its asker's question is one
        found.append("a contribution")
    return found


async def _posts() -> list[Post]:
    return await Post.all().select_related("author")


def _named_by(post: Post) -> set[str]:
    """What a post answers, is addressed to, or stands in."""
    members = ("inReplyTo", "context", "audience", "to", "cc")
    named = [listed(post.document.get(member)) for member in members]
    return {id_of(item) for items in named for item in items}


def _wrong_with(post: Post, of_consult: list[str]) -> list[str]:
    wrong = {
        "origin": host_of(post.uri) != host_of(post.author.uri),
        "count": min(post.likes_count, post.boosts_count) < 0,
        "html": post.content != html.clean(post.content),
        "time": post.published_at > datetime.now(UTC),
        "consult": bool(_named_by(post) & set(of_consult)),
    }
    return [f"{name} of post {post.id}" for name, is_so in wrong.items() if is_so]
