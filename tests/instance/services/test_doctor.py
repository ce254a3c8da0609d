"""`curbside doctor`: each thing that can be wrong is said, with how to mend it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from federation.client import Client
from federation.errors import FetchFailed, UnsafeAddress
from federation.messages import Response
from federation.status_lists import Purpose
from instance.models import Actor, RemoteStatusList, Role, Standing
from instance.outbox import partner_lists, status_lists
from instance.services import deliveries, doctor, follows, posting
from instance.services.doctor import Examination
from instance.workers import standings
from tests.cast import Houses
from tests.clocks import minutes_pass
from tests.houses import House, Person, end_trust
from tests.network import Network, Sent
from tests.outsiders import Outsider

HANDLE = "@mallory@stranger.example"


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    async def addresses(self: Client, url: str) -> list[str]:
        return ["192.0.2.1"]

    monkeypatch.setattr(Client, "addresses", addresses)


@pytest.fixture
def known(stranger: Outsider) -> Outsider:
    """The stranger's server confirms the handle."""
    resource = "acct%3Amallory%40stranger.example"
    url = f"{stranger.origin}/.well-known/webfinger?resource={resource}"
    link = {"rel": "self", "type": "application/activity+json", "href": stranger.uri}
    stranger.documents[url] = {"subject": "acct:mallory@stranger.example", "links": [link]}
    serve_json(stranger)
    return stranger


def serve_json(outsider: Outsider, **headers: str) -> None:
    take = outsider.answer

    async def answer(sent: Sent) -> Response:
        found = await take(sent)
        kind = "application/jrd+json" if "webfinger" in sent.url else "application/activity+json"
        return Response(found.status, {"content-type": kind, **headers}, found.body, sent.url)

    outsider.answer = answer  # type: ignore[method-assign]


async def examined(house: House, target: str = HANDLE) -> Examination:
    return await house.at(doctor.examine, target)


def wrong(found: Examination) -> list[str]:
    return [finding.step for finding in found.findings if not finding.is_good]


def said(found: Examination, step: str) -> str:
    return " ".join(f"{one.said} {one.mend}" for one in found.findings if one.step == step)


@pytest.mark.parametrize("target", [HANDLE, "https://stranger.example/users/mallory"])
async def test_where_all_is_well_every_step_says_so(
    mercy: House, known: Outsider, target: str
) -> None:
    before = await mercy.rows()
    found = await examined(mercy, target)
    assert found.is_well and found.uri == known.uri
    assert "ed25519, rsa" in said(found, "keys")
    assert "Not a partner" in said(found, "trust")
    assert "Nothing was ever sent there." in said(found, "deliveries")
    assert await mercy.rows() == before


@pytest.mark.parametrize("target", ["", "mallory", "@@", "ftp://x.example/a", "@lee@mercy.example"])
async def test_what_is_no_account_elsewhere_is_said_at_once(
    mercy: House, network: Network, target: str
) -> None:
    assert wrong(await examined(mercy, target)) == ["address"]
    assert network.sent == []


async def test_a_blocked_host_is_named_and_not_asked(
    mercy: House, blocked: Outsider, network: Network
) -> None:
    found = await examined(mercy, blocked.uri)
    assert wrong(found) == ["trust"] and "is blocked here" in said(found, "trust")
    assert network.sent == []


