"""Pictures that applications send for public posts: what is taken, what it becomes, who sees it."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from instance.models import Actor, Attachment, AttachmentFile, AttachmentState, Media, Setting
from instance.services import pictures as services
from instance.web.api import media, rates
from instance.workers import upkeep
from tests import parts, pictures
from tests.browsing import Answer
from tests.cast import VARGA
from tests.clients import Phone, signed_in
from tests.clinic import add_image
from tests.houses import House, Person
from tests.network import Sent

# What is asked of a database is one query; the rest does not depend on its kind.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

ALT = "A ward at night"


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    await allow(mercy)
    return await signed_in(mercy, "lee")


async def allow(house: House, taken: str = "applications") -> None:
    values = {"value": taken}
    await house.at(lambda: Setting.update_or_create(defaults=values, name="pictures"))


async def send(phone: Phone, content: bytes, path: str = "/api/v2/media", **fields: str) -> Answer:
    file = parts.File("file", content, "IMG_KOWALSKA", "application/octet-stream")
    return await phone.calls("POST", path, parts.body(fields, file), parts.KIND)


async def sent(phone: Phone, content: bytes | None = None, **fields: str) -> Any:
    answer = await send(phone, content or pictures.of(), **fields)
    assert answer.status == 200, answer.text
    return answer.json


async def seen(house: House, url: str) -> Answer:
    return await house.request(Sent("GET", url, {}))


async def test_a_picture_is_made_anew_and_stands_in_its_post_until_that_is_deleted(
    mercy: House, wards: Actor, phone: Phone
) -> None:
    found = await sent(phone, pictures.jpeg(), description=ALT, focus="-0.5,0.25")

    assert (found["type"], found["description"], found["remote_url"]) == ("image", ALT, None)
    assert found["meta"]["original"] == {
        "width": 64,
        "height": 48,
        "size": "64x48",
        "aspect": 1.333333,
    }
    assert found["meta"]["focus"] == {"x": -0.5, "y": 0.25} and found["blurhash"].startswith("L")
    assert (await phone.reads(f"/api/v1/media/{found['id']}")) == found
    for url in (found["url"], found["preview_url"]):
        answer = await seen(mercy, url)
        assert answer.status == 200 and pictures.NAME not in answer.body
        assert Image.open(BytesIO(answer.body)).size == pictures.SIZE
        assert answer.header("cache-control") == "public, max-age=31536000, immutable"
        assert answer.header("access-control-allow-origin") == "*"
        assert "sandbox" in answer.header("content-security-policy")
        assert "KOWALSKA" not in str(answer.headers)
    put = await phone.calls("PUT", f"/api/v1/media/{found['id']}", {"description": "Another"})
    assert put.json["description"] == "Another" and put.json["meta"]["focus"]["x"] == -0.5
    body = {"status": "@wards At night\n\nLook.", "media_ids": [found["id"]], "sensitive": True}
    status = (await phone.calls("POST", "/api/v1/statuses", body)).json
    assert status["media_attachments"] == [put.json] and status["sensitive"]
    [entry] = await phone.reads("/api/v1/timelines/home")
    assert entry["media_attachments"] == [put.json]
    late = await phone.calls("PUT", f"/api/v1/media/{found['id']}", {"description": "Late"})
    assert late.status == 404  # it stands in a post now
    again = await phone.calls("POST", "/api/v1/statuses", body)
    assert again.status == 422 and list(again.json["details"]) == ["media_ids"]
    await phone.calls("DELETE", f"/api/v1/statuses/{status['id']}")
    for url in (found["url"], found["preview_url"]):
        gone = await seen(mercy, url)
        assert (gone.status, gone.body, gone.header("cache-control")) == (404, b"", "no-store")
    assert await mercy.at(lambda: AttachmentFile.all().count()) == 0


async def test_what_is_no_picture_or_too_much_is_refused_in_words_and_not_kept(
    mercy: House, phone: Phone
) -> None:
    bombs = [pictures.huge_png(25_000, 25_000), pictures.moving_gif(100_000)]
    others = [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", pictures.dicom(), b""]
    video = b"\0\0\0\x20ftypisom" + b"\0" * 64
    for content in (*bombs, *others, video, pictures.of()[:-30], b"\xff" * 10_485_761):
        answer = await send(phone, content)
        assert answer.status == 422, answer.text
        assert answer.json["error"].startswith("Validation failed: File This "), answer.text
    file = parts.File("file", pictures.of(), "x.jpg")
    wrong = await phone.calls("POST", "/api/v2/media", parts.body({}, file), parts.KIND)
    assert wrong.status == 422 and "is called a JPEG" in wrong.json["error"]
    assert (await phone.calls("POST", "/api/v2/media", {"file": "text"})).status == 422
    for fields in (
        {"focus": "2,0"},
        {"focus": "nan,0"},
        {"focus": "1"},
        {"description": "x" * 1501},
    ):
        assert (await send(phone, pictures.of(), **fields)).status == 422, fields
    born = await send(phone, pictures.of(), description="MRN 12345678, born 3 May 1948")
    assert born.status == 422
    assert await mercy.at(lambda: Attachment.all().count()) == 0


async def test_a_picture_that_is_not_ready_is_named_by_no_post(
    mercy: House, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processing states: 202, then 206, then 200."""
    monkeypatch.setattr(media, "_PATIENCE_SECONDS", 0)
    answer = await send(phone, pictures.of())
    assert (answer.status, answer.json["url"], answer.json["type"]) == (202, None, "image")
    path, one = f"/api/v1/media/{answer.json['id']}", int(answer.json["id"])
    working = {"state": AttachmentState.PROCESSING}
    while (await phone.get(path)).status == 206:
        continue
    assert (await phone.get(path)).status == 200
    await mercy.at(lambda: Attachment.filter(id=one).update(**working))
    assert (await phone.get(path)).status == 206
    body = {"status": "Look", "media_ids": [answer.json["id"]]}
    assert (await phone.calls("POST", "/api/v1/statuses", body)).status == 422
    long_ago = datetime.now(UTC) - timedelta(minutes=6)
    await mercy.at(lambda: Attachment.filter(id=one).update(created_at=long_ago))
    assert (await phone.get(path)).status == 422  # whoever worked on it has ended
    assert (await send(phone, pictures.of(), "/api/v1/media/")).status == 200


