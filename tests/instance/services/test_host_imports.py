"""Lists of hosts are looked at before anything happens, and then taken over at once (T82)."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from federation.authentication import Level
from instance.errors import NotAllowed, TrustRefused
from instance.models import (
    Actor,
    ActorKind,
    AuditEntry,
    Follow,
    FollowState,
    HostAction,
    HostImport,
    HostImportRow,
    ImportState,
    Member,
    Participant,
    Peer,
    PeerLevel,
    Verdict,
)
from instance.outbox import trust
from instance.services import host_imports, host_previews, hosts, reach
from tests.cast import LEE, Houses
from tests.clinic import ask, audited
from tests.houses import House, Person, end_trust
from tests.treaties import FIRST, SECOND

BLOCK, ALLOW = HostAction.BLOCK, HostAction.ALLOW


@pytest.fixture
async def ruiz(mercy: House) -> Person:
    return await mercy.person(FIRST)


@pytest.fixture
async def adeyemi(mercy: House) -> Person:
    return await mercy.person(SECOND)


async def brought(by: Person, content: str, action: HostAction = BLOCK) -> HostImport:
    """A list whose preview is worked out."""
    found = await by.does(host_imports.start, content, action)
    await by.home.at(host_previews.work_out, found.id)
    return await by.home.at(host_imports.by_id, found.id)


async def rows(house: House, found: HostImport) -> dict[str, HostImportRow]:
    there = await house.at(lambda: HostImportRow.filter(host_import_id=found.id))
    return {row.host or row.typed: row for row in there}


async def follower(house: House, host: str, target: Actor) -> None:
    async def work() -> None:
        uri = f"https://{host}/users/f"
        actor = await Actor.create(
            uri=uri, kind=ActorKind.PERSON, host=host, handle="f", name="F", inbox=uri
        )
        await Follow.create(
            uri=f"{uri}/1", follower=actor, target=target, state=FollowState.ACCEPTED
        )

    await house.at(work)


async def level(house: House, host: str) -> Level:
    return await house.at(trust.level, host)


async def blocked(house: House) -> set[str]:
    found = await house.at(lambda: Peer.filter(level=PeerLevel.BLOCKED))
    return {peer.host for peer in found}


async def test_a_preview_says_of_each_row_what_it_would_do(
    mercy: House, stlukes: House, ruiz: Person, wards: Actor
) -> None:
    await mercy.block("known.example")
    await follower(mercy, "users.bad.example", wards)
    text = "domain\nbad.example\nknown.example\n*.x.example\nstlukes.example\nmercy.example\n"
    found = await brought(ruiz, text + "quiet.example\nexample.\n")
    assert (found.state, found.total, found.checked, found.content) == (
        *(ImportState.CHECKED, 7, 7),
        None,
    )
    told = {
        name: (row.verdict.value, row.reason, row.followers)
        for name, row in (await rows(mercy, found)).items()
    }
    assert told == {
        "bad.example": ("change", "", 1),
        "known.example": ("same", "", 0),
        "*.x.example": ("refused", "wildcard", 0),
        "stlukes.example": ("refused", "trusted", 0),
        "mercy.example": ("refused", "own", 0),
        "quiet.example": ("change", "", 0),
        "example.": ("refused", "too_wide", 0),
    }
    counted = await mercy.at(host_previews.summary, found.id)
    assert (counted.blocks, counted.same, counted.refused, counted.cuts) == (2, 1, 4, 1)
    assert (counted.reach.followers, counted.reach.consults) == (1, 0)
    assert await blocked(mercy) == {"known.example"}  # nothing has happened


async def test_what_cuts_nobody_off_takes_one_administrator(mercy: House, ruiz: Person) -> None:
    found = await brought(ruiz, "domain,comment\nbad.example,Spam\nworse.example,\n")
    done = await ruiz.does(host_imports.confirm, found.id)
    assert done.state is ImportState.DONE
    assert await blocked(mercy) == {"bad.example", "worse.example"}
    assert (await mercy.at(lambda: Peer.get(host="bad.example"))).comment == "Spam"
    assert await level(mercy, "sub.worse.example") is Level.BLOCKED
    entry = await mercy.at(lambda: AuditEntry.get(action="hosts.imported"))
    assert (entry.detail["rows"], entry.detail["cuts"]) == (2, 0)
    assert entry.actor_uri == ruiz.uri
    with pytest.raises(TrustRefused):
        await ruiz.does(host_imports.confirm, found.id)


async def test_what_cuts_somebody_off_takes_two(
    mercy: House, ruiz: Person, adeyemi: Person, wards: Actor
) -> None:
    await follower(mercy, "bad.example", wards)
    found = await brought(ruiz, "bad.example\nquiet.example\n")
    for _ in range(2):
        try:
            assert (await ruiz.does(host_imports.confirm, found.id)).state is ImportState.WAITING
        except TrustRefused as error:
            assert "yourself" in error.shown
        assert await blocked(mercy) == set()
    assert (await adeyemi.does(host_imports.confirm, found.id)).state is ImportState.DONE
    assert await blocked(mercy) == {"bad.example", "quiet.example"}
    assert {"hosts.import_confirmed", "hosts.imported"} <= set(await audited(mercy))


async def test_what_cuts_more_than_was_confirmed_waits_again(
    mercy: House, ruiz: Person, adeyemi: Person, wards: Actor
) -> None:
    await follower(mercy, "bad.example", wards)
    found = await brought(ruiz, "bad.example\n")
    await ruiz.does(host_imports.confirm, found.id)
    await follower(mercy, "more.bad.example", wards)
    again = await adeyemi.does(host_imports.confirm, found.id)
    assert (again.state, again.problem) == (ImportState.WAITING, "grew")
    assert await blocked(mercy) == set()
    assert (await rows(mercy, found))["bad.example"].followers == 2
    done = await ruiz.does(host_imports.confirm, found.id)
    assert (done.state, done.problem) == (ImportState.DONE, "")


async def test_who_is_administrator_no_more_is_none_of_the_two(
    mercy: House, ruiz: Person, adeyemi: Person, wards: Actor
) -> None:
    await follower(mercy, "bad.example", wards)
    found = await brought(ruiz, "bad.example\n")
    await ruiz.does(host_imports.confirm, found.id)
    gone = {"suspended_at": datetime.now(UTC)}
    await mercy.at(lambda: Member.filter(id=ruiz.member.id).update(**gone))
    assert (await adeyemi.does(host_imports.confirm, found.id)).state is ImportState.WAITING
    assert await blocked(mercy) == set()


async def test_the_end_of_many_names_is_not_blocked_by_hand(mercy: House, ruiz: Person) -> None:
    for name in ("com", "nhs.uk"):
        for work in (hosts.block, hosts.allow):
            with pytest.raises(TrustRefused):
                await ruiz.does(work, name)
    await ruiz.does(hosts.block, "trust.nhs.uk")
    assert await blocked(mercy) == {"trust.nhs.uk"}


async def test_a_follower_who_came_after_the_preview_counts(
    mercy: House, ruiz: Person, wards: Actor
) -> None:
    found = await brought(ruiz, "bad.example\n")
    await follower(mercy, "bad.example", wards)
    assert (await ruiz.does(host_imports.confirm, found.id)).state is ImportState.WAITING
    assert await blocked(mercy) == set()


async def test_who_became_a_partner_after_the_preview_stays_one(
    houses: Houses, mercy: House, ruiz: Person
) -> None:
    found = await brought(ruiz, "stlukes.example\nquiet.example\n")
    stlukes = await houses.open("St. Luke's", "hospital", "stlukes.example")
    await ruiz.does(host_imports.confirm, found.id)
    assert await level(mercy, stlukes.host) is Level.TRUSTED
    assert await blocked(mercy) == {"quiet.example"}
    row = (await rows(mercy, found))["stlukes.example"]
    assert (row.verdict, row.reason) == (Verdict.REFUSED, "trusted")


@pytest.mark.parametrize("name", ["stlukes.example", "Example", "STLUKES.example:443"])
async def test_a_partner_is_never_blocked_by_a_list(
    mercy: House, stlukes: House, ruiz: Person, name: str
) -> None:
    found = await brought(ruiz, f"domain\n{name}\n")
    await ruiz.does(host_imports.confirm, found.id)
    assert await level(mercy, stlukes.host) is Level.TRUSTED
    assert await blocked(mercy) == set()


async def test_a_domain_above_a_partner_or_ourselves_is_not_blocked_either(
    houses: Houses, ruiz: Person, mercy: House
) -> None:
    await houses.open("Ward", "hospital", "ward.health.example")
    found = await brought(ruiz, "domain\nhealth.example\nmercy.example\n")
    reasons = {row.reason for row in (await rows(mercy, found)).values()}
    assert reasons == {"trusted", "own"}


async def test_a_list_ends_what_stood_with_a_hospital_that_is_no_partner_any_more(
    houses: Houses, mercy: House, stlukes: House, lee: Person, ruiz: Person, adeyemi: Person
) -> None:
    await ask(lee, stlukes)
    await houses.settle()
    await end_trust(mercy, stlukes)
    await mercy.at(lambda: Peer.filter(host=stlukes.host).update(level=PeerLevel.PUBLIC))
    found = await brought(ruiz, "stlukes.example\n")
    assert (await rows(mercy, found))["stlukes.example"].consults == 1
    await ruiz.does(host_imports.confirm, found.id)
    await adeyemi.does(host_imports.confirm, found.id)
    assert await mercy.at(lambda: Participant.filter(host=stlukes.host).count()) == 0
    assert (await mercy.at(lambda: Peer.get(host=stlukes.host))).level is PeerLevel.BLOCKED


async def test_a_list_may_allow(mercy: House, ruiz: Person) -> None:
    await mercy.block("bad.example")
    found = await brought(ruiz, "domain\ngood.example\nsub.bad.example\n", ALLOW)
    told = {name: row.reason for name, row in (await rows(mercy, found)).items()}
    assert told == {"good.example": "", "sub.bad.example": "blocked"}
    await ruiz.does(host_imports.confirm, found.id)
    peer = await mercy.at(lambda: Peer.get(host="good.example"))
    assert peer.allowed_at is not None
    assert not await mercy.at(lambda: Peer.filter(host="sub.bad.example").exists())


async def test_who_was_allowed_is_allowed_again_after_a_block(mercy: House, ruiz: Person) -> None:
    await ruiz.does(hosts.allow, "good.example")
    await ruiz.does(hosts.block, "good.example")
    assert (await mercy.at(host_imports.exported, "allows.csv")).decode() == "#domain\n"
    with pytest.raises(TrustRefused):
        await ruiz.does(hosts.disallow, "good.example")
    await ruiz.does(hosts.unblock, "good.example")
    assert (await mercy.at(lambda: Peer.get(host="good.example"))).allowed_at is not None


async def test_a_list_never_lowers_a_partner(mercy: House, stlukes: House, ruiz: Person) -> None:
    found = await brought(ruiz, "domain\nstlukes.example\n", ALLOW)
    await ruiz.does(host_imports.confirm, found.id)
    assert await level(mercy, stlukes.host) is Level.TRUSTED


async def test_a_cancelled_list_does_nothing_and_is_looked_at_no_more(
    mercy: House, ruiz: Person
) -> None:
    found = await ruiz.does(host_imports.start, "bad.example\n", BLOCK)
    await ruiz.does(host_imports.cancel, found.id)
    await mercy.at(host_previews.work_out, found.id)
    assert (await mercy.at(host_imports.by_id, found.id)).state is ImportState.CANCELLED
    assert await rows(mercy, found) == {}
    for step in (host_imports.confirm, host_imports.cancel):
        with pytest.raises(TrustRefused):
            await ruiz.does(step, found.id)


async def test_a_preview_goes_on_where_it_was_left_off(
    mercy: House, ruiz: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(f"h{number}.example\n" for number in range(25))
    monkeypatch.setattr(host_previews, "PART", 10)
    found = await ruiz.does(host_imports.start, text, BLOCK)
    judge = host_previews.judge

    async def once_and_never_again(part: Sequence[Any], _: Any) -> Any:
        if await HostImportRow.filter(host_import_id=found.id).exists():
            raise ConnectionError
        return await judge(part)

    monkeypatch.setattr(host_previews, "judge", once_and_never_again)
    with pytest.raises(ConnectionError):
        await mercy.at(host_previews.work_out, found.id)
    assert (await mercy.at(host_imports.by_id, found.id)).checked == 10
    monkeypatch.setattr(host_previews, "judge", judge)
    await mercy.at(host_previews.work_out, found.id)
    assert sorted(row.line for row in (await rows(mercy, found)).values()) == list(range(1, 26))


async def test_a_file_that_cannot_be_read_says_why(mercy: House, ruiz: Person) -> None:
    found = await brought(ruiz, "{")
    assert (found.state, found.problem) == (ImportState.UNREADABLE, "unreadable")
    with pytest.raises(TrustRefused):
        await ruiz.does(host_imports.confirm, found.id)


async def test_only_administrators_decide(mercy: House, ruiz: Person) -> None:
    lee = await mercy.person(LEE)
    found = await brought(ruiz, "bad.example\n")
    for work, what in (
        (host_imports.confirm, found.id),
        (host_imports.cancel, found.id),
        (hosts.block, "bad.example"),
        (hosts.unblock, "bad.example"),
        (hosts.allow, "bad.example"),
        (hosts.disallow, "bad.example"),
    ):
        with pytest.raises(NotAllowed):
            await lee.does(work, what)
    with pytest.raises(NotAllowed):
        await lee.does(host_imports.start, "bad.example\n", BLOCK)


async def test_what_stands_here_is_exported(mercy: House, ruiz: Person) -> None:
    await ruiz.does(hosts.block, "bad.example", "=1+1")
    await ruiz.does(hosts.allow, "good.example")
    blocks = (await mercy.at(host_imports.exported, "blocks.csv")).decode()
    assert blocks.splitlines()[1:] == ["bad.example,suspend,false,false,'=1+1,false"]
    assert (
        await mercy.at(host_imports.exported, "allows.csv")
    ).decode() == "#domain\ngood.example\n"
    again = await brought(ruiz, (await mercy.at(host_imports.exported, "hosts.json")).decode())
    assert {row.verdict for row in (await rows(mercy, again)).values()} == {Verdict.SAME}


async def test_ten_thousand_rows_are_taken_over_in_one_transaction(
    mercy: House, ruiz: Person, wards: Actor
) -> None:
    text = "domain,severity\n" + "".join(f"h{n}.bad.example,suspend\n" for n in range(10_000))
    began = datetime.now(UTC)
    found = await brought(ruiz, text)
    assert (found.state, found.checked) == (ImportState.CHECKED, 10_000)
    done = await ruiz.does(host_imports.confirm, found.id)
    assert done.state is ImportState.DONE
    assert len(await blocked(mercy)) == 10_000
    assert await level(mercy, "h9999.bad.example") is Level.BLOCKED
    assert await mercy.at(lambda: AuditEntry.filter(action="hosts.imported", at__gt=began).exists())


async def test_a_list_that_fails_halfway_leaves_nothing(
    mercy: House, ruiz: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await brought(ruiz, '{"blocks": ["bad.example"], "allows": ["good.example"]}')

    async def fail(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(hosts, "list_these", fail)
    with pytest.raises(ConnectionError):
        await ruiz.does(host_imports.confirm, found.id)
    assert await blocked(mercy) == set()
    assert (await mercy.at(host_imports.by_id, found.id)).state is ImportState.CHECKED


async def test_what_all_rows_reach_is_asked_once(
    mercy: House, ruiz: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_previews, "PART", 10)
    asked, of = [], reach.of

    async def counted(names: Collection[str]) -> Any:
        asked.append(len(names))
        return await of(names)

    monkeypatch.setattr(reach, "of", counted)
    await brought(ruiz, "".join(f"h{number}.example\n" for number in range(25)))
    assert asked == [25]
