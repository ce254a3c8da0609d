"""One mail to the operator's mail server, or to a file in development.

The standard library writes the message: it folds what is long and refuses a line break in a header.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

import aiosmtplib

from instance.config import Smtp

_SECONDS = 20.0  # for each answer
_GOODBYE = 2.0
_SECONDS_IN_ALL = 60.0  # to connect, and for one mail: whoever answers drop by drop


@dataclass(frozen=True)
class Letter:
    """`id` stays the same however often it is tried: a mail server may tell one that came twice.

    `end_url`: where a mail program ends mails of this kind for its reader (RFC 8058)."""

    id: str
    sender: str
    to: str
    subject: str
    text: str
    at: datetime
    end_url: str = ""


class _Whole(UnstructuredHeader, BaseHeader):
    """An address on one line: folded as words are, a long one could not be read by anybody."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Whole)
_POLICY = policy.SMTP.clone(header_factory=_HEADERS)


class NotSent(Exception):
    """`reason`: a key of `alert_words.MAIL_ERRORS`, and what was answered. `is_final`: the same
    would be answered again."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


class Sender(Protocol):
    async def send(self, letter: Letter) -> None:
        """Returns when it was taken. Raises NotSent."""


@asynccontextmanager
async def connected(settings: Smtp, own_host: str) -> AsyncIterator[Sender]:
    """Signed in, over the connection that the operator asked for and no lesser one. Raises NotSent.

    Certificates are those that the machine trusts.
    """
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        username=settings.user or None,
        password=settings.password or None,
        local_hostname=own_host,
        timeout=_SECONDS,
        use_tls=settings.tls == "tls",
        start_tls=settings.tls == "starttls",
        tls_context=None if settings.tls == "none" else ssl.create_default_context(),
    )
    try:
        with _told():
            async with asyncio.timeout(_SECONDS_IN_ALL):
                await client.connect()
        yield _Connection(client)
        with suppress(aiosmtplib.SMTPException):
            await client.quit(timeout=_GOODBYE)
    finally:
        client.close()


class Folder:
    """Each mail as a file, for who develops."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, letter: Letter) -> None:
        self._folder.mkdir(exist_ok=True)
        whole = self._folder / f"{letter.id.partition('@')[0]}.eml"
        partial = whole.with_suffix(".part")
        partial.write_bytes(written(letter).as_bytes(policy=policy.SMTP))
        partial.replace(whole)


class _Connection:
    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self._client = client

    async def send(self, letter: Letter) -> None:
        message = written(letter)
        with _told():
            async with asyncio.timeout(_SECONDS_IN_ALL):
                await self._client.send_message(
                    message, sender=letter.sender, recipients=[letter.to]
                )


def written(letter: Letter) -> EmailMessage:
    """Raises NotSent for an address that is none."""
    message = EmailMessage(policy=_POLICY)
    try:
        message["From"] = Address("Curbside", addr_spec=letter.sender)
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
    except (ValueError, LookupError) as error:
        raise NotSent("address", is_final=True) from error
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.id}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    if letter.end_url:
        message["List-Unsubscribe"] = f"<{letter.end_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    return message


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong, as one of our reasons. Never the server's own words: they name people."""
    try:
        yield
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise _not_sent(error) from error


def _not_sent(error: Exception) -> NotSent:
    if _is_of_certificate(error):
        return NotSent("certificate")
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return NotSent("address", is_final=True)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return NotSent(f"sign_in {error.code}")
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _answered(error.recipients[0].code, is_of_mail=True)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _answered(error.code, is_of_mail=isinstance(error, aiosmtplib.SMTPDataError))
    if isinstance(error, TimeoutError):
        return NotSent("timeout")
    if isinstance(error, OSError):
        return NotSent("unreachable")
    if isinstance(error, aiosmtplib.SMTPException):
        return NotSent("no_tls" if "STARTTLS" in str(error) else "sign_in")
    return NotSent("address", is_final=True)


def _answered(code: int, *, is_of_mail: bool) -> NotSent:
    """A no for good to this mail ends it; one to us is for the operator to mend."""
    if 500 <= code < 600:
        return NotSent(f"refused {code}", is_final=is_of_mail)
    return NotSent(f"busy {code}")


def _is_of_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
