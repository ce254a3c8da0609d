"""A public post with a picture, at another institution: its own copy of it, for as long as the
post is there. T40, T46, T48."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import (
    Actor,
    Attachment,
    AttachmentFile,
    AttachmentState,
    Delivery,
    PictureUse,
    Post,
    Setting,
)
from instance.services import (
    channels,
    editing,
    follows,
    picture_copies,
    pictures,
    portraits,
    posting,
    received_pictures,
    received_portraits,
)
from instance.services.pictures import Said
from instance.services.portability import belongings
from instance.workers import upkeep
from tests import pictures as samples
from tests.browsing import Answer
from tests.cast import Houses
from tests.clients import signed_in
from tests.houses import House, Person
from tests.network import Network, Sent
from tests.outsiders import Outsider

# What is asked of a database is one query; the rest does not depend on its kind.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

ALT = "A ward at night"


@pytest.fixture
async def rhythm(heart: House) -> Actor:
    return await heart.at(channels.create_channel, "rhythm", "Rhythm", "Arrhythmia in adults.")


@pytest.fixture
async def post(houses: Houses, rhythm: Actor, lee: Person, okafor: Person) -> Post:
    """Dr Lee's in the society's channel, which St. Luke's follows: it goes there wrapped."""
    for person in (lee, okafor):
        await person.speaks(follows.follow_address, "@rhythm@heart.example")
    await houses.settle()
    row = await picture_of(lee)
    channel = await lee.home.at(Actor.get, uri=rhythm.uri)
    post = await lee.speaks(posting.start_thread, channel, "At night", "Look.", shown=[row])
    await houses.settle()
    return post


async def picture_of(person: Person) -> Attachment:
    said, now = Said(alt=ALT, focus=(0.0, -0.5)), datetime.now(UTC)
    row = await person.speaks(pictures.begin, said, now, from_application=False)
    await person.home.at(pictures.make, row, samples.of(), "", "")
    return await person.home.at(Attachment.get, id=row.id)


async def seen(house: House, url: str) -> Answer:
    return await house.request(Sent("GET", url, {}))


async def there(house: House, handle: str, uri: str) -> Any:
    """The pictures of a post as an application at that house reads them."""
    found = await house.at(Post.get, uri=uri)
    status = await (await signed_in(house, handle)).reads(f"/api/v1/statuses/{found.id}")
    return status["media_attachments"]


async def test_a_picture_arrives_with_its_post_and_goes_with_it(
    houses: Houses, post: Post, lee: Person, stlukes: House, mercy: House, network: Network
) -> None:
    [named] = post.document["attachment"]
    assert named["name"] == ALT and named["focalPoint"] == [0.0, -0.5] and named["blurhash"]
    [shown] = await there(stlukes, "okafor", post.uri)
    assert shown["remote_url"] == named["url"] and shown["description"] == ALT
    assert shown["url"].startswith("https://media.stlukes.example/picture/")
    assert shown["blurhash"] == named["blurhash"] and shown["meta"]["focus"] == {"x": 0, "y": -0.5}
    assert (await seen(stlukes, shown["url"])).status == 200
    asked = [sent for sent in network.sent if sent.host == "media.mercy.example"]
    assert len(asked) == 2 and not any("signature" in sent.headers for sent in asked)  # two houses

    await lee.speaks(editing.delete_post, await mercy.at(posting.by_id, post.id))
    assert (await seen(mercy, named["url"])).status == 404  # at once
    await houses.settle()
    assert (await seen(stlukes, shown["url"])).status == 404
    for house in houses.opened:
        assert await house.at(lambda: AttachmentFile.all().count()) == 0


async def test_the_picture_of_who_posts_comes_along_and_changes_with_theirs(
    houses: Houses, post: Post, lee: Person, okafor: Person, stlukes: House, network: Network
) -> None:
    await okafor.speaks(follows.follow_address, lee.address)
    await houses.settle()
    received = await stlukes.at(Actor.get, uri=lee.uri)
    phone, path = await signed_in(stlukes, "okafor"), f"/api/v1/accounts/{received.id}"
    assert "/static/" in (await phone.reads(path))["avatar"]
    shown: list[str] = []
    for size in ((64, 48), (48, 64)):
        await lee.speaks(portraits.change, avatar=samples.of(size))
        now = {"due_at": datetime.now(UTC)}  # an Update waits for a moment of its own
        await lee.home.at(lambda: Delivery.filter(delivered_at=None).update(**now))  # noqa: B023
        await houses.settle()
        await stlukes.at(received_portraits.want, received)  # they post again
        await houses.settle()
        shown.append((await phone.reads(path))["avatar"])
    assert len(set(shown)) == 2
    assert all(url.startswith("https://media.stlukes.example/picture/") for url in shown)
    assert [(await seen(stlukes, url)).status for url in shown] == [404, 200]
    asked = [sent for sent in network.sent if sent.url.startswith("https://media.mercy.")]
    assert not any("signature" in sent.headers for sent in asked)
    later = datetime.now(UTC) + timedelta(days=31)
    await stlukes.at(upkeep.purge, later)
    assert "/static/" in (await phone.reads(path))["avatar"]


