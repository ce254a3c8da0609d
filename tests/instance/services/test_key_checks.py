"""Two administrators compare the keys of another hospital; what they are told where that fails."""

from datetime import UTC, datetime

import pytest

from federation import keys
from federation.messages import Response
from instance.errors import FormRefused, NotAllowed, TrustRefused
from instance.models import KeyCheck, Peer, Role, TrustState
from instance.services import agreements, duties, key_checks, members, treaty_answers
from instance.services.duties import Duty
from instance.services.key_checks import DIFFERENT, NOT_ALL, Tails
from instance.services.retention import purging
from tests.cast import LEE, Houses
from tests.clinic import audited
from tests.houses import House
from tests.network import Network, Sent
from tests.treaties import FIRST, SECOND, Institution, agree, is_trusted, state


@pytest.fixture
def heart(network: Network) -> Institution:
    found = Institution("heart.example", network)
    found.webfinger()
    return found


async def refused(house: House, host: str) -> str:
    with pytest.raises(FormRefused) as error:
        await house.at(key_checks.look_up, host)
    return error.value.fields["host"]


async def pinned(house: House, host: str) -> Peer:
    return await house.at(lambda: Peer.get(host=host))


@pytest.mark.parametrize(
    "typed",
    ["heart.example", " Heart.Example ", "https://heart.example/about", "@app@heart.example"],
)
async def test_a_server_is_found_by_its_name_however_it_is_written(
    mercy: House, heart: Institution, typed: str
) -> None:
    found = await mercy.at(key_checks.look_up, typed)
    assert (found.host, found.actor_uri) == (heart.host, heart.uri)
    assert await mercy.at(lambda: Peer.filter(host=heart.host).count()) == 0


async def test_one_administrator_pins_nothing_and_nobody_confirms_their_own(
    mercy: House, heart: Institution
) -> None:
    first, second = await mercy.person(FIRST), await mercy.person(SECOND)
    await first.does(key_checks.pin, heart.host, heart.tails(), "Dr Quill")
    assert (await pinned(mercy, heart.host)).pinned_at is None
    assert (await mercy.at(agreements.of_host, heart.host)).step == "comparing"
    with pytest.raises(TrustRefused):
        await first.does(key_checks.confirm, heart.host, heart.tails())
    assert (await pinned(mercy, heart.host)).pinned_at is None
    peer = await second.does(key_checks.confirm, heart.host, heart.tails())
    assert peer.pinned_ed25519_uri == heart.ed25519.id
    assert (peer.spoke_to, peer.name) == ("Dr Quill", "An outsider")
    assert await mercy.at(lambda: KeyCheck.all().count()) == 0
    assert await state(mercy, heart.host) is TrustState.PINNED


@pytest.mark.parametrize("which", ["rsa_tail", "ed25519_tail"])
async def test_digits_that_differ_stop_either_of_them(
    mercy: House, heart: Institution, which: str
) -> None:
    right = heart.tails()
    wrong = (
        Tails("00000000", right.ed25519) if which == "rsa_tail" else Tails(right.rsa, "00000000")
    )
    first, second = await mercy.person(FIRST), await mercy.person(SECOND)
    with pytest.raises(FormRefused) as error:
        await first.does(key_checks.pin, heart.host, wrong, "Dr Quill")
    assert error.value.fields == {which: DIFFERENT}
    await first.does(key_checks.pin, heart.host, right, "Dr Quill")
    with pytest.raises(FormRefused):
        await second.does(key_checks.confirm, heart.host, wrong)
    assert (await pinned(mercy, heart.host)).pinned_at is None
    assert (await audited(mercy)).count("trust.keys_differ") == 2


@pytest.mark.parametrize("typed", ["", "0", "1234567", "123456789", "1234 567o"])
async def test_what_is_no_end_of_a_key_accuses_nobody_and_is_not_on_record(
    mercy: House, heart: Institution, typed: str
) -> None:
    right = heart.tails()
    wrong = Tails(right.rsa, typed)
    first, second = await mercy.person(FIRST), await mercy.person(SECOND)
    with pytest.raises(FormRefused) as error:
        await first.does(key_checks.pin, heart.host, wrong, "")
    assert list(error.value.fields) == ["ed25519_tail", "spoke_to"]
    assert error.value.fields["ed25519_tail"] == NOT_ALL
    spaced = Tails(" ".join(right.rsa).upper(), right.ed25519)
    await first.does(key_checks.pin, heart.host, spaced, "Dr Quill")
    with pytest.raises(FormRefused) as error:
        await second.does(key_checks.confirm, heart.host, wrong)
    assert error.value.fields == {"ed25519_tail": NOT_ALL}
    assert "trust.keys_differ" not in await audited(mercy)


async def test_the_second_one_confirms_the_keys_that_the_first_one_compared(
    mercy: House, heart: Institution, network: Network
) -> None:
    first, second = await mercy.person(FIRST), await mercy.person(SECOND)
    compared = heart.tails()
    await first.does(key_checks.pin, heart.host, compared, "Dr Quill")
    thief = Institution("heart.example", network)
    thief.ed25519 = Institution("thief.example", network).ed25519
    heart.documents[heart.uri] = thief.actor()
    peer = await second.does(key_checks.confirm, heart.host, compared)
    assert agreements.pinned_fingerprints(peer) == frozenset(heart.fingerprints())


