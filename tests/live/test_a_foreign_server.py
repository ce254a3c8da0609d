"""A server that others made (Fedify) follows a channel and talks in it, over HTTP."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from instance.models import Post
from tests.live import pairs, servers
from tests.live.browsing import Browser
from tests.live.demos import words_of
from tests.live.foreign import Stranger
from tests.live.pairs import at, signed_in
from tests.live.servers import Place, Server
from tests.ports import free_ports

pytestmark = pytest.mark.xdist_group("fedify")  # they share one installation

FORMS = {"rfc9421": "rfc9421", "cavage": "draft-cavage-http-signatures-12"}


@dataclass
class Thread:
    """A thread on the channel, its page and its first post."""

    url: str
    post: Post

    def says(self) -> str:
        """As anybody reads it."""
        return words_of(Browser().get(self.url).text)


@dataclass
class Meeting:
    """Mercy with its server, Dr Lee at her browser, and ada who follows the channel."""

    mercy: Place
    lee: Browser
    ada: Stranger
    form: str
    follow: dict[str, str]
    channel: str

    def starts(self, title: str, text: str = "Some evidence.") -> Thread:
        new = f"{self.mercy.url}/channels/{pairs.CHANNEL}/new"
        answer = self.lee.post(new, {"title": title, "text": text})
        assert answer.status == 302, answer.text
        return self.thread(answer.location)

    def thread(self, location: str) -> Thread:
        found = re.search(r"/t/(\d+)", location)
        assert found, location
        number = int(found[1])
        post = at(self.mercy, lambda: Post.filter(thread_id=number).order_by("id").first())
        assert post is not None
        return Thread(f"{self.mercy.url}/t/{number}", post)

    def answers(self, thread: Thread, text: str) -> dict[str, str]:
        """Ada answers and names the channel, as microblogs do."""
        mentions = [f"@{pairs.CHANNEL}@{self.mercy.config.host}"]
        said = self.ada.does("reply", to=thread.post.uri, text=text, mentions=mentions)
        self.ada.waits(lambda: text in thread.says(), "her answer is on our page")
        return said


@pytest.fixture(scope="module", params=FORMS)
def meeting(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Meeting]:
    folder = tmp_path_factory.mktemp("meeting")
    ports = free_ports(2)
    ada = Stranger(folder, ports, FORMS[request.param])
    try:
        ada.start()
        mercy = pairs.hospital(folder, ports, CURBSIDE_AUTHORIZED_FETCH="yes")
        with servers.running(Server(mercy)):
            ada.wait_ready()
            follow = ada.does("follow", handle=f"@{pairs.CHANNEL}@{mercy.config.host}")
            channel = follow["actor"]
            yield Meeting(mercy, signed_in(mercy), ada, request.param, follow, channel)
    finally:
        ada.end()


def test_it_finds_the_channel_by_its_address_and_is_accepted(meeting: Meeting) -> None:
    accept = meeting.ada.gets(type="Accept", actor=meeting.channel)
    assert accept["objectId"] == meeting.follow["id"]
    assert meeting.ada.does("fetch", url=meeting.channel)["type"] == "Group"


def test_a_post_reaches_it_wrapped_and_plain_and_can_be_read(meeting: Meeting) -> None:
    post = meeting.starts("A title").post
    wrapped = meeting.ada.gets(type="Announce", innerId=post.uri)
    assert (wrapped["actor"], wrapped["objectType"]) == (meeting.channel, "Create")
    plain = meeting.ada.gets(type="Announce", objectId=post.uri)
    assert (plain["actor"], plain["objectType"]) == (meeting.channel, "Article")
    assert meeting.ada.does("fetch", url=post.uri)["name"] == "A title"


def test_its_answer_is_on_our_page_and_announced_back(meeting: Meeting) -> None:
    thread = meeting.starts("Who can answer?")
    said = meeting.answers(thread, "I can, from elsewhere.")
    meeting.ada.gets(type="Announce", actor=meeting.channel, objectId=said["id"])


def test_a_like_counts_until_it_is_taken_back(meeting: Meeting) -> None:
    thread = meeting.starts("Likeable")
    like = meeting.ada.does("like", object=thread.post.uri)
    meeting.ada.waits(lambda: "1 like" in thread.says(), "the like counts")
    meeting.ada.does("undo", id=like["id"])
    meeting.ada.waits(lambda: "1 like" not in thread.says(), "it counts no more")


def test_a_change_and_a_deletion_reach_it(meeting: Meeting) -> None:
    post = meeting.starts("Wrong at first").post
    meeting.ada.gets(type="Announce", innerId=post.uri)
    place = f"{meeting.mercy.url}/posts/{post.id}"
    words = {"title": "Right at last", "text": "Better evidence.", "version": ""}
    assert meeting.lee.post(f"{place}/edit", words).status == 302
    meeting.ada.gets(type="Announce", objectType="Update", innerId=post.uri)
    assert meeting.ada.does("fetch", url=post.uri)["name"] == "Right at last"
    assert meeting.lee.post(f"{place}/delete", {}).status == 302
    meeting.ada.gets(type="Announce", objectType="Delete", innerId=post.uri)


def test_what_it_changes_and_deletes_is_so_here(meeting: Meeting) -> None:
    thread = meeting.starts("What do they say there?")
    said = meeting.answers(thread, "Nothing yet.")
    meeting.ada.does("edit", note=said["note"], text="Something after all.")
    meeting.ada.waits(lambda: "Something after all." in thread.says(), "the change is here")
    assert "Nothing yet." not in thread.says()
    meeting.ada.does("delete", note=said["note"])
    meeting.ada.waits(lambda: "Something after all." not in thread.says(), "it is gone")


def test_it_can_read_every_public_document_of_ours(meeting: Meeting) -> None:
    """JSON-LD and all: pages with what others wrote in them, too."""
    thread = meeting.starts("Well read")
    meeting.answers(thread, "So it is.")
    collections = [f"{thread.url}/history", f"{meeting.channel}/outbox", thread.url]
    author = str(thread.post.document["attributedTo"])
    for url in (*collections, author, f"{meeting.mercy.url}/actor", f"{thread.post.uri}/replies"):
        document = meeting.ada.does("fetch", url=url)
        assert document["id"] == url
        if url in collections:
            assert meeting.ada.does("fetch", url=document["first"])["orderedItems"]


def test_neither_side_refuses_how_the_other_signs(meeting: Meeting) -> None:
    meeting.starts("The last one")
    meeting.ada.waits(lambda: len(meeting.ada.received(type="Announce")) > 1, "it arrives")
    deliveries = [one for one in meeting.ada.asked() if one["method"] == "POST"]
    assert {one["status"] for one in deliveries} == {202}
    assert {one["form"] for one in deliveries} == {meeting.form}
    assert meeting.ada.refused() == []
