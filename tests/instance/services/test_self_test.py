"""Eleven checks of our own server; each that fails says its cure, with a command."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from federation.errors import FetchFailed, UnsafeAddress
from instance import smtp
from instance.models import AuditCheck, Delivery
from instance.services import self_test
from instance.services.doctor import Finding
from tests.cast import Houses
from tests.clinic import ask
from tests.houses import House, Person

Check = Callable[[], Awaitable[Finding]]


@pytest.fixture
async def mercy(houses: Houses, are_trusted: bool) -> House:
    return await houses.open(
        "Mercy General", "hospital", "mercy.example", SMTP_HOST="127.0.0.1", BACKUP_DAYS="30"
    )


async def wrong(house: House, check: Check) -> Finding:
    found = await house.at(check)
    assert not found.is_good and found.said.endswith(".") and found.mend, found
    return found


async def right(house: House, check: Check) -> Finding:
    found = await house.at(check)
    assert found.is_good and not found.mend, found
    return found


def test_there_are_eleven() -> None:
    assert len(self_test.CHECKS) == 11


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(), "No name server knows our name."),
        (UnsafeAddress("10.0.0.1"), "Our name leads to an address of a private network"),
    ],
)
async def test_a_name_that_does_not_lead_to_us(
    mercy: House, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    async def addresses(url: str) -> list[str]:
        raise error

    monkeypatch.setattr(mercy.institution.client, "addresses", addresses)
    found = await wrong(mercy, self_test._name)
    assert said in found.said and "host mercy.example" in found.mend


async def test_an_address_where_nobody_answers_or_the_certificate_does_not_hold(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await right(mercy, self_test._address)  # over the network of the tests, to ourselves
    error = FetchFailed("mercy.example: ClientConnectorCertificateError", permanent=False)

    async def get_json(url: str) -> dict[str, Any]:
        raise error

    monkeypatch.setattr(mercy.institution.client, "get_json", get_json)
    assert "certbot renew" in (await wrong(mercy, self_test._address)).mend
    error = FetchFailed("mercy.example: TimeoutError", permanent=False)
    assert "curl -i https://mercy.example" in (await wrong(mercy, self_test._address)).mend


async def test_a_name_for_images_that_leads_elsewhere_or_to_pages(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "nothing but images" in (await right(mercy, self_test._files)).said
    answers: dict[str, Any] = {}

    async def get_json(url: str, **_: object) -> dict[str, Any]:
        for path, answer in answers.items():
            if url == f"https://media.mercy.example{path}":
                if isinstance(answer, Exception):
                    raise answer
                return {"status": answer}
        raise FetchFailed("media.mercy.example", permanent=True, status=404)

    monkeypatch.setattr(mercy.institution.client, "get_json", get_json)
    found = await wrong(mercy, self_test._files)
    assert "does not lead to this server" in found.said and "curl -i https://media" in found.mend
    answers |= {"/health": "ok", "/.well-known/nodeinfo": "a page"}
    found = await wrong(mercy, self_test._files)
    assert "serves more than images" in found.said and "(Host)" in found.mend
    answers["/health"] = FetchFailed("ClientConnectorCertificateError", permanent=False)
    assert "certbot renew" in (await wrong(mercy, self_test._files)).mend


async def test_a_server_without_a_name_for_images_takes_none_and_says_so(houses: Houses) -> None:
    house = await houses.open("Bare", "hospital", "bare.example", MEDIA_ORIGIN="")
    assert "No images are taken" in (await right(house, self_test._files)).said


async def test_a_clock_that_is_off(
    mercy: House, stlukes: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def clock_of(url: str) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=7)

    monkeypatch.setattr(mercy.institution.client, "clock_of", clock_of)
    assert "timedatectl" in (await wrong(mercy, self_test._clock)).mend


async def test_a_mail_server_that_does_not_take_our_mails(
    mercy: House, stlukes: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "CURBSIDE_SMTP_HOST" in (await wrong(stlukes, self_test._mail)).mend

    @asynccontextmanager
    async def connected(*_: object) -> AsyncIterator[None]:
        raise smtp.NotSent("certificate")
        yield

    monkeypatch.setattr(smtp, "connected", connected)
    assert "certificate" in (await wrong(mercy, self_test._mail)).said


async def test_a_worker_that_does_not_run(mercy: House, stlukes: House, lee: Person) -> None:
    await right(mercy, self_test._worker)
    await ask(lee, stlukes)
    late = {"due_at": datetime.now(UTC) - timedelta(minutes=16)}
    assert await mercy.at(lambda: Delivery.all().update(**late))
    assert "curbside worker" in (await wrong(mercy, self_test._worker)).mend


async def test_a_record_that_is_not_as_it_was_written(mercy: House) -> None:
    await right(mercy, self_test._record)
    done, problems = datetime.now(UTC), ["Row 7 is missing."]
    await mercy.at(lambda: AuditCheck.create(finished_at=done, problems=problems))
    assert "curbside audit verify" in (await wrong(mercy, self_test._record)).mend


async def test_a_key_that_others_can_read(mercy: House) -> None:
    await right(mercy, self_test._key)
    (mercy.config.data / "secret.key").chmod(0o644)
    assert "chmod 600" in (await wrong(mercy, self_test._key)).mend


async def test_a_disk_that_is_full(mercy: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await right(mercy, self_test._space)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1024**2))
    assert "Only 1 MB" in (await wrong(mercy, self_test._space)).said


async def test_backups_that_nobody_speaks_of(mercy: House, stlukes: House) -> None:
    await right(mercy, self_test._backups)
    assert "CURBSIDE_BACKUP_DAYS" in (await wrong(stlukes, self_test._backups)).mend
