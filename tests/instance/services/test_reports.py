"""Decisions about reports: what is done and what is written down are one thing."""

import asyncio

import pytest

from instance.errors import Conflict, FormRefused, NotAllowed
from instance.models import (
    Actor,
    AuditEntry,
    Decision,
    Member,
    Notification,
    NotificationKind,
    Post,
    Report,
    Role,
)
from instance.services import bans, channels, decisions, follows, keeping, posting, reports
from tests.cast import Houses, new
from tests.houses import House, Person
from tests.moderating import make_moderator
from tests.network import Network


@pytest.fixture
async def keepers(mercy: House) -> list[Person]:
    found = [new(f"keeper{n}", f"Dr K. Eeper{n}", role=Role.MODERATOR) for n in range(2)]
    return [await mercy.person(one) for one in found]


@pytest.fixture
async def post(mercy: House, wards: Actor, lee: Person, keepers: list[Person]) -> Post:
    started = await lee.speaks(posting.start_thread, wards, "A title", "Some words.")
    found = await mercy.at(posting.by_id, started.id)
    await keepers[0].does(reports.report, found, "Rude.")
    return found


async def read_by(keeper: Person) -> Report:
    [row] = await keeper.home.at(Report.all)
    kept = await keeper.does(keeping.of)
    return await keeper.home.at(reports.by_id, kept, row.id)


async def state(house: House) -> tuple[Decision | None, bool]:
    """What was decided, and whether the post is there."""
    [row], [post] = await house.at(Report.all), await house.at(Post.all)
    return row.decision, post.deleted_at is None


@pytest.mark.parametrize("first", [Decision.NO_ACTION, Decision.REMOVED])
async def test_of_two_decisions_at_once_one_counts_and_the_other_does_nothing(
    mercy: House, post: Post, keepers: list[Person], first: Decision
) -> None:
    second = Decision.REMOVED if first is Decision.NO_ACTION else Decision.NO_ACTION
    rows = [await read_by(keeper) for keeper in keepers]
    decided = zip(keepers, rows, (first, second), strict=True)
    tasks = [keeper.does(decisions.decide, row, what, "Rule 1") for keeper, row, what in decided]
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in found if one] == [Conflict]
    decision, is_there = await state(mercy)
    assert is_there is (decision is Decision.NO_ACTION)


async def test_a_decision_that_cannot_be_carried_out_leaves_the_report_open(
    mercy: House, wards: Actor, post: Post, lee: Person, keepers: list[Person]
) -> None:
    await make_moderator(mercy, wards, lee.actor)
    row = await read_by(keepers[0])
    with pytest.raises(FormRefused):
        await keepers[0].does(decisions.decide, row, Decision.BANNED, "Not one of us.")
    assert await state(mercy) == (None, True)


async def decide(keeper: Person, what: Decision, reason: str = "Rule 1") -> None:
    await keeper.does(decisions.decide, await read_by(keeper), what, reason)


async def test_a_warning_reaches_its_person_with_the_reason(
    mercy: House, post: Post, lee: Person, keepers: list[Person]
) -> None:
    for _ in range(2):
        await decide(keepers[0], Decision.WARNED)
        await mercy.at(lambda: Report.all().update(decided_at=None))
    page = (await (await mercy.sign_in("lee")).get("/notifications")).text
    assert page.count("A moderator warned you: Rule 1") == 1
    [row] = await mercy.at(lambda: Notification.filter(kind=NotificationKind.WARNED))
    assert (row.member_id, row.by_id, row.post_id) == (
        *(lee.member.id, keepers[0].actor.id, post.id),
    )


async def test_who_is_suspended_writes_in_no_channel_here(
    mercy: House, wards: Actor, post: Post, lee: Person, keepers: list[Person]
) -> None:
    other = await mercy.at(channels.create_channel, "rounds", "Rounds", "")
    await decide(keepers[0], Decision.SUSPENDED)
    for group in (wards, other):
        with pytest.raises(NotAllowed):
            await lee.speaks(posting.start_thread, group, "A title", "More words.")


async def test_who_is_suspended_writes_in_no_channel_that_opens_later(
    mercy: House, post: Post, lee: Person, keepers: list[Person]
) -> None:
    await decide(keepers[0], Decision.SUSPENDED)
    first = await mercy.at(channels.create_channel, "rounds", "Rounds", "")
    second = await mercy.at(channels.create_channel, "letters", "Letters", "")
    for group in (first, second):
        with pytest.raises(NotAllowed) as refused:
            await lee.speaks(posting.start_thread, group, "A title", "More words.")
        assert "Rule 1" in refused.value.shown
    [entry] = await mercy.at(
        lambda: AuditEntry.filter(action="member.banned").order_by("-id").limit(1)
    )
    assert (entry.actor_uri, entry.detail) == (keepers[0].uri, {"channel": second.uri})