async def test_nobody_posts_what_is_not_theirs_and_no_private_picture_is_a_public_one(
    mercy: House, okafor: Person, lee: Person, phone: Phone
) -> None:
    found = await sent(phone)
    private = await add_image(lee, alt=ALT)
    row = await mercy.at(lambda: Media.get(id=private))
    other = await signed_in(mercy, (await mercy.person(VARGA)).actor.handle)
    for one in (str(row.id), "7", "x"):
        body = {"status": "Look", "media_ids": [one]}
        assert (await phone.calls("POST", "/api/v1/statuses", body)).status == 422
        for method, sends in (("GET", None), ("PUT", {"description": "x"}), ("DELETE", None)):
            assert (await phone.calls(method, f"/api/v1/media/{one}", sends)).status == 404
    for method in ("GET", "PUT", "DELETE"):
        assert (await other.calls(method, f"/api/v1/media/{found['id']}")).status == 404
    body = {"status": "Look", "media_ids": [found["id"]]}
    assert (await other.calls("POST", "/api/v1/statuses", body)).status == 422
    origin = "https://media.mercy.example"
    never = await seen(mercy, f"{origin}/picture/{'0' * 32}.png")
    assert never.status == 404
    for name in (f"{row.id}", f"{row.id}.png", f"{row.id:032}.png", f"{row.id:032x}.small.jpg"):
        answer = await seen(mercy, f"{origin}/picture/{name}")
        assert (answer.status, answer.body) == (404, b""), name
    for path in (f"/file/{found['id']}", f"/see/{found['id']}"):
        assert (await seen(mercy, origin + path)).status == 404
    assert (await seen(mercy, f"{mercy.origin}/media/{found['id']}")).status == 404
    assert (await seen(mercy, found["url"].replace("media.", ""))).status == 404


