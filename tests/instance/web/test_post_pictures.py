"""A picture in a public thread, posted on its page without a script."""

import re

import pytest

from instance.models import Actor, Attachment, Post, Setting
from tests import parts, pictures
from tests.browsing import Answer, Browser
from tests.houses import House, Person
from tests.network import Sent

# What is asked of a database is one query; the rest does not depend on its kind.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

PATH, ALT = "/channels/wards/new", "A ward at night"
TYPED = {"title": "At night", "text": "Look."}


@pytest.fixture
async def lees(mercy: House, wards: Actor, lee: Person) -> Browser:
    return await mercy.sign_in("lee")


async def post(
    browser: Browser, fields: dict[str, str], content: bytes = b"", path: str = PATH
) -> Answer:
    fields = {"csrf_token": await browser.form_token(), **fields}
    files = (
        [parts.File("picture_file", content, "picture", "application/octet-stream")]
        if content
        else []
    )
    headers = {"Accept": "text/html", "Origin": browser.origin, "Content-Type": parts.KIND}
    body = parts.body(fields, *files)
    return await browser._send(Sent("POST", browser.origin + path, headers, body))


def hidden(page: Answer) -> dict[str, str]:
    return dict(re.findall(r'name="(picture-\d)" value="(\d+)"', page.text))


async def test_a_picture_is_added_looked_at_described_and_posted(
    mercy: House, lees: Browser
) -> None:
    added = await post(lees, {**TYPED, "picture": "add"}, pictures.jpeg())
    assert added.status == 200 and "At night" in added.text and "Look." in added.text
    assert "There is a problem" not in added.text
    [shown] = re.findall(r'src="(https://media\.mercy\.example/picture/[^"]+)"', added.text)
    assert (await mercy.request(Sent("GET", shown, {}))).status == 200

    sent = TYPED | hidden(added)
    unsaid = await post(lees, sent)
    assert unsaid.status == 422 and "Say what the picture shows." in unsaid.text
    assert "Look at all four corners, and tick that you did." in unsaid.text
    assert hidden(unsaid) == hidden(added)
    named = await post(lees, {**sent, "alt-1": "MRN 12345678", "looked-1": "yes"})
    assert named.status == 422 and "12345678" in named.text
    assert await mercy.at(lambda: Post.all().count()) == 0

    said = {**sent, "alt-1": ALT, "looked-1": "yes"}
    done = await post(lees, {**said, "sensitive": "yes"})
    assert done.status == 302, done.text
    page = (await mercy.visitor().get(done.header("location"))).text
    assert f'<img src="{shown}" alt="{ALT}" width="64" height="48" loading="lazy">' in page
    assert page.index("<summary>Show 1 picture") < page.index(shown)
    [row] = await mercy.at(lambda: Attachment.all())
    assert row.looked_at is not None
    assert "1 picture" in (await lees.get("/@lee")).text
    again = await post(lees, said)  # a second click
    assert again.status == 422 and await mercy.at(lambda: Post.all().count()) == 1


async def test_a_picture_that_nobody_looked_at_is_not_posted(mercy: House, lees: Browser) -> None:
    """Chosen, and posted with the same press."""
    at_once = await post(lees, {**TYPED, "alt-1": ALT, "looked-1": "yes"}, pictures.of())
    assert at_once.status == 422 and "Your picture was added. Look at it" in at_once.text
    assert len(hidden(at_once)) == 1 and 'name="looked-1" value="yes" checked' not in at_once.text
    removed = await post(lees, {**TYPED, **hidden(at_once), "picture": "remove-1"})
    assert not hidden(removed) and await mercy.at(lambda: Attachment.all().count()) == 0
    refused = await post(lees, {**TYPED, "picture": "add"}, pictures.moving_gif(3))
    assert "This picture moves." in refused.text and "Look." in refused.text
    assert "Choose a picture first." in (await post(lees, {**TYPED, "picture": "add"})).text
    assert await mercy.at(lambda: Post.all().count()) == 0


async def test_an_answer_has_one_as_well_and_none_where_they_are_switched_off(
    mercy: House, lees: Browser
) -> None:
    thread = (await post(lees, TYPED)).header("location")
    path = f"{thread}/replies"
    added = await post(lees, {"text": "See.", "picture": "add"}, pictures.of(), path)
    said = {"text": "See.", **hidden(added), "alt-1": ALT, "looked-1": "yes"}
    await mercy.at(lambda: Setting.create(name="pictures", value="off"))
    assert (await post(lees, said, path=path)).status == 422
    assert 'name="picture_file"' not in (await lees.get(thread)).text
    await mercy.at(lambda: Setting.all().delete())
    assert (await post(lees, said, path=path)).status == 302
    assert f'alt="{ALT}"' in (await lees.get(thread)).text