async def test_only_administrators_compare_keys(mercy: House, heart: Institution) -> None:
    lee = await mercy.person(LEE)
    for role in (Role.MEMBER, Role.OFFICER, Role.MODERATOR, Role.STEWARD):
        lee.member.role = role
        for work, more in ((key_checks.pin, ("Dr Quill",)), (key_checks.confirm, ())):
            with pytest.raises(NotAllowed):
                await lee.does(work, heart.host, heart.tails(), *more)
    lee.member.role, lee.member.suspended_at = Role.OWNER, datetime.now(UTC)
    with pytest.raises(NotAllowed):
        duties.require(lee.member, Duty.HOSPITALS)


async def test_whom_they_spoke_to_is_kept(mercy: House, heart: Institution) -> None:
    with pytest.raises(FormRefused) as error:
        await does_pin(mercy, heart, " ")
    assert set(error.value.fields) == {"spoke_to"}


async def does_pin(house: House, other: Institution, spoke_to: str) -> None:
    person = await house.person(FIRST)
    await person.does(key_checks.pin, other.host, other.tails(), spoke_to)


@pytest.mark.parametrize("typed", ["", "not a host", "heart..example", "héart .example", "1.2.3"])
async def test_a_mistyped_name_is_said(mercy: House, network: Network, typed: str) -> None:
    assert "not the name of a server" in await refused(mercy, typed)
    assert network.sent == []


async def test_our_own_name_is_said(mercy: House, network: Network) -> None:
    assert "our own server" in await refused(mercy, "mercy.example")
    assert network.sent == []


async def test_a_blocked_one_is_said_and_not_asked(
    mercy: House, heart: Institution, network: Network
) -> None:
    await mercy.block(heart.host)
    assert "is blocked here" in await refused(mercy, heart.host)
    assert network.sent == []


async def test_one_that_does_not_answer_is_said(mercy: House, heart: Institution) -> None:
    assert "Nobody answered" in await refused(mercy, "nobody.example")


async def test_one_with_a_wrong_certificate_is_said(
    mercy: House, heart: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ClientConnectorCertificateError(OSError):
        """As the HTTP client names it."""

    async def refuse(sent: Sent) -> Response:
        raise ClientConnectorCertificateError

    monkeypatch.setattr(heart, "answer", refuse)
    assert "certificate is not valid" in await refused(mercy, heart.host)


@pytest.mark.parametrize("status", [404, 200])
async def test_one_that_is_no_such_server_is_said(
    mercy: House, heart: Institution, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    async def answer(sent: Sent) -> Response:
        return Response(status, {"content-type": "text/html"}, b"<p>Welcome", sent.url)

    monkeypatch.setattr(heart, "answer", answer)
    assert "does not work with others as Curbside does" in await refused(mercy, heart.host)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_one_that_is_busy_is_said(
    mercy: House, heart: Institution, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    async def answer(sent: Sent) -> Response:
        return Response(status, {}, b"", sent.url)

    monkeypatch.setattr(heart, "answer", answer)
    assert "Try again later" in await refused(mercy, heart.host)


async def test_a_server_of_another_kind_is_said(mercy: House, heart: Institution) -> None:
    heart.documents[heart.uri].pop("assertionMethod")
    assert "not what a Curbside server says of itself" in await refused(mercy, heart.host)


async def test_other_keys_than_those_pinned_pause_what_stood_on_them(
    houses: Houses, mercy: House
) -> None:
    other = await houses.open("St. Luke's", "hospital", "stlukes.example", trusted=False)
    await agree(houses, mercy, other)
    with pytest.raises(TrustRefused):  # the same keys again
        await mercy.at(_pin_again, mercy, other)
    thief = Institution(other.host, mercy.network)
    thief.webfinger()
    first, second = await mercy.person(FIRST), await mercy.person(SECOND)
    # Their document is read without the pin: who is trusted cannot show other keys any more.
    await first.does(key_checks.pin, other.host, thief.tails(), "Dr Quill")
    assert await is_trusted(mercy, other)  # one administrator changes nothing
    await second.does(key_checks.confirm, other.host, thief.tails())
    assert not await is_trusted(mercy, other)
    assert await state(mercy, other) is TrustState.SUSPENDED


async def _pin_again(house: House, other: House) -> None:
    check = await key_checks.look_up(other.host)
    tails = Tails(
        keys.fingerprint(check.rsa.key)[-8:],
        keys.fingerprint(check.ed25519.key)[-8:],
    )
    person = await members.by_handle(FIRST.handle)
    await person.fetch_related("member")
    assert person.member is not None
    await key_checks.pin(person.member, other.host, tails, "Dr Quill")


async def test_a_key_check_nobody_confirms_lapses(mercy: House, heart: Institution) -> None:
    await does_pin(mercy, heart, "Dr Quill")
    await mercy.at(purging.run, datetime.now(UTC) + treaty_answers.OPEN_FOR)
    assert await mercy.at(lambda: KeyCheck.all().count()) == 0


async def test_a_check_can_be_dropped_to_begin_anew(mercy: House, heart: Institution) -> None:
    await does_pin(mercy, heart, "Dr Quill")
    person = await mercy.person(SECOND)
    await person.does(key_checks.discard, heart.host)
    assert (await mercy.at(agreements.of_host, heart.host)).step == "none"
