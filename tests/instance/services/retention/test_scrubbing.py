"""T63: a deleted text is nowhere in the files of the database, its words neither."""

import asyncio
from pathlib import Path

import pytest

from instance.models import Remains
from instance.services import editing, posting
from instance.services.retention import scrubbing
from instance.services.retention.scrubbing import Scrubber
from tests.houses import House, Person

FIRST, SECOND, STAYS = "quokkaburra", "numbatwing", "bandicootle"


def test_it_is_done_well_within_a_minute() -> None:
    assert scrubbing.EVERY_SECONDS <= 20


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_deleted_text_and_its_words_are_nowhere_in_the_files(
    mercy: House, lee: Person
) -> None:
    for number in range(60):  # so that it does not stand alone in its pages
        words = f"Something else about patients {number} {STAYS}{number}."
        await lee.speaks(posting.start_thread, None, "A title", words * 20)
    edited = await lee.speaks(posting.start_thread, None, "A title", f"Said {FIRST}. " * 40)
    gone = await lee.speaks(posting.start_thread, None, "A title", f"Gone {SECOND}. " * 40)
    scrubber = Scrubber()
    while await mercy.at(scrubber.scrub):
        continue
    assert await _in_the_files(mercy) == {FIRST, SECOND, STAYS}

    await lee.speaks(editing.edit_post, edited, "A title", "New words.")
    for post in (edited, gone):  # with its earlier versions
        await lee.speaks(editing.delete_post, await mercy.at(posting.by_id, post.id))
    while await mercy.at(scrubber.scrub):
        continue
    assert await _in_the_files(mercy) == {STAYS}
    for row in await mercy.at(Remains.all):
        assert row.taken_out == row.merged > 0


async def _in_the_files(house: House) -> set[str]:
    file = Path(house.config.database_url.removeprefix("sqlite://"))
    found: set[str] = set()
    for path in (file, file.with_name(file.name + "-wal")):
        content = await asyncio.to_thread(path.read_bytes)
        found |= {word for word in (FIRST, SECOND, STAYS) if word.encode() in content}
    return found
