"""A reader's own server follows a channel here, and a member here follows one elsewhere (T42)."""

import re
from html import unescape

import pytest

from instance.models import Actor, Follow
from instance.services import channels
from tests.houses import House, Person
from tests.network import Network

PATH = "/channels/rhythm/elsewhere"
ONE = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


@pytest.fixture
async def rhythm(mercy: House) -> Actor:
    return await mercy.at(channels.create_channel, "rhythm", "Rhythm", "Arrhythmia in adults.")


async def test_a_visitor_is_told_where_they_go_before_they_go_there(
    mercy: House, rhythm: Actor, network: Network
) -> None:
    visitor = mercy.visitor()
    await visitor.get("/channels/rhythm")
    page = await visitor.post_form(PATH, {"server": " @me@Mastodon.example "})

    assert page.status == 200 and page.header("location") == ""
    assert '<bdi class="address">mastodon.example</bdi></h1>' in page.text
    [link] = re.findall(r'href="(https://[^"]*)" rel="noreferrer"', page.text)
    uri = rhythm.uri.replace(":", "%3A").replace("/", "%2F")
    assert unescape(link) == f"https://mastodon.example/authorize_interaction?uri={uri}"
    assert network.sent == []


@ONE
@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("mastodon.example", "mastodon.example"),
        ("me@social.mastodon.example", "social.mastodon.example"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
async def test_a_server_is_named_as_resolvers_know_it(
    mercy: House, rhythm: Actor, typed: str, host: str
) -> None:
    page = await mercy.visitor().post_form(PATH, {"server": typed})
    assert page.status == 200 and f'href="https://{host}/authorize_interaction?' in page.text


@ONE
@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "@", "localhost", "mastodon"),
        *("mercy.example", "MERCY.example", "@lee@mercy.example"),
        *("https://mastodon.example", "mastodon.example/@me", "mastodon.example?x", "a.example#x"),
        *("good.example@evil.example@", "me:secret@a.example", "@me@good.example@evil.example"),
        *("good.example\\@evil.example", "mastodon.example:8443", "a.example.", "a..example"),
        *("127.0.0.1", "127.1", "0x7f.1", "[::1]", "2130706433", "xn--80ak6aa92e\u202e.example"),
        *("javascript:alert(1)", "a b.example", "a.example\r\nX: y"),
        *("\uff45vil.example", "%65vil.example"),
        *("x" * 300 + ".example", "<script>.example", '"onclick="x.example'),
    ],
)  # fmt: skip
async def test_what_is_no_name_of_another_server_comes_back_beside_its_field(
    mercy: House, rhythm: Actor, typed: str
) -> None:
    page = await mercy.visitor().post_form(PATH, {"server": typed})

    assert page.status == 422
    assert "authorize_interaction" not in page.text
    assert "<title>Error: Rhythm" in page.text and 'id="server-e">Error:' in page.text
    [value] = re.findall(r'<input id="server" name="server" type="text" value="([^"]*)"', page.text)
    assert unescape(value).split() == typed.split()


@ONE
async def test_a_channel_that_is_not_ours_is_no_place_to_leave_from(mercy: House) -> None:
    visitor = mercy.visitor()
    for slug in ("nothing", "rhythm@heart.example"):
        answer = await visitor.post_form(f"/channels/{slug}/elsewhere", {"server": "a.example"})
        assert answer.status == 404


@ONE
async def test_the_address_to_follow_can_be_selected_without_a_script(
    mercy: House, rhythm: Actor
) -> None:
    page = (await mercy.visitor().get("/channels/rhythm")).text

    assert 'id="its-address" value="@rhythm@mercy.example" readonly>' in page
    [button] = re.findall(r"<button[^>]*data-copy[^>]*>", page)
    assert button.endswith(" hidden>")


@ONE
async def test_the_address_that_webfinger_names_is_there(mercy: House, rhythm: Actor) -> None:
    resource = "/.well-known/webfinger?resource=acct:rhythm@mercy.example"
    links = (await mercy.asked(resource)).json["links"]
    [template] = [link["template"] for link in links if "template" in link]
    path = template.removeprefix(mercy.origin).replace("{uri}", "%40rhythm%40heart.example")

    assert (await mercy.visitor().get(path)).status == 200


@ONE
@pytest.mark.parametrize("path", ["/follow?address=", "/authorize_interaction?uri="])
async def test_a_visitor_signs_in_first_and_comes_back(
    mercy: House, lee: Person, path: str
) -> None:
    visitor = mercy.visitor()
    page = await visitor.get(path + "acct:rhythm%40heart.example")
    assert page.status == 200 and "rhythm@heart.example" in page.text
    [sign_in] = re.findall(r'class="button primary" href="([^"]*)"', page.text)
    entry = await visitor.get(unescape(sign_in))
    [back] = set(re.findall(r'name="next" value="([^"]*)"', entry.text))

    assert unescape(back) == "/follow?address=rhythm%40heart.example"


@pytest.mark.parametrize("address", ["@rhythm@heart.example", "the id"])
async def test_a_member_is_asked_and_then_follows(
    mercy: House, heart: House, lee: Person, network: Network, address: str
) -> None:
    rhythm = await heart.at(channels.create_channel, "rhythm", "Rhythm", "")
    wanted = rhythm.uri if address == "the id" else address
    browser = await mercy.sign_in("lee")
    network.sent.clear()
    page = (await browser.get(f"/follow?address={wanted}")).text
    assert f'name="address" type="text" value="{wanted}"' in page
    assert network.sent == [] and await mercy.at(lambda: Follow.all().count()) == 0

    answer = await browser.post_form("/follow", {"address": wanted})
    assert answer.header("location") == "/channels/rhythm@heart.example"


@ONE
@pytest.mark.parametrize("asked", ["", "a%00b", "%E2%80%AEspoof", "x" * 2000, "%22%3E%3Cb%3E"])
async def test_whatever_another_server_sends_along_is_text_or_nothing(
    mercy: House, lee: Person, asked: str
) -> None:
    for browser in (mercy.visitor(), await mercy.sign_in("lee")):
        answer = await browser.get(f"/follow?address={asked}")
        assert answer.status == (404 if "%00" in asked else 200)
        assert "<b>" not in answer.text and "\u202e" not in answer.text
        assert "x" * 500 not in answer.text