async def test_pictures_are_changed_with_their_post_and_wait_with_one_for_its_time(
    mercy: House, wards: Actor, phone: Phone
) -> None:
    first, second, third = [await sent(phone, description=name) for name in "abc"]
    ids = [first["id"], second["id"]]
    body = {"status": "@wards A title\n\nLook at the #nightward.", "media_ids": ids}
    plain = {"status": "Without a picture, #nightward"}
    assert (await phone.calls("POST", "/api/v1/statuses", plain)).status == 200
    path = f"/api/v1/statuses/{(await phone.calls('POST', '/api/v1/statuses', body)).json['id']}"
    wards_own = f"/api/v1/accounts/{wards.id}/statuses?only_media=true"
    tagged = "/api/v1/timelines/tag/nightward?only_media=true"
    for listed in ("/api/v1/timelines/public?only_media=true", wards_own, tagged):
        assert len(await phone.reads(listed)) == 1

    said = [{"id": second["id"], "description": "B", "focus": "1,1"}]
    named = await phone.calls("PUT", path, {"status": "New words", "media_attributes": said})
    assert [one["description"] for one in named.json["media_attachments"]] == ["a", "B"]
    ids = [third["id"], second["id"]]
    changed = await phone.calls("PUT", path, {"status": "Newer", "media_ids": ids})
    assert [one["description"] for one in changed.json["media_attachments"]] == ["c", "B"]
    assert (await phone.reads(path))["media_attachments"] == changed.json["media_attachments"]
    assert (await seen(mercy, first["url"])).status == 404
    for wrong in ([first["id"]], ["7"]):
        refused = {"status": "No", "media_ids": wrong}
        assert (await phone.calls("PUT", path, refused)).status == 422
    form = f"status=None&media_ids[]=&media_attributes[][id]={second['id']}".encode()
    none = await phone.calls("PUT", path, form, "application/x-www-form-urlencoded")
    assert none.status == 200 and none.json["media_attachments"] == []

    later, at = await sent(phone), "2030-01-01T00:00:00Z"
    waits = {"status": "Later", "media_ids": [later["id"]], "scheduled_at": at}
    waiting = (await phone.calls("POST", "/api/v1/statuses", waits)).json
    assert waiting["media_attachments"] == [later]
    await mercy.at(upkeep.purge, datetime.now(UTC) + timedelta(days=300))
    assert (await seen(mercy, later["url"])).status == 200


async def test_five_pictures_or_one_beside_a_poll_are_too_many(phone: Phone) -> None:
    ids = [(await sent(phone))["id"] for _ in range(5)]
    bodies: list[dict[str, Any]] = [
        {"status": "Look", "media_ids": ids},
        {"status": "Look", "media_ids": ids[:1], "poll": {"options": ["a", "b"]}},
    ]
    for body in bodies:
        answer = await phone.calls("POST", "/api/v1/statuses", body)
        assert answer.status == 422 and "media_ids" in answer.json["details"], answer.text
    four = {"status": "", "media_ids": ids[:4]}
    status = (await phone.calls("POST", "/api/v1/statuses", four)).json
    assert [one["id"] for one in status["media_attachments"]] == ids[:4]
    reply = {"media_ids": ids[4:], "in_reply_to_id": status["id"]}
    assert (await phone.calls("POST", "/api/v1/statuses", reply)).status == 200


async def test_applications_send_none_until_an_owner_decides_so(mercy: House, phone: Phone) -> None:
    """An application cannot ask whether a picture shows a patient (T47)."""
    limits = (await phone.reads("/api/v2/instance"))["configuration"]
    assert limits["statuses"]["max_media_attachments"] == 4
    assert "image/png" in limits["media_attachments"]["supported_mime_types"]
    found = await sent(phone)
    await mercy.at(lambda: Setting.all().delete())
    for taken in ("", "off"):
        if taken:
            await allow(mercy, taken)
        refused = await send(phone, pictures.of())
        assert refused.status == 422 and "File Pictures " in refused.json["error"]
        limits = (await phone.reads("/api/v1/instance"))["configuration"]
        assert limits["statuses"]["max_media_attachments"] == 0
        assert limits["media_attachments"]["supported_mime_types"] == []
        body = {"status": "Look", "media_ids": [found["id"]]}
        assert (await phone.calls("POST", "/api/v1/statuses", body)).status == 422


async def test_pictures_are_counted_and_what_nobody_posts_is_deleted_after_a_day(
    mercy: House, phone: Phone
) -> None:
    found = await sent(phone)
    for _ in range(rates.UPLOADS.most - 1):
        assert (await phone.calls("POST", "/api/v2/media", {})).status == 422
    answer = await send(phone, pictures.of())
    assert answer.status == 429 and answer.header("x-ratelimit-remaining") == "0"
    now = datetime.now(UTC)
    await mercy.at(upkeep.purge, now + services.UNSENT_KEPT - timedelta(minutes=1))
    assert (await seen(mercy, found["url"])).status == 200
    await mercy.at(upkeep.purge, now + services.UNSENT_KEPT + timedelta(minutes=1))
    assert (await seen(mercy, found["url"])).status == 404
    assert await mercy.at(lambda: AttachmentFile.all().count()) == 0
