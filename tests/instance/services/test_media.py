"""Pictures in the database: stored with their row, deleted with it. On both kinds of database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.exceptions import OperationalError

from instance.errors import FormRefused, NotFound
from instance.models import Media, MediaPart, Variant
from instance.services import media
from instance.services.retention import purging
from tests import pictures
from tests.cast import RUIZ, Houses
from tests.clinic import add_image, ask_with_images, seen_at
from tests.houses import House, Person


async def test_a_picture_is_kept_whole_and_sealed_here_and_at_a_partner(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    image = await add_image(lee, pictures.of((900, 700)))
    await lee.does(media.edit, image, 1, [(0.0, 0.0, 50.0, 50.0)], None)
    await lee.does(
        media.describe, image, 2, alt="A scan", basis="held", looked_at=datetime.now(UTC)
    )
    consult = await ask_with_images(lee, stlukes, images=(image,))
    await houses.settle()

    there = await seen_at(stlukes, consult)
    row = await stlukes.at(Media.get, consult_id=there.id)
    assert (row.alt, row.width, row.member_id) == ("A scan", 900, None)
    found = await okafor.does(media.readable, row.id, datetime.now(UTC))
    content = await stlukes.at(media.content_of, found, Variant.FULL)
    assert content.startswith(b"\x89PNG")
    with pytest.raises(NotFound):
        await (await stlukes.person(RUIZ)).does(media.own, row.id)


async def test_where_a_part_cannot_be_stored_nothing_is(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a row without its picture nor a picture without its row."""
    create, stored = MediaPart.create, []

    async def fails(**values: Any) -> MediaPart:
        if values["variant"] is Variant.SMALL:
            raise OperationalError("disk full")
        stored.append(values)
        return await create(**values)

    monkeypatch.setattr(MediaPart, "create", fails)
    with pytest.raises(OperationalError):
        await add_image(lee)

    assert stored
    assert await mercy.at(lambda: Media.all().count()) == 0
    assert await mercy.at(lambda: MediaPart.all().count()) == 0


async def test_what_nobody_sent_is_deleted_after_a_month(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    sent, unsent = await add_image(lee), await add_image(lee)
    await ask_with_images(lee, stlukes, images=(sent,))
    await mercy.at(purging.run, datetime.now(UTC) + media.UNSENT_KEPT - timedelta(minutes=1))
    assert await mercy.at(lambda: Media.all().count()) == 2

    await mercy.at(purging.run, datetime.now(UTC) + media.UNSENT_KEPT)

    assert [row.id for row in await mercy.at(Media.all)] == [sent] and unsent != sent


async def test_a_server_without_an_address_for_images_takes_none(houses: Houses) -> None:
    house = await houses.open("Bare", "hospital", "bare.example", MEDIA_ORIGIN="")
    person = await house.person(RUIZ)

    with pytest.raises(FormRefused) as refused:
        await add_image(person)
    assert "Ask your administrator" in refused.value.fields["images"]
