"""The pictures of a profile: set on its page or by an application, told to who keeps a copy."""

from io import BytesIO

import pytest
from PIL import Image

from instance.errors import FormRefused
from instance.models import Portrait, Setting
from instance.services import portraits
from tests import parts, pictures
from tests.browsing import Answer, Browser
from tests.cast import new
from tests.clients import signed_in
from tests.houses import House, Person
from tests.network import Sent

# What is asked of a database is one query; the rest does not depend on its kind.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


async def send(browser: Browser, handle: str, *files: parts.File, **fields: str) -> Answer:
    path = f"/account/profile/{handle}/picture"
    body = parts.body({"csrf_token": await browser.form_token(), **fields}, *files)
    headers = {"Accept": "text/html", "Origin": browser.origin, "Content-Type": parts.KIND}
    return await browser._send(Sent("POST", browser.origin + path, headers, body))


async def test_a_picture_is_made_anew_and_stands_where_others_read_the_profile(
    mercy: House, lee: Person
) -> None:
    browser, phone = await mercy.sign_in("lee"), await signed_in(mercy, "lee")
    ours = (await phone.reads("/api/v1/accounts/verify_credentials"))["avatar"]
    assert ours.startswith(f"{mercy.origin}/static/")
    file = parts.File("avatar", pictures.jpeg(), "KOWALSKA.jpg", "image/jpeg")
    assert (await send(browser, "lee", file)).status == 302

    found = await phone.reads("/api/v1/accounts/verify_credentials")
    url = found["avatar"]
    assert url == found["avatar_static"] and url.startswith("https://media.mercy.example/picture/")
    answer = await mercy.request(Sent("GET", url, {}))
    assert answer.status == 200 and pictures.NAME not in answer.body
    assert Image.open(BytesIO(answer.body)).size == (400, 400)
    document = await mercy.visitor().get(f"/u/{lee.actor.id}", Accept="application/activity+json")
    assert document.json["icon"] == {"type": "Image", "mediaType": "image/jpeg", "url": url}
    assert f'src="{url}"' in (await mercy.visitor().get("/@lee")).text

    moving = await send(browser, "lee", parts.File("header", pictures.moving_gif(2), "x", ""))
    assert moving.status == 422 and "This picture moves." in moving.text
    assert (await send(browser, "lee", remove="avatar")).status == 302
    assert (await phone.reads("/api/v1/accounts/verify_credentials"))["avatar"] == ours
    assert (await mercy.request(Sent("GET", url, {}))).status == 404
    assert await mercy.at(lambda: Portrait.all().count()) == 0


async def test_an_application_sets_both_and_takes_them_away(mercy: House, lee: Person) -> None:
    phone, path = await signed_in(mercy, "lee"), "/api/v1/accounts/update_credentials"
    files = [parts.File(name, pictures.of()) for name in ("avatar", "header")]
    body = parts.body({"note": "Hello."}, *files)
    both = await phone.calls("PATCH", path, body, parts.KIND)
    assert both.status == 200, both.text
    origin = "https://media.mercy.example/picture/"
    assert both.json["avatar"].startswith(origin) and both.json["header"].startswith(origin)
    assert "Hello." in both.json["note"]
    broken = parts.body({"note": "Changed."}, parts.File("header", pictures.moving_gif(2), "x", ""))
    refused = await phone.calls("PATCH", path, broken, parts.KIND)
    assert refused.status == 422 and "header" in refused.json["details"]
    assert "Hello." in (await phone.reads("/api/v1/accounts/verify_credentials"))["note"]
    for name in ("avatar", "header"):
        left = await phone.calls("DELETE", f"/api/v1/profile/{name}")
        assert "/static/" in left.json[name]


async def test_two_names_of_one_member_have_no_picture_in_common(
    mercy: House,
) -> None:
    """T87: nor learns an application of the other name by trying."""
    quill = await mercy.person(new("twice", "Dr T. Wice", pseudonym="graniteheart"))
    hidden = quill.pseudonym
    assert hidden is not None
    file = parts.File("avatar", pictures.of())
    browser = await mercy.sign_in(quill.actor.handle)
    assert (
        "A picture says who you are"
        in (await browser.get(f"/account/profile/{hidden.handle}")).text
    )
    assert (await send(browser, quill.actor.handle, file)).status == 302
    same = await send(browser, hidden.handle, file)
    assert same.status == 422 and "Another of your names has this picture" in same.text
    other = parts.File("avatar", pictures.of((200, 100)))
    for content in (pictures.of(), pictures.of((30, 10))):
        with pytest.raises(FormRefused) as refused:
            await mercy.at(portraits.change, hidden, avatar=content)
        assert "pages of this server" in refused.value.fields["avatar"]
    assert (await send(browser, hidden.handle, other)).status == 302
    await mercy.at(lambda: Setting.create(name="pictures", value="off"))
    assert (await send(browser, hidden.handle, other)).status == 422
