"""What search engines, link previews and other servers read of a page, and of which pages."""

from typing import Any

import pytest

from instance.models import Actor, Post
from instance.services import channels, members, posting
from tests.cast import OKAFOR, new
from tests.clinic import ask
from tests.houses import House, Person
from tests.instance.web.reading import Drawn
from tests.outsiders import PUBLIC, Outsider

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
TITLE = "Whom would the trial have excluded?"
TEXT = "I went through our **last 60** admissions & counted.\n\n" + "More words follow here. " * 20


@pytest.fixture
async def rhythm(mercy: House) -> Actor:
    return await mercy.at(channels.create_channel, "rhythm", "Rhythm", 'Rates & "rhythms".')


@pytest.fixture
async def first(rhythm: Actor, lee: Person) -> Post:
    return await lee.speaks(posting.start_thread, rhythm, TITLE, TEXT)


def shared(page: Drawn) -> dict[str, str]:
    """Everything in the head that is written for a machine of somebody else."""
    metas = {a.get("name") or a.get("property", ""): a.get("content", "") for a in page.all("meta")}
    links = {
        a["rel"]: a["href"] for a in page.all("link") if a["rel"] in ("canonical", "alternate")
    }
    return {k: v for k, v in {**metas, **links}.items() if k not in ("", "viewport", "htmx-config")}


async def read(house: House, path: str) -> dict[str, str]:
    return shared(Drawn((await house.visitor().get(path)).text))


async def test_a_thread_tells_its_title_its_beginning_and_its_id(mercy: House, first: Post) -> None:
    url = f"{mercy.origin}/t/{first.thread_id}"
    found = await read(mercy, f"/t/{first.thread_id}")

    assert found["description"].startswith("I went through our last 60 admissions & counted. More")
    assert len(found["description"]) <= 160 and found["description"].endswith(" More words…")
    assert found == {
        "description": found["description"],
        "robots": "noindex",
        "canonical": url,
        "alternate": first.uri,
        "og:title": TITLE,
        "og:description": found["description"],
        "og:url": url,
        "og:type": "article",
        "og:site_name": "Curbside, Mercy General",
    }


async def test_a_channel_tells_what_it_is_for_and_its_id(mercy: House, rhythm: Actor) -> None:
    found = await read(mercy, "/channels/rhythm")

    assert found["canonical"] == f"{mercy.origin}/channels/rhythm"
    assert (found["alternate"], found["og:type"]) == (rhythm.uri, "website")
    assert (found["og:title"], found["description"]) == ("Rhythm", 'Rates & "rhythms".')
    assert "robots" not in found


async def test_the_alternate_is_a_document_that_other_servers_read(
    mercy: House, rhythm: Actor, first: Post, lee: Person
) -> None:
    for path in ("/channels/rhythm", f"/t/{first.thread_id}", "/@lee"):
        uri = (await read(mercy, path))["alternate"]
        answer = await mercy.asked(uri.removeprefix(mercy.origin))
        assert answer.status == 200 and answer.json["id"] == uri


async def test_a_profile_is_told_only_where_it_is_open_to_everyone(
    mercy: House, lee: Person
) -> None:
    found = await read(mercy, "/@lee")
    assert (found["alternate"], found["og:type"]) == (lee.uri, "profile")
    assert found["robots"] == "noindex"
    assert found["description"] == "Dr J. Lee, @lee@mercy.example"  # nothing was written about them

    await mercy.at(members.set_public, lee.actor, False)
    hidden = await mercy.visitor().get("/@lee")
    assert hidden.status == 404 and shared(Drawn(hidden.text)) == {}


async def test_search_engines_list_a_thread_when_all_who_wrote_in_it_allowed_it(
    mercy: House, lee: Person, first: Post
) -> None:
    path, okafor = f"/t/{first.thread_id}", await mercy.person(OKAFOR)
    browser = await mercy.sign_in("lee")
    await browser.post_form("/account/indexing", {"indexable": "yes"})
    assert "robots" not in await read(mercy, path) and "robots" not in await read(mercy, "/@lee")
    assert (await mercy.asked(f"/u/{lee.actor.id}")).json["indexable"] is True

    await okafor.speaks(posting.reply, first, "Ours are older.")
    assert (await read(mercy, path))["robots"] == "noindex"
    await mercy.at(members.set_indexable, okafor.actor, True)
    assert "robots" not in await read(mercy, path)


async def test_a_reader_elsewhere_allows_it_in_their_own_document(
    mercy: House, lee: Person, first: Post, stranger: Outsider
) -> None:
    await mercy.at(members.set_indexable, lee.actor, True)
    stranger.documents[stranger.uri] |= {"indexable": True}
    to = [PUBLIC, lee.uri]
    note = stranger.note(inReplyTo=first.uri, to=to)
    await stranger.sends(mercy, stranger.activity("Create", note, to=to))
    assert await mercy.at(lambda: Post.all().count()) == 2
    assert "robots" not in await read(mercy, f"/t/{first.thread_id}")


async def test_the_author_of_elsewhere_is_shown_with_their_server(
    mercy: House, rhythm: Actor, stranger: Outsider
) -> None:
    to, url = [PUBLIC, rhythm.uri], "https://stranger.example/@mallory/1"
    note = stranger.note(to=to, audience=rhythm.uri, name="Hello", url=url)
    await stranger.sends(mercy, stranger.activity("Create", note, to=to, audience=rhythm.uri))
    post = await mercy.at(Post.get, uri=note["id"])
    pages = [
        (await mercy.visitor().get(p)).text for p in (f"/t/{post.thread_id}", "/channels/rhythm")
    ]

    assert all("Not verified" in page and "stranger.example" in page for page in pages)
    found = shared(Drawn(pages[0]))
    assert (found["canonical"], found["robots"]) == (url, "noindex")


@pytest.mark.parametrize("url", ["https://evil.example/x", "javascript:x", 7, ["https://a"], None])
async def test_a_post_of_elsewhere_names_no_page_but_one_of_its_own_server(
    mercy: House, rhythm: Actor, stranger: Outsider, url: Any
) -> None:
    to = [PUBLIC, rhythm.uri]
    note = stranger.note(to=to, audience=rhythm.uri, name="Hello", url=url)
    await stranger.sends(mercy, stranger.activity("Create", note, to=to, audience=rhythm.uri))
    post = await mercy.at(Post.get, uri=note["id"])

    assert (await read(mercy, f"/t/{post.thread_id}"))["canonical"] == note["id"]


async def test_a_page_of_a_member_tells_nothing(mercy: House, lee: Person, first: Post) -> None:
    browser = await mercy.sign_in("lee")
    for path in ("/channels/rhythm", f"/t/{first.thread_id}", "/@lee", "/", "/people"):
        assert shared(Drawn((await browser.get(path)).text)) == {}, path


async def test_a_consult_is_told_to_nobody(mercy: House, lee: Person) -> None:
    await mercy.person(new("other", "Dr Other", "cardiology"))
    consult = await ask(lee)
    path = f"/k/{consult.id}"
    for browser in (await mercy.sign_in("lee"), await mercy.sign_in("other"), mercy.visitor()):
        answer = await browser.get(path)
        assert shared(Drawn(answer.text)) == {}
        assert "no-store" in answer.header("cache-control")
