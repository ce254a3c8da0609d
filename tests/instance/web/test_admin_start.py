"""The first page of Administration: what is wrong or waits, for what one looks after."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import (
    Actor,
    AlertKind,
    AuditCheck,
    BreakGlass,
    Delivery,
    Direction,
    Fetch,
    Follow,
    FollowState,
    HostAction,
    HostImport,
    ImportState,
    Mail,
    Member,
    Offer,
    OutboxActivity,
    Peer,
    Post,
    Report,
    Role,
    RosterImport,
    RosterState,
    Subscription,
    TrustState,
)
from instance.outbox import local
from instance.services import (
    alerts,
    channels,
    mails,
    observations,
    posting,
    reports,
    vital_signs,
)
from instance.services.consults.break_glass import ASKED_FOR
from tests.cast import LEE, RUIZ, Houses, new
from tests.clinic import ask
from tests.houses import House, Person
from tests.instance.queries import queries
from tests.moderating import make_moderator

STAFF = {
    Role.OWNER: new("owner", "Dr O. Wner", role=Role.OWNER),
    Role.FEDERATION: new("federal", "Dr F. Ederal", role=Role.FEDERATION),
    Role.MODERATOR: new("moderator", "Dr M. Oderator", role=Role.MODERATOR),
    Role.OFFICER: new("officer", "Dr O. Fficer", role=Role.OFFICER),
    Role.STEWARD: new("steward", "Dr S. Teward", role=Role.STEWARD),
}
QUIET = "Everything is quiet."
# What each kind of staff reads when everything of `trouble` is there.
OF_HOSPITALS = {
    "St. Luke's is paused: its key is not the one we compared. Call them.",
    "silent.example does not take our messages. They are kept.",
    "1 list of servers waits for an administrator.",
    "1 list of servers that we follow cannot be read.",
    "Mails to administrators do not get out.",
    "The record of what was done was not checked for 2 days.",
}
OF_CHANNELS = {"1 report waits.", "Somebody asks to follow Wards."}
OF_SAFETY = {"1 request to read a consult waits for a second person."}
OF_THE_ROSTER = {"1 file of the roster waits for somebody."}
READS = {
    Role.OFFICER: OF_THE_ROSTER,
    Role.FEDERATION: OF_HOSPITALS,
    Role.MODERATOR: OF_CHANNELS,
    Role.STEWARD: OF_SAFETY,
    Role.OWNER: OF_HOSPITALS | OF_CHANNELS | OF_SAFETY | OF_THE_ROSTER,
}


async def lines(house: House, handle: str) -> set[str]:
    answer = await (await house.sign_in(handle)).get("/admin")
    assert answer.status == 200
    main = answer.text.partition('<main id="main"')[2].partition("</main>")[0]
    found = re.findall(r'<li><div><svg.*?</svg> <a href="[^"]+" data-say>(.*?)</a>', main)
    assert (QUIET in main) is not bool(found)
    return {line.replace("&#39;", "'") for line in found}


async def checked(house: House) -> None:
    now = datetime.now(UTC)
    await house.at(lambda: AuditCheck.create(finished_at=now))


@pytest.fixture
async def board(mercy: House, lee: Person) -> Actor:
    group = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    await lee.speaks(posting.start_thread, group, "A title", "Some words.")
    return group


@pytest.fixture
async def trouble(mercy: House, stlukes: House, houses: Houses, lee: Person, board: Actor) -> None:
    """One of everything."""
    for person in STAFF.values():
        await mercy.person(person)
    ruiz, now = await mercy.person(RUIZ), datetime.now(UTC)
    [post] = await mercy.at(lambda: _posts(board))
    await ruiz.does(reports.report, await mercy.at(posting.by_id, post), "Rude.")
    consult = await ask(lee)

    async def more() -> None:
        await Peer.filter(host=stlukes.host).update(keys_changed_at=now)
        await Peer.create(host="silent.example", failing_since=now)
        await HostImport.create(by=ruiz.member, action=HostAction.BLOCK, state=ImportState.CHECKED)
        await RosterImport.create(by=ruiz.member, file="x.csv", state=RosterState.CHECKED)
        times: dict[str, Any] = dict.fromkeys(("fetched_at", "due_at", "changed_at"), now)
        names: dict[str, Any] = {
            "uri": "https://x.example/7",
            "publisher": "x",
            "key_uri": "x",
            "key": "z",
        }
        await Subscription.create(**names, version=1, error="unreachable", **times)
        mail = await Mail.create(member=ruiz.member, kind=AlertKind.SILENT, host="x", attempts=2)
        old = now - mails.STUCK_AFTER - timedelta(minutes=1)
        await Mail.filter(id=mail.id).update(created_at=old, due_at=now)
        asked: dict[str, Any] = {"target": board, "state": FollowState.PENDING}
        await Follow.create(uri="https://x.example/f", follower=ruiz.actor, **asked)
        await BreakGlass.create(
            consult=consult, asked_by=ruiz.member, reason="A near miss.", created_at=now
        )

    await mercy.at(more)


async def _posts(board: Actor) -> list[int]:
    return [row.id for row in await Post.filter(thread__group_id=board.id)]


@pytest.mark.parametrize("role", STAFF, ids=lambda role: role.value)
async def test_everybody_reads_the_lines_of_their_duties_and_no_other(
    mercy: House, trouble: None, role: Role
) -> None:
    assert await lines(mercy, STAFF[role].handle) == READS[role]


async def test_what_is_told_and_what_stands_there_are_the_same(
    mercy: House, stlukes: House, trouble: None
) -> None:
    """A partner that nothing is sent to and is silent; deliveries that failed, and one that an
    administrator dropped; an offer that was answered."""
    now = datetime.now(UTC)

    async def more() -> None:
        await Peer.filter(host=stlukes.host).update(
            keys_changed_at=None, silent_since=now - timedelta(hours=1)
        )
        for number, error in enumerate(("refused 400", "dropped", "recalled")):
            await given_up(stlukes.host, error, number, now)
        values: dict[str, Any] = dict.fromkeys(("starts_at", "ends_at", "created_at"), now)
        values |= {"uri": "https://x.example/o", "answer_uri": "https://x.example/a"}
        values |= {"document": {}, "nonce": "x", "state": TrustState.PENDING}
        peer = await Peer.get(host=stlukes.host)
        await Offer.create(peer=peer, direction=Direction.THEIRS, **values)

    await mercy.at(more)
    shown = await lines(mercy, "federal")
    assert "1 message was given up in 7 days." in shown
    assert [line for line in shown if line.startswith("2 servers do not take our messages.")]
    assert not [line for line in shown if "offers to work" in line or "paused" in line]
    kinds = {one.kind for one in await mercy.at(alerts.current) if one.host == stlukes.host}
    assert kinds == {AlertKind.SILENT, AlertKind.GAVE_UP}


async def given_up(host: str, error: str, number: int, now: datetime) -> None:
    ours = await local.institution()
    uri = f"https://mercy.example/a/{number}"
    activity = await OutboxActivity.create(uri=uri, type="Create", actor_id=ours.id)
    values: dict[str, Any] = {"inbox": f"https://{host}/{number}", "host": host, "lane": 1}
    await Delivery.create(activity=activity, gave_up_at=now, last_error=error, **values)


async def test_who_keeps_one_channel_reads_of_that_one_alone(
    mercy: House, trouble: None, board: Actor
) -> None:
    for name, group in (
        ("warden", board),
        ("other", await mercy.at(channels.create_channel, "rounds", "Rounds", "")),
    ):
        keeper = await mercy.person(new(name, f"Dr {name}"))
        await make_moderator(mercy, group, keeper.actor)
    assert await lines(mercy, "warden") == OF_CHANNELS
    assert await lines(mercy, "other") == set()


async def test_a_member_has_no_such_page(mercy: House, trouble: None) -> None:
    assert (await (await mercy.sign_in("lee")).get("/admin")).status == 404


async def test_nobody_is_told_to_decide_what_they_asked_for_or_what_lapsed(
    mercy: House, trouble: None
) -> None:
    steward = await mercy.person(STAFF[Role.STEWARD])
    await mercy.at(lambda: BreakGlass.all().update(asked_by_id=steward.member.id))
    assert await lines(mercy, "steward") == set()
    old = datetime.now(UTC) - ASKED_FOR - timedelta(minutes=1)
    other = {"asked_by_id": (await mercy.person(LEE)).member.id, "created_at": old}
    await mercy.at(lambda: BreakGlass.all().update(**other))
    assert await lines(mercy, "steward") == set()


async def test_a_single_administrator_is_told_that_key_checks_need_two(mercy: House) -> None:
    await mercy.person(STAFF[Role.OWNER])
    await checked(mercy)
    [line] = await lines(mercy, "owner")
    assert line.startswith("Only one person administers partner hospitals.")
    await mercy.person(STAFF[Role.FEDERATION])
    assert await lines(mercy, "owner") == set()


async def test_a_report_opens_from_its_line(mercy: House, trouble: None) -> None:
    browser = await mercy.sign_in("moderator")
    [row] = await mercy.at(Report.all)
    assert f'href="/admin/reports/{row.id}"' in (await browser.get("/admin")).text


async def test_the_page_costs_the_same_however_much_waits(mercy: House, trouble: None) -> None:
    browser = await mercy.sign_in("owner")
    costs = []
    for number in (1, 20):
        for n in range(number):
            await mercy.at(_silent, f"h{number}-{n}.example")
        with queries() as made:
            assert (await browser.get("/admin")).status == 200
        costs.append(len(made))
    assert costs[0] == costs[1] <= 60


async def _silent(host: str) -> None:
    await Peer.create(host=host, failing_since=datetime.now(UTC))


async def test_somebody_suspended_reads_nothing(mercy: House, trouble: None) -> None:
    browser = await mercy.sign_in("owner")
    owner = {"suspended_at": datetime.now(UTC)}
    await mercy.at(lambda: Member.filter(role=Role.OWNER).update(**owner))
    assert (await browser.get("/admin")).status == 404


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_owners_read_what_goes_wrong_with_the_server_before_it_stops(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    for role in (Role.OWNER, Role.FEDERATION):
        await mercy.person(STAFF[role])

    async def more() -> None:
        await observations.note(observations.CLOCK, now, -90.0)
        ends = now + timedelta(days=13)
        await observations.note(observations.CERTIFICATE, now, ends.timestamp())
        old = now - timedelta(minutes=16)
        await Fetch.create(kind="object", uri="https://x.example/1", host="x.example", due_at=old)

    before = await lines(mercy, "owner")
    await mercy.at(more)
    monkeypatch.setattr(vital_signs, "DISK_LEAST", 2**62)
    assert await lines(mercy, "owner") - before == {
        "The disk is nearly full. Make room, or have it made larger.",
        "The certificate of this server ends within 14 days, or does not hold. Have it renewed.",
        "The clock of this server is wrong. Other hospitals will not take what we sign.",
        "1 piece of work has waited for 15 minutes. Look whether the worker runs.",
    }
    assert not [line for line in await lines(mercy, "federal") if "disk" in line]
