"""A mail as it is written: by the library, whatever an address or a line holds."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from instance import smtp
from instance.smtp import Folder, Letter, NotSent

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def letter(to: str = "ruiz@hospital.example", text: str = "A sentence.", **more: str) -> Letter:
    values = {"id": "7.curbside@mercy.example", "sender": "curbside@mercy.example"}
    return Letter(**{**values, "subject": "A subject", **more}, to=to, text=text, at=AT)


def read(message: EmailMessage) -> EmailMessage:
    """As who gets it reads it."""
    found = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_says_from_whom_it_is_and_that_nobody_need_answer() -> None:
    found = read(smtp.written(letter()))
    assert found["From"] == "Curbside <curbside@mercy.example>"
    assert (found["To"], found["Subject"]) == ("ruiz@hospital.example", "A subject")
    assert found["Message-ID"] == "<7.curbside@mercy.example>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Date"] == "Sun, 01 Mar 2026 12:00:00 +0000"
    assert found.get_content().splitlines() == ["A sentence."]


@pytest.mark.parametrize(
    "address",
    [
        "ruiz@hospital.example\r\nBcc: all@hospital.example",
        "ruiz@hospital.example\nBcc: all@hospital.example",
        "ruiz@hospital.example, all@hospital.example",
        "jürgen@hospital.example",  # no member has one (T71)
        "ruiz",
        "",
    ],
)
def test_what_is_no_address_is_given_up_and_adds_no_header(address: str) -> None:
    with pytest.raises(NotSent) as refused:
        smtp.written(letter(address))
    assert (refused.value.reason, refused.value.is_final) == ("address", True)


def test_a_line_break_in_a_subject_adds_no_header() -> None:
    with pytest.raises(NotSent):
        smtp.written(letter(subject="A subject\r\nBcc: all@hospital.example"))


def test_a_long_line_arrives_whole_and_no_line_is_too_long_for_a_mail_server() -> None:
    link = "https://mercy.example/admin/hospitals/" + "h" * 1_200
    message = smtp.written(letter(text=f"A sentence.\n\n{link}\n"))
    assert max(map(len, message.as_bytes().splitlines())) <= 78
    assert link in read(message).get_content()


async def test_in_development_a_mail_is_a_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "mail")
    for _ in range(2):
        await folder.send(letter())
    [file] = (tmp_path / "mail").iterdir()
    assert file.name == "7.curbside.eml" and b"Subject: A subject\r\n" in file.read_bytes()
