"""Update and Delete of public posts: by whom they belong to, and nothing but the words (5.4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import Actor, Gone, Post, Thread
from instance.services import follows, gone, posting
from instance.services.retention import purging
from tests.board import contents, created, deleted, neighbour, post_of, updated
from tests.clinic import audited
from tests.forging import proven, refused
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider


@pytest.fixture
async def starter(mercy: House, wards: Actor, stranger: Outsider) -> dict[str, Any]:
    """A thread that the stranger began in our channel."""
    sent = created(stranger, wards)
    assert (await stranger.sends(mercy, sent)).status == 202
    return sent


async def test_an_author_says_it_anew(
    mercy: House, starter: dict[str, Any], stranger: Outsider
) -> None:
    sent = updated(stranger, starter, name="Another title")
    assert (await stranger.sends(mercy, sent)).status == 202
    post = await post_of(mercy, starter)
    thread = await mercy.at(Thread.get, id=post.thread_id)
    assert (post.content.strip(), thread.title) == ("<p>Other words</p>", "Another title")
    assert post.updated_at and post.document == sent["object"]


@pytest.mark.parametrize("kind", ["Update", "Delete"])
async def test_nobody_else_changes_it_not_even_on_the_same_server(
    mercy: House, starter: dict[str, Any], stranger: Outsider, network: Network, kind: str
) -> None:
    """T06."""
    other = neighbour(stranger, "bob", network)
    far = Outsider("far.example", "trudy", network)
    for by in (other, far):
        forged = {**starter["object"], "attributedTo": by.uri, "content": "Mine"}
        content = forged if kind == "Update" else starter["object"]["id"]
        sent = by.activity(kind, content, to=[PUBLIC])
        is_of_another_server = by is far and kind == "Update"  # refused at the door already
        async with refused(mercy, None if is_of_another_server else "T06 owner") as answers:
            answers.append(await by.sends(mercy, sent))
    assert await contents(mercy) == ["<p>hello</p>"]


async def test_an_older_update_is_refused_and_the_same_one_means_nothing(
    mercy: House, starter: dict[str, Any], stranger: Outsider
) -> None:
    """T21."""
    new = updated(stranger, starter, 1, seconds=50)
    await stranger.sends(mercy, new)
    for number, seconds in enumerate((30, -3600), 2):
        async with refused(mercy, "T21 older") as answers:
            old = updated(stranger, starter, number, seconds, content="Old")
            answers.append(await stranger.sends(mercy, old))
    same = new | {"id": new["id"] + "-again", "object": {**new["object"], "content": "Same time"}}
    assert (await stranger.sends(mercy, same)).status == 202
    assert await contents(mercy) == ["<p>Other words</p>"]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Article"},
        {"inReplyTo": "https://stranger.example/notes/9"},
        {"audience": "https://stranger.example/groups/1"},
        {"audience": None},
        {"to": ["https://stranger.example/users/mallory/followers"], "cc": []},
    ],
)
async def test_an_update_changes_words_and_nothing_else(
    mercy: House, starter: dict[str, Any], stranger: Outsider, change: dict[str, Any]
) -> None:
    """F-UPD-1, T20, T21: whoever asks."""
    async with refused(mercy, "F-UPD-1") as answers:
        answers.append(await stranger.sends(mercy, updated(stranger, starter, **change)))
    assert await contents(mercy) == ["<p>hello</p>"]


async def test_an_update_does_not_move_a_post_to_another_thread(
    mercy: House, wards: Actor, starter: dict[str, Any], stranger: Outsider
) -> None:
    answer = created(
        stranger, wards, 2, inReplyTo=starter["object"]["id"], context="https://a.example/1"
    )
    await stranger.sends(mercy, answer)
    for change in ({"inReplyTo": None}, {"context": "https://a.example/2"}):
        async with refused(mercy, "F-UPD-1") as answers:
            answers.append(await stranger.sends(mercy, updated(stranger, answer, 2, **change)))


async def test_without_a_time_an_update_counts_once_for_each_change(
    mercy: House, starter: dict[str, Any], stranger: Outsider
) -> None:
    for number, content in enumerate(("<p>Two</p>", "<p>Two</p>", "<p>Three</p>"), 1):
        sent = updated(stranger, starter, number, content=content)
        del sent["object"]["updated"]
        assert (await stranger.sends(mercy, sent)).status == 202
        assert await contents(mercy) == [content]


async def test_a_time_to_come_does_not_shut_later_changes_out(
    mercy: House, starter: dict[str, Any], stranger: Outsider
) -> None:
    """T80."""
    far = updated(stranger, starter, 1, updated="2090-01-01T00:00:00Z", content="<p>Far</p>")
    await stranger.sends(mercy, far)
    await stranger.sends(mercy, updated(stranger, starter, 2, seconds=60))
    assert await contents(mercy) == ["<p>Other words</p>"]


async def test_an_update_of_what_never_came_is_taken_as_it(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    """T80. For our channel; what concerns nobody here is still not kept."""
    create = created(stranger, wards)
    assert (await stranger.sends(mercy, updated(stranger, create))).status == 202
    await stranger.sends(mercy, create)
    elsewhere = stranger.note(7)
    await stranger.sends(mercy, stranger.activity("Update", elsewhere, 7))
    assert await contents(mercy) == ["<p>Other words</p>"]


async def test_a_deleted_post_leaves_no_word_behind(
    mercy: House, wards: Actor, starter: dict[str, Any], stranger: Outsider
) -> None:
    answer = created(stranger, wards, 2, inReplyTo=starter["object"]["id"])
    await stranger.sends(mercy, answer)
    for create, number in ((answer, 2), (starter, 1)):
        assert (await stranger.sends(mercy, deleted(stranger, create, number))).status == 202
        post = await post_of(mercy, create)
        assert not (post.content or post.source or post.document)
    [thread] = await mercy.at(Thread.all)
    assert (thread.title, thread.replies_count) == ("", 0)
    page = await mercy.visitor().get(f"/t/{thread.id}")
    assert "Removed" in page.text and "hello" not in page.text and "A title" not in page.text


async def test_what_is_deleted_never_comes_back(
    mercy: House, starter: dict[str, Any], stranger: Outsider, network: Network
) -> None:
    """T13: neither by its Create under another id nor by an Update."""
    await stranger.sends(mercy, deleted(stranger, starter))
    await stranger.sends(mercy, stranger.activity("Follow", starter["object"]["audience"]))
    await mercy.deliver()
    network.sent.clear()
    for number, sent in enumerate((starter, updated(stranger, starter)), 50):
        again = sent | {"id": f"{stranger.origin}/activities/{number}"}
        assert (await stranger.sends(mercy, again)).status == 202
    await mercy.deliver()
    assert await contents(mercy) == [""] and network.posts(stranger.host) == []


async def test_a_delete_that_overtakes_its_post_keeps_it_away(
    mercy: House, wards: Actor, stranger: Outsider, network: Network
) -> None:
    """T80; T34: for its own author alone."""
    create = created(stranger, wards)
    other = neighbour(stranger, "bob", network)
    await stranger.sends(mercy, deleted(stranger, create))
    for sent in (create, updated(stranger, create)):
        assert (await stranger.sends(mercy, sent)).status == 202
    assert await contents(mercy) == []
    theirs = created(other, wards, 2)
    await stranger.sends(mercy, deleted(stranger, theirs, 2))
    assert (await other.sends(mercy, theirs)).status == 202
    assert await contents(mercy) == ["<p>hello</p>"]


async def test_nobody_reserves_an_id_of_another_server(
    mercy: House, wards: Actor, stranger: Outsider, network: Network
) -> None:
    """T34."""
    far = Outsider("far.example", "fay", network)
    create = created(far, wards)
    sent = stranger.activity("Delete", create["object"]["id"])
    assert (await stranger.sends(mercy, sent)).status == 202
    assert await mercy.at(lambda: Gone.all().count()) == 0
    await far.sends(mercy, create)
    assert await contents(mercy) == ["<p>hello</p>"]


async def test_one_server_keeps_no_more_than_its_part_of_ids_away(
    mercy: House, stranger: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T78."""
    assert gone._OF_A_HOST == 1_000
    monkeypatch.setattr(gone, "_OF_A_HOST", 3)
    for number in range(5):
        sent = stranger.activity("Delete", f"{stranger.origin}/notes/{number}", number)
        assert (await stranger.sends(mercy, sent)).status == 202
    rows = await mercy.at(lambda: Gone.all().order_by("uri"))
    assert [row.uri[-1] for row in rows] == ["2", "3", "4"]


