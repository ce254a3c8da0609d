"""What administrators see of deliveries, and what they can do about them."""

from datetime import UTC, datetime, timedelta

import pytest

from instance import delivery_reasons
from instance.models import AuditEntry, Delivery, OutboxActivity, Peer, Role
from instance.outbox.enqueue import wake_host
from instance.services import posting, refusals
from tests.browsing import Browser
from tests.cast import RUIZ, Houses
from tests.clinic import ask, audited
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider

SECRET = "A sentence that no administrator may read here."
PAGES = ("/admin", "/admin/hospitals", "/admin/deliveries")


@pytest.fixture
async def ruiz(mercy: House) -> Browser:
    """Signed in, and looks after dealings with other hospitals."""
    person = await mercy.person(RUIZ)
    person.member.role = Role.FEDERATION
    await mercy.at(person.member.save)
    return await mercy.sign_in("ruiz")


@pytest.fixture
async def follower(mercy: House, lee: Person, stranger: Outsider, houses: Houses) -> Outsider:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    await houses.settle()
    await mercy.at(lambda: Delivery.all().delete())
    stranger.received.clear()
    return stranger


async def post(lee: Person) -> None:
    await lee.speaks(posting.start_thread, None, "A title", SECRET)


async def act(browser: Browser, action: str, host: str) -> int:
    return (await browser.post_form(f"/admin/deliveries/{action}", {"host": host})).status


async def waiting(house: House) -> list[Delivery]:
    return await house.at(lambda: Delivery.filter(due_at__not_isnull=True).order_by("id"))


@pytest.mark.parametrize("path", PAGES)
async def test_for_everybody_else_these_pages_do_not_exist(
    mercy: House, lee: Person, ruiz: Browser, path: str
) -> None:
    assert (await ruiz.get(path)).status == 200
    for browser in (await mercy.sign_in("lee"), mercy.visitor()):
        assert (await browser.get(path)).status == 404
        assert "/admin" not in (await browser.get("/")).text
    assert 'href="/admin"' in (await ruiz.get("/")).text


@pytest.mark.parametrize("action", ["pause", "resume", "try", "retry", "drop"])
async def test_only_an_administrator_can_act(
    mercy: House, lee: Person, follower: Outsider, action: str
) -> None:
    await post(lee)
    before = [row.due_at for row in await waiting(mercy)]
    assert await act(await mercy.sign_in("lee"), action, follower.host) == 404
    assert [row.due_at for row in await waiting(mercy)] == before
    assert (await mercy.at(lambda: Peer.get(host=follower.host))).paused_at is None


async def test_an_owner_is_an_administrator_and_a_moderator_is_not(mercy: House) -> None:
    person = await mercy.person(RUIZ)
    statuses = []
    for role in Role:
        person.member.role = role
        await mercy.at(person.member.save)
        statuses.append(
            (role, (await (await mercy.sign_in("ruiz")).get("/admin/hospitals")).status)
        )
    assert [role for role, status in statuses if status == 200] == [Role.FEDERATION, Role.OWNER]


async def test_the_first_sentence_says_that_nothing_is_wrong(
    mercy: House, stlukes: House, ruiz: Browser
) -> None:
    page = (await ruiz.get("/admin/hospitals")).text
    assert "Nothing is wrong." in page and "St. Luke&#39;s" in page


async def test_the_first_sentence_says_who_is_silent_and_what_is_kept(
    mercy: House, stlukes: House, network: Network, lee: Person, ruiz: Browser
) -> None:
    network.down.add(stlukes.host)
    await ask(lee, stlukes)
    await mercy.deliver()
    page = (await ruiz.get("/admin/hospitals")).text
    assert "St. Luke&#39;s has not taken our messages since" in page
    assert "1 message is kept and will be sent when it is back." in page
    assert "It does not answer." in page and "Try now" in page


