"""Whoever is blocked brings nothing: what began before neither, nor by somebody else (T56, T84)."""

import pytest
from tortoise.transactions import in_transaction

from federation.authentication import Verified
from federation.errors import HostBlocked
from federation.messages import Request
from instance.errors import NotAllowed
from instance.inbox import receive
from instance.models import Contribution, OutboxActivity, Peer, PeerLevel, Post
from instance.outbox import remote
from instance.services import channels
from instance.services.consults.states import Event
from tests.board import created
from tests.cast import Houses
from tests.clinic import ask, is_known, seen_at, write
from tests.houses import House, Person, end_trust
from tests.instance.inbox.test_wanted_posts import announced, evil, good
from tests.instance.inbox.test_wanted_posts import created as noted
from tests.outsiders import PUBLIC, Outsider

__all__ = ["evil", "good"]


async def test_who_is_blocked_while_a_request_is_read_brings_nothing(
    mercy: House, stranger: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    wards = await mercy.at(channels.create_channel, "wards", "Wards", "")
    authenticate = receive._authenticate

    async def slow(request: Request) -> Verified:
        verified = await authenticate(request)
        await mercy.block(stranger.host)
        return verified

    monkeypatch.setattr(receive, "_authenticate", slow)
    create = created(stranger, wards, name="A title")
    assert (await stranger.sends(mercy, create)).status == 403
    assert not await mercy.at(Post.exists)


async def test_no_channel_brings_what_a_blocked_author_wrote(
    mercy: House, good: Outsider, evil: Outsider
) -> None:
    create = noted(good, to=[PUBLIC, evil.uri])
    await mercy.at(stored, good.uri)  # so that the key is at hand
    await mercy.block(good.host)
    await evil.sends(mercy, announced(evil, good, create, "proven"))
    await mercy.deliver()
    assert not await mercy.at(Post.exists)


async def test_nobody_blocked_is_answered_for_from_memory(mercy: House, good: Outsider) -> None:
    await mercy.at(fetched, good.uri)
    await mercy.block(good.host)
    with pytest.raises(HostBlocked):
        await mercy.at(fetched, good.uri)


async def fetched(uri: str) -> None:
    await remote.directory().fetch(uri)


async def stored(uri: str) -> None:
    await fetched(uri)
    async with in_transaction():
        await remote.directory().store(uri)


@pytest.fixture
async def apart(stlukes: House, heart: House) -> None:
    """They are no partners; Mercy answers to each for the other."""
    await end_trust(stlukes, heart)
    await end_trust(heart, stlukes)


async def test_nobody_reads_along_with_a_hospital_that_is_blocked(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, apart: None
) -> None:
    await heart.block(stlukes.host)
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    assert not await is_known(heart, consult)


async def test_an_owner_brings_no_word_of_a_hospital_that_is_blocked(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    apart: None,
) -> None:
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    blocked = {"level": PeerLevel.BLOCKED}  # alone: as if it still took part
    await heart.at(lambda: Peer.filter(host=stlukes.host).update(**blocked))
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    assert (await seen_at(heart, consult)).last_seq == 1
    assert await heart.at(lambda: Contribution.all().count()) == 1


async def test_no_word_is_sent_into_a_consult_that_somebody_blocked_still_reads(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    okafor: Person,
    lee: Person,
    apart: None,
) -> None:
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    await stlukes.block(heart.host)
    before = await stlukes.at(lambda: OutboxActivity.all().count())
    with pytest.raises(NotAllowed):
        await write(okafor, consult, Event.COMMENT)
    assert await stlukes.at(lambda: OutboxActivity.all().count()) == before
