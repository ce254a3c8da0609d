"""What strangers may write in our channels, and that nothing public touches a consult (T51)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from instance.ids import new_id
from instance.models import Actor, Consult, Fetch, Post, Thread
from instance.services import posting
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import ask, audited, seen_at, write
from tests.forging import refused
from tests.houses import House, Person
from tests.outsiders import PUBLIC, Outsider


@pytest.fixture
async def consult(houses: Houses, mercy: House, stlukes: House, lee: Person) -> Consult:
    consult = await ask(lee, stlukes)
    await houses.settle()
    return consult


async def contents(house: House) -> list[str]:
    return [post.content.strip() for post in await house.at(lambda: Post.all().order_by("id"))]


async def test_a_stranger_starts_a_thread_in_our_channel(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    note = stranger.note(audience=wards.uri, to=[PUBLIC, wards.uri])
    sent = stranger.activity("Create", note, audience=wards.uri, to=[PUBLIC, wards.uri])
    assert (await stranger.sends(mercy, sent)).status == 202
    assert await contents(mercy) == ["<p>hello</p>"]


@pytest.mark.parametrize("kind", ["Tombstone", "Collection", "Follow", "Dance", ["Note"], None])
async def test_only_a_post_is_kept_as_an_answer(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider, kind: Any
) -> None:
    """Whatever else says that it answers something is of no type that stands in threads (5.4)."""
    post = await lee.speaks(posting.start_thread, wards, "A title", "Hello")
    note = stranger.note(inReplyTo=post.uri, type=kind, cc=[wards.uri])
    assert (await stranger.sends(mercy, stranger.activity("Create", note))).status == 202
    unknown = stranger.note(2, inReplyTo="https://else.example/o/1", type=kind, cc=[wards.uri])
    assert (await stranger.sends(mercy, stranger.activity("Create", unknown, 2))).status == 202
    assert len(await contents(mercy)) == 1 and not await mercy.at(Fetch.exists)


async def test_an_answer_to_several_stands_under_the_first(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider
) -> None:
    """T28."""
    post = await lee.speaks(posting.start_thread, wards, "A title", "Hello")
    note = stranger.note(inReplyTo=[post.uri, "https://else.example/o/1"], cc=[wards.uri])
    assert (await stranger.sends(mercy, stranger.activity("Create", note))).status == 202
    kept = await mercy.at(Post.get, uri=note["id"])
    assert (kept.thread_id, kept.in_reply_to_uri) == (post.thread_id, post.uri)


async def test_a_post_for_nobody_here_is_not_kept(mercy: House, stranger: Outsider) -> None:
    before = await mercy.rows()
    assert (await stranger.sends(mercy, stranger.activity("Create", stranger.note()))).status == 202
    after = await mercy.rows()
    assert {name for name in after if after[name] != before[name]} <= {
        *("Actor", "ActorKey", "ReceivedActivity"),
    }


async def test_a_post_that_is_not_public_is_not_kept(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    note = stranger.note(to=[wards.uri])
    sent = await stranger.sends(mercy, stranger.activity("Create", note, to=[wards.uri]))
    assert sent.status == 202 and await contents(mercy) == []


async def test_a_post_is_no_younger_than_its_arrival(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    """T80: whatever it says of itself, nothing stands before it for ever."""
    to = [PUBLIC, wards.uri]
    note = stranger.note(audience=wards.uri, to=to, published="2090-01-01T00:00:00Z")
    await stranger.sends(mercy, stranger.activity("Create", note, to=to))
    post = await mercy.at(lambda: Post.get().select_related("thread"))
    assert post.published_at <= datetime.now(UTC) and post.thread.created_at <= datetime.now(UTC)


async def test_a_post_in_the_name_of_another_is_refused(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider
) -> None:
    """T02."""
    before = await mercy.rows()
    for name in (lee.uri, "https://other.example/u/1", 1, "", "lee", [stranger.uri, lee.uri]):
        note = stranger.note(attributedTo=name, audience=wards.uri)
        answer = await stranger.sends(mercy, stranger.activity("Create", note))
        assert answer.status in (400, 403), name
    assert await mercy.rows() == before


async def test_an_activity_in_the_name_of_another_is_refused(
    mercy: House, stlukes: House, lee: Person, okafor: Person, stranger: Outsider
) -> None:
    """T01."""
    before = await mercy.rows()
    for name in (lee.uri, okafor.uri):
        sent = stranger.activity("Follow", lee.uri) | {"actor": name}
        assert (await stranger.sends(mercy, sent)).status == 403
    more = {name: before[name] + 2 for name in ("AuditEntry", "Event")}
    assert await mercy.rows() == before | more
    assert (await audited(mercy))[-2:] == ["T01", "T01"]


def pointing_at(uri: str) -> list[dict[str, Any]]:
    both = [f"{PUBLIC}/else", uri]  # beside something else
    return [{name: of} for name in ("inReplyTo", "context", "audience") for of in (uri, both)]


async def test_a_public_post_about_a_consult_is_refused(
    houses: Houses, mercy: House, wards: Actor, consult: Consult, stranger: Outsider
) -> None:
    group = await mercy.at(Actor.get, id=consult.group_id)
    for uri in (consult.uri, consult.root_uri, group.uri):
        for members in pointing_at(uri):
            note = stranger.note(to=[PUBLIC, wards.uri], **members)
            async with refused(mercy, "F-CON-3") as answers:
                sent = stranger.activity("Create", note, to=[PUBLIC, wards.uri])
                answers.append(await stranger.sends(mercy, sent))


async def test_a_public_post_does_not_quote_or_link_a_consult(
    mercy: House, wards: Actor, consult: Consult, stranger: Outsider
) -> None:
    """T51: by every name that a quote has, and in its words."""
    pointing: list[dict[str, Any]] = [
        *({name: consult.root_uri} for name in ("quote", "quoteUrl", "_misskey_quote")),
        {"tag": [{"type": "Link", "href": consult.root_uri}]},
        {"content": f'<p>See <a href="{consult.uri}">this</a></p>'},
    ]
    before = await mercy.rows()
    for number, members in enumerate(pointing):
        note = stranger.note(number, audience=wards.uri, to=[PUBLIC, wards.uri], **members)
        sent = stranger.activity("Create", note, number, to=[PUBLIC, wards.uri])
        assert (await stranger.sends(mercy, sent)).status == 403, members
    assert (await mercy.rows())["Post"] == before["Post"]


async def test_where_it_was_received_it_is_protected_too(
    houses: Houses, stlukes: House, consult: Consult, okafor: Person, stranger: Outsider
) -> None:
    answer = await write(okafor, consult, Event.ANSWER)
    there = await seen_at(stlukes, consult)
    group = await stlukes.at(Actor.get, id=there.group_id)
    for uri in (consult.uri, consult.root_uri, group.uri, answer.uri):
        async with refused(stlukes, "F-CON-3") as answers:
            sent = stranger.activity("Create", stranger.note(inReplyTo=uri))
            answers.append(await stranger.sends(stlukes, sent))


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("Announce", "T51"),
        ("Like", "T20 activity"),
        ("Delete", "F-CON-3"),
        ("Invite", "T20 activity"),
        ("View", "T20 activity"),
    ],
)
async def test_nothing_public_is_done_with_a_consult(
    mercy: House, consult: Consult, stranger: Outsider, kind: str, rule: str
) -> None:
    for number, uri in enumerate((consult.uri, consult.root_uri)):
        async with refused(mercy, rule) as answers:
            sent = stranger.activity(kind, uri, number)
            answers.append(await stranger.sends(mercy, sent))


async def test_an_id_of_a_consult_answers_as_one_nobody_has(
    mercy: House, wards: Actor, consult: Consult, stranger: Outsider
) -> None:
    """T49: the answer must not tell which of two numbers is a consult."""
    unknown = f"{mercy.origin}/o/{consult.id}"
    for uri in (consult.root_uri, unknown):
        async with refused(mercy, "F-CON-3") as answers:
            sent = stranger.activity("Create", stranger.note(inReplyTo=uri))
            answers.append(await stranger.sends(mercy, sent))


async def test_a_post_does_not_carry_the_address_of_a_consult_outside(
    houses: Houses, mercy: House, wards: Actor, consult: Consult, lee: Person
) -> None:
    group = await mercy.at(Actor.get, id=consult.group_id)
    text = f"See {consult.uri}#p-1, [this]({consult.root_uri}), {group.uri}; and https://doi.org/10.1/2"
    post = await lee.speaks(posting.start_thread, wards, "A title", text)
    again = await lee.speaks(posting.reply, post, f"And {consult.uri}?x=1")
    for row in (post, again):
        for words in (row.content, row.source or "", str(row.document)):
            assert "/k/" not in words and "/g/" not in words and consult.root_uri not in words
    assert "https://doi.org/10.1/2" in post.content


async def test_who_tries_addresses_in_a_public_post_learns_of_no_consult(
    houses: Houses, mercy: House, wards: Actor, consult: Consult, lee: Person
) -> None:
    """What was there, may not be read and never was are taken out alike (T49, T51); however the
    address is spelt, and on the server of a partner too. What is public stays."""
    group = await mercy.at(Actor.get, id=consult.group_id)
    public = await lee.speaks(posting.start_thread, wards, "A title", "Hello")
    there = [consult.uri, consult.root_uri, group.uri]
    never = [f"{uri.rpartition('/')[0]}/{new_id()}" for uri in there]
    elsewhere = [f"https://lakeside.example/{kind}/{new_id()}" for kind in "kgo"]
    spelt = [
        *(consult.root_uri.replace(mercy.origin, mercy.origin.upper()), f"{consult.root_uri}."),
        *(consult.uri.replace("/k/", "//%6b/"), f"{consult.uri}?x=1#p-2"),
    ]
    for uri in (*there, *never, *elsewhere, *spelt):
        post = await lee.speaks(posting.start_thread, wards, "A title", f"See {uri} there")
        assert [*(post.source or "").split()][:1] == ["See"], uri
        assert not set((post.source or "").split()) - {"See", ".", "there"}, uri
    kept = ["https://other.example/k/5", "https://other.example/o/5", f"{public.uri}.", public.uri]
    post = await lee.speaks(posting.start_thread, wards, "A title", " ".join(kept))
    assert (post.source or "").split() == kept


async def test_a_stranger_gives_no_id_of_another_server_to_a_thread(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    """T34: whoever takes such an id first would keep its owner's thread away."""
    for number, context in enumerate(("https://good.example/t/1", f"{mercy.origin}/t/1"), 1):
        to = [PUBLIC, wards.uri]
        note = stranger.note(number, audience=wards.uri, to=to, context=context)
        await stranger.sends(mercy, stranger.activity("Create", note, number, to=to))
        assert not await mercy.at(Thread.exists, uri=context)
    assert len(await contents(mercy)) == 2