async def test_what_an_administrator_paused_has_no_next_try_and_waits_for_somebody(
    mercy: House, stlukes: House, network: Network, lee: Person, ruiz: Browser
) -> None:
    network.down.add(stlukes.host)
    await ask(lee, stlukes)
    await mercy.deliver()
    pages = ("/admin/hospitals", "/admin/deliveries", f"/admin/hospitals/{stlukes.host}")
    assert all(["Next try" in (await ruiz.get(path)).text for path in pages])
    await act(ruiz, "pause", stlukes.host)
    for path in pages:
        page = (await ruiz.get(path)).text
        assert "does not answer" in page and "Next try" not in page
    said = "1 message is kept and will be sent when somebody resumes it."
    assert said in (await ruiz.get("/admin/hospitals")).text


async def test_where_nothing_waits_there_is_no_next_try_and_none_to_choose(
    mercy: House, stlukes: House, network: Network, lee: Person, ruiz: Browser
) -> None:
    network.down.add(stlukes.host)
    await ask(lee, stlukes)
    await mercy.deliver()
    assert "Try now" in (await ruiz.get("/admin/hospitals")).text
    await act(ruiz, "drop", stlukes.host)
    for path in ("/admin/hospitals", "/admin/deliveries"):
        page = (await ruiz.get(path)).text
        assert "does not answer" in page and "Next try" not in page and "Try now" not in page


async def test_how_a_server_takes_our_messages_is_counted_and_drawn(
    mercy: House, lee: Person, ruiz: Browser, follower: Outsider, network: Network
) -> None:
    for _ in range(2):
        await post(lee)
    await mercy.deliver()
    network.down.add(follower.host)
    await post(lee)
    await mercy.deliver()
    for path in ("/admin/hospitals", f"/admin/hospitals/{follower.host}"):
        page = (await ruiz.get(path)).text
        assert "3 arrived, 1 failed try" in page
        assert '<svg class="spark"' in page
    assert "75% in 30 days" in page
    assert "It does not answer" in page


async def test_deliveries_are_listed_by_kind_and_without_a_word_of_them(
    mercy: House, stlukes: House, network: Network, lee: Person, follower: Outsider, ruiz: Browser
) -> None:
    await post(lee)
    consult = await ask(lee, stlukes)
    network.answer_once(follower.host, 403)
    network.down.add(stlukes.host)
    await mercy.deliver()
    page = (await ruiz.get("/admin/deliveries")).text
    assert "Consults" in page and "Given up. It refused our message." in page
    for word in (SECRET, "A title", str(consult.id), lee.uri, "Warfarin"):
        assert word not in page


async def test_nothing_is_sent_to_a_paused_host_until_it_is_resumed(
    mercy: House, lee: Person, follower: Outsider, ruiz: Browser
) -> None:
    assert await act(ruiz, "pause", follower.host) == 302
    await post(lee)
    await mercy.deliver()
    await mercy.at(wake_host, follower.host)
    await mercy.deliver()
    assert follower.received == []
    assert "Paused by an administrator" in (await ruiz.get("/admin/deliveries")).text
    await act(ruiz, "resume", follower.host)
    await mercy.deliver()
    assert len(follower.received) == 1
    assert (await audited(mercy))[-2:] == ["peer.paused", "peer.resumed"]


async def test_trying_now_does_not_wait_for_the_next_probe(
    mercy: House, network: Network, lee: Person, follower: Outsider, ruiz: Browser
) -> None:
    network.down.add(follower.host)
    await post(lee)
    await mercy.deliver()
    network.down.clear()
    await act(ruiz, "try", follower.host)
    await mercy.deliver()
    assert len(follower.received) == 1 and "delivery.tried_now" in await audited(mercy)


async def test_trying_now_keeps_to_a_retry_after(
    mercy: House, network: Network, lee: Person, follower: Outsider, ruiz: Browser
) -> None:
    network.answer_once(follower.host, 429, retry_after="600")
    await post(lee)
    await mercy.deliver()
    await act(ruiz, "try", follower.host)
    await mercy.deliver()
    assert follower.received == []


