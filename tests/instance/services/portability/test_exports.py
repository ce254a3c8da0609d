"""What a member takes along is all theirs, and nobody else's."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from instance import raw_sql
from instance.errors import Conflict, FormRefused, NotFound
from instance.models import (
    Actor,
    ActorKind,
    Block,
    Export,
    ExportFile,
    ExportPart,
    ExportState,
    Follow,
    FollowState,
    Member,
    Notification,
    NotificationKind,
    Post,
)
from instance.services import posting
from instance.services.consults import purging, recalling
from instance.services.consults.states import Event
from instance.services.portability import belongings, exports
from instance.workers import upkeep
from tests.cast import LEE, RUIZ, Houses
from tests.clinic import add_image, ask, ask_with_images, seen_at, write
from tests.houses import PASSWORD, House, Person
from tests.takeaway import HERE, asked_for, taken

OWL = replace(LEE, pseudonym="quiet_owl", legal_name="Johanna Lee-Winter")


@pytest.fixture
async def owl(mercy: House) -> Person:
    """A member with a pseudonym; `actor` is the one named after the person."""
    return await mercy.person(OWL)


async def test_no_file_says_that_the_member_has_another_name(mercy: House, owl: Person) -> None:
    assert owl.pseudonym is not None
    await owl.speaks(posting.start_thread, None, "By name", "Said by name.")
    await mercy.at(posting.start_thread, owl.pseudonym, None, "Unnamed", "Said unnamed.")
    named, unnamed = await taken(owl, owl.actor), await taken(owl, owl.pseudonym)
    person = await taken(owl, None)
    of_lee = (owl.uri, "@lee", b"Dr J. Lee", b"By name", b"lee@hospital", b"Lee-Winter")
    of_owl = (owl.pseudonym.uri, "quiet_owl", b"Unnamed")
    for found, others in ((named, of_owl), (unnamed, of_lee), (person, (*of_owl, owl.uri))):
        for word in others:
            text = word.encode() if isinstance(word, str) else word
            assert text not in b"".join(found.files.values())
        assert found.times == {(1980, 1, 1, 0, 0, 0)}
    assert len(unnamed.items("activitypub/outbox.json")) == 1


async def test_no_file_names_others_as_their_staff_office_does(
    houses: Houses, mercy: House, lee: Person
) -> None:
    ruiz = await mercy.person(replace(RUIZ, legal_name="Carmen Ruiz-Ortega"))
    consult = await ask(lee)
    await write(ruiz, consult, Event.COMMENT)
    content = b"".join((await taken(lee, lee.actor)).files.values())
    assert b"A word." in content
    for word in (b"Ruiz-Ortega", b"ruiz@hospital", b"lee@hospital"):
        assert word not in content


async def test_consults_are_those_that_the_member_may_read_now(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    others = await ask(okafor, mercy)
    await houses.settle()
    await write(okafor, consult, Event.COMMENT)
    await houses.settle()
    both = (await taken(okafor, okafor.actor)).consults()
    assert {row["id"] for row in both} == {consult.uri, others.uri}
    assert [row["id"] for row in (await taken(lee, lee.actor)).consults()] == [consult.uri]
    there = await seen_at(stlukes, consult)
    await stlukes.at(there.fetch_related, "group")
    await stlukes.at(purging.purge, there, datetime.now(UTC))
    left = await taken(okafor, okafor.actor)
    assert [row["id"] for row in left.consults()] == [others.uri]
    assert b"A word." not in b"".join(left.files.values())


async def test_who_may_read_no_consults_takes_none_along(mercy: House, lee: Person) -> None:
    await ask(lee)
    await mercy.at(lambda: Member.filter(id=lee.member.id).update(has_second_factor=False))
    assert (await taken(lee, lee.actor)).consults() == []


async def test_a_spreadsheet_runs_nothing_of_it(mercy: House, lee: Person) -> None:
    """T82."""
    for number, handle in enumerate(("=cmd", "fine", 'a"b')):
        await mercy.at(_known, lee, f"https://x.example/{number}", handle)
    found = await taken(lee, lee.actor)
    lines = found.files["activitypub/following_accounts.csv"].decode().splitlines()
    assert lines[1:] == ["'=cmd@x.example,true,false,", "fine@x.example,true,false,"]
    blocked = found.files["activitypub/blocked_accounts.csv"].decode().splitlines()
    assert blocked == ["'=cmd@x.example", "fine@x.example"]
    assert len(found.items("activitypub/following.json")) == 3


async def _known(person: Person, uri: str, handle: str) -> None:
    """Somebody whom they follow and block."""
    other = await Actor.create(
        uri=uri, handle=handle, host="x.example", inbox=uri, kind=ActorKind.PERSON
    )
    both = {"follower_id": person.actor.id, "target_id": other.id}
    await Follow.create(uri=f"{uri}#f", state=FollowState.ACCEPTED, **both)
    await Block.create(uri=f"{uri}#b", actor_id=person.actor.id, target_id=other.id)


async def test_each_post_carries_its_authors_proof_and_a_deleted_one_is_not_there(
    mercy: House, lee: Person
) -> None:
    for word in ("One", "Two"):
        await lee.speaks(posting.start_thread, None, word, word)
    gone = await mercy.at(lambda: Post.all().order_by("id"))
    await mercy.at(lambda: Post.filter(id=gone[0].id).update(deleted_at=datetime.now(UTC)))
    [post] = (await taken(lee, lee.actor)).items("activitypub/outbox.json")
    assert post["object"]["name"] == "Two" and post["proof"]["verificationMethod"].startswith(
        lee.uri
    )


async def test_files_are_made_part_by_part_sealed_and_told_of(
    mercy: House, owl: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PART", 512)
    await asked_for(owl)
    names = sorted(file.name for file in await mercy.at(lambda: ExportFile.all()))
    assert names == ["curbside-lee.zip", "curbside-person.zip", "curbside-quiet_owl.zip"]
    first = await mercy.at(ExportPart.get, file__name="curbside-person.zip", number=0)
    assert first.content[:2] == b"PK" and len(first.content) <= 512
    stored = await mercy.at(raw_sql.run, "SELECT content FROM export_part", [])
    assert len(stored) > 10
    assert not any(b64decode(row["content"]).find(b"PK\x03\x04") >= 0 for row in stored)
    [told] = await mercy.at(
        lambda: Notification.filter(kind=NotificationKind.EXPORT_READY).order_by("id")
    )
    assert told.identity_id == owl.actor.id


async def test_files_are_asked_for_and_fetched_with_the_password(mercy: House, lee: Person) -> None:
    """T63: a stolen session carries nothing away."""
    with pytest.raises(FormRefused):
        await lee.does(exports.ask, "a guess", HERE)
    await asked_for(lee)
    file = await mercy.at(ExportFile.get, name="curbside-lee.zip")
    with pytest.raises(FormRefused):
        await lee.does(exports.file, file.id, "a guess", HERE)
    assert (await lee.does(exports.file, file.id, PASSWORD, HERE)).sha256 == file.sha256


async def test_nobody_fetches_the_files_of_another(mercy: House, lee: Person) -> None:
    ruiz = await mercy.person(RUIZ)
    await asked_for(lee)
    file = await mercy.at(ExportFile.get, name="curbside-lee.zip")
    with pytest.raises(NotFound):
        await ruiz.does(exports.file, file.id, PASSWORD, HERE)


async def test_there_is_one_set_at_a_time_for_some_days(mercy: House, lee: Person) -> None:
    await lee.does(exports.ask, PASSWORD, HERE)
    with pytest.raises(Conflict):
        await lee.does(exports.ask, PASSWORD, HERE)
    [export_id] = await mercy.at(exports.waiting)
    await mercy.at(exports.make, export_id)
    await asked_for(lee)
    assert await mercy.at(lambda: Export.all().count()) == 1
    later = datetime.now(UTC) + exports.KEPT + timedelta(minutes=1)
    assert await lee.does(exports.of, later) is None
    await mercy.at(upkeep.purge, later)
    rows = await mercy.rows()
    assert (rows["Export"], rows["ExportFile"], rows["ExportPart"]) == (0, 0, 0)


async def test_one_that_was_stopped_in_the_middle_is_made_anew(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lee.does(exports.ask, PASSWORD, HERE)
    [export_id] = await mercy.at(exports.waiting)
    with monkeypatch.context() as broken:
        broken.setattr(belongings, "_profile", None)  # as a kill in the middle of the file
        with pytest.raises(TypeError):
            await mercy.at(exports.make, export_id)
    await mercy.at(exports.make, export_id)  # somebody else is thought to be at it
    assert (await mercy.at(Export.get, id=export_id)).state is ExportState.MAKING
    past = {"claimed_until": datetime.now(UTC) - timedelta(seconds=1)}
    await mercy.at(lambda: Export.filter(id=export_id).update(**past))
    await mercy.at(exports.make, export_id)
    assert (await mercy.at(Export.get, id=export_id)).state is ExportState.READY
    assert await mercy.at(lambda: ExportFile.filter(sha256="").count()) == 0


async def test_a_worker_that_was_thought_gone_writes_nothing_more(
    mercy: House, lee: Person
) -> None:
    await lee.does(exports.ask, PASSWORD, HERE)
    [export_id] = await mercy.at(exports.waiting)
    slow = await mercy.at(exports._claim, export_id)
    assert slow is not None
    await mercy.at(lambda: Export.filter(id=export_id).update(run=7))
    assert not await mercy.at(exports._is_mine, slow)


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_images_that_one_sent_are_files_with_an_index_and_those_recalled_are_not(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask_with_images(lee, stlukes, images=(await add_image(lee),))
    gone = await ask_with_images(lee, images=(await add_image(lee),))
    await add_image(lee, alt="Never sent")
    await lee.does(recalling.recall, gone.id, (recalling.WHOLE,), "phi")
    await houses.settle()
    found = await taken(lee, lee.actor)
    assert found.is_whole() and found.times == {(1980, 1, 1, 0, 0, 0)}
    [named] = found.json("images/index.json")["items"]
    assert (named["context"], named["name"]) == (consult.uri, "An X-ray of the chest")
    assert Image.open(BytesIO(found.files[named["file"]])).size == (named["width"], named["height"])
    assert {path for path in found.files if path.startswith("images/")} == {
        named["file"],
        "images/index.json",
    }
    assert not [path for path in (await taken(okafor, okafor.actor)).files if "images" in path]
