"""The fire drill: two hospitals discuss consults, one burns down, its backup comes back."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from instance.models import (
    Consult,
    Contribution,
    Delivery,
    Fetch,
    HistoryEntry,
    Member,
    Restore,
    RestoreCount,
    Role,
)
from instance.services import members
from instance.services.consults import contributing, opening
from instance.services.consults.states import Event
from tests.clinic import ANSWER, question
from tests.live import pairs, servers
from tests.live.pairs import Pair, at, eventually, signed_in
from tests.live.servers import CURBSIDE, ROOT, Place, clean_environment

ROUNDS, OF_EACH = 1, 2


def test_after_a_fire_both_hospitals_show_the_same_threads_and_what_is_lost_is_named(
    tmp_path: Path,
) -> None:
    pair = pairs.pair(tmp_path)
    mercy, stlukes = pair.server(pair.mercy), pair.server(pair.stlukes)
    with servers.running(mercy, stlukes):
        at(pair.mercy, are_owners)
        discuss(pair)
        making = begin_backup(pair.mercy, tmp_path)
        discuss(pair)  # meanwhile
        said, errors = making.communicate(timeout=40)
        assert making.returncode == 0, errors
        discuss(pair)
        for home in (pair.mercy, pair.stlukes):
            at(home, nothing_is_on_its_way)
        before = at(pair.mercy, threads)
        at(pair.mercy, lambda: act("lee", pair.stlukes))  # some of it leaves, perhaps
        mercy.kill()
        shutil.rmtree(pair.mercy.folder)

        at(pair.stlukes, lambda: act("okafor", pair.mercy))  # nobody answers there
        kept = at(pair.stlukes, threads)  # what did not burn
        folder = json.loads(said)["backup"]
        phrase = str(tmp_path / "phrase")
        done = servers.command(pair.mercy, "restore", folder, "--passphrase-file", phrase)
        assert done.returncode == 0, done.stderr
        assert len(at(pair.mercy, threads)) < len(before)
        mercy.start()
        mercy.wait_ready()
        at(pair.mercy, lambda: eventually(is_over, "everybody was asked"))
        at(pair.stlukes, lambda: act("okafor", pair.mercy))
        for home in (pair.stlukes, pair.mercy, pair.stlukes, pair.mercy):
            at(home, nothing_is_on_its_way)

        here, there = at(pair.mercy, threads), at(pair.stlukes, threads)
        assert here.keys() >= kept.keys() >= before.keys()
        assert here == there
        # A number that another hospital has seen is given once. What the fire took with it before
        # anybody had it is written anew by who wrote it, and may stand at another place then.
        for uri, thread in kept.items():
            assert here[uri]["entries"][: len(thread["entries"])] == thread["entries"]
        for uri, thread in before.items():
            assert posts(here[uri]) >= posts(thread)
        named = at(pair.mercy, differences)
        assert named["regained"] > 0 and named["caught_up"] > 0
        page = signed_in(pair.mercy).get(f"{pair.mercy.url}/admin/backups").text
        assert "St. Luke" in page and str(named["regained"]) in page


async def are_owners() -> None:
    await Member.all().update(role=Role.OWNER)


def begin_backup(home: Place, folder: Path) -> subprocess.Popen[str]:
    (folder / "phrase").write_text("correct horse battery staple\n")
    options = ("--passphrase-file", str(folder / "phrase"), "--json")
    return subprocess.Popen(
        [*CURBSIDE, "backup", str(folder / "kept"), *options],
        env=clean_environment(home.environ),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def discuss(pair: Pair) -> None:
    """Consults and answers from both sides, not waiting for each other."""
    for _ in range(ROUNDS):
        at(pair.mercy, lambda: act("lee", pair.stlukes))
        at(pair.stlukes, lambda: act("okafor", pair.mercy))


async def act(handle: str, other: Place) -> None:
    """Asks something, and says something in the last consults that are here."""
    member = await members.by_login(handle)
    assert member is not None
    host = other.config.host
    await opening.open_consult(member, question(host))
    for consult in await Consult.all().order_by("-id").limit(OF_EACH):
        is_own = consult.is_local
        event = Event.COMMENT if is_own else Event.ANSWER
        fields: dict[str, Any] = {"text": "A word."} if is_own else ANSWER
        await contributing.contribute(member, consult.id, event, fields)


async def threads() -> dict[str, dict[str, Any]]:
    """Each consult by its id: how it stands, its numbered entries, what can be read."""
    found = {}
    for consult in await Consult.all():
        entries = await HistoryEntry.filter(consult_id=consult.id).order_by("seq")
        posts = await Contribution.filter(consult_id=consult.id).order_by("seq", "uri")
        found[consult.uri] = {
            "state": (consult.status.value, consult.version, consult.last_seq),
            "accepted": consult.accepted,
            "entries": [(one.seq, one.activity_uri, one.digest) for one in entries],
            "posts": [(one.uri, one.seq, one.body) for one in posts],
            "told twice": consult.frozen_at,
        }
    return found


def posts(thread: dict[str, Any]) -> set[str]:
    return {uri for uri, _, _ in thread["posts"]}


async def differences() -> dict[str, int]:
    return {row.kind: row.count for row in await RestoreCount.all()}


async def is_over() -> bool:
    return await Restore.filter(ended_at__not_isnull=True).exists()


async def nothing_is_on_its_way() -> None:
    async def is_quiet() -> bool:
        waits = await Delivery.filter(due_at__not_isnull=True).exists()
        return not waits and not await Fetch.filter(kind="history").exists()

    await eventually(is_quiet, "everything arrived")