async def test_what_was_given_up_can_be_sent_again(
    mercy: House, network: Network, lee: Person, follower: Outsider, ruiz: Browser
) -> None:
    network.answer_once(follower.host, 403)
    await post(lee)
    await mercy.deliver()
    long_ago = datetime.now(UTC) - timedelta(days=20)
    await mercy.at(lambda: Delivery.all().update(created_at=long_ago))
    await act(ruiz, "retry", follower.host)
    network.answer_once(follower.host, 500)
    await mercy.deliver()
    [row] = await waiting(mercy)
    assert row.attempts == 1 and row.gave_up_at is None
    assert "delivery.retried" in await audited(mercy)


async def test_what_is_dropped_is_not_sent_and_a_consult_leaves_no_words(
    mercy: House, stlukes: House, network: Network, lee: Person, ruiz: Browser
) -> None:
    network.down.add(stlukes.host)
    await ask(lee, stlukes)
    await mercy.deliver()
    await act(ruiz, "drop", stlukes.host)
    network.down.clear()
    await mercy.deliver()
    assert network.posts(stlukes.host) == [] and await waiting(mercy) == []
    [sent] = await mercy.at(lambda: OutboxActivity.exclude(consult_id=None))
    assert sent.body is None
    entry = await mercy.at(lambda: AuditEntry.get(action="delivery.dropped"))
    assert (entry.host, entry.detail) == (stlukes.host, {"count": 1})
    assert await act(ruiz, "retry", stlukes.host) == 302 and await waiting(mercy) == []


async def test_only_what_still_has_words_is_offered_to_be_sent_again(
    mercy: House, stlukes: House, network: Network, lee: Person, follower: Outsider, ruiz: Browser
) -> None:
    network.down |= {stlukes.host, follower.host}
    await ask(lee, stlukes)
    await post(lee)
    await mercy.deliver()
    await act(ruiz, "drop", stlukes.host)
    page = (await ruiz.get("/admin/deliveries")).text
    assert "Given up. It was not sent: an administrator dropped it." in page
    assert "Send again what was given up" not in page and "cannot be sent again" in page
    await act(ruiz, "drop", follower.host)
    assert (await ruiz.get("/admin/deliveries")).text.count("Send again what was given up<") == 1


@pytest.mark.parametrize("host", ["", "nobody.example", "a" * 300, "x\r\ny"])
async def test_a_host_we_never_dealt_with_is_an_unknown_page(
    mercy: House, ruiz: Browser, host: str
) -> None:
    before = await mercy.rows()
    assert await act(ruiz, "pause", host) == 404
    assert await mercy.rows() == before


async def test_what_was_refused_is_shown_by_reason_and_without_names_of_others(
    mercy: House, ruiz: Browser
) -> None:
    counts = {"refused SignatureRefused": 31, "ignored <b>Poke": 2, "ignored Bite": 3}
    await mercy.at(refusals.add, counts, datetime.now(UTC))
    page = (await ruiz.get("/admin/deliveries")).text
    assert "Signature missing or wrong" in page and "Poke" not in page and "Bite" not in page
    assert "Kinds of message that are not used here" in page and ">5<" in page


@pytest.mark.parametrize(
    ("error", "key"),
    [
        ("unreachable", "unreachable"),
        ("busy 429", "busy 429"),
        ("busy 502", "busy"),
        ("unauthorized 401", "unauthorized"),
        ("refused 403", "refused"),
        ("blocked here", "blocked here"),
        ("F-CON-1: no longer takes part", "left"),
        ("something of a newer version", "other"),
    ],
)
def test_every_reason_has_its_words(error: str, key: str) -> None:
    assert delivery_reasons.key_of(error) == key and key in delivery_reasons.REASONS
