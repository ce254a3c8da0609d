"""Account > Take your data along, as a browser goes through it."""

import io
import re
import zipfile

from instance.models import AuditEntry
from instance.workers import exports
from tests.houses import PASSWORD, House, Person


async def test_a_member_asks_for_their_files_and_downloads_them(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    page = await browser.get("/account/export")
    assert "Make the files" in page.text
    asked = await browser.post_form("/account/export", {"password": PASSWORD})
    assert asked.header("location") == "/account/export"
    making = await browser.get("/account/export")
    assert "Your files are being made." in making.text
    await mercy.at(exports.step)
    ready = await browser.get("/account/export")
    [own, person] = re.findall(r'name="file" value="(\d+)"', ready.text)
    sent = await browser.post_form("/account/export/file", {"file": own, "password": PASSWORD})
    assert sent.header("content-type") == "application/zip"
    assert sent.header("cache-control") == "private, no-store"
    assert int(sent.header("content-length")) == len(sent.body)
    with zipfile.ZipFile(io.BytesIO(sent.body)) as opened:
        assert "activitypub/actor.json" in opened.namelist()
    told = await browser.get("/notifications")
    assert "Your files are ready to download" in told.text
    deleted = await browser.post_form("/account/export/delete", {})
    assert deleted.status == 302
    gone = await browser.post_form("/account/export/file", {"file": person, "password": PASSWORD})
    assert gone.status == 404


async def test_a_wrong_password_is_said_beside_the_field(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    refused = await browser.post_form("/account/export", {"password": "a guess"})
    assert refused.status == 422 and "This is not your password." in refused.text


async def test_that_files_were_asked_for_stands_in_the_record(mercy: House, lee: Person) -> None:
    """T63."""
    browser = await mercy.sign_in("lee")
    await browser.post_form("/account/export", {"password": PASSWORD})
    [entry] = await mercy.at(lambda: AuditEntry.filter(action="account.exported"))
    assert (entry.actor_uri, entry.subject) == (lee.uri, lee.uri)


async def test_a_visitor_finds_no_such_page(mercy: House, lee: Person) -> None:
    assert (await mercy.visitor().get("/account/export")).status == 404
