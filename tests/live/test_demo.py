"""The demonstration, run as its reader would: three servers, and what they show."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from instance.demo import content, people
from instance.demo.world import PASSWORD
from tests.live.browsing import Browser
from tests.live.demos import READERS, Demo, consults_at, threads_in, words_of
from tests.live.servers import command, is_alive, place, until
from tests.ports import free_ports

pytestmark = pytest.mark.xdist_group("a demo of their own")

CONSULTS = [one for one in content.load() if isinstance(one, content.ConsultThread)]
PUBLIC = [one for one in content.load() if isinstance(one, content.PublicThread)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "data"
    demo = Demo(folder, free_ports(3))
    demo.start()
    try:
        yield demo
    finally:
        demo.end()
        shutil.rmtree(folder.parent)


@pytest.fixture
def demo(shared: Demo) -> Demo:
    """Running, and everything has been said."""
    if not shared.is_running():
        shared.start()
    shared.seeded()
    return shared


def test_the_ready_file_names_who_can_sign_in_where(shared: Demo) -> None:
    before = shared.ready()
    assert before.get("seeded", True) is True
    assert [one["name"] for one in before["instances"]] == [i.name for i in people.INSTITUTIONS]
    for instance, port in zip(before["instances"], shared.ports, strict=True):
        assert instance["url"] == f"http://localhost:{port}"
        handles = {member["handle"] for member in instance["members"]}
        assert handles == {p.handle for p in people.members(instance["key"])}
        member = instance["members"][-1]
        signed_in = Browser().sign_in(instance["url"], member["handle"], member["password"])
        assert signed_in.status == 302
    assert shared.seeded()["seeded"] is True


def test_every_consult_is_where_its_readers_are_with_its_answers(demo: Demo) -> None:
    for instance in demo.ready()["instances"]:
        url, key = instance["url"], instance["key"]
        expected = {one.title: one for one in CONSULTS if key in one.audience}
        for title in [title for title, one in expected.items() if is_withdrawn(one)]:
            assert expected.pop(title).asker != READERS[key]  # who asked still finds it
        found = consults_at(url, READERS[key])
        assert found.keys() == expected.keys()
        browser = Browser()
        browser.sign_in(url, READERS[key], PASSWORD)
        for title, path in found.items():
            page = words_of(browser.get(url + path).text)
            answers = [s for s in expected[title].steps if isinstance(s, content.Answer)]
            assert all(" ".join(a.recommendation.split())[:60] in page for a in answers), title


def is_withdrawn(consult: content.ConsultThread) -> bool:
    return any(isinstance(step, content.Withdraw) for step in consult.steps)


def test_every_channel_shows_its_threads_and_replies_at_home_and_elsewhere(demo: Demo) -> None:
    urls = {instance["key"]: instance["url"] for instance in demo.ready()["instances"]}
    for channel in people.CHANNELS:
        expected = {one.title: one for one in PUBLIC if one.channel == channel.handle}
        home = urls[channel.institution]
        found = threads_in(home, channel.handle)
        assert found.keys() == expected.keys()
        for title, path in found.items():
            page = words_of(Browser().get(home + path).text)
            assert f"{len(expected[title].replies)} repl" in page, title
        host = home.removeprefix("http://")
        for key in READERS.keys() - {channel.institution}:
            there = threads_in(urls[key], f"{channel.handle}@{host}", READERS[key])
            assert there.keys() == expected.keys()


def test_forty_threads_or_more_were_answered() -> None:
    """The two tests above find every one of them on the pages."""
    answered = [one for one in CONSULTS if any(isinstance(s, content.Answer) for s in one.steps)]
    assert len(answered) + len([one for one in PUBLIC if one.replies]) >= 40


def test_signing_in_to_one_institution_leaves_the_others_signed_in(demo: Demo) -> None:
    browser = Browser()  # cookies do not tell ports apart
    instances = demo.ready()["instances"]
    for instance in instances:
        handle = READERS[instance["key"]]
        assert browser.sign_in(instance["url"], handle, PASSWORD).status == 302
    for instance in instances:
        assert f"@{READERS[instance['key']]}" in browser.get(f"{instance['url']}/account").text


def test_a_second_demo_on_its_ports_is_told_whose_they_are(demo: Demo, tmp_path: Path) -> None:
    second = Demo(tmp_path / "second", [*free_ports(2), demo.ports[1]])
    second.start()
    assert second.wait() == 1
    said = second.log.read_text()
    assert f"Port {demo.ports[1]} is taken by another demo" in said
    assert str(demo.folder) in said and f"process {demo.pid}" in said
    assert not second.folder.exists()


def test_ctrl_c_ends_all_of_it_and_the_next_run_goes_on(demo: Demo) -> None:
    url = demo.ready()["instances"][0]["url"]
    before = consults_at(url, READERS["mercy"])
    servers = demo.servers
    assert len(servers) == 3
    code, seconds = demo.interrupt()
    assert code == 0 and seconds < 8
    assert not any(map(is_alive, servers))
    assert not demo.ready_file.exists()

    demo.start()
    assert demo.seeded()["seeded"] is True
    assert consults_at(url, READERS["mercy"]) == before
    assert threads_in(url, "hospital_medicine").keys() == {
        one.title for one in PUBLIC if one.channel == "hospital_medicine"
    }


def test_a_server_that_dies_ends_the_demo_and_is_named(demo: Demo) -> None:
    servers = demo.servers
    victim = servers[1]
    os.kill(victim, signal.SIGKILL)
    assert demo.wait() == 1
    said = demo.log.read_text()
    assert "stopped by itself. Its log says why" in said
    assert not any(map(is_alive, servers))


def test_what_a_killed_demo_leaves_behind_is_named(demo: Demo) -> None:
    servers = demo.servers
    demo.kill()
    try:
        again = Demo(demo.folder, demo.ports)
        again.start()
        assert again.wait() == 1
        said = again.log.read_text()
        assert "a server of an earlier demo that was killed" in said
        assert f"kill {min(servers)}" in said
    finally:
        for pid in servers:
            os.kill(pid, signal.SIGTERM)
        until(lambda: not any(map(is_alive, servers)), 10, "they end")


def test_data_is_kept_for_its_ports_until_it_is_asked_to_start_anew(shared: Demo) -> None:
    if shared.is_running():
        shared.ready()
    shared.end()
    other = Demo(shared.folder, free_ports(3))
    other.start()
    assert other.wait() == 1
    assert f"belongs to the ports {','.join(map(str, shared.ports))}" in other.log.read_text()

    fresh = Demo(shared.folder, free_ports(3), "--fresh")
    fresh.log.unlink()
    fresh.start()
    fresh.says("Mercy General: member 2 of")
    code, seconds = fresh.interrupt()
    assert code == 0 and seconds < 8
    assert not (shared.folder / "threads-sent.json").exists()


def test_a_port_of_another_program_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        demo = Demo(tmp_path / "data", [*free_ports(2), port])
        demo.start()
        assert demo.wait() == 1
    said = demo.log.read_text()
    assert f"Port {port} is taken by another program" in said and "--ports" in said


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--peer", "192.0.2.7:9000", "192.0.2.7:9000 is not on this machine"),
        ("--peer", "mercy.example:9000", "mercy.example:9000 is not on this machine"),
        ("--peer", "localhost", "localhost is not on this machine"),
        ("--ports", "8101,8102", "give three different ports"),
        ("--ports", "8101,8102,8102", "give three different ports"),
        ("--ports", "8101,8102,70000", "give three different ports"),
    ],
)
def test_an_option_that_cannot_be_is_refused_in_words(
    tmp_path: Path, option: str, value: str, said: str
) -> None:
    nowhere = place(people.INSTITUTIONS[0], [], 0, tmp_path)
    ended = command(nowhere, "demo", "--dir", str(tmp_path / "data"), option, value)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert not (tmp_path / "data").exists()
