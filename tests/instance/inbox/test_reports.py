"""Flags from elsewhere: a report for people to read, and never more (T78, T79)."""

from typing import Any

import pytest

from instance.models import Actor, AuditEntry, Consult, Delivery, Fetch, Post, Report
from instance.services import channels, posting, reports
from tests.cast import Houses, new
from tests.clinic import ask
from tests.forging import refused
from tests.houses import House, Person
from tests.outsiders import Outsider


@pytest.fixture
async def post(mercy: House, lee: Person) -> Post:
    wards = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    return await lee.speaks(posting.start_thread, wards, "A title", "Some words.")


def flagged(by: Outsider, named: Any, number: int = 1, *, text: str = "Rude.") -> dict[str, Any]:
    return by.activity("Flag", named, number) | {"content": text}


async def kept(house: House) -> list[Report]:
    return await house.at(
        lambda: Report.all().order_by("id").select_related("target").prefetch_related("posts")
    )


async def test_a_flag_is_a_report_and_nothing_else(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    sent = await mercy.at(lambda: Delivery.all().count())
    flag = flagged(stranger, [lee.uri, post.uri], text="<b>Rude</b>, see\nabove.")
    assert (await stranger.sends(mercy, flag)).status == 202
    [row] = await kept(mercy)
    assert (row.host, row.target.uri, row.text) == ("stranger.example", lee.uri, "Rude, see above.")
    assert [found.uri for found in row.posts] == [post.uri] and row.reporter_id is None
    assert row.decided_at is None
    assert await mercy.at(lambda: Delivery.all().count()) == sent
    assert await mercy.at(lambda: Fetch.all().count()) == 0


@pytest.mark.parametrize("shape", ["string", "list", "object"])
async def test_a_flag_may_name_one_thing_in_any_shape(
    mercy: House, lee: Person, post: Post, stranger: Outsider, shape: str
) -> None:
    named = {"string": post.uri, "list": [post.uri], "object": {"id": post.uri, "type": "Note"}}
    await stranger.sends(mercy, flagged(stranger, named[shape], text="Rude."))
    [row] = await kept(mercy)
    assert row.target.uri == lee.uri


async def test_the_same_report_is_kept_once(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    for number in range(5):
        flag = flagged(stranger, [lee.uri, post.uri], number, text=f"Rude {number}.")
        assert (await stranger.sends(mercy, flag)).status == 202
    assert len(await kept(mercy)) == 1


async def test_a_host_that_leaves_too_many_reports_waits(
    mercy: House, lee: Person, post: Post, stranger: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "OPEN_MAX", 1)
    await stranger.sends(mercy, stranger.activity("Flag", post.uri))
    flag = stranger.activity("Flag", lee.uri, 2)
    assert (await stranger.sends(mercy, flag)).status == 429
    assert len(await kept(mercy)) == 1


async def test_what_is_not_ours_is_not_reported_here(
    mercy: House, post: Post, stranger: Outsider
) -> None:
    """T34, T64: neither an id nobody knows, nor one of somebody hidden, leaves anything."""
    hidden = await mercy.person(new("hidden", "Dr H. Idden", is_public=False))
    elsewhere = [stranger.uri, "https://other.example/notes/1", "urn:x", hidden.uri]
    for number, uri in enumerate(elsewhere):
        flag = flagged(stranger, [uri], number, text="Rude.")
        assert (await stranger.sends(mercy, flag)).status == 202
    assert await kept(mercy) == []


async def test_a_flag_of_ten_thousand_objects_reads_fifty(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    many = [f"https://o.example/{number}" for number in range(10_000)]
    await stranger.sends(mercy, flagged(stranger, [*many, post.uri], text="Rude."))
    assert await kept(mercy) == []
    flag = flagged(stranger, [post.uri, *many], 2, text="x" * 5_000)
    assert (await stranger.sends(mercy, flag)).status == 202
    [row] = await kept(mercy)
    assert len(row.text) == 1_000


async def test_a_flag_that_reaches_for_a_consult_is_refused(
    houses: Houses, mercy: House, stlukes: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    """T86; and for a number nobody has alike (T49)."""
    consult: Consult = await ask(lee, stlukes)
    group = await mercy.at(Actor.get, id=consult.group_id)
    for uri in (consult.uri, consult.root_uri, group.uri, f"{mercy.origin}/o/{consult.id}"):
        async with refused(mercy, "T79") as answers:
            flag = flagged(stranger, [lee.uri, post.uri, uri], text="Rude.")
            answers.append(await stranger.sends(mercy, flag))
    assert await kept(mercy) == []


async def test_no_word_of_a_report_is_in_the_record(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    await stranger.sends(mercy, flagged(stranger, post.uri, text="CANARY"))
    rows = await mercy.at(AuditEntry.all)
    assert all("CANARY" not in str(row.detail) + row.subject for row in rows)


async def test_a_blocked_host_reports_nothing(
    mercy: House, lee: Person, post: Post, blocked: Outsider
) -> None:
    assert (await blocked.sends(mercy, blocked.activity("Flag", post.uri))).status == 403
    assert await kept(mercy) == []


async def test_nobody_is_reported_for_what_somebody_else_wrote(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    """Or a decision about the post would fall upon the one that the report names."""
    victim = await mercy.person(new("victim", "Dr V. Ictim"))
    for number, named in enumerate(([victim.uri, post.uri], [post.uri, victim.uri])):
        assert (await stranger.sends(mercy, flagged(stranger, named, number))).status == 202
    [row] = await kept(mercy)
    assert row.target.uri == victim.uri and not list(row.posts)