async def test_a_ban_that_was_lifted_in_every_channel_does_not_come_back(
    mercy: House, wards: Actor, post: Post, lee: Person, keepers: list[Person]
) -> None:
    await decide(keepers[0], Decision.SUSPENDED)
    first = await mercy.at(channels.create_channel, "rounds", "Rounds", "")
    await keepers[0].speaks(bans.lift, wards, lee.actor)
    still = await mercy.at(channels.create_channel, "letters", "Letters", "")
    assert await mercy.at(bans.is_banned, still, lee.actor)
    for group in (first, still):
        await keepers[1].speaks(bans.lift, group, lee.actor)
    await keepers[0].speaks(bans.ban, wards, lee.actor, "Another rule", None)
    last = await mercy.at(channels.create_channel, "cases", "Cases", "")
    await lee.speaks(posting.start_thread, last, "A title", "More words.")


async def test_a_ban_from_one_channel_is_no_ban_from_the_next(
    mercy: House, post: Post, lee: Person, keepers: list[Person]
) -> None:
    await decide(keepers[0], Decision.BANNED)
    other = await mercy.at(channels.create_channel, "rounds", "Rounds", "")
    await lee.speaks(posting.start_thread, other, "A title", "More words.")


async def test_who_was_banned_while_there_was_no_channel_is_banned_from_the_first(
    mercy: House, lee: Person, keepers: list[Person]
) -> None:
    uri, host = "https://stlukes.example/a/1", "stlukes.example"
    await mercy.at(lambda: Report.create(uri=uri, host=host, text="Rude.", target=lee.actor))
    await decide(keepers[0], Decision.SUSPENDED)
    first = await mercy.at(channels.create_channel, "rounds", "Rounds", "")
    assert await mercy.at(bans.is_banned, first, lee.actor)


async def test_every_channel_at_once_is_for_staff_alone(
    mercy: House, wards: Actor, post: Post
) -> None:
    """Somebody who keeps one channel decides about that one (T72)."""
    warden = await mercy.person(new("warden", "Dr W. Arden"))
    await make_moderator(mercy, wards, warden.actor)
    row = await read_by(warden)
    assert Decision.SUSPENDED not in await warden.does(_open_to, row)
    with pytest.raises(FormRefused):
        await warden.does(decisions.decide, row, Decision.SUSPENDED, "Rule 1")
    assert await state(mercy) == (None, True)


async def _open_to(member: Member, row: Report) -> tuple[Decision, ...]:
    return decisions.open_to(member, row)


@pytest.fixture
async def visiting(
    houses: Houses, mercy: House, stlukes: House, wards: Actor, okafor: Person
) -> Post:
    """A post in our channel by somebody of another hospital."""
    await okafor.speaks(follows.follow_address, wards.address)
    await houses.settle()
    there = await stlukes.at(lambda: Actor.get(uri=wards.uri))
    started = await okafor.speaks(posting.start_thread, there, "Another title", "A sharp word.")
    await houses.settle()
    return await mercy.at(posting.by_id, (await mercy.at(Post.get, uri=started.uri)).id)


async def test_what_is_passed_on_names_neither_the_reporter_nor_their_words(
    houses: Houses,
    mercy: House,
    stlukes: House,
    okafor: Person,
    lee: Person,
    visiting: Post,
    keepers: list[Person],
    network: Network,
) -> None:
    await lee.does(reports.report, visiting, "He was rude to me on rounds.")
    await houses.settle()
    assert await stlukes.at(lambda: Report.all().count()) == 0  # our moderators decide first
    await decide(keepers[0], Decision.PASSED_ON, "Rule 2")
    await houses.settle()
    [row] = await stlukes.at(_with_posts)
    assert (row.host, row.target.uri, row.text) == (mercy.host, okafor.uri, "Rule 2")
    assert [post.uri for post in row.posts] == [visiting.uri] and row.reporter_id is None
    [sent] = network.posts(stlukes.host, "Flag")
    assert sent.document["actor"] == f"{mercy.origin}/actor"
    assert lee.uri not in str(sent.body) and "rounds" not in str(sent.body)


async def _with_posts() -> list[Report]:
    return await Report.all().select_related("target").prefetch_related("posts")


async def test_nobody_elsewhere_is_warned_and_no_member_is_passed_on(
    mercy: House, post: Post, lee: Person, visiting: Post, keepers: list[Person]
) -> None:
    with pytest.raises(FormRefused):
        await decide(keepers[0], Decision.PASSED_ON)
    await mercy.at(lambda: Report.all().delete())
    await lee.does(reports.report, visiting, "Rude.")
    with pytest.raises(FormRefused):
        await decide(keepers[0], Decision.WARNED)
    assert await state_of(mercy) is None


async def state_of(house: House) -> Decision | None:
    [row] = await house.at(Report.all)
    return row.decision
