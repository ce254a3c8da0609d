"""Healtheva was hyped, then gone: a server that closes does so in order."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import Conflict, FormRefused, NotAllowed
from instance.models import (
    Actor,
    AuditEntry,
    Closing,
    Consult,
    Delivery,
    Mail,
    Notification,
    NotificationKind,
    PeerLevel,
    Post,
    Role,
)
from instance.models import Peer as PeerRow
from instance.services import closing, follows, members, moving, posting
from tests.cast import LEE, OKAFOR, Houses, new
from tests.clinic import ask
from tests.houses import PASSWORD, House, Person
from tests.outsiders import Outsider
from tests.takeaway import HERE, taken

OWNER = new("owner", "Dr O. Wner", role=Role.OWNER)
SECOND = new("second", "Dr S. Econd", role=Role.OWNER)
IN_TIME = datetime.now(UTC) + closing.LEAST + timedelta(days=5)


@pytest.fixture
async def owner(mercy: House) -> Person:
    return await mercy.person(OWNER)


async def announced(house: House, owner: Person) -> None:
    await owner.does(closing.propose, IN_TIME, PASSWORD, HERE)
    await house.at(closing.work, datetime.now(UTC))


async def close(houses: Houses, house: House) -> None:
    """The day has come."""
    for _ in range(2):  # the farewells arrive before trust ends
        await house.at(closing.work, IN_TIME + timedelta(minutes=1))
        await houses.settle()


async def test_the_date_stands_everywhere_and_members_and_partners_are_told(
    houses: Houses, mercy: House, stlukes: House, owner: Person, lee: Person
) -> None:
    await announced(mercy, owner)
    await houses.settle()
    day = f"{IN_TIME:%Y-%m-%d}"
    assert (await mercy.asked("/actor")).json["cs:closesAt"].startswith(day)
    assert (await mercy.asked("/nodeinfo/2.1")).json["metadata"]["closesAt"].startswith(day)
    assert "This server closes on" in (await mercy.visitor().get("/about")).text
    browser = await mercy.sign_in("lee")
    assert "This server will close." in (await browser.get("/notifications")).text
    kind = NotificationKind.CLOSING
    assert await mercy.at(lambda: Notification.filter(kind=kind).count()) == 2
    [update] = mercy.network.posts(stlukes.host, "Update")
    assert update.document["object"]["cs:closesAt"].startswith(day)


async def test_nobody_joins_and_members_still_take_along_and_move(
    houses: Houses, mercy: House, heart: House, owner: Person, lee: Person
) -> None:
    await announced(mercy, owner)
    with pytest.raises(NotAllowed):
        await mercy.at(members.add_member, new("late", "Dr L. Ate"))
    assert (await taken(lee, lee.actor)).is_whole()
    there = await heart.person(new("leejo", "Dr J. Lee"))
    await there.speaks(moving.add_alias, lee.address)
    await lee.does(moving.move, lee.actor, there.address, PASSWORD, HERE)


async def test_at_the_date_everybody_who_knew_them_hears_that_they_are_gone(
    houses: Houses,
    mercy: House,
    stlukes: House,
    wards: Actor,
    owner: Person,
    lee: Person,
    okafor: Person,
    stranger: Outsider,
) -> None:
    await okafor.speaks(follows.follow_address, lee.address)
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    post = await lee.speaks(posting.start_thread, wards, "On rounds", "Round early.")
    await houses.settle()
    await announced(mercy, owner)
    await close(houses, mercy)
    there = await stlukes.at(Actor.get, uri=lee.uri)
    assert there.gone_at is not None
    gone = [s.document["object"] for s in stranger.received if s.document["type"] == "Delete"]
    assert {lee.uri, wards.uri, owner.uri} == set(gone)
    assert all(s.document.get("proof") for s in stranger.received if s.document["object"] in gone)
    for path in (f"/u/{lee.actor.id}", f"/c/{wards.id}", f"/o/{post.id}"):
        answer = await mercy.asked(path)
        assert (answer.status, answer.json["type"]) == (410, "Tombstone")
    assert await stlukes.at(lambda: Post.filter(author__uri=lee.uri, deleted_at=None).count()) == 0


async def test_trust_ends_after_that_and_consults_are_purged_on_both_sides(
    houses: Houses, mercy: House, stlukes: House, owner: Person, lee: Person, okafor: Person
) -> None:
    ours, theirs = await ask(lee, stlukes), await ask(okafor, mercy)
    await houses.settle()
    await announced(mercy, owner)
    await close(houses, mercy)
    for house, other, consult in ((stlukes, mercy, ours), (mercy, stlukes, theirs)):
        peer = await house.at(PeerRow.get, host=other.host)
        assert peer.level is PeerLevel.PUBLIC
        copy = await house.at(Consult.get, uri=consult.uri)
        assert copy.purged_at is not None


async def test_after_it_nobody_writes_and_the_owner_reads_the_record_and_takes_along(
    houses: Houses, mercy: House, wards: Actor, owner: Person, lee: Person
) -> None:
    await lee.speaks(posting.start_thread, wards, "On rounds", "Round early.")
    await announced(mercy, owner)
    await close(houses, mercy)
    browser = await mercy.sign_in("lee")
    form = {"title": "A title", "text": "Words.", "identity": "lee"}
    refused = await browser.post_form("/channels/wards/new", form)
    assert refused.status == 403 and "This server has closed" in refused.text
    desk = await mercy.sign_in("owner")
    assert "Closed this server" in (await desk.get("/admin/audit")).text
    assert "This server is closed." in (await desk.get("/admin/closing")).text
    assert len((await taken(lee, lee.actor)).items("activitypub/outbox.json")) == 1


async def test_a_server_that_is_killed_in_the_middle_goes_on(
    houses: Houses,
    mercy: House,
    owner: Person,
    lee: Person,
    stranger: Outsider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    await announced(mercy, owner)
    with monkeypatch.context() as broken:
        broken.setattr(closing, "_end_trust", None)
        with pytest.raises(TypeError):
            await close(houses, mercy)
    first = await mercy.at(Closing.get)
    assert first.began_at is not None and first.ended_at is None
    await mercy.at(lambda: Actor.filter(id=lee.actor.id).update(gone_at=None))  # as half done
    await close(houses, mercy)
    await close(houses, mercy)
    assert (await mercy.at(Closing.get)).ended_at is not None
    assert await mercy.at(closing.left) == 0
    done = await mercy.at(lambda: AuditEntry.filter(action="closing.ended").count())
    assert done == 1
    assert await mercy.at(lambda: Delivery.filter(due_at__not_isnull=True).count()) == 0


async def test_two_owners_decide_and_either_calls_it_off(
    houses: Houses, mercy: House, stlukes: House, owner: Person, lee: Person
) -> None:
    second = await mercy.person(SECOND)
    await owner.does(closing.propose, IN_TIME, PASSWORD, HERE)
    assert "cs:closesAt" not in (await mercy.asked("/actor")).json
    with pytest.raises(Conflict):
        await owner.does(closing.agree, PASSWORD, HERE)
    await second.does(closing.agree, PASSWORD, HERE)
    assert "cs:closesAt" in (await mercy.asked("/actor")).json
    await owner.does(closing.call_off)
    await close(houses, mercy)
    assert "cs:closesAt" not in (await mercy.asked("/actor")).json
    assert (await mercy.at(Actor.get, id=lee.actor.id)).gone_at is None
    assert [
        u.document["object"].get("cs:closesAt", "") == ""
        for u in mercy.network.posts(stlukes.host, "Update")
    ] == [False, True]


async def test_who_was_told_of_a_date_hears_that_it_was_called_off_and_nobody_else(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pages, each told once; and it goes on where a worker was stopped."""
    mercy = await houses.open("Mercy General", "hospital", "mercy.example", SMTP_HOST="127.0.0.1")
    owner, lee, okafor = [await mercy.person(one) for one in (OWNER, LEE, OKAFOR)]
    monkeypatch.setattr(closing, "_AT_ONCE", 1)
    await announced(mercy, owner)
    # As if the worker had been stopped before it came to the last one.
    await mercy.at(lambda: Notification.filter(member_id=okafor.member.id).delete())
    await mercy.at(lambda: Mail.filter(member_id=okafor.member.id).delete())
    await mercy.at(lambda: Closing.all().update(told_to=lee.member.id))
    await owner.does(closing.call_off)
    for _ in range(2):
        await mercy.at(closing.work, datetime.now(UTC))

    page = (await (await mercy.sign_in("lee")).get("/notifications")).text
    assert "This server will not close" in page and "This server will close" not in page
    told = await mercy.at(lambda: Notification.all().order_by("id"))
    assert {row.member_id for row in told} == {owner.member.id, lee.member.id}
    assert {row.kind for row in told} == {NotificationKind.STAYS}
    mailed = [row.kind.value for row in await mercy.at(lambda: Mail.all().order_by("id"))]
    assert mailed == ["closing", "closing", "stays", "stays"]
    await announced(mercy, owner)
    page = (await (await mercy.sign_in("lee")).get("/notifications")).text
    assert "This server will close" in page and "This server will not close" not in page


