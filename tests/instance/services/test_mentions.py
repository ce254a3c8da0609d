"""Names in what members write: whom they tell, and whom they must not give away."""

import pytest

from instance import html
from instance.models import Actor, Notification, Post
from instance.services import follows, mentions, posting
from instance.services.consults.states import Event
from tests.cast import OKAFOR, Houses, new
from tests.clinic import ask, write
from tests.houses import House, Person
from tests.outsiders import Outsider


async def post(person: Person, channel: Actor, text: str) -> Post:
    return await person.speaks(posting.start_thread, channel, "A title", text)


def tagged(post: Post) -> list[str]:
    return [tag["href"] for tag in post.document.get("tag", []) if tag["href"] != audience(post)]


def audience(post: Post) -> str:
    return str(post.document["audience"])


async def test_a_name_of_here_becomes_a_link_and_a_tag(
    mercy: House, lee: Person, wards: Actor
) -> None:
    colleague = await mercy.person(OKAFOR)
    written = await post(lee, wards, "Ask @Okafor, @okafor@mercy.example. *@okafor*.")
    link = '<a href="https://mercy.example/@okafor" class="u-url mention"'
    assert written.content.count(link) == 3 and ">@Okafor</a>, " in written.content
    assert tagged(written) == [colleague.uri]
    assert colleague.uri in written.document["cc"]


async def test_somebody_known_from_elsewhere_is_named_and_told(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    written = await post(lee, wards, "As @mallory@stranger.example says.")
    assert tagged(written) == [stranger.uri]
    stranger.received.clear()
    await mercy.deliver()
    assert written.uri in [sent.document["object"]["id"] for sent in stranger.received]


@pytest.mark.parametrize(
    "text",
    [
        "lee@mercy.example",
        "`@okafor`",
        "    @okafor",
        "[@okafor](https://a.example/)",
        "<https://a.example/@okafor>",
        "https://a.example/@okafor",
        "@okaforx @okafo @okafor_",
        "@okafor@elsewhere.example",
        "@nobody @nobody@nowhere.example @ @@okafor",
        "@consult @mercy.example",
    ],
)
async def test_what_names_nobody_stays_as_it_is(
    mercy: House, lee: Person, wards: Actor, text: str
) -> None:
    await mercy.person(OKAFOR)
    written = await post(lee, wards, text)
    assert tagged(written) == [] and "mention" not in written.content


async def test_who_is_hidden_is_as_unknown(
    houses: Houses, mercy: House, stlukes: House, lee: Person, wards: Actor
) -> None:
    """T64: neither a member of ours nor one of a partner that we know from a consult alone."""
    await mercy.person(new("shy", "Dr S. Hy", is_public=False))
    hidden = await stlukes.person(new("hidden", "Dr H. Idden", is_public=False))
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(hidden, consult, Event.ANSWER)
    await houses.settle()
    group = await mercy.at(Actor.get, id=consult.group_id)
    assert await mercy.at(lambda: Actor.filter(uri=hidden.uri).exists())
    text = f"@shy @hidden@stlukes.example @{group.handle} @{group.handle}@mercy.example"
    written = await post(lee, wards, text)
    assert tagged(written) == [] and "mention" not in written.content


async def test_a_partners_member_who_speaks_in_public_is_named(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, wards: Actor
) -> None:
    await okafor.speaks(follows.follow_address, wards.address)
    await houses.settle()
    assert tagged(await post(lee, wards, f"With {okafor.address}.")) == [okafor.uri]


async def test_only_so_many_are_named_in_one_text(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T32."""
    await mercy.person(OKAFOR)
    monkeypatch.setattr(mentions, "MOST", 2)
    written = await mercy.at(mentions.read, "@one @two @okafor @lee")
    assert written.actors == () and "mention" not in written.html


async def test_a_reply_names_whom_it_answers_elsewhere(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    """Mastodon tells nobody of an answer that does not."""
    note = stranger.note(audience=wards.uri)
    await stranger.sends(mercy, stranger.activity("Create", note, audience=wards.uri))
    parent = await mercy.at(Post.get, uri=note["id"])
    written = await lee.speaks(posting.reply, parent, "Thank you.")
    assert written.document["tag"] == [
        {"type": "Mention", "href": stranger.uri, "name": "@mallory@stranger.example"}
    ]
    assert stranger.uri in written.document["to"]
    assert stranger.uri not in written.document["cc"]


async def test_names_in_a_consult_tell_nobody(mercy: House, lee: Person, wards: Actor) -> None:
    """T51, T54."""
    await mercy.person(OKAFOR)
    await write(lee, await ask(lee), Event.COMMENT, text="Seen by @okafor.")
    assert await mercy.at(lambda: Notification.all().count()) == 0


def test_a_link_of_a_name_is_as_safe_as_any() -> None:
    pages = {"@a": 'javascript:alert("1")', "@b": 'https://b.example/"><script>'}
    linked = html.with_links("@a <b>@b</b>", pages)
    assert linked.names == {"@a", "@b"}
    assert "javascript" not in linked.html and "<script" not in linked.html
