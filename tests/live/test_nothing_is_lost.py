"""A server that is killed loses nothing that was answered, and sends nothing twice."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from instance.models import Post, PostKind
from tests.live import pairs, servers
from tests.live.pairs import (
    ARRIVES_WITHIN,
    Pair,
    at,
    eventually,
    follow_the_channel,
    nothing_is_waiting,
    signed_in,
    titles,
)
from tests.live.servers import Server, until

POSTS = 40


@pytest.fixture(params=["sqlite", "postgres"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    with pairs.one_of_each_kind(request, tmp_path) as pair:
        yield pair


def test_posts_survive_a_kill_of_their_server_while_the_peer_is_down(pair: Pair) -> None:
    """T81."""
    mercy, stlukes = pair.server(pair.mercy), pair.server(pair.stlukes)
    with servers.running(mercy, stlukes):
        follow_the_channel(pair)
        stlukes.stop()
        posters = Posters(pair)
        until(lambda: posters.answered >= POSTS // 2, ARRIVES_WITHIN, "half is posted")
        mercy.kill()
        posters.end()
        kept = titles(pair.mercy)
        assert posters.titles <= kept.keys() and max(kept.values()) == 1

        restart(stlukes)
        restart(mercy)
        Posters(pair, sorted(TITLES - kept.keys())).finish()
        at(pair.stlukes, lambda: arrived(POSTS // 4))
        mercy.kill()  # this time while it sends
        restart(mercy)
        at(pair.stlukes, lambda: arrived(POSTS))
        at(pair.mercy, nothing_is_waiting)
        assert titles(pair.stlukes) == titles(pair.mercy) == Counter(TITLES)


def test_posts_survive_a_kill_of_the_server_that_receives_them(pair: Pair) -> None:
    mercy, stlukes = pair.server(pair.mercy), pair.server(pair.stlukes)
    with servers.running(mercy, stlukes):
        follow_the_channel(pair)
        posters = Posters(pair)
        at(pair.stlukes, lambda: arrived(POSTS // 4))
        stlukes.kill()
        posters.finish()

        restart(stlukes)
        # Whatever it sends tells Mercy that it is back; nobody has to wait for the next try.
        servers.command(pair.stlukes, "follow", "--as", "okafor", f"@lee@{pair.mercy.config.host}")
        at(pair.stlukes, lambda: arrived(POSTS))
        at(pair.mercy, nothing_is_waiting)
        assert titles(pair.stlukes) == titles(pair.mercy) == Counter(TITLES)


TITLES = {f"Handover {number:02}" for number in range(1, POSTS + 1)}


class Posters:
    """Four browsers of Dr Lee that post one thread after the other, and what was answered."""

    def __init__(self, pair: Pair, wanted: list[str] | None = None) -> None:
        self.titles: set[str] = set()
        self._refused: list[int] = []
        self._queue = iter(sorted(TITLES) if wanted is None else wanted)
        self._lock = threading.Lock()
        self._url = f"{pair.mercy.url}/channels/{pairs.CHANNEL}/new"
        self._browser = signed_in(pair.mercy)
        found = re.search(r'name="csrf_token" value="([^"]+)"', self._browser.get(self._url).text)
        assert found
        self._token = found[1]
        self._threads = [threading.Thread(target=self._post_all) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    @property
    def answered(self) -> int:
        return len(self.titles)

    def end(self) -> None:
        for thread in self._threads:
            thread.join()
        assert not self._refused, self._refused

    def finish(self) -> None:
        """Every post was answered."""
        self.end()
        assert next(self._queue, None) is None

    def _post_all(self) -> None:
        while True:
            with self._lock:
                title = next(self._queue, None)
            if title is None:
                return
            form = {"title": title, "text": f"About {title}.", "csrf_token": self._token}
            try:
                answer = self._browser.post_raw(self._url, form)
            except (OSError, HTTPException):
                return  # its server is gone, perhaps in the middle of an answer
            if answer.status != 302:
                self._refused.append(answer.status)
                return
            self.titles.add(title)


def restart(server: Server) -> None:
    server.start()
    server.wait_ready()


async def arrived(count: int) -> None:
    """Wait until that many threads of the other institution are here."""

    async def are_here() -> bool:
        return await Post.filter(kind=PostKind.ARTICLE).count() >= count

    await eventually(are_here, f"{count} posts arrived")
