"""A licence and a photo ID: taken by what they are, sealed, seen by officers, gone in time."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from tortoise.connection import get_connection

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import CaseDocument, CaseKind, CaseState
from instance.services import case_documents, cases
from instance.services.case_decisions import Choice
from instance.workers import upkeep
from tests.houses import House, Person
from tests.instance.services.roster.test_importing import OFFICER, SECOND
from tests.rosters import joined
from tests.verifying import PDF, PNG, again, decides, left, looks, now, opens, sends

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 90


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(OFFICER)


@pytest.fixture
async def second(mercy: House) -> Person:
    return await mercy.person(SECOND)


@pytest.fixture
async def kim(mercy: House) -> Person:
    return await joined(mercy, "kim")


async def stored(house: House) -> list[str]:
    """As it stands in the table."""

    async def read() -> list[str]:
        sql = "SELECT content FROM case_document"
        return [row["content"] for row in await get_connection("default").execute_query_dict(sql)]

    return await house.at(read)


@pytest.mark.parametrize(
    "files",
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>",),
        (b"",),
        (PNG, b"MZ\x90\x00"),
        (PNG + b"x" * case_documents.FILE_MOST,),
        (PNG,) * 5,
    ],
)
async def test_a_file_that_is_no_picture_or_too_much_is_not_taken(
    mercy: House, kim: Person, files: tuple[bytes, ...]
) -> None:
    with pytest.raises(FormRefused):
        await sends(kim, *files)
    assert await left(mercy) == 0


async def test_pictures_and_papers_are_taken_up_to_four(mercy: House, kim: Person) -> None:
    case = await sends(kim, PNG, PDF, JPEG)
    kinds = {row.media_type for row in await mercy.at(cases.documents, case)}
    assert kinds == {"image/png", "application/pdf", "image/jpeg"}
    with pytest.raises(FormRefused):
        await sends(kim, PNG, PNG)
    assert await left(mercy) == 3


async def test_documents_come_to_what_is_asked_already(
    mercy: House, officer: Person, second: Person, kim: Person
) -> None:
    asked = await opens(kim, CaseKind.JOINED)
    await decides(officer, asked, Choice.KNOWN)
    assert (await sends(kim)).id == asked.id
    seen_anew = await again(asked, mercy)
    assert seen_anew.state is CaseState.WAITING and seen_anew.proposed_by_id is None


async def test_documents_are_sealed_in_the_database(mercy: House, kim: Person) -> None:
    await sends(kim)
    assert len(await stored(mercy)) == 2
    assert not [text for text in await stored(mercy) if "zebrafinch" in text]


async def test_officers_alone_see_them_and_never_their_own(
    mercy: House, officer: Person, kim: Person, lee: Person
) -> None:
    case, own = await sends(kim), await sends(officer)
    [first, _] = await mercy.at(cases.documents, case)
    [mine, _] = await mercy.at(cases.documents, own)
    for who, one, document in ((lee, case, first), (kim, case, first), (officer, own, mine)):
        with pytest.raises(NotAllowed):
            await who.does(case_documents.read, one.id, document.id, now())
    with pytest.raises(NotFound):
        await officer.does(case_documents.read, own.id, first.id, now())
    found = await officer.does(case_documents.read, case.id, first.id, now())
    assert found.content in (PNG, PDF)


@pytest.mark.parametrize("choice", [Choice.REFUSE, Choice.REGISTRY])
async def test_a_decision_deletes_them_at_once(
    mercy: House, officer: Person, kim: Person, choice: Choice
) -> None:
    await opens(kim, CaseKind.NUMBER)
    case = await sends(kim)
    await looks(officer, case)
    await decides(officer, case, choice)
    assert await stored(mercy) == []


async def test_after_30_days_they_are_gone_whatever_was_decided(
    mercy: House, officer: Person, kim: Person
) -> None:
    case = await sends(kim)
    await mercy.at(upkeep.purge, now() + timedelta(days=29, hours=23))
    assert await left(mercy) == 2
    await mercy.at(upkeep.purge, now() + timedelta(days=30))
    assert await stored(mercy) == []
    assert (await again(case, mercy)).state is CaseState.WAITING


async def test_a_member_takes_their_own_back(mercy: House, kim: Person) -> None:
    ada = await joined(mercy, "ada")
    await sends(kim)
    await sends(ada)
    await kim.does(case_documents.take_back)
    assert await left(mercy) == 2
    owners = await mercy.at(lambda: CaseDocument.all().select_related("case"))
    assert {row.case.member_id for row in owners} == {ada.member.id}


async def test_nothing_of_them_stays_in_the_file_of_the_database(
    mercy: House, officer: Person, kim: Person
) -> None:
    """SQLite forgets where a row stood, and leaves it there, unless it is told to overwrite it."""
    if not mercy.config.database_url.startswith("sqlite"):
        pytest.skip("a file of its own")
    case = await sends(kim, PNG * 40)
    [sealed] = await stored(mercy)
    parts = {sealed[at : at + 60].encode() for at in range(0, len(sealed) - 60, 5_000)}
    assert await _in_the_file(mercy, parts)
    await decides(officer, case, Choice.REFUSE)
    assert not await _in_the_file(mercy, parts)


async def _in_the_file(mercy: House, parts: set[bytes]) -> set[bytes]:
    await mercy.at(_checkpoint)
    file = Path(mercy.config.database_url.removeprefix("sqlite://"))
    content = await asyncio.to_thread(file.read_bytes)
    return {part for part in parts if part in content}


async def _checkpoint() -> None:
    await get_connection("default").execute_query("PRAGMA wal_checkpoint(TRUNCATE)")
