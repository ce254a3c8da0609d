"""toot at a running server, as somebody at a terminal has it: signed in by the code that the pages
show, then one command after the other."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from instance.demo.people import Person
from instance.demo.world import PASSWORD
from tests import pictures
from tests.live import pairs, servers
from tests.live.consenting import code_for
from tests.live.pairs import CHANNEL
from tests.live.servers import Place, Server

pytestmark = pytest.mark.xdist_group("toot")

MOYO = Person("north", "moyo", "Dr S. Moyo", ("gastroenterology",))
_LOGIN = re.compile(r"http://\S+/oauth/authorize/\S+")


@dataclass(frozen=True)
class Terminal:
    """Somebody's, with toot; what it keeps is in `folder`."""

    home: Place
    folder: Path

    def __call__(self, *words: str, says: str = "") -> str:
        """What a command prints. Fails where the command does."""
        done = self.tries(*words, says=says)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def tries(self, *words: str, says: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "toot", *words],
            env=self._environ(),
            input=says,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def signs_in(self, who: str) -> str:
        command = [sys.executable, "-m", "toot", "login", "-i", self.home.url]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, env=self._environ(), stdin=pipe, stdout=pipe, text=True
        ) as login:
            assert login.stdin is not None and login.stdout is not None
            shown = ""
            while not (url := _LOGIN.search(shown)):
                line = login.stdout.readline()
                assert line, shown
                shown += line
            code = code_for(self.home, url[0], who)
            said, _ = login.communicate(f"n\n{code}\n", timeout=60)
        return said

    def _environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "XDG_CONFIG_HOME": str(self.folder),
            "BROWSER": "true",
            "COLUMNS": "200",
            "PYTHONWARNINGS": "ignore",
        }


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = pairs.hospital(tmp_path_factory.mktemp("hospital"), [], MOYO)
    with servers.running(Server(home)):
        yield home


@pytest.fixture(scope="module")
def toot(hospital: Place, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    pytest.importorskip("toot")
    terminal = Terminal(hospital, tmp_path_factory.mktemp("toot"))
    said = terminal.signs_in("lee")
    assert "Successfully logged in" in said
    return terminal


@pytest.fixture(scope="module")
def colleague(hospital: Place, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    pytest.importorskip("toot")
    terminal = Terminal(hospital, tmp_path_factory.mktemp("colleague"))
    terminal.signs_in("moyo")
    return terminal


def test_who_one_is_and_where_and_that_a_password_opens_nothing(
    toot: Terminal, hospital: Place, tmp_path: Path
) -> None:
    assert "@lee Dr J. Lee" in toot("whoami")
    assert "Mercy General" in toot("instance")
    assert "Dr S. Moyo" in toot("whois", "moyo")
    stranger = Terminal(hospital, tmp_path)
    address = ("-i", hospital.url, "-e", "lee@hospital.example", "-p", PASSWORD)
    refused = stranger.tries("login_cli", *address)
    assert refused.returncode == 1 and "Login failed" in refused.stderr


def test_posts_answers_and_what_others_do_about_them(toot: Terminal, colleague: Terminal) -> None:
    toot("follow", CHANNEL)
    first = posted(toot("post", "--json", f"@{CHANNEL} Who rounds?\n\nBy night #rounds"))
    answer = posted(colleague("post", "--json", "-r", first, "@lee We do."))
    assert "Who rounds?" in toot("timelines", "home")
    assert "Who rounds?" in toot("timelines", "public", "--local", "--limit", "1")
    assert "Who rounds?" in toot("timelines", "account", CHANNEL)
    assert "Who rounds?" in toot("timelines", "tag", "rounds")
    assert "We do." in toot("thread", first)
    assert "We do." in toot("status", answer)
    for done, undone in (("favourite", "unfavourite"), ("reblog", "unreblog")):
        assert colleague(done, first)
        assert colleague(undone, first)
    colleague("reblog", first)
    assert "moyo" in toot("reblogged-by", first)
    told = toot("notifications")
    assert "moyo" in told and "We do." in told
    toot("notifications", "--clear")
    assert "moyo" not in toot("notifications")
    toot("bookmark", answer)
    assert "We do." in toot("bookmarks")
    toot("favourite", answer)
    assert "We do." in toot("timelines", "favourites")
    toot("unbookmark", answer)
    own = posted(toot("post", "--json", "Of my own"))
    toot("pin", own)
    toot("unpin", own)
    toot("delete", own)
    assert toot.tries("status", own).returncode == 1


def test_people_lists_and_hashtags(toot: Terminal, colleague: Terminal) -> None:
    assert "Dr S. Moyo" in toot("search", "moyo")
    toot("follow", "moyo")
    assert "moyo" in toot("following", "lee") and "lee" in colleague("followers", "moyo")
    toot("lists", "create", "Colleagues")
    toot("lists", "add", "Colleagues", "moyo")
    assert "moyo" in toot("lists", "accounts", "Colleagues")
    posted(colleague("post", "--json", "For those who follow me"))
    assert "For those who" in toot("timelines", "list", "Colleagues")
    toot("lists", "remove", "Colleagues", "moyo")
    toot("lists", "delete", "Colleagues")
    toot("tags", "follow", "rounds")
    assert "rounds" in toot("tags", "followed")
    toot("tags", "unfollow", "rounds")
    toot("unfollow", "moyo")
    for done, shown, undone in (("mute", "muted", "unmute"), ("block", "blocked", "unblock")):
        toot(done, "moyo")
        assert "moyo" in toot(shown)
        toot(undone, "moyo")
        assert "moyo" not in toot(shown)


def test_polls_pictures_and_posts_for_later(
    toot: Terminal, colleague: Terminal, tmp_path: Path
) -> None:
    asked = posted(toot("post", "--json", "Which?", "--poll-option", "A", "--poll-option", "B"))
    poll = json.loads(toot("status", "--json", asked))["poll"]
    assert [one["title"] for one in poll["options"]] == ["A", "B"]
    colleague("polls", "vote", poll["id"], "1")
    assert colleague("polls", "show", poll["id"])
    picture = tmp_path / "half.png"
    picture.write_bytes(pictures.of())
    shown = posted(toot("post", "--json", "A picture", "-m", str(picture), "-d", "Half black"))
    [media] = json.loads(toot("status", "--json", shown))["media_attachments"]
    assert (media["type"], media["description"]) == ("image", "Half black")
    assert toot("upload", str(picture), "-d", "Again")
    later = toot("post", "--scheduled-in", "1 day", "Tomorrow")
    assert "cheduled" in later


def test_what_others_read_of_oneself(toot: Terminal) -> None:
    toot("update-account", "--note", "Night rounds")
    assert "Night rounds" in toot("whoami")


def posted(printed: str) -> str:
    return str(json.loads(printed)["id"])