async def test_what_kept_an_id_away_is_forgotten_after_a_month(
    mercy: House, stranger: Outsider
) -> None:
    """T78."""
    await stranger.sends(mercy, stranger.activity("Delete", f"{stranger.origin}/notes/1"))
    await mercy.at(purging.run, datetime.now(UTC))
    [row] = await mercy.at(Gone.all)
    assert row.expires_at - datetime.now(UTC) < timedelta(days=30)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await mercy.at(lambda: Gone.all().update(expires_at=past))
    await mercy.at(purging.run, datetime.now(UTC))
    assert await mercy.at(lambda: Gone.all().count()) == 0


@pytest.mark.parametrize("form", ["id", "Tombstone", "Note"])
async def test_a_delete_names_its_post_in_any_form(
    mercy: House, starter: dict[str, Any], stranger: Outsider, form: str
) -> None:
    forms = {
        "id": starter["object"]["id"],
        "Tombstone": {"id": starter["object"]["id"], "type": "Tombstone"},
        "Note": starter["object"],
    }
    await stranger.sends(mercy, stranger.activity("Delete", forms[form]))
    assert await contents(mercy) == [""]


async def test_a_delete_that_names_two_things_is_refused(
    mercy: House, starter: dict[str, Any], stranger: Outsider
) -> None:
    """T21."""
    other = {"id": f"{stranger.origin}/notes/2", "type": "Tombstone"}
    async with refused(mercy, "T21 object") as answers:
        sent = stranger.activity("Delete", [starter["object"]["id"], other])
        answers.append(await stranger.sends(mercy, sent))
    nameless = stranger.activity("Delete", {"type": "Tombstone"}, 2)
    assert (await stranger.sends(mercy, nameless)).status == 400
    assert await contents(mercy) == ["<p>hello</p>"]


