"""What applications do with posts that are there: change them, keep them, silence them, vote."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import Actor, Bookmark, Notification, Post, Profession, Revision
from instance.services import follows, polls, posting, reactions
from instance.workers import scheduled as worker
from instance.workers import upkeep
from tests.cast import Houses, new
from tests.clients import Phone, signed_in
from tests.houses import House, Person
from tests.instance.web.test_api_media import allow, sent


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    return await signed_in(mercy, "lee")


async def does(phone: Phone, path: str, body: Any = None, method: str = "POST") -> Any:
    answer = await phone.calls(method, f"/api/{path}", body)
    assert answer.status == 200, answer.text
    return answer.json


async def refused(phone: Phone, path: str, body: Any = None, method: str = "POST") -> int:
    answer = await phone.calls(method, f"/api/{path}", body)
    assert answer.json["error"]
    return answer.status


async def test_a_changed_post_tells_what_it_said_before_until_it_is_deleted(
    houses: Houses, mercy: House, stlukes: House, wards: Actor, lee: Person, okafor: Person
) -> None:
    phone = await signed_in(mercy, "lee")
    there = await signed_in(stlukes, "okafor")
    await okafor.speaks(follows.follow_address, lee.address)
    await houses.settle()
    text = "@wards Who rounds?\n\nWe tried **two** ways."
    body = {"status": text, "language": "de", "visibility": "public"}
    made = await does(phone, "v1/statuses", body)
    at = f"v1/statuses/{made['id']}"
    assert made["application"] == {"name": "Phone", "website": None}
    assert (made["language"], made["edited_at"]) == ("de", None)
    assert (await phone.reads(f"/api/{at}/source"))["text"] == text
    await houses.settle()

    changed = await does(phone, at, {"status": text.replace("two", "three")}, "PUT")
    assert "three" in changed["content"] and changed["edited_at"]
    assert changed["curbside"]["title"] == "Who rounds?"
    assert (changed["language"], [one["acct"] for one in changed["mentions"]]) == ("de", ["wards"])
    await houses.settle()
    post = await stlukes.at(lambda: Post.get(uri=made["uri"]))
    assert list(post.document["contentMap"]) == ["de"]
    before, now = await phone.reads(f"/api/{at}/history")
    assert "two" in before["content"] and "three" in now["content"]
    assert before["created_at"] < now["created_at"]
    assert before["content"].startswith("<p><strong>Who rounds?</strong></p>")
    moyo = await mercy.person(new("moyo", "Dr S. Moyo"))
    other = await signed_in(mercy, moyo.actor.handle)
    for reader, status_id in ((other, made["id"]), (there, str(post.id))):
        # What its author took back may have named a patient.
        said = await reader.reads(f"/api/v1/statuses/{status_id}/history")
        assert [("two" in one["content"], "three" in one["content"]) for one in said] == [
            (False, True)
        ]
    assert await stlukes.at(lambda: Revision.all().count()) == 0
    assert (await there.reads(f"/api/v1/statuses/{post.id}"))["language"] == "de"
    assert "application" not in await there.reads(f"/api/v1/statuses/{post.id}")
    stored = await mercy.at(lambda: Post.get(id=int(made["id"])))
    page = await (await mercy.sign_in("lee")).get(f"/t/{stored.thread_id}")
    assert 'lang="de"' in page.text

    assert await refused(other, at, {"status": "Not mine"}, "PUT") == 404
    assert await refused(other, f"{at}/source", method="GET") == 404
    assert await refused(phone, at, {"status": " "}, "PUT") == 422
    assert (await phone.calls("DELETE", f"/api/{at}")).json["text"] == text.replace("two", "three")
    assert await refused(phone, f"{at}/history", method="GET") == 404
    await houses.settle()
    for house in (mercy, stlukes):
        assert await house.at(lambda: Revision.all().count()) == 0


async def test_of_many_versions_the_first_and_the_last_are_kept(
    mercy: House, lee: Person, phone: Phone
) -> None:
    made = await does(phone, "v1/statuses", {"status": "Version 0"})
    for number in range(1, Revision.KEPT + 4):
        await does(phone, f"v1/statuses/{made['id']}", {"status": f"Version {number}"}, "PUT")
    said = await phone.reads(f"/api/v1/statuses/{made['id']}/history")
    numbers = [int(one["content"].removeprefix("<p>Version ").partition("<")[0]) for one in said]
    assert numbers == [0, *range(4, Revision.KEPT + 4)]


async def test_what_somebody_keeps_likes_and_pins_is_paged_by_hidden_ids(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    moyo = await mercy.person(new("moyo", "Dr S. Moyo"))
    other = await signed_in(mercy, "moyo")
    made = [await moyo.speaks(posting.start_thread, wards, f"T{n}", "Text") for n in range(3)]
    one, two, three = (str(post.id) for post in made)
    for kept in (three, one, two, one):
        assert (await does(phone, f"v1/statuses/{kept}/bookmark"))["bookmarked"] is True
        assert (await does(phone, f"v1/statuses/{kept}/favourite"))["favourited"] is True
    for name in ("bookmarks", "favourites"):
        first = await phone.get(f"/api/v1/{name}?limit=2")
        assert [found["id"] for found in first.json] == [two, one]
        link = first.header("link").partition(">")[0].removeprefix("<https://mercy.example")
        assert not any(found in link for found in (one, two))
        assert [found["id"] for found in await phone.reads(link)] == [three]
        assert await other.reads(f"/api/v1/{name}") == []
    assert (await does(phone, f"v1/statuses/{one}/unbookmark"))["bookmarked"] is False
    assert (await other.reads(f"/api/v1/statuses/{two}"))["bookmarked"] is False
    [liker] = await other.reads(f"/api/v1/statuses/{two}/favourited_by")
    assert liker["acct"] == "lee"
    assert await other.reads(f"/api/v1/statuses/{two}/reblogged_by") == []
    several = await phone.reads(f"/api/v1/statuses?id[]={two}&id[]=7&id[]=x&id[]={three}")
    assert [found["id"] for found in several] == [two, three]

    assert (await does(other, f"v1/statuses/{one}/pin"))["pinned"] is True
    assert await refused(phone, f"v1/statuses/{one}/pin") == 422
    pinned = await phone.reads(f"/api/v1/accounts/{moyo.actor.id}/statuses?pinned=true")
    assert [found["id"] for found in pinned] == [one]
    assert (await does(other, f"v1/statuses/{one}/unpin"))["pinned"] is False
    assert await refused(phone, f"v1/statuses/{one}/translate") == 404

    browser = await mercy.sign_in("lee")
    page = await browser.get("/bookmarks")
    assert page.text.count('class="card"') == 2
    await browser.post_form(f"/posts/{three}/unsave", {})
    await browser.post_form(f"/posts/{one}/save", {})
    assert [found["id"] for found in await phone.reads("/api/v1/bookmarks")] == [one, two]
    await does(other, f"v1/statuses/{two}", method="DELETE")
    assert await mercy.at(lambda: Bookmark.all().count()) == 1


async def test_of_a_muted_thread_nothing_is_told(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    moyo = await mercy.person(new("moyo", "Dr S. Moyo"))
    own = await lee.speaks(posting.start_thread, wards, "Mine", "Text")
    answered = await moyo.speaks(posting.reply, own, "The first answer.")
    muted = await does(phone, f"v1/statuses/{answered.id}/mute")
    assert muted["muted"] is True
    assert (await phone.reads(f"/api/v1/statuses/{own.id}"))["muted"] is True
    await moyo.speaks(posting.reply, own, "@lee, hear me.")
    await moyo.speaks(reactions.like, await mercy.at(posting.by_id, own.id))
    assert await mercy.at(lambda: Notification.all().count()) == 1
    assert (await does(phone, f"v1/statuses/{own.id}/unmute"))["muted"] is False
    await moyo.speaks(posting.reply, own, "And now?")
    assert await mercy.at(lambda: Notification.all().count()) == 2


async def test_votes_are_taken_once_and_from_who_may(
    mercy: House, lee: Person, phone: Phone
) -> None:
    await mercy.person(new("moyo", "Dr S. Moyo"))
    other = await signed_in(mercy, "moyo")
    asked = {"options": ["A", "B", "C"], "expires_in": 43_200, "multiple": True}
    made = await does(other, "v1/statuses", {"status": "Which?", "poll": asked})
    at = f"v1/polls/{made['poll']['id']}"
    assert (await phone.reads(f"/api/{at}"))["voted"] is False
    for wrong in ([], ["x"], [7], ["-1"]):
        assert await refused(phone, f"{at}/votes", {"choices": wrong}) == 422
    voted = await does(phone, f"{at}/votes", {"choices": [0, "2"]})
    assert (voted["voted"], voted["own_votes"], voted["voters_count"]) == (True, [0, 2], 1)
    assert await refused(phone, f"{at}/votes", {"choices": ["1"]}) == 422
    assert await refused(other, f"{at}/votes", {"choices": [0]}) == 422
    draft = polls.Draft(("A", "B"), who_counts="physicians")
    post = await lee.speaks(posting.start_thread, None, "Physicians", "", draft)
    await mercy.person(new("tanaka", "H. Tanaka", profession=Profession.PHARMACIST))
    pharmacist = await signed_in(mercy, "tanaka")
    poll = (await pharmacist.reads(f"/api/v1/statuses/{post.id}"))["poll"]
    assert await refused(pharmacist, f"v1/polls/{poll['id']}/votes", {"choices": [0]}) == 403
    assert await refused(phone, "v1/polls/7/votes", {"choices": [0]}) == 404
    await does(other, f"v1/statuses/{made['id']}", method="DELETE")
    assert await refused(phone, at, method="GET") == 404


async def test_pictures_stay_with_a_post_that_is_changed_and_wait_with_one_that_is_scheduled(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    await allow(mercy)
    first, second = await sent(phone, description="At night"), await sent(phone)
    body = {"status": "@wards Look\n\nHere.", "media_ids": [first["id"]]}
    at = f"v1/statuses/{(await does(phone, 'v1/statuses', body))['id']}"
    described = {"media_attributes": [{"id": first["id"], "description": "By day"}], **body}
    changed = await does(phone, at, {**described, "status": "@wards Look\n\nThere."}, "PUT")
    assert [one["description"] for one in changed["media_attachments"]] == ["By day"]
    bare = await does(phone, at, {"status": "@wards Look"}, "PUT")
    assert bare["media_attachments"] == changed["media_attachments"]
    said = await phone.reads(f"/api/{at}/history")
    assert len(said) == 3 and said[0]["media_attachments"] == changed["media_attachments"]
    stored = await mercy.at(lambda: Post.get(id=int(bare["id"])))
    assert [one["name"] for one in stored.document["attachment"]] == ["By day"]

    later = datetime.now(UTC) + timedelta(days=3)
    body = {"status": "Later", "media_ids": [second["id"]], "scheduled_at": later.isoformat()}
    waiting = await does(phone, "v1/statuses", body)
    assert waiting["media_attachments"][0]["id"] == second["id"]
    lost = await sent(phone)
    await mercy.at(upkeep.purge, later)
    assert await refused(phone, f"v1/media/{lost['id']}", method="GET") == 404
    await mercy.at(worker.step, later)
    [entry] = await phone.reads("/api/v1/timelines/home?limit=1")
    assert [one["id"] for one in entry["media_attachments"]] == [second["id"]]
