"""Copies of pictures from elsewhere: how much room they take, and what is wrong with them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance import raw_sql
from instance.models import (
    Actor,
    Attachment,
    AttachmentFile,
    AttachmentState,
    Media,
    MediaPart,
    MediaState,
    PictureUse,
    Portrait,
    Setting,
    Variant,
)
from instance.services import picture_copies, received_portraits
from instance.services.retention import mending
from tests.houses import House
from tests.making import make

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_the_least_used_go_first_pictures_and_portraits_alike(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_copies, "_MIB", 1)
    await mercy.at(_two_copies_and_a_local_one)
    assert await mercy.at(picture_copies.size) == 30
    assert await mercy.at(picture_copies.make_room, NOW) == 0  # the usual
    for most, left in (("20", ("", "ready")), ("1", ("", "missing")), ("0", ("", "missing"))):
        await mercy.at(_limit, most)
        await mercy.at(picture_copies.make_room, NOW)
        assert await mercy.at(_left) == left, most
    face = await mercy.at(lambda: Portrait.get())
    assert face.asked_at is not None and face.asked_at < NOW - received_portraits.AGAIN_AFTER
    assert await mercy.at(lambda: AttachmentFile.all().count()) == 1  # of a member here


async def _two_copies_and_a_local_one() -> None:
    await _limit("30")
    who = await make(Actor, is_local=False, host="there.example")
    for at, source in ((NOW - 9 * DAY, "https://there.example/1"), (NOW, None)):
        values = {"state": AttachmentState.READY, "source": source, "created_at": at}
        row = await make(Attachment, actor=who, name=f"{source}"[-1:] * 32, width=4, **values)
        await make(AttachmentFile, attachment=row, variant=Variant.FULL, content=b"x" * 10)
    face: dict[str, Any] = {"source": "https://there.example/2", "media_type": "image/png"}
    await make(Portrait, actor=who, asked_at=NOW - DAY, content=b"x" * 20, **face)
    await PictureUse.create(name="1" * 32, used_at=NOW - timedelta(hours=1))


async def _limit(most: str) -> None:
    await Setting.update_or_create(name="picture_mib", defaults={"value": most})


async def _left() -> tuple[str, str]:
    picture = await Attachment.get(source__not_isnull=True)
    return (await Portrait.get()).media_type, picture.state.value


async def test_what_misses_its_file_or_its_picture_is_found_and_put_right(mercy: House) -> None:
    await mercy.at(_broken)
    found = await mercy.at(mending.mend)
    assert {name for name, many in found.items() if many} == {
        *("pictures_without_file", "pictures_nobody_fetches", "uses_of_no_picture"),
        *("images_of_consults_without_parts", "portraits_without_content"),
        *(("files_of_no_picture", "parts_of_no_picture") if await mercy.at(_is_sqlite) else ()),
    }
    assert not any((await mercy.at(mending.mend)).values())
    states = [one.state for one in await mercy.at(lambda: Attachment.all().order_by("id"))]
    assert states == [AttachmentState.MISSING, AttachmentState.MISSING, AttachmentState.READY]


async def _is_sqlite() -> bool:
    return str(raw_sql.active().capabilities.dialect) == "sqlite"


async def _broken() -> None:
    source = "https://there.example/1"
    await make(Attachment, state=AttachmentState.READY, source=source)
    await make(Attachment, state=AttachmentState.AWAITED, source=source)
    whole = await make(Attachment, state=AttachmentState.READY)
    await make(AttachmentFile, attachment=whole, variant=Variant.FULL)
    await make(Media, state=MediaState.READY)
    await make(Portrait, media_type="image/png", content=None)
    await PictureUse.create(name="gone", used_at=NOW)
    if await _is_sqlite():  # PostgreSQL has no way to it
        await make(MediaPart, variant=Variant.FULL)
        await raw_sql.run("PRAGMA foreign_keys = OFF", [])
        await AttachmentFile.create(attachment_id=7, variant=Variant.FULL, content=b"")
        await MediaPart.all().update(media_id=7)
        await raw_sql.run("PRAGMA foreign_keys = ON", [])
