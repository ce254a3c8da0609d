"""Following and talking both ways with servers that insist on something (federation.md 9.3)."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.models import Follow, Peer, Post
from instance.outbox import forms
from instance.services import follows, posting
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC
from tests.strict_server import Habits, StrictServer

RFC9421 = "https://datatracker.ietf.org/doc/html/rfc9421"


async def follow_and_talk(mercy: House, lee: Person, alice: StrictServer) -> None:
    """Both follow each other, and each gets what the other one posts."""
    row = await mercy.at(follows.follow_address, lee.actor, f"@alice@{alice.host}")
    await mercy.deliver()
    asked = next(sent for sent in alice.accepted if sent["type"] == "Follow")
    assert (await alice.sends(mercy, alice.activity("Accept", asked))).status == 202
    assert (await mercy.at(Follow.get, id=row.id)).state == "accepted"
    note = alice.note(cc=[f"{alice.uri}/followers"])
    create = alice.activity("Create", note, cc=note["cc"])
    assert (await alice.sends(mercy, create)).status == 202
    assert await mercy.at(Post.exists, uri=note["id"])
    assert (await alice.sends(mercy, alice.activity("Follow", lee.uri, to=[lee.uri]))).status == 202
    post = await lee.speaks(posting.start_thread, None, "A title", "A text")
    await mercy.deliver()
    kinds = [sent["type"] for sent in alice.accepted]
    assert kinds == ["Follow", "Accept", "Create"]
    assert alice.accepted[-1]["object"]["id"] == post.uri
    assert PUBLIC in alice.accepted[-1]["to"]


async def peer(house: House, host: str) -> Peer:
    return await house.at(Peer.get, host=host)


@pytest.mark.parametrize(
    "habits",
    [
        Habits(),
        Habits(key_is_a_path=True),
        Habits(demands_signed_fetch=False),
        Habits(refuses=("rfc9421",)),
        Habits(refuses=("cavage",)),
        Habits(refuses=("cavage",), status=400),
        Habits(refuses=("cavage",), signs="rfc9421"),
        Habits(signs="hs2019"),
        Habits(signs="rfc9421"),
        Habits(key_is_a_path=True, signs="hs2019"),
    ],
    ids=str,
)
async def test_servers_with_habits_are_followed_and_talked_with(
    mercy: House, lee: Person, network: Network, habits: Habits
) -> None:
    await follow_and_talk(mercy, lee, StrictServer(network, habits))


async def test_what_worked_is_remembered_for_seven_days(
    mercy: House, lee: Person, network: Network
) -> None:
    alice = StrictServer(network, Habits(refuses=("cavage",)))
    await follow_and_talk(mercy, lee, alice)
    assert alice.forms.count("cavage") == 2  # the first GET, and the first POST
    assert (await peer(mercy, alice.host)).form == "rfc9421"
    long_ago = datetime.now(UTC) - timedelta(days=7, minutes=1)
    await mercy.at(lambda: Peer.all().update(form_at=long_ago))
    assert await mercy.at(forms.form_for, alice.host) == "cavage"
    assert forms.is_first_contact(await peer(mercy, alice.host))


async def test_a_server_that_says_it_reads_the_newer_form_is_written_to_in_it(
    mercy: House, lee: Person, network: Network
) -> None:
    alice = StrictServer(network, Habits(implements=[RFC9421]))
    await mercy.at(follows.follow_address, lee.actor, alice.uri)
    await mercy.deliver()
    assert alice.forms == ["cavage", "rfc9421"]  # the GET that told, the POST


async def test_a_server_that_signs_in_the_newer_form_is_written_to_in_it(
    mercy: House, lee: Person, network: Network
) -> None:
    alice = StrictServer(network, Habits(signs="rfc9421", demands_signed_fetch=False))
    await alice.sends(mercy, alice.activity("Follow", lee.uri))
    await mercy.deliver()
    assert alice.forms == ["rfc9421"]


async def test_what_was_told_and_does_not_work_is_tried_in_the_other_form(
    mercy: House, lee: Person, network: Network
) -> None:
    habits = Habits(implements=[RFC9421], refuses=("rfc9421",), status=400)
    alice = StrictServer(network, habits)
    await mercy.at(follows.follow_address, lee.actor, alice.uri)
    await mercy.deliver()
    assert alice.forms == ["cavage", "rfc9421", "cavage"]
    assert (await peer(mercy, alice.host)).form == "cavage"
    await alice.sends(mercy, alice.activity("Like", lee.uri))
    assert await mercy.at(forms.form_for, alice.host) == "cavage"


@pytest.mark.parametrize("status", [403, 404, 406, 410, 429, 500])
async def test_no_other_answer_makes_us_sign_differently(
    mercy: House, lee: Person, network: Network, status: int
) -> None:
    alice = StrictServer(network, Habits(refuses=("cavage", "rfc9421"), status=status))
    await alice.sends(mercy, alice.activity("Follow", lee.uri))
    assert alice.forms == ["cavage"]


async def test_a_partner_is_never_asked_in_a_weaker_form(
    mercy: House, stlukes: House, okafor: Person, network: Network
) -> None:
    alice = StrictServer(network, Habits(refuses=("cavage", "rfc9421")), host=stlukes.host)
    answer = await mercy.receives(okafor_follows(alice, okafor), await okafor.key())
    assert answer.status == 401
    assert alice.forms == ["rfc9421"]


def okafor_follows(server: StrictServer, okafor: Person) -> dict[str, object]:
    return server.activity("Follow", "https://mercy.example/c/1") | {"actor": okafor.uri}