async def test_our_own_posts_are_not_deleted_or_changed_from_outside(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", "Ours.")
    for number, named in enumerate((post.uri, wards.uri, lee.uri)):
        sent = stranger.activity("Delete", named, number)
        assert (await stranger.sends(mercy, sent)).status == 403
    changed = {**post.document, "content": "Theirs"}
    assert (await stranger.sends(mercy, stranger.activity("Update", changed))).status == 403
    assert await contents(mercy) == ["<p>Ours.</p>"]
    assert (await audited(mercy))[:1] == ["T06 owner"]


async def test_what_is_handed_on_counts_by_its_proof_alone(
    mercy: House, starter: dict[str, Any], stranger: Outsider, network: Network
) -> None:
    """Section 7: inbox forwarding."""
    far = Outsider("far.example", "fay", network)
    bare = updated(stranger, starter)
    assert (await far.sends(mercy, bare)).status == 202
    assert await contents(mercy) == ["<p>hello</p>"]
    assert (await far.sends(mercy, proven(bare, stranger.ed25519))).status == 202
    assert await contents(mercy) == ["<p>Other words</p>"]
    gone_ = proven(deleted(stranger, starter), stranger.ed25519)
    assert (await far.sends(mercy, gone_)).status == 202
    assert await contents(mercy) == [""]


async def test_the_followed_author_of_a_post_changes_it(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    row = await lee.speaks(follows.follow_address, stranger.uri)
    await stranger.sends(mercy, stranger.activity("Accept", row.uri))
    create = stranger.activity("Create", stranger.note())
    await stranger.sends(mercy, create)
    await stranger.sends(mercy, updated(stranger, create))
    assert await contents(mercy) == ["<p>Other words</p>"]
    await stranger.sends(mercy, deleted(stranger, create))
    assert await mercy.at(lambda: Post.filter(deleted_at=None).count()) == 0


async def test_a_known_post_is_not_passed_on_in_other_words(
    mercy: House, wards: Actor, stranger: Outsider, network: Network
) -> None:
    """Readers elsewhere would get what nobody here can see, moderate or delete."""
    reader = Outsider("reader.example", "rita", network)
    await reader.sends(mercy, reader.activity("Follow", wards.uri))
    sent = created(stranger, wards)
    await stranger.sends(mercy, sent)
    bob = neighbour(stranger, "bob", network)
    for number, by in enumerate((stranger, bob), 7):
        other = {**sent["object"], "content": "Spam", "attributedTo": by.uri}
        again = by.activity("Create", other, number, to=sent["to"])
        assert (await by.sends(mercy, again)).status == 202
    await mercy.deliver()
    wrapped = [item.document["object"] for item in network.posts(reader.host, "Announce")]
    assert [item["id"] for item in wrapped if isinstance(item, dict)] == [sent["id"]]
