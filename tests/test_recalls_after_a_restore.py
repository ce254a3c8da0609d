"""A recall in a consult of a restored institution: it waits for nothing that the others still have
to tell (federation.md 6.4, 12)."""

from pathlib import Path

import pytest

from federation.errors import FetchFailed
from instance.models import Consult, Delivery, MediaPart, Participant, Status
from instance.services.consults import changing, recalling, releasing
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import ANSWER, FACTS, add_image, ask, ask_with_images, seen_at, write, written
from tests.houses import House, Person
from tests.network import Network
from tests.recalls import STEWARD, bodies, opened, page
from tests.restores import again, ask_others, back_up, come_again, is_history, restored, thread

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "backup.sqlite3"


async def test_a_recall_waits_for_no_number_and_nothing_of_it_comes_back_with_the_history(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    copy: Path,
) -> None:
    """An identifier slipped in, and its hospital came from a backup meanwhile: hidden at once here
    and there, held when it is known what was said since."""
    slip = await add_image(lee, alt="Her wristband")
    consult = await ask(lee, stlukes, heart)
    other = await ask_with_images(lee, stlukes, images=(slip,))
    await houses.settle()
    made_at = back_up(mercy, copy)
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0], lee = mercy, again(mercy, lee)
    network.broken, network.down = is_history, {heart.host}
    with pytest.raises(FetchFailed):
        await ask_others(mercy, stlukes.host)
    browser = await mercy.sign_in("lee")
    for one, chosen in ((consult, "all"), (other, f"image-{slip}")):
        form = {"post": chosen, "reason": "phi"}
        for _ in range(2):
            assert (await browser.post_form(f"/k/{one.id}/recall", form)).status == 302
    assert await bodies(mercy, consult) == 0
    network.broken = None
    await ask_others(mercy, stlukes.host)
    assert (await seen_at(mercy, consult)).last_seq == 3
    assert await bodies(mercy, consult) == 0  # what the answer said did not come back
    await mercy.deliver()
    assert await bodies(stlukes, consult) == 0
    assert not await mercy.at(MediaPart.all) and not await stlukes.at(MediaPart.all)
    await stlukes.deliver()
    shown = await page(mercy, consult, "/recall")
    assert "1 of 2 deleted" in shown and "restored from a backup" in shown
    assert "could identify a patient" in await page(mercy, consult)
    assert (await seen_at(mercy, consult)).status is Status.ANSWERED

    network.down.clear()
    await ask_others(mercy, heart.host)
    await lee.does(recalling.try_again, consult.id)
    for house in (mercy, stlukes):
        await come_again(house)
    await houses.settle()
    assert "2 of 2 deleted" in await page(mercy, consult, "/recall")
    for one in (consult, other):
        here, there = await thread(mercy, one), await thread(stlukes, one)
        assert [one[:2] for one in here["entries"]] == [one[:2] for one in there["entries"]]
        assert there["frozen"] is None
        assert (here["state"][0], there["state"][0]) == (Status.HELD, Status.HELD)
        assert "restored from a backup" not in await page(mercy, one, "/recall")
    assert (await bodies(mercy, consult), await bodies(stlukes, consult)) == (0, 0)
    for house in (mercy, stlukes):
        assert "wristband" not in str(await opened(house))
        assert (await seen_at(house, other)).facts["title"] == FACTS["title"]
    await lee.does(releasing.send_again, consult.id, {})
    await houses.settle()
    assert (await seen_at(stlukes, consult)).status is Status.ANSWERED


async def test_a_partners_steward_is_obeyed_by_a_hospital_that_came_from_a_backup(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    copy: Path,
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    made_at = back_up(mercy, copy)
    await stlukes.person(STEWARD)
    there = await seen_at(stlukes, consult)
    await write(okafor, consult, Event.COMMENT, text="After the backup.")
    await houses.settle()
    mercy = await restored(mercy, copy, made_at)
    houses.opened[0] = mercy
    form = {"post": "all", "reason": "phi"}
    steward = await stlukes.sign_in("steward")
    assert (await steward.post_form(f"/k/{there.id}/recall", form)).status == 302
    network.broken = is_history
    with pytest.raises(FetchFailed):
        await ask_others(mercy, stlukes.host)
    await come_again(stlukes)
    await mercy.deliver()
    assert (await bodies(mercy, consult), await bodies(stlukes, consult)) == (0, 0)


async def test_what_its_author_deletes_waits_for_no_number_either(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    copy: Path,
) -> None:
    """Who wrote more than they should, and is neither its asker nor a steward, has no other way to
    take it back. An edit of it comes back with what the others still have: without its words."""
    consult = await ask(lee, stlukes, heart)
    slip = await write(lee, consult, Event.COMMENT, text="Her wristband says so.")
    other = await write(lee, consult, Event.COMMENT, text="A second one.")
    await houses.settle()
    made_at = back_up(mercy, copy)
    await lee.does(changing.edit, consult.id, slip.id, {"text": "Her wristband says more."})
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0], lee = mercy, again(mercy, lee)
    network.broken = is_history
    with pytest.raises(FetchFailed):
        await ask_others(mercy, stlukes.host)
    browser = await mercy.sign_in("lee")
    said = f"/k/{consult.id}/said/{slip.id}"
    assert (await browser.post_form(f"{said}/delete", {})).status == 302
    assert (await browser.post_form(said, {"text": "Once more."})).status == 404
    form = {"post": str(other.id), "reason": "phi"}
    assert (await browser.post_form(f"/k/{consult.id}/recall", form)).status == 302
    await mercy.deliver()
    for house in (mercy, stlukes, heart):
        assert "wristband" not in str(await opened(house))
    network.broken = None
    await ask_others(mercy, stlukes.host, heart.host)
    for house in (mercy, stlukes, heart):
        await come_again(house)
    await houses.settle()

    here, there = await thread(mercy, consult), await thread(stlukes, consult)
    assert [one[:2] for one in here["entries"]] == [one[:2] for one in there["entries"]]
    assert here["state"] == there["state"] and there["frozen"] is None
    for house in (mercy, stlukes, heart):
        assert "wristband" not in str(await opened(house))
        rows = await written(house, consult)
        assert [row.uri for row in rows if row.deleted_at] == [slip.uri]
        assert [row.uri for row in rows if not row.body] == [slip.uri, other.uri]
    shown = await page(mercy, consult, "/recall")
    assert shown.count("2 of 2 deleted") == 2 and "You deleted this" in shown


