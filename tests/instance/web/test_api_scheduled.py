"""Posts for later, from an application: sealed until then, posted once, or kept with the reason."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance import raw_sql
from instance.models import Actor, Channel, Member, Notification, Post, ScheduledPost
from instance.services import scheduled
from instance.services.feed_sources import Bounds
from instance.workers import scheduled as worker
from tests.cast import new
from tests.clients import Phone, signed_in
from tests.houses import House, Person
from tests.takeaway import taken

CANARY = "zebrafinch"
LATER = datetime.now(UTC) + timedelta(days=2)
AT = LATER.isoformat()


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    return await signed_in(mercy, "lee")


async def posts(phone: Phone, text: str, key: str = "", **more: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"status": text, "scheduled_at": AT, **more}
    return await phone.calls("POST", "/api/v1/statuses", body, **headers)


async def test_a_scheduled_post_is_sealed_until_its_time_and_posted_once(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    poll = {"options": ["A", "B"], "expires_in": 7200}
    sent = [await posts(phone, f"@wards Which {CANARY}?", "a draft", poll=poll) for _ in range(2)]
    raced = await asyncio.gather(*(posts(phone, "Once", "raced") for _ in range(3)))
    assert {answer.status for answer in (*sent, *raced)} == {200}
    [first] = {answer.json["id"] for answer in sent}
    [second] = {answer.json["id"] for answer in raced}
    found = sent[0].json
    assert (found["params"]["text"], found["params"]["poll"]["options"]) == (
        f"@wards Which {CANARY}?",
        ["A", "B"],
    )
    assert await mercy.at(lambda: Post.all().count()) == 0
    listed = await phone.reads("/api/v1/scheduled_statuses")
    assert [one["id"] for one in listed] == [second, first]
    await phone.calls("POST", "/api/v2/filters", {"title": "Noise", "context": ["home"]})
    mine = await taken(lee, lee.actor)
    assert [one["text"] for one in mine.json("scheduled.json")] == [
        f"@wards Which {CANARY}?",
        "Once",
    ]
    assert [one["title"] for one in mine.json("filters.json")] == ["Noise"]
    assert mine.json("activitypub/bookmarks.json")["totalItems"] == 0
    stored = await mercy.at(lambda: ScheduledPost.all().count())
    raw = await mercy.at(_raw)
    assert stored == 2 and CANARY not in raw

    await mercy.at(worker.step, datetime.now(UTC))
    assert await mercy.at(lambda: Post.all().count()) == 0
    moved = (LATER + timedelta(days=1)).isoformat()
    at = f"/api/v1/scheduled_statuses/{second}"
    assert (await phone.calls("PUT", at, {"scheduled_at": moved})).status == 200
    now = LATER + timedelta(minutes=1)
    await asyncio.gather(*(mercy.at(worker.step, now) for _ in range(3)))
    [made] = await mercy.at(lambda: Post.all())
    shown = await phone.reads(f"/api/v1/statuses/{made.id}")
    assert (shown["curbside"]["channel_id"], shown["application"]["name"]) == (
        str(wards.id),
        "Phone",
    )
    assert [one["title"] for one in shown["poll"]["options"]] == ["A", "B"]
    assert (await phone.get(f"/api/v1/scheduled_statuses/{first}")).status == 404
    assert (await phone.calls("DELETE", at)).json == {}
    await mercy.at(worker.step, LATER + timedelta(days=9))
    assert await mercy.at(lambda: Post.all().count()) == 1


async def _raw() -> str:
    return str(await raw_sql.run("SELECT * FROM scheduled_post", []))


async def test_what_cannot_be_posted_any_more_is_kept_and_its_author_told(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    made = (await posts(phone, f"@wards A question, {CANARY}\n\nText")).json
    await mercy.at(lambda: Channel.filter(actor=wards).update(only_moderators_post=True))
    now = LATER + timedelta(minutes=1)
    await mercy.at(worker.step, now)
    await mercy.at(worker.step, now)

    assert await mercy.at(lambda: Post.all().count()) == 0
    [told] = await mercy.at(lambda: Notification.all())
    assert told.kind == "not_posted"
    browser = await mercy.sign_in("lee")
    assert "could not be posted" in (await browser.get("/notifications")).text
    page = (await browser.get("/account/scheduled")).text
    assert CANARY in page and "Not posted" in page
    await mercy.at(lambda: Channel.filter(actor=wards).update(only_moderators_post=False))
    at = f"/api/v1/scheduled_statuses/{made['id']}"
    assert (await phone.calls("PUT", at, {"scheduled_at": AT})).status == 200
    await mercy.at(lambda: Member.filter(id=lee.member.id).update(suspended_at=now))
    await mercy.at(worker.step, now)
    [row] = await mercy.at(lambda: ScheduledPost.all())
    assert row.refusal.startswith("Your account was suspended") and row.due_at is None
    await mercy.at(lambda: Member.filter(id=lee.member.id).update(suspended_at=None))
    await browser.post_form(f"/account/scheduled/{made['id']}/cancel", {})
    assert await mercy.at(lambda: ScheduledPost.all().count()) == 0


async def test_only_what_could_be_posted_is_scheduled_and_only_ones_own_is_there(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()
    refused: tuple[dict[str, Any], ...] = (
        *({"scheduled_at": at} for at in (soon, "tomorrow", "1999-01-01", "9999-12-31T23:59-12")),
        {"text": " "},
        {"visibility": "direct"},
        {"poll": {"options": ["one"]}},
        {"text": "x" * 20_001},
    )
    for wrong in refused:
        answer = await posts(phone, **{"text": "Text", **wrong})
        assert answer.status == 422 and answer.json["details"], wrong
    assert await mercy.at(lambda: ScheduledPost.all().count()) == 0
    assert await mercy.at(lambda: Post.all().count()) == 0
    made = (await posts(phone, "Mine")).json
    await mercy.person(new("moyo", "Dr S. Moyo"))
    other = await signed_in(mercy, "moyo")
    at = f"/api/v1/scheduled_statuses/{made['id']}"
    for method, body in (("GET", None), ("PUT", {"scheduled_at": AT}), ("DELETE", None)):
        assert (await other.calls(method, at, body)).status == 404
    browser = await mercy.sign_in("moyo")
    gone = await browser.post_form(f"/account/scheduled/{made['id']}/cancel", {})
    assert gone.status == 404
    assert await other.reads("/api/v1/scheduled_statuses") == []
    assert len(await lee.speaks(scheduled.of_actor, Bounds())) == 1
