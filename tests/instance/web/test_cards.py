"""Cards of posts that were drawn once are shown again, as long as all in them is the same."""

from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from types import SimpleNamespace
from typing import Any

from instance.models import Level, Standing
from instance.services import channels, editing, follows, posting
from instance.web.times import Times
from tests.cast import new
from tests.houses import House, Person

NOW = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
SPANS = (
    *(timedelta(seconds=seconds) for seconds in range(-90, 7_300, 7)),
    *(timedelta(minutes=minutes) for minutes in range(0, 60 * 24 * 3, 31)),
    *(timedelta(days=days) for days in range(0, 800, 13)),
)


async def test_a_card_says_what_is_so_now_whatever_was_drawn_before(
    mercy: House, lee: Person
) -> None:
    moyo = await mercy.person(new("moyo", "Dr S. Moyo"))
    wards = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    await lee.speaks(follows.follow, wards)
    post = await moyo.speaks(posting.start_thread, wards, "Falls at night", "Bed rails?")
    browser = await mercy.sign_in("lee")

    async def says(*words: str) -> bool:
        page = (await browser.get("/")).text
        assert (await browser.get("/")).text.count("<article") == page.count("<article")
        return all(word in page for word in words)

    assert await says("Falls at night", "Bed rails?", "Verified physician", "0 replies")
    await mercy.at(lambda: Standing.filter(actor_id=moyo.actor.id).update(level=Level.CHECKED))
    assert await says("Falls at night", "Checked") and not await says("Verified physician")
    await lee.speaks(posting.reply, post, "Low beds.")
    assert await says("1 reply")
    post = await mercy.at(posting.by_id, post.id)
    await moyo.speaks(editing.edit_post, post, "Falls at night", "Cot sides?")
    assert await says("Cot sides?") and not await says("Bed rails?")
    await moyo.speaks(editing.delete_post, await mercy.at(posting.by_id, post.id))
    assert not await says("Falls at night")


def test_two_times_of_one_age_read_alike() -> None:
    times = Times(NullTranslations())
    for zone in ("UTC", "America/New_York", "Asia/Kolkata"):
        said: dict[Any, str] = {}
        for passed in SPANS:
            at = NOW - timedelta(days=3)
            page: Any = SimpleNamespace(now=at + passed, zone=zone)
            words = times.ago({"page": page}, at)  # type: ignore[arg-type]
            assert said.setdefault(times.age(page, at), words) == words
        assert len(said) > 80