@pytest.mark.parametrize("is_recalled", [False, True], ids=["alone", "all-recalled-meanwhile"])
async def test_what_an_author_elsewhere_deletes_waits_for_no_number_and_comes_again_for_it(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    copy: Path,
    is_recalled: bool,
) -> None:
    """The hospital of one who took part has told all that it has; another one has not."""
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    slip = await write(okafor, consult, Event.COMMENT, text="Her wristband says so.")
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    made_at = back_up(mercy, copy)
    await okafor.does(changing.edit, there.id, slip.id, {"text": "Her wristband says more."})
    await houses.settle()

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0] = mercy
    network.broken = lambda sent: sent.host == heart.host and sent.target.startswith("/shared")
    await ask_others(mercy, stlukes.host)
    with pytest.raises(FetchFailed):
        await ask_others(mercy, heart.host)
    await okafor.does(changing.delete, there.id, slip.id)
    await okafor.does(changing.edit, there.id, answer.id, {**ANSWER, "rationale": "Not yet."})
    for _ in range(2):
        await come_again(stlukes)
    assert [one.last_error for one in await waiting(stlukes)] == ["busy 503", None]
    if is_recalled:
        browser = await mercy.sign_in("lee")
        form = {"post": "all", "reason": "phi"}
        assert (await browser.post_form(f"/k/{consult.id}/recall", form)).status == 302
    await mercy.deliver()
    for house in (mercy, stlukes, heart):
        assert "wristband" not in str(await opened(house))
    assert (await seen_at(mercy, consult)).last_seq == 5  # no number was given

    network.broken = None
    await ask_others(mercy, heart.host)
    for house in (stlukes, mercy, heart):
        await come_again(house)
    await houses.settle()
    seen = [await thread(house, consult) for house in (mercy, stlukes, heart)]
    for one in seen:
        assert [entry[:2] for entry in one["entries"]] == [e[:2] for e in seen[0]["entries"]]
        assert one["frozen"] is None and one["state"] == seen[0]["state"]
    for house in (mercy, stlukes, heart):
        assert "wristband" not in str(await opened(house))
        rows = await written(house, consult)
        if not is_recalled:  # else it is the recall that is told
            assert [row.uri for row in rows if row.deleted_at] == [slip.uri]
    sent = await stlukes.at(lambda: Delivery.filter(activity__type="Delete"))
    assert all(one.delivered_at for one in sent) and not await waiting(stlukes)


async def test_after_a_restore_nobody_elsewhere_deletes_more_at_once_than_ever(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    copy: Path,
) -> None:
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    slip = await write(okafor, consult, Event.COMMENT, text="Her wristband says so.")
    await houses.settle()
    made_at = back_up(mercy, copy)
    mercy = await restored(mercy, copy, made_at)
    houses.opened[0] = mercy
    network.broken = lambda sent: sent.host == heart.host and sent.target.startswith("/shared")
    await ask_others(mercy, stlukes.host)
    ours = await seen_at(mercy, consult)
    await okafor.does(changing.delete, there.id, slip.id)
    before = await bodies(mercy, consult)

    await mercy.at(lambda: Consult.filter(id=ours.id).update(is_locked=True))
    await come_again(stlukes)
    assert await bodies(mercy, consult) == before
    await mercy.at(lambda: Consult.filter(id=ours.id).update(is_locked=False))
    await mercy.at(lambda: Participant.filter(host=stlukes.host).update(host="gone.example"))
    await come_again(stlukes)
    assert await bodies(mercy, consult) == before
    await mercy.at(lambda: Participant.filter(host="gone.example").update(host=stlukes.host))
    await come_again(stlukes)
    assert await bodies(mercy, consult) < before
    assert [one.last_error for one in await waiting(stlukes)] == ["busy 503"]


async def waiting(house: House) -> list[Delivery]:
    return await house.at(lambda: Delivery.filter(due_at__not_isnull=True).order_by("id"))