async def test_only_owners_close_with_their_password_and_long_before(
    mercy: House, owner: Person, lee: Person
) -> None:
    with pytest.raises(NotAllowed):
        await lee.does(closing.propose, IN_TIME, PASSWORD, HERE)
    with pytest.raises(FormRefused):
        await owner.does(closing.propose, IN_TIME, "a guess", HERE)
    with pytest.raises(FormRefused):
        soon = datetime.now(UTC) + closing.LEAST - timedelta(days=1)
        await owner.does(closing.propose, soon, PASSWORD, HERE)
    browser = await mercy.sign_in("lee")
    assert (await browser.get("/admin/closing")).status == 404


async def test_who_is_hidden_says_goodbye_to_those_alone_who_knew_them(
    houses: Houses, mercy: House, stlukes: House, owner: Person, stranger: Outsider
) -> None:
    """F-ACT-2, T64: a server that never heard of somebody hears nothing when they go."""
    hidden = await mercy.person(new("hidden", "Dr H. Idden", is_public=False))
    await ask(hidden, stlukes)
    await stranger.sends(mercy, stranger.activity("Follow", owner.uri))
    await houses.settle()
    await announced(mercy, owner)
    await close(houses, mercy)
    gone = [s.document["object"] for s in stranger.received if s.document["type"] == "Delete"]
    assert owner.uri in gone and hidden.uri not in gone
    assert (await stlukes.at(Actor.get, uri=hidden.uri)).gone_at is not None
