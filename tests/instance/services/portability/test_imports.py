"""What a member brings is taken as its owner has seen it, or not at all."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
import pytest

from instance.errors import Conflict, FormRefused, NotFound
from instance.models import (
    AccountImport,
    AccountImportState,
    AccountPart,
    Actor,
    Block,
    Follow,
    Keepsake,
    Member,
    Post,
    ProfileField,
)
from instance.services import follows, posting
from instance.services.portability import images, imports, opened
from instance.services.retention import purging
from tests.cast import RUIZ, Houses, new
from tests.clinic import add_image, ask, ask_with_images
from tests.houses import House, Person
from tests.takeaway import Taken, taken

ALT = "An X-ray of the chest"
NEWCOMER = new("leejo", "Dr J. Lee")


@pytest.fixture
async def there(heart: House) -> Person:
    """The same person at Heart."""
    return await heart.person(NEWCOMER)


async def brought(person: Person, content: bytes) -> AccountImport:
    return await person.does(imports.start, person.actor.handle, [content])


async def take(person: Person, content: bytes) -> AccountImport:
    found = await brought(person, content)
    await person.does(imports.confirm, found.id)
    await person.home.at(imports.take, found.id)
    return await person.does(imports.by_id, found.id)


def rebuilt(found: Taken, change: Callable[[dict[str, bytes]], object], sign: bool = True) -> bytes:
    """The file with other content; with `sign` its manifest fits."""
    files = dict(found.files)
    change(files)
    if sign:
        manifest = orjson.loads(files["manifest.json"])
        manifest["files"] = [
            {"path": path, "sha256": sha256(content).hexdigest()}
            for path, content in files.items()
            if path != "manifest.json"
        ]
        files["manifest.json"] = orjson.dumps(manifest)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened_zip:
        for path, content in files.items():
            opened_zip.writestr(path, content)
    return out.getvalue()


def edited(path: str, change: Callable[[Any], None]) -> Callable[[dict[str, bytes]], object]:
    def edit(files: dict[str, bytes]) -> None:
        found = orjson.loads(files[path])
        change(found)
        files[path] = orjson.dumps(found)

    return edit


async def why_not(person: Person, content: bytes) -> str:
    before = await person.home.rows()
    with pytest.raises(FormRefused) as refused:
        await brought(person, content)
    assert await person.home.rows() == before
    return refused.value.fields["file"]


@pytest.fixture
async def old(houses: Houses, mercy: House, stlukes: House, okafor: Person, lee: Person) -> Taken:
    """The file of Lee at Mercy."""
    await lee.speaks(follows.follow_address, okafor.address)
    await lee.speaks(posting.start_thread, None, "On rounds", "Round early.")
    await ask(lee)
    await houses.settle()
    return await taken(lee, lee.actor)


async def test_nothing_is_taken_before_its_owner_has_seen_what(
    heart: House, old: Taken, there: Person
) -> None:
    found = await brought(there, old.content)
    assert found.counts == {"follow": 1, "post": 1, "consult": 1, "unproven": 0}
    await heart.at(imports.take, found.id)
    rows = await heart.rows()
    assert (rows["Follow"], rows["Keepsake"]) == (0, 0)
    await there.does(imports.cancel, found.id)
    assert (await heart.rows())["AccountPart"] == 0


async def test_posts_and_consults_are_for_their_owner_alone_and_sent_to_nobody(
    houses: Houses, heart: House, old: Taken, there: Person
) -> None:
    sent = len(heart.network.posts("stlukes.example", "Create"))
    await take(there, old.content)
    await houses.settle()
    assert await heart.at(lambda: Post.all().count()) == 0
    assert len(heart.network.posts("stlukes.example", "Create")) == sent
    post, consult = await heart.at(lambda: Keepsake.all().order_by("is_consult"))
    assert not post.is_consult and consult.is_consult
    assert post.published_at.isoformat()[:16] == post.document["published"][:16]
    ruiz = await heart.person(RUIZ)
    with pytest.raises(NotFound):
        await ruiz.does(imports.keepsake, consult.id)
    other = await heart.sign_in("ruiz")
    own = await heart.sign_in("leejo")
    assert (await other.get(f"/account/archive/item/{consult.id}")).status == 404
    assert "Round early." in (await own.get(f"/account/archive/item/{post.id}")).text
    assert "On rounds" in (await own.get("/account/archive/leejo")).text
    assert "Round early." not in (await other.get("/@leejo")).text


async def test_it_gives_no_standing_and_no_role(heart: House, old: Taken, there: Person) -> None:
    before = await heart.at(Member.get, id=there.member.id)
    await take(there, old.content)
    after = await heart.at(Member.get, id=there.member.id)
    assert (after.level, after.role, after.stage) == (before.level, before.role, before.stage)


async def test_it_is_taken_once_however_often_it_is_brought(
    heart: House, old: Taken, there: Person
) -> None:
    await take(there, old.content)
    before = await heart.rows()
    await take(there, old.content)
    after = await heart.rows()
    for name in ("Follow", "Keepsake", "Block", "ProfileField", "AccountPart"):
        assert before[name] == after[name]


async def test_it_goes_on_where_it_was_stopped(
    heart: House, old: Taken, there: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await brought(there, old.content)
    await there.does(imports.confirm, found.id)
    with monkeypatch.context() as broken:
        broken.setattr(imports, "_store", None)  # as a kill after the follows
        with pytest.raises(TypeError):
            await heart.at(imports.take, found.id)
    stopped = await there.does(imports.by_id, found.id)
    assert (stopped.state, stopped.position) == (AccountImportState.TAKING, 1)
    free = {"claimed_until": None}
    await heart.at(lambda: AccountImport.filter(id=found.id).update(**free))
    await heart.at(imports.take, found.id)
    done = await there.does(imports.by_id, found.id)
    assert (done.state, done.position, done.missed) == (AccountImportState.DONE, 3, 0)
    assert await heart.at(lambda: AccountPart.all().count()) == 0
    with pytest.raises(Conflict):
        await there.does(imports.cancel, found.id)


async def test_who_cannot_be_reached_is_counted_and_the_others_are_taken(
    heart: House, old: Taken, there: Person
) -> None:
    def add(found: Any) -> None:
        found["orderedItems"].insert(0, {"id": "https://gone.example/u/1"})
        found["orderedItems"].insert(0, {"id": 7})

    changed = rebuilt(old, edited("activitypub/following.json", add))
    done = await take(there, changed)
    assert (done.counts["follow"], done.missed) == (2, 1)
    assert await heart.at(lambda: Follow.all().count()) == 1


async def test_the_profile_is_filled_in_where_it_is_empty(
    heart: House, old: Taken, there: Person
) -> None:
    items = [
        {"name": "about", "content": "Looks after wards.", "readers": "members"},
        {"name": "town", "content": "Two\nlines", "readers": "public"},
        {"name": "level", "content": "L4", "readers": "public"},
        {"name": "interests", "content": "Chess", "readers": "everybody"},
    ]
    changed = rebuilt(old, edited("profile.json", lambda found: found.update(items=items)))
    await take(there, changed)
    rows = await heart.at(lambda: ProfileField.all())
    assert [(row.kind.value, row.text) for row in rows] == [("about", "Looks after wards.")]


async def test_whom_somebody_blocks_they_block_here(
    heart: House, old: Taken, there: Person, okafor: Person
) -> None:
    def add(found: Any) -> None:
        found["orderedItems"].append({"id": okafor.uri})

    await take(there, rebuilt(old, edited("activitypub/blocks.json", add)))
    [row] = await heart.at(lambda: Block.all().select_related("target"))
    assert (row.actor_id, row.target.uri) == (there.actor.id, okafor.uri)


async def test_a_post_that_its_author_did_not_sign_is_left_out(
    heart: House, old: Taken, there: Person
) -> None:
    def forge(found: Any) -> None:
        found["orderedItems"][0]["object"]["content"] = "<p>Never said</p>"

    found = await brought(there, rebuilt(old, edited("activitypub/outbox.json", forge)))
    assert (found.counts.get("post", 0), found.counts["unproven"]) == (0, 1)


async def test_a_post_of_somebody_else_is_left_out(
    heart: House, old: Taken, there: Person, okafor: Person
) -> None:
    def steal(found: Any) -> None:
        found["orderedItems"][0]["object"]["attributedTo"] = okafor.uri

    found = await brought(there, rebuilt(old, edited("activitypub/outbox.json", steal)))
    assert (found.counts.get("post", 0), found.counts["unproven"]) == (0, 1)


async def test_a_file_that_its_server_did_not_make_is_refused(
    houses: Houses, heart: House, old: Taken, there: Person, lee: Person
) -> None:
    """Somebody made keys of their own and says they are Lee at Mercy, whom Heart knows."""
    await there.speaks(follows.follow_address, lee.address)
    assert (await brought(there, old.content)).counts["post"] == 1

    def other_key(found: Any) -> None:
        found["assertionMethod"][0]["publicKeyMultibase"] = "z6MkForged"

    forged = rebuilt(old, edited("activitypub/actor.json", other_key))
    assert "not made by the server" in await why_not(there, forged)


async def test_the_file_of_another_account_here_stays_with_that(mercy: House, old: Taken) -> None:
    ruiz = await mercy.person(RUIZ)
    assert "another account of this server" in await why_not(ruiz, old.content)


async def test_bad_files_are_refused_in_words(
    heart: House, old: Taken, there: Person, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await taken(lee, None)
    newer = edited("manifest.json", lambda found: found.update(version=2))
    added = {"activitypub/more.json": b"{}"}
    for content, words in (
        (b"", "Choose a file."),
        (b"GIF89a", "no whole ZIP file"),
        (old.content[: len(old.content) // 2], "no whole ZIP file"),
        (person.content, "about you as a person"),
        (rebuilt(old, newer, sign=False), "another version"),
        (rebuilt(old, lambda files: files.pop("manifest.json"), sign=False), "is not one that"),
        (rebuilt(old, lambda files: files.update(added), sign=False), "was changed"),
        (rebuilt(old, lambda files: files.update({"../up.json": b""})), "was changed"),
        (rebuilt(old, lambda files: files.update({"/etc/up": b""})), "was changed"),
        (rebuilt(old, lambda files: files.update({"bomb": bytes(30_000_000)})), "unpacks to"),
    ):
        assert words in await why_not(there, content), words
    monkeypatch.setattr(opened, "_ENTRIES_MOST", 3)
    assert "unpacks to" in await why_not(there, old.content)
    monkeypatch.setattr(opened, "SIZE_MOST", 100)
    assert "32 MB" in await why_not(there, old.content)


async def test_a_file_that_says_it_is_small_is_not_read_further(
    heart: House, old: Taken, there: Person
) -> None:
    """The sizes that were looked at are those of its directory, which may lie."""
    lying = bytearray(rebuilt(old, lambda files: files.update({"bomb": bytes(900_000)})))
    at = lying.rindex(b"bomb") - 46 + 24  # uncompressed size, in the directory
    lying[at : at + 4] = (10).to_bytes(4, "little")
    assert "was changed" in await why_not(there, bytes(lying))


async def test_a_consult_that_is_strange_is_shown_as_far_as_it_can_be(
    heart: House, old: Taken, there: Person
) -> None:
    strange = {"id": "https://x.example/k/1", "orderedItems": [7, {"cs:author": 3, "content": 4}]}
    files = {"consults/9.json": orjson.dumps(strange), "consults/8.json": b"[]"}
    await take(there, rebuilt(old, lambda found: found.update(files)))
    row = await heart.at(Keepsake.get, uri="https://x.example/k/1")
    browser = await heart.sign_in("leejo")
    assert (await browser.get(f"/account/archive/item/{row.id}")).status == 200
    assert await heart.at(lambda: Actor.filter(uri="https://x.example/k/1").exists()) is False


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_images_come_back_with_the_consult_that_they_were_sent_with_for_their_owner_alone(
    houses: Houses, lee: Person, heart: House, there: Person, okafor: Person
) -> None:
    await ask_with_images(lee, images=(await add_image(lee), await add_image(lee, alt="Second")))
    export = await taken(lee, lee.actor)
    first = export.json("images/index.json")["items"][0]["file"]
    spoilt = rebuilt(export, lambda files: files.update({first: b"<script>alert(1)</script>"}))
    for content, shown in ((spoilt, ["Second"]), (export.content, ["Second", ALT])):
        await take(there, content)  # what is here already is not brought twice
        [kept] = await heart.at(lambda: Keepsake.filter(is_consult=True))
        rows = await heart.at(images.of_kept, kept)
        assert [row.alt for row in rows] == shown
    browser = await heart.sign_in("leejo")
    page = (await browser.get(f"/account/archive/item/{kept.id}")).text
    assert f'src="/media/{rows[0].id}/small"' in page and 'alt="Second"' in page
    assert (await browser.get(f"/media/{rows[0].id}")).status == 302
    await heart.person(new("other", "Dr Other"))
    assert (await (await heart.sign_in("other")).get(f"/media/{rows[0].id}")).status == 404
    await heart.at(purging.run, datetime.now(UTC) + timedelta(days=60))
    assert len(await heart.at(images.of_kept, kept)) == 2
