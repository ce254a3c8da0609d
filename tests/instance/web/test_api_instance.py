"""The small things that clients ask a server, and posts that other pages put in."""

from urllib.parse import quote

import pytest

from instance.models import Actor
from instance.services import posting
from tests.cast import Houses
from tests.clients import installed
from tests.clinic import ask
from tests.houses import House, Person

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


async def test_what_clients_ask_when_they_start_is_answered(mercy: House) -> None:
    bare = await installed(mercy)
    for name in ("peers", "activity", "domain_blocks", "rules"):
        assert await bare.reads(f"/api/v1/instance/{name}") == []
    for name in ("", "/tags", "/statuses", "/links"):
        assert await bare.reads(f"/api/v1/trends{name}?limit=x") == []
    assert await bare.reads("/api/v1/instance/languages") == [{"code": "en", "name": "English"}]
    assert await bare.reads("/api/v1/instance/translation_languages") == {}
    for name in ("extended_description", "privacy_policy"):
        found = await bare.reads(f"/api/v1/instance/{name}")
        assert set(found) == {"updated_at", "content"} and found["updated_at"].endswith("Z")
    document = await bare.reads("/api/v2/instance")
    assert document["api_versions"] == {"mastodon": 2, "curbside": 1}


async def test_a_public_post_is_put_in_and_what_is_not_of_here_is_not(
    houses: Houses, mercy: House, wards: Actor, lee: Person
) -> None:
    first = await lee.speaks(posting.start_thread, wards, "A & title", "Some <b>words</b>.")
    answer = await lee.speaks(posting.reply, await mercy.at(posting.by_id, first.id), "An answer.")
    consult = await ask(lee)
    bare = await installed(mercy)
    page = (await mercy.visitor().get(f"/t/{first.thread_id}")).text
    address = f"/api/oembed?format=json&amp;url={quote(f'{mercy.origin}/t/{first.thread_id}', '')}"
    assert f'type="application/json+oembed" href="{mercy.origin}{address}"' in page

    found = await bare.reads(address.replace("&amp;", "&") + "&maxwidth=7")
    assert (found["type"], found["width"], found["height"]) == ("rich", 100, None)
    assert (found["title"], found["author_name"]) == ("A & title", lee.actor.name)
    assert "A &amp; title" in found["html"] and "<b>" not in found["html"]
    alone = await lee.speaks(posting.start_thread, None, "Alone", "Of no channel.")
    shown = await bare.reads(f"/api/oembed?url={mercy.origin}/t/{alone.thread_id}")
    assert "Of no channel." in shown["html"]
    for place in (f"t/{first.thread_id}%23p-{answer.id}", f"o/{answer.id}"):
        shown = await bare.reads(f"/api/oembed?url={mercy.origin}/{place}")
        assert "An answer." in shown["html"]
    never = (
        *(f"{mercy.origin}/k/{consult.id}", f"{mercy.origin}/t/{consult.id}"),
        f"{mercy.origin}/t/{consult.root_uri.rpartition('/')[2]}",
        *(f"https://else.example/t/{first.thread_id}", "x", "", "https://[", f"{mercy.origin}/t/0"),
    )
    for url in never:
        gone = await bare.get(f"/api/oembed?url={quote(url, '')}")
        assert (gone.status, gone.json) == (404, {"error": "Record not found"}), url
