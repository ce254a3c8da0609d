"""Whatever is typed into an address or a form, nothing breaks and nothing of it comes back."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.keys import PrivateKey
from instance.ids import MOST, read_id
from instance.models import Consult, Post
from instance.services import channels, posting
from instance.services.consults.states import Event
from tests.browsing import Answer, Browser
from tests.cast import OKAFOR
from tests.clinic import FACTS, ask, write
from tests.houses import House, Person
from tests.outsiders import Outsider

CANARY = "quetzalcoatl"
NUMBERS = ("²", "٣", "007", str(MOST), str(MOST + 1), "9" * 25, "9" * 5000, "-1", "\0")
QUERIES = ("before", "after", "reply", "box", "resource", "rel", "next", "page")
FORM = FACTS | {"audience": "ours", "attested": "yes"}
_PLACE = re.compile(r"<(?:([^<>]*):)?\w+>")


@dataclass
class Doors:
    """A house with something behind every door, and who knocks."""

    house: House
    member: Browser
    consult: Consult
    post: Post

    @property
    def paths(self) -> list[str]:
        """Every address of a GET but the streams; `{}` where something can be typed."""
        return sorted(
            _PLACE.sub(lambda found: "u" if "any" in (found[1] or "") else "{}", rule.rule)
            for rule in self.house.app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and not rule.rule.endswith("stream")
        )

    async def knock(self, path: str) -> list[Answer]:
        """As another server, as a visitor, as a member."""
        return [
            await self.house.asked(path),
            await self.house.visitor().get(path),
            await self.member.get(path),
        ]


@pytest.fixture
async def doors(mercy: House, lee: Person) -> Doors:
    consult = await ask(lee)
    channel = await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")
    post = await lee.speaks(posting.start_thread, channel, "A title", "A text")
    return Doors(mercy, await mercy.sign_in("lee"), consult, post)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("7", 7), (str(MOST), MOST), (str(MOST + 1), None), ("9" * 9999, None)]
    + [(text, None) for text in ("", "²", "٣", "-1", "+1", " 1", "1_0", "1.0", "x", "1\n")],
)
def test_an_id_is_written_in_plain_digits_and_fits_its_column(
    text: str, number: int | None
) -> None:
    assert read_id(text) == number


async def test_no_number_in_an_address_breaks_a_page(doors: Doors) -> None:
    for path in doors.paths:
        for number in NUMBERS if "{}" in path else ():
            for answer in await doors.knock(path.replace("{}", quote(number))):
                assert answer.status < 500, (path, number)


async def test_no_number_in_a_query_breaks_a_page(doors: Doors) -> None:
    known = (doors.consult.id, doors.post.id, doors.post.thread_id)
    paths = ["/", "/consults", "/sign-in", "/.well-known/webfinger", f"/k/{known[0]}"]
    paths += [f"/k/{known[0]}/history", f"/o/{known[1]}", f"/t/{known[2]}", "/channels/rhythm"]
    for number in NUMBERS:
        query = urlencode({name: number for name in QUERIES})
        for path in paths:
            for answer in await doors.knock(f"{path}?{query}"):
                assert answer.status < 500, (path, number)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    which=st.integers(min_value=0),
    typed=st.text(min_size=1) | st.integers().map(str),
    asked=st.dictionaries(st.sampled_from(QUERIES), st.text() | st.integers().map(str)),
)
async def test_nothing_that_is_typed_breaks_a_page(
    doors: Doors, which: int, typed: str, asked: dict[str, str]
) -> None:
    path = doors.paths[which % len(doors.paths)].replace("{}", quote(typed, safe=""))
    for answer in await doors.knock(f"{path}?{urlencode(asked)}"):
        assert answer.status < 500, (path, asked)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD"])
async def test_no_method_breaks_a_page(method: str, doors: Doors) -> None:
    client = doors.house.app.test_client(use_cookies=False)
    for path in doors.paths:
        headers = {"host": doors.house.host}
        answer = await client.open(
            path.replace("{}", "7"), method=method, headers=headers, scheme="https", json=None
        )
        assert answer.status_code < 500, path


async def test_a_page_of_an_error_says_nothing_that_was_typed_in_its_address(doors: Doors) -> None:
    for path in [*doors.paths, "/{}", "/k/{}/{}", "//{}", "/?before={}", "/consults?box={}"]:
        path = path if "{}" in path else path + "?q={}&next=//{}.example&resource={}"
        for answer in await doors.knock(path.replace("{}", CANARY)):
            if answer.status >= 400:
                assert CANARY not in answer.text, path
                assert CANARY not in str(answer.headers), path


@pytest.mark.parametrize(
    "name", ["n" * 101, "ß" * 90, "İ@" + "İ" * 200, f"n@{'h' * 256}", "@" * 600]
)
async def test_a_name_longer_than_any_is_nobody(name: str, doors: Doors) -> None:
    written = quote(name, safe="@")
    for path in (f"/@{written}", f"/channels/{written}", f"/channels/{written}/new"):
        for answer in await doors.knock(path):
            assert answer.status == 404, path
    for resource in (f"acct:{name}@mercy.example", f"https://mercy.example/{name * 6}"):
        answer = await doors.house.asked(f"/.well-known/webfinger?resource={quote(resource)}")
        assert answer.status == 404
    visitor = doors.house.visitor()
    for login in (name, f"{name}@hospital.example", "e" * 250 + "@hospital.example"):
        answer = await visitor.post_form("/sign-in", {"login": login, "password": "x"})
        assert answer.status in (401, 429)
    for path in ("/follow", f"/@{written}/follow", f"/channels/{written}/follow"):
        assert (await doors.member.post_form(path, {"address": name * 6})).status in (404, 422)


@pytest.mark.parametrize("length", [300, 600, 5000])
async def test_a_signature_by_a_key_with_a_long_name_finds_nothing(
    length: int, doors: Doors, stranger: Outsider
) -> None:
    long = "k" * length
    for key_id in (f"{stranger.uri}/{long}", f"https://{long[:300]}.example/u#k"):
        key = PrivateKey(key_id, stranger.uri, stranger.rsa.key)
        for path in (f"/k/{doors.consult.id}", f"/o/{doors.post.id}", "/u/7"):
            answer = await doors.house.asked(path, key, "cavage")
            assert answer.status == (200 if path.startswith("/o") else 404)


@pytest.mark.parametrize("hours", ["²", "٣", "9" * 25, "9" * 5000, "-4", "4.5", "soon"])
async def test_hours_that_are_no_number_are_refused_at_their_field(
    hours: str, mercy: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    answer = await browser.post_form("/consults/new", FORM | {"target_hours": hours})

    assert answer.status == 422
    assert "Choose between 1 and 168 hours." in answer.text


@pytest.mark.parametrize("typed", ["²", "9" * 25, "-1", "", str(MOST + 1)])
async def test_an_answer_that_is_no_number_cannot_be_accepted(
    typed: str, mercy: House, lee: Person
) -> None:
    consult = await ask(lee)
    await write(await mercy.person(OKAFOR), consult, Event.ANSWER)
    browser = await mercy.sign_in("lee")

    assert (await browser.post_form(f"/k/{consult.id}/accept", {"answer": typed})).status == 422


@pytest.mark.parametrize("day", ["²", "D²", "D+²", "D+" + "9" * 400, "\u0663"])
async def test_a_laboratory_day_may_be_anything_that_fits(
    day: str, mercy: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    lab = {"labs-0-name": "Troponin", "labs-0-value": "12", "labs-0-day": day[:120]}
    answer = await browser.post_form("/consults/new", FORM | lab)

    assert answer.status == 302
    assert (await browser.get(answer.header("location"))).status == 200


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sign-in", {"login": "\0", "password": "x"}),
        ("/follow", {"address": "\0"}),
        ("/consults/new", FORM | {"title": "\0"}),
        ("/channels/rhythm/new", {"title": "t", "text": "\0"}),
        ("/k/{consult.id}/comment", {"text": "\0"}),
        ("/k/{consult.id}/answer", {"identity": "\0"}),
        ("/t/{post.thread_id}/replies", {"in_reply_to": "\0", "text": "x"}),
        ("/account/theme", {"\0": "dark"}),
    ],
)
async def test_a_form_with_a_character_no_text_can_hold_is_not_read(
    path: str, fields: dict[str, str], doors: Doors
) -> None:
    before = await doors.house.rows()
    path = path.format(consult=doors.consult, post=doors.post)

    assert (await doors.member.post_form(path, fields)).status == 400
    assert await doors.house.rows() == before


@pytest.mark.parametrize(
    "address",
    ["https://mercy.example/nothing", "https://mercy.example/", "://", "@", "", "@@@", "²"],
)
async def test_an_address_of_nobody_is_refused_at_its_field(
    address: str, mercy: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    answer = await browser.post_form("/follow", {"address": address})

    assert answer.status == 422
    assert "Nobody was found at this address." in answer.text
