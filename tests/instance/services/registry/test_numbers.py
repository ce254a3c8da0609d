"""Numbers of members: matched by name, place and profession, one of each, and private."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from instance.models import (
    AuditEntry,
    CaseKind,
    Ending,
    MemberNumber,
    Method,
    Profession,
    Role,
    Stage,
    Verification,
    VerificationCase,
)
from instance.outbox import actors
from instance.services import verification
from instance.services.registry import numbers
from instance.services.registry.importing import Source, Wanted
from instance.services.registry.numbers import Typed
from tests.cast import new
from tests.houses import House, Person
from tests.registers import CARDIOLOGY, LEE, OTHERS, bring, nppes, person, stub
from tests.rosters import joined, level

TYPED = Typed("US-MN", "MD-54321", LEE)
ROW = person(LEE, "Lee", "Jo", "54321")


async def gives(member: Person, typed: Typed = TYPED) -> bool:
    matched: bool = await member.does(numbers.give, typed, datetime.now(UTC))
    return matched


async def outcomes(member: Person) -> dict[str, str]:
    rows = await member.home.at(lambda: MemberNumber.filter(member_id=member.member.id))
    return {row.kind.value: row.outcome.value for row in rows}


async def cases(house: House) -> list[int]:
    rows = await house.at(lambda: VerificationCase.filter(kind=CaseKind.NUMBER, decided_at=None))
    return [row.member_id for row in rows]


@pytest.mark.parametrize(
    ("legal_name", "facts", "row", "is_matched"),
    [
        ("Dr Jo Lee", {}, {}, True),
        ("Lee, Jo Anna", {}, {}, True),
        ("Prof. Jo A. Lee, MD, PhD", {}, {}, True),
        ("Dr Kim Lee", {}, {}, False),  # another person of that family name
        ("J. Lee", {}, {}, False),  # an initial says too little
        ("Dr Jo Leeson", {}, {}, False),
        ("Dr Jo Ruiz", {}, {"Provider Other Last Name": "RUIZ"}, True),  # the name she had before
        ("Dr Jo Lee", {"profession": Profession.NURSE}, {}, False),
        ("Dr Jo Lee", {}, {"Healthcare Provider Taxonomy Code_1": "163W00000X"}, False),
        ("Dr Jo Lee", {}, {"Healthcare Provider Taxonomy Code_1": "390200000X"}, False),
        (
            "Dr Jo Lee",
            {"stage": Stage.TRAINEE},
            {"Healthcare Provider Taxonomy Code_1": "390200000X"},
            True,
        ),
        (
            "Dr Jo Lee",
            {},
            {
                "Provider License Number State Code_1": "WI",
                "Provider Business Practice Location Address State Name": "WI",
            },
            False,
        ),
    ],
)
async def test_number_name_place_and_profession_have_to_agree(
    mercy: House,
    tmp_path: Path,
    legal_name: str,
    facts: Mapping[str, Any],
    row: dict[str, str],
    is_matched: bool,
) -> None:
    await nppes(mercy, tmp_path, {**ROW, **row})
    lee = await joined(mercy, "jlee", legal_name=legal_name, **facts)
    assert await gives(lee, Typed("US-MN", "", LEE)) is is_matched
    assert await level(lee) == (2 if is_matched else 1)
    assert bool(await cases(mercy)) is not is_matched


async def test_a_number_is_compared_without_its_dashes_and_kept_as_typed(
    mercy: House, tmp_path: Path
) -> None:
    await nppes(mercy, tmp_path, person(LEE, "Lee", "Jo", "md 54.321"))
    lee = await joined(mercy, "jlee", legal_name="Jo Lee")
    assert await gives(lee)
    rows = await lee.does(numbers.of)
    assert [(row.typed, row.key) for row in rows] == [("MD-54321", "MD54321"), (LEE, LEE)]


async def test_one_number_belongs_to_one_member_and_neither_learns_of_the_other(
    mercy: House, tmp_path: Path
) -> None:
    await nppes(mercy, tmp_path, ROW)
    first = await joined(mercy, "first", legal_name="Jo Lee")
    second = await joined(mercy, "second", legal_name="Jo Lee")
    stranger = await joined(mercy, "stranger", legal_name="Al Other")
    assert await gives(first, Typed("MN", "", LEE))
    assert not await gives(second, Typed("US-MN", "", LEE))
    assert not await gives(stranger, Typed("US-MN", "", LEE))
    assert [await level(one) for one in (first, second, stranger)] == [2, 1, 1]
    assert await cases(mercy) == [second.member.id, stranger.member.id]
    # The page says the same to somebody whose name merely differs.
    assert await outcomes(second) == await outcomes(stranger) == {"npi": "unsettled"}
    # Who held it gives another number: theirs is free.
    await gives(first, Typed("US-MN", "", OTHERS[0]))
    assert await level(first) == 1
    assert await gives(second, Typed("US-MN", "", LEE))


async def test_one_number_that_is_somebody_elses_spoils_the_other(
    mercy: House, tmp_path: Path
) -> None:
    await nppes(mercy, tmp_path, ROW, person(OTHERS[0], "Other", "Al", "77777"))
    lee = await joined(mercy, "jlee", legal_name="Jo Lee")
    assert not await gives(lee, Typed("US-MN", "77777", LEE))
    assert await outcomes(lee) == {"licence": "unsettled", "npi": "matched"}
    assert await level(lee) == 1


async def test_a_newer_file_ends_what_it_does_not_confirm_any_more(
    mercy: House, tmp_path: Path
) -> None:
    await nppes(mercy, tmp_path, ROW, person(OTHERS[0], "Moyo", "Sam"))
    lee = await joined(mercy, "jlee", legal_name="Jo Lee")
    moyo = await joined(mercy, "smoyo", legal_name="Sam Moyo")
    waiting = await joined(mercy, "late", legal_name="La Te")
    for one, npi in ((lee, LEE), (moyo, OTHERS[0]), (waiting, OTHERS[1])):
        await gives(one, Typed("US-MN", "", npi))
    assert [await level(one) for one in (lee, moyo, waiting)] == [2, 2, 1]
    # One is deactivated, one has another name now, and one is there at last.
    renamed = person(OTHERS[0], "Smith", "Sam")
    await nppes(mercy, tmp_path, stub(LEE), renamed, person(OTHERS[1], "Te", "La"))
    assert [await level(one) for one in (lee, moyo, waiting)] == [1, 1, 2]
    assert await outcomes(lee) == {"npi": "inactive"}
    assert {lee.member.id, moyo.member.id} <= set(await cases(mercy))
    rows = await mercy.at(lambda: Verification.filter(ending=Ending.REGISTRY))
    assert {row.method for row in rows} == {Method.REGISTRY} and len(rows) == 2


async def test_a_number_that_was_replaced_leads_to_the_one_in_use(
    mercy: House, tmp_path: Path
) -> None:
    gone = {**stub(OTHERS[0]), "Replacement NPI": LEE}
    await nppes(mercy, tmp_path, gone, ROW)
    lee = await joined(mercy, "jlee", legal_name="Jo Lee")
    assert await gives(lee, Typed("US-MN", "", OTHERS[0]))


async def test_the_register_says_which_specialty_where_nobody_did(
    mercy: House, tmp_path: Path
) -> None:
    more = {"Healthcare Provider Taxonomy Code_2": CARDIOLOGY}
    await nppes(mercy, tmp_path, {**ROW, **more})
    lee = await joined(mercy, "jlee", legal_name="Jo Lee")
    await gives(lee, Typed("US-MN", "", LEE))
    [actor] = await mercy.at(lambda: lee.member.actors.all().select_related("member"))
    assert actor.member is not None
    assert actor.member.specialties == ["internal_medicine", "cardiology"]


async def test_a_register_of_a_country_covers_its_regions(mercy: House, tmp_path: Path) -> None:
    path = tmp_path / "de.csv"
    path.write_text("number,name,status\n123456601,Lee Jo,active\n1234567,Jo Lee,active\n")
    await bring(mercy, path, Wanted(Source.LIST, "german", "DE"))
    await bring(mercy, path, Wanted(Source.LIST, "gmc", "GB"))
    lee = await joined(mercy, "jlee", legal_name="Jo Lee")
    assert await gives(lee, Typed("GB", "C1234567"))
    assert not await gives(lee, Typed("DE-BE", "123456601"))  # family name last
    assert await outcomes(lee) == {"licence": "unsettled"}
    assert not await gives(lee, Typed("IE", "123456"))
    assert await outcomes(lee) == {"licence": "no_register"}


async def test_a_number_that_is_out_of_use_confirms_nobody(mercy: House, tmp_path: Path) -> None:
    out = {"NPI Deactivation Date": "12/31/2025", "NPI Reactivation Date": "01/02/2020"}
    await nppes(mercy, tmp_path, {**ROW, **out})
    lee = await joined(mercy, "jlee", legal_name="Jo Lee")
    assert not await gives(lee, Typed("US-MN", "54321", LEE))
    assert set((await outcomes(lee)).values()) == {"inactive"}


async def test_a_match_closes_the_case_and_what_an_officer_decided_lasts(
    mercy: House, tmp_path: Path
) -> None:
    officer = await mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    await nppes(mercy, tmp_path, person(OTHERS[0], "Other", "Al"))
    lee = await joined(mercy, "jlee", legal_name="Jo Lee")
    kim = await joined(mercy, "kim", legal_name="Jae Kim")
    for one, npi in ((lee, LEE), (kim, OTHERS[1])):
        assert not await gives(one, Typed("US-MN", "", npi))
    assert await cases(mercy) == [lee.member.id, kim.member.id]

    async def decide() -> None:
        now = datetime.now(UTC)
        async with in_transaction():
            await verification.give(kim.member, Method.REGISTRY, now, by=officer.member)

    await mercy.at(decide)
    await nppes(mercy, tmp_path, ROW)
    assert await cases(mercy) == [kim.member.id]
    assert (await level(lee), await level(kim)) == (2, 2)
    await nppes(mercy, tmp_path, ROW, stub(OTHERS[1]))
    assert await level(kim) == 1  # it is out of use now


async def test_a_number_is_on_no_page_of_others_in_no_document_and_in_no_log(
    mercy: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await nppes(mercy, tmp_path, person(LEE, "Other", "Al", "54321"))
    caplog.clear()
    kim = await joined(mercy, "kim", legal_name="Dr Jae Kim", is_public=True)
    secret = "MD-0054321"
    await (await mercy.sign_in("kim")).post_form(
        "/account/verification/number",
        {"jurisdiction": "MN", "licence": secret, "npi": LEE, "orcid": "0000-0002-1825-0097"},
    )
    assert len(await kim.does(numbers.of)) == 3
    await joined(mercy, "reader")
    await mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    [case] = await mercy.at(lambda: VerificationCase.filter(kind=CaseKind.NUMBER))
    officers = (await mercy.sign_in("officer"), f"/admin/verification/{case.id}")
    assert secret in (await officers[0].get(officers[1])).text
    other = await mercy.sign_in("reader")
    seen = [(await other.get(path)).text for path in ("/@kim", "/people?q=kim", "/account")]
    assert (await other.get(officers[1])).status == 404
    seen.append((await officers[0].get("/admin/audit")).text)
    for trusted in (True, False):
        served = await mercy.at(actors.document, kim.actor, trusted=trusted, now=datetime.now(UTC))
        seen.append(json.dumps(served))
    rows = await mercy.at(lambda: AuditEntry.all())
    seen += [f"{row.subject} {row.detail}" for row in rows]
    seen += [record.getMessage() for record in caplog.records]
    for number in (secret, "MD0054321", "54321", LEE, "0000-0002-1825-0097"):
        assert not [text for text in seen if number in text]
