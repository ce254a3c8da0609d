"""Posts that our members change or take back: what stays here, and what leaves."""

from datetime import timedelta

import pytest

from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import (
    Actor,
    Announced,
    Notification,
    NotificationKind,
    OutboxActivity,
    Peer,
    Post,
    Thread,
)
from instance.services import bans, channels, editing, posting, reactions
from tests.cast import OKAFOR, SANTOS
from tests.clinic import audited
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider

SECRET = "Not for ever."


@pytest.fixture
async def post(mercy: House, lee: Person, wards: Actor) -> Post:
    return await lee.speaks(posting.start_thread, wards, "A title", SECRET)


@pytest.fixture
async def reader(mercy: House, wards: Actor, lee: Person, network: Network) -> Outsider:
    """Follows the channel and the author from elsewhere."""
    found = Outsider("reader.example", "rita", network)
    for number, target in enumerate((wards, lee.actor)):
        await found.sends(mercy, found.activity("Follow", target.uri, number))
    await mercy.deliver()
    found.received.clear()
    return found


def kinds(of: Outsider) -> list[str]:
    """What came, the wrapped ones with what they wrap."""
    found = []
    for sent in of.received:
        document = sent.document
        inner = document["object"]
        wrapped = document["type"] == "Announce" and isinstance(inner, dict)
        found.append(f"Announce {inner['type']}" if wrapped else document["type"])
    return found


async def edit(person: Person, post: Post, title: str = "A title", text: str = "Other.") -> Post:
    fresh = await person.home.at(posting.by_id, post.id)
    return await person.speaks(editing.edit_post, fresh, title, text)


async def test_an_edit_keeps_the_id_and_says_when(
    mercy: House, lee: Person, post: Post, reader: Outsider
) -> None:
    await edit(lee, post, "Another title", "**Other**.")
    found = await mercy.at(lambda: Post.get(id=post.id).select_related("thread"))
    assert (found.uri, found.source, found.thread.title) == (
        *(post.uri, "**Other**."),
        "Another title",
    )
    served = (await mercy.asked(f"/o/{post.id}")).json
    assert served["updated"] >= served["published"] and served["name"] == "Another title"
    assert served["content"] == found.content and "<strong>Other</strong>" in found.content
    same = ("id", "type", "attributedTo", "context", "audience", "to", "cc", "published")
    assert {name: served[name] for name in same} == {name: post.document[name] for name in same}


async def test_two_edits_in_one_second_are_told_apart(lee: Person, post: Post) -> None:
    edits = [await edit(lee, post, text=text) for text in ("One.", "Two.", "Three.")]
    times = [found.document["updated"] for found in edits]
    assert times == sorted(set(times))