async def test_copies_make_room_the_least_used_first_and_come_back_when_they_are_seen(
    houses: Houses, post: Post, lee: Person, stlukes: House, network: Network
) -> None:
    """What was shown is noted beside the requests. What cannot be had any more is not asked for
    each time it is seen."""
    channel = await lee.home.at(Actor.get, handle="rhythm")
    row = await picture_of(lee)
    second = await lee.speaks(posting.start_thread, channel, "Again", "Look.", shown=[row])
    await houses.settle()
    [older], [newer] = [await there(stlukes, "okafor", one.uri) for one in (post, second)]
    later = datetime.now(UTC) + timedelta(minutes=1)
    await stlukes.at(picture_copies.write, later)
    name, ago = newer["url"].rpartition("/")[2][:32], later - timedelta(days=2)
    await stlukes.at(lambda: PictureUse.filter(name=name).update(used_at=ago))
    for one in (older, newer):
        assert (await seen(stlukes, one["url"])).status == 200
    await stlukes.at(picture_copies.write, later)  # nothing: once a day
    assert await stlukes.at(lambda: PictureUse.get(name=name).values_list("used_at")) == (ago,)

    size = await stlukes.at(picture_copies.size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picture_copies, "_MIB", size - 1)
        await stlukes.at(lambda: Setting.create(name="picture_mib", value="1"))
        assert await stlukes.at(picture_copies.make_room, later) == 1
        assert await stlukes.at(picture_copies.make_room, later) == 0
    assert [(await seen(stlukes, one["url"])).status for one in (older, newer)] == [200, 404]

    assert [one["type"] for one in await there(stlukes, "okafor", second.uri)] == ["unknown"]
    await stlukes.at(picture_copies.write, later)
    await houses.settle()
    [again] = await there(stlukes, "okafor", second.uri)
    assert again["url"] == newer["url"] and (await seen(stlukes, newer["url"])).status == 200

    await lee.home.at(lambda: Attachment.all().delete())
    await stlukes.at(upkeep.purge, later + timedelta(days=31))
    network.sent.clear()
    for _ in range(2):
        await there(stlukes, "okafor", second.uri)
        await stlukes.at(picture_copies.write, later)
        await houses.settle()
    assert len([sent for sent in network.sent if sent.host == "media.mercy.example"]) == 1


async def test_what_a_member_takes_along_has_their_pictures(post: Post, lee: Person) -> None:
    found = await lee.home.at(_exported, lee)
    file = post.document["attachment"][0]["url"].rpartition("/")[2]
    assert found[f"pictures/{file}"].startswith(b"\x89PNG")
    assert file in found["activitypub/outbox.json"].decode()


async def _exported(person: Person) -> dict[str, bytes]:
    about = {"host": "mercy.example", "name": "Mercy"}
    files = belongings.entries(person.member, person.actor, about, datetime.now(UTC))
    return {path: b"".join([chunk async for chunk in chunks]) async for path, chunks in files}


async def test_a_bomb_of_elsewhere_and_what_is_no_picture_stay_an_address(
    houses: Houses, mercy: House, lee: Person, wards: Actor, stranger: Outsider, network: Network
) -> None:
    """Nor is a picture fetched that a post says is ours: it may be one of a consult."""
    files = {"bomb": samples.huge_png(25_000, 25_000), "page": b"<html>", "one": samples.of()}
    named = [_image(stranger, name, content) for name, content in files.items()]
    video = {"type": "Document", "mediaType": "video/mp4", "url": f"{stranger.origin}/v.mp4"}
    ours = {"type": "Image", "mediaType": "image/png", "url": "https://media.mercy.example/file/7"}
    cc = [wards.uri]
    note = stranger.note(attachment=[ours, *named, video], name="A title", cc=cc)
    assert (await stranger.sends(mercy, stranger.activity("Create", note, cc=cc))).status == 202
    await houses.settle()
    bomb, page, one, moving = await there(mercy, "lee", note["id"])
    for row in (bomb, page, moving):
        assert (row["type"], row["preview_url"]) == ("unknown", None)
        assert row["url"] == row["remote_url"]
    assert one["type"] == "image" and one["url"] != one["remote_url"]
    asked = [sent.url for sent in network.sent if sent.method == "GET"]
    assert video["url"] not in asked and ours["url"] not in asked


def _image(stranger: Outsider, name: str, content: bytes) -> dict[str, str]:
    url = f"{stranger.origin}/{name}.png"
    stranger.documents[url] = content
    return {"type": "Document", "mediaType": "image/png", "url": url, "name": name}


async def test_a_copy_is_kept_for_a_month_and_follows_what_its_author_changes(
    houses: Houses, post: Post, stlukes: House, rhythm: Actor
) -> None:
    received = await stlukes.at(Post.get, uri=post.uri)
    row = await stlukes.at(Attachment.get, post_id=received.id)
    changed = {**received.document, "attachment": [{**post.document["attachment"][0], "name": "B"}]}
    received.document = changed
    await stlukes.at(received_pictures.follow, received)
    assert (await stlukes.at(Attachment.get, id=row.id)).alt == "B"
    await stlukes.at(upkeep.purge, datetime.now(UTC) + timedelta(days=31))
    now = await stlukes.at(Attachment.get, id=row.id)
    assert now.state is AttachmentState.MISSING
    assert await stlukes.at(lambda: AttachmentFile.all().count()) == 0
    received.document = {**changed, "attachment": []}
    await stlukes.at(received_pictures.follow, received)
    assert await stlukes.at(lambda: Attachment.all().count()) == 0