async def test_a_private_address_is_explained_with_the_setting_that_allows_it(
    mercy: House, known: Outsider, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def private(self: Client, url: str) -> list[str]:
        raise UnsafeAddress("stranger.example resolves to an address that is not public")

    monkeypatch.setattr(Client, "addresses", private)
    found = await examined(mercy)
    assert wrong(found) == ["name"]
    assert "CURBSIDE_PRIVATE_NETWORKS" in said(found, "name")


async def test_a_name_that_leads_nowhere_is_said(
    mercy: House, known: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nowhere(self: Client, url: str) -> list[str]:
        raise OSError("no such name")

    monkeypatch.setattr(Client, "addresses", nowhere)
    assert "no server by the name stranger.example" in said(await examined(mercy), "name")


async def test_a_handle_nobody_knows_is_said(mercy: House, known: Outsider) -> None:
    found = await examined(mercy, "@nobody@stranger.example")
    assert wrong(found) == ["handle"] and "does not exist" in said(found, "handle")


async def test_an_account_that_is_gone_is_said(mercy: House, known: Outsider) -> None:
    del known.documents[known.uri]
    found = await examined(mercy)
    assert wrong(found) == ["account"] and "does not exist" in said(found, "account")


async def test_parts_on_different_servers_are_said(mercy: House, known: Outsider) -> None:
    known.documents[known.uri] |= {"inbox": "https://elsewhere.example/inbox"}
    assert "different servers" in said(await examined(mercy), "account")


async def test_an_account_without_a_key_is_said(mercy: House, known: Outsider) -> None:
    for member in ("publicKey", "assertionMethod"):
        del known.documents[known.uri][member]
    assert "no key that we can use" in said(await examined(mercy), "keys")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_server_that_refuses_our_signed_request_is_explained(
    mercy: House, known: Outsider, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    take = known.answer

    async def refuse(sent: Sent) -> Response:
        is_account = sent.url == known.uri
        return Response(status, {}, b"", sent.url) if is_account else await take(sent)

    monkeypatch.setattr(known, "answer", refuse)
    assert "signed requests only" in said(await examined(mercy), "account")


async def test_who_does_not_answer_behind_a_redirect_is_named(
    mercy: House, known: Outsider, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = known.answer
    network.down.add("elsewhere.example")

    async def redirect(sent: Sent) -> Response:
        there = {"location": "https://elsewhere.example/users/mallory"}
        return Response(302, there, b"", sent.url) if sent.url == known.uri else await take(sent)

    monkeypatch.setattr(known, "answer", redirect)
    told = said(await examined(mercy), "account")
    assert "stranger.example sends us on to elsewhere.example." in told
    assert "elsewhere.example did not answer" in told


async def test_what_is_no_account_is_said_in_plain_words(
    mercy: House, known: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.documents[known.uri]["type"] = "Note"
    assert "no account of a person or a channel" in said(await examined(mercy), "account")
    take = known.answer

    async def page(sent: Sent) -> Response:
        kind = {"content-type": "text/html"}
        return Response(200, kind, b"<p>", sent.url) if sent.url == known.uri else await take(sent)

    monkeypatch.setattr(known, "answer", page)
    told = said(await examined(mercy), "account")
    assert "stranger.example has something else there" in told


async def test_a_server_that_does_not_answer_is_said(
    mercy: House, known: Outsider, network: Network
) -> None:
    network.down.add(known.host)
    assert "did not answer" in said(await examined(mercy), "handle")


@pytest.mark.parametrize(
    ("minutes", "is_wrong", "words"),
    [(0, False, "agree"), (-7, False, "7.0 minutes slow"), (90, True, "90 minutes fast")],
)
async def test_a_clock_that_is_off_is_said(
    mercy: House, known: Outsider, minutes: int, is_wrong: bool, words: str
) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes, seconds=1)
    serve_json(known, date=format_datetime(at, usegmt=True))
    found = await examined(mercy)
    assert words in said(found, "clock") and ("clock" in wrong(found)) is is_wrong


async def test_what_waits_and_why_is_said(
    mercy: House, known: Outsider, lee: Person, network: Network, houses: Houses
) -> None:
    await known.sends(mercy, known.activity("Follow", lee.uri))
    await houses.settle()
    await lee.speaks(posting.start_thread, None, "A title", "Something public.")
    network.answer_once(known.host, 503)
    await mercy.deliver()
    found = await examined(mercy)
    last = found.findings[-1]
    assert wrong(found) == ["deliveries"] and "It says it is not ready, since" in last.said
    assert "1 wait" in last.said and "Try now" in last.mend
    lee.member.role = Role.OWNER
    await lee.does(deliveries.pause, known.host)
    assert "Paused by an administrator" in said(await examined(mercy), "deliveries")


async def test_a_partner_is_named_with_what_may_pass(
    mercy: House, stlukes: House, okafor: Person
) -> None:
    found = await examined(mercy, okafor.address)
    assert found.is_well, found.findings
    assert "A partner. May pass: Consults; Images in consults" in said(found, "trust")
    assert "the strict form" in said(found, "signature")
    await end_trust(mercy, stlukes)
    assert "not active in both directions" in said(await examined(mercy, okafor.address), "trust")


async def test_the_form_that_was_accepted_last_is_named(
    mercy: House, known: Outsider, lee: Person, network: Network
) -> None:
    network.answer_once(known.host, 401)
    await lee.speaks(follows.follow_address, known.uri)
    await mercy.deliver()
    assert "in RFC 9421, accepted last on" in said(await examined(mercy), "signature")


async def no_list(uri: str, now: datetime) -> None:
    raise FetchFailed("not there")


async def test_of_an_account_at_a_partner_its_standing_is_told(
    mercy: House, stlukes: House, okafor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await examined(mercy, okafor.uri)
    assert "level 3 of 4, physician, practising. Neither withdrawn nor suspended" in said(
        found, "standing"
    )
    row = await stlukes.at(Standing.get, actor_id=okafor.actor.id)

    async def set_bit(purpose: Purpose, is_set: bool) -> None:
        await stlukes.at(lambda: status_lists.write(row.document, purpose, is_set=is_set))
        await minutes_pass(6, mercy)
        await mercy.at(standings.see_to, datetime.now(UTC))

    await set_bit(Purpose.SUSPENSION, True)
    assert "suspended this account" in said(await examined(mercy, okafor.uri), "standing")
    await set_bit(Purpose.REVOCATION, True)
    assert "withdrew the standing" in said(await examined(mercy, okafor.uri), "standing")
    await minutes_pass(20, mercy)
    assert "withdrew the standing" in said(await examined(mercy, okafor.uri), "standing")
    await minutes_pass(20, mercy)
    monkeypatch.setattr(partner_lists, "fetch", no_list)
    found = await examined(mercy, okafor.uri)
    assert wrong(found) == ["standing"] and "waits there meanwhile" in said(found, "standing")
    await mercy.at(lambda: RemoteStatusList.all().delete())
    assert "was fetched never" in said(await examined(mercy, okafor.uri), "standing")


async def test_a_statement_that_does_not_hold_or_is_not_there_is_told(
    mercy: House, stlukes: House, okafor: Person
) -> None:
    rows = Standing.filter
    row = await stlukes.at(Standing.get, actor_id=okafor.actor.id)
    other = row.document | {"issuer": "https://heart.example/actor"}
    await stlukes.at(lambda: rows(id=row.id).update(document=other))
    told = said(await examined(mercy, okafor.uri), "standing")
    assert "does not hold: F-STD-1: not a statement by the pinned institution" in told
    await stlukes.at(lambda: Actor.filter(id=okafor.actor.id).update(member_id=None))
    told = said(await examined(mercy, okafor.uri), "standing")
    assert "states no standing" in told