async def test_an_edit_goes_where_the_post_went_with_a_proof(
    mercy: House, lee: Person, wards: Actor, reader: Outsider
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", SECRET)
    await mercy.deliver()
    await edit(lee, post)
    await mercy.deliver()
    assert sorted(kinds(reader)) == [
        *("Announce", "Announce Create", "Announce Update", "Create", "Update")
    ]
    [update] = [sent.document for sent in reader.received if sent.document["type"] == "Update"]
    assert "proof" in update and update["to"] == post.document["to"]


async def test_edits_that_did_not_leave_yet_are_one(
    mercy: House, lee: Person, wards: Actor, reader: Outsider, network: Network
) -> None:
    """T76."""
    post = await lee.speaks(posting.start_thread, wards, "A title", SECRET)
    await mercy.deliver()
    network.down.add(reader.host)
    for number in range(5):
        await edit(lee, post, text=f"Version {number}.")
    network.down.clear()
    await mercy.deliver()
    updates = [sent.document for sent in reader.received if sent.document["type"] == "Update"]
    assert ["Version 4" in update["object"]["content"] for update in updates] == [True]


@pytest.mark.parametrize(("title", "text"), [("", "Text."), ("Title", " "), ("x" * 121, "Text.")])
async def test_an_edit_obeys_the_rules_of_a_post(
    mercy: House, lee: Person, post: Post, title: str, text: str
) -> None:
    before = await mercy.rows()
    with pytest.raises(FormRefused):
        await edit(lee, post, title, text)
    assert await mercy.rows() == before


async def test_nobody_changes_what_another_wrote(mercy: House, post: Post) -> None:
    other = await mercy.person(OKAFOR)
    before = await mercy.rows()
    with pytest.raises(NotAllowed):
        await edit(other, post)
    with pytest.raises(NotAllowed):
        await other.speaks(editing.delete_post, post)
    assert await mercy.rows() == before


async def test_an_edit_of_what_changed_meanwhile_is_not_lost_in_it(
    mercy: House, lee: Person, post: Post
) -> None:
    open_form = await mercy.at(posting.by_id, post.id)
    await edit(lee, post, text="The first.")
    with pytest.raises(Conflict):
        await lee.speaks(editing.edit_post, open_form, "A title", "The second.")
    assert (await mercy.at(Post.get, id=post.id)).source == "The first."


async def test_a_closed_thread_is_not_changed_but_what_is_yours_may_go(
    mercy: House, lee: Person, post: Post
) -> None:
    closed = {"locked_at": post.published_at + timedelta(seconds=1)}
    await mercy.at(lambda: Thread.filter(id=post.thread_id).update(**closed))
    with pytest.raises(NotAllowed):
        await edit(lee, post)
    await lee.speaks(editing.delete_post, post)


async def test_nothing_of_a_deleted_post_stays(
    mercy: House, lee: Person, post: Post, reader: Outsider
) -> None:
    await edit(lee, post, text=SECRET + " Really.")
    await lee.speaks(reactions.like, await mercy.at(posting.by_id, post.id))
    told = {"identity": lee.actor, "by": lee.actor, "member": lee.member, "post_id": post.id}
    await mercy.at(lambda: Notification.create(kind=NotificationKind.LIKE, **told))
    await lee.speaks(editing.delete_post, await mercy.at(posting.by_id, post.id))
    left = await mercy.at(Post.get, id=post.id)
    assert not (left.content or left.source or left.document) and left.deleted_at
    bodies = [row.body for row in await mercy.at(OutboxActivity.all)]
    announced = [str(row.document).encode() for row in await mercy.at(Announced.all)]
    assert not [body for body in bodies + announced if body and SECRET.encode()[:10] in body]
    assert (await mercy.rows())["Reaction"] == 0
    assert not await mercy.at(lambda: Notification.filter(post_id=post.id).exists())


async def test_a_deleted_post_answers_410_and_its_page_says_removed(
    mercy: House, lee: Person, wards: Actor, post: Post
) -> None:
    answer = await lee.speaks(posting.reply, post, "An answer.")
    await lee.speaks(editing.delete_post, post)
    served = await mercy.asked(f"/o/{post.id}")
    assert served.status == 410
    assert {name: served.json[name] for name in ("id", "type", "formerType")} == {
        **{"id": post.uri, "type": "Tombstone", "formerType": "Article"}
    }
    assert served.json["deleted"].endswith("Z") and SECRET not in served.text
    page = await mercy.visitor().get(f"/t/{post.thread_id}")
    assert "Removed" in page.text and "An answer." in page.text and SECRET not in page.text
    collection = (await mercy.asked(f"/t/{post.thread_id}?after=0")).json
    assert answer.uri in str(collection) and post.uri not in str(collection)
    with pytest.raises(NotFound):
        await lee.speaks(posting.reply, await mercy.at(posting.by_id, post.id), "Too late.")


async def test_all_who_got_it_are_told_even_who_follows_no_more(
    mercy: House, lee: Person, wards: Actor, reader: Outsider
) -> None:
    post = await lee.speaks(posting.start_thread, None, "A title", SECRET)
    await mercy.deliver()
    await reader.sends(mercy, reader.activity("Undo", f"{reader.origin}/activities/Follow/1"))
    await lee.speaks(editing.delete_post, await mercy.at(posting.by_id, post.id))
    await mercy.deliver()
    assert kinds(reader) == ["Create", "Delete"]
    tombstone = reader.received[-1].document["object"]
    assert (tombstone["id"], tombstone["type"]) == (post.uri, "Tombstone")


async def test_what_has_not_left_never_leaves(
    mercy: House, lee: Person, wards: Actor, reader: Outsider, network: Network
) -> None:
    post = await lee.speaks(posting.start_thread, None, "A title", SECRET)
    await edit(lee, post)
    await lee.speaks(editing.delete_post, await mercy.at(posting.by_id, post.id))
    await mercy.deliver()
    assert kinds(reader) == []


async def test_nor_does_it_leave_through_the_channel(
    mercy: House, lee: Person, wards: Actor, reader: Outsider
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", SECRET)
    await lee.speaks(editing.delete_post, await mercy.at(posting.by_id, post.id))
    await mercy.deliver()
    assert not [sent for sent in reader.received if SECRET[:10].encode() in sent.body]
    cancelled = [entry for entry in await audited(mercy) if entry.startswith("delivery")]
    assert cancelled == []


async def test_what_was_tried_once_is_told_to_be_gone(
    mercy: House, lee: Person, wards: Actor, reader: Outsider, network: Network
) -> None:
    """The answer may have been lost and not the post."""
    post = await lee.speaks(posting.start_thread, None, "A title", SECRET)
    network.down.add(reader.host)
    await mercy.deliver()
    network.down.clear()
    await mercy.at(lambda: Peer.all().update(probe_at=None))
    await lee.speaks(editing.delete_post, post)
    await reader.sends(mercy, reader.activity("Like", post.uri))  # a sign of life
    await mercy.deliver()
    assert kinds(reader) == ["Delete"]


async def test_deleting_twice_is_once(mercy: House, lee: Person, post: Post) -> None:
    answer = await lee.speaks(posting.reply, post, "An answer.")
    await lee.speaks(editing.delete_post, answer)
    with pytest.raises(NotFound):
        await lee.speaks(editing.delete_post, await mercy.at(posting.by_id, answer.id))
    await lee.speaks(editing.delete_post, answer)  # two presses at once
    assert (await mercy.at(Thread.get, id=post.thread_id)).replies_count == 0


async def test_whom_an_edited_post_names_is_linked_and_told(mercy: House, lee: Person) -> None:
    santos = await mercy.person(SANTOS)
    wards = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    post = await lee.speaks(posting.start_thread, wards, "A title", "Nobody.")
    for text in ("Ask @santos.", "Do ask @santos."):
        post = await lee.speaks(editing.edit_post, post, "A title", text)
    tags = [tag["name"] for tag in post.document["tag"] if tag["href"] == santos.uri]
    assert tags == [santos.address] and f'href="{mercy.origin}/@santos"' in post.content


async def test_who_is_banned_says_nothing_in_an_old_post(
    lee: Person, post: Post, wards: Actor, reader: Outsider, mercy: House
) -> None:
    await mercy.at(bans.ban, wards, wards, lee.actor, "Adverts.", None)
    with pytest.raises(NotAllowed):
        await edit(lee, post, text="Buy this.")
    await mercy.deliver()
    assert "Update" not in " ".join(kinds(reader))
    fresh = await mercy.at(posting.by_id, post.id)
    await lee.speaks(editing.delete_post, fresh)


async def test_a_delete_reads_nothing_else_that_was_announced_in_its_thread(
    mercy: House, lee: Person, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread may hold thousands of posts, and any of their authors may delete one."""
    answers = [await lee.speaks(posting.reply, post, f"Answer {n}.") for n in range(3)]
    unwanted = await mercy.at(posting.by_id, answers[0].id)
    with monkeypatch.context() as reading:
        reading.setattr(Announced, "_init_from_db", None)  # who reads one fails
        await lee.speaks(editing.delete_post, unwanted)
    left = await mercy.at(lambda: Announced.filter(post_id__not_isnull=True))
    assert {row.post_id for row in left} == {post.id, answers[1].id, answers[2].id}
