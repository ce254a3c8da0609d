"""Lists of hosts as files: what administrators of Mastodon exchange, and what goes wrong in it."""

import csv
import io
from collections.abc import Iterator

import orjson
import pytest

from instance import config
from instance.config import Config
from instance.models import HostAction
from instance.services import host_lists
from instance.services.host_lists import Row, Unreadable

HEADER = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    config.use(
        Config.from_env(
            {
                "CURBSIDE_ORIGIN": "https://mercy.example",
                "CURBSIDE_NAME": "Mercy General",
                "CURBSIDE_DATA": "/nowhere",
            }
        )
    )
    yield


def read(content: str, action: HostAction = HostAction.BLOCK) -> list[Row]:
    return host_lists.read(content, action)


def only(name: str, action: HostAction = HostAction.BLOCK) -> Row:
    [row] = read(f"domain\n{name}\n", action)
    return row


def test_the_table_that_mastodon_exports_is_read() -> None:
    rows = read(
        HEADER
        + "bad.example,suspend,false,false,Spam,false\n"
        + '"worse.example",suspend,true,true,"Spam, and ""more""",true\n'
    )
    assert [(row.line, row.host, row.comment, row.reason) for row in rows] == [
        (2, "bad.example", "Spam", ""),
        (3, "worse.example", 'Spam, and "more"', ""),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "bad.example\n",
        "#domain\nbad.example\n",
        "Domain\r\nbad.example\r\n",
        "\ufeff#domain,#severity\nbad.example,SUSPEND\n",
        "#severity;#domain\nsuspend;bad.example\n",
        "bad.example,suspend\n",
        "\n\n# a remark\nbad.example\n\n",
        '["bad.example"]',
        '[{"domain": "bad.example", "severity": "suspend", "digest": "x"}]',
        '{"blocks": [{"domain": "bad.example"}], "allows": []}',
    ],
)
def test_other_spellings_of_a_list_are_read(content: str) -> None:
    [row] = read(content)
    assert (row.host, row.action, row.reason) == ("bad.example", HostAction.BLOCK, "")


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("BAD.Example", "bad.example"),
        (" bad.example ", "bad.example"),
        ("https://bad.example/", "bad.example"),
        ("bad.example.", "bad.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("bad.example:8443", "bad.example:8443"),
        ("bad.example:443", "bad.example"),
        ("192.0.2.7", "192.0.2.7"),
        ("[2001:db8::7]", "[2001:db8::7]"),
    ],
)
def test_a_name_is_kept_as_everything_is_kept_under(typed: str, host: str) -> None:
    assert (only(typed).host, only(typed).reason) == (host, "")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("*", "wildcard"),
        ("*.bad.example", "wildcard"),
        ("b*d.example", "wildcard"),
        ('"=HYPERLINK(""http://x"",""y"")"', "formula"),
        ("+1.example", "formula"),
        ("-bad.example", "formula"),
        ("@mallory@bad.example", "formula"),
        ("mallory@bad.example", "not_host"),
        ("bad example", "not_host"),
        ("https://bad.example/users/x", "not_host"),
        ("bad.example?x", "not_host"),
        ("xn--a.example", "not_host"),
        ("bad.example:99999", "not_host"),
        (f"{'a' * 64}.example", "not_host"),
        ("a" * 400, "not_host"),
        ("example", "too_wide"),
        ("com.", "too_wide"),
        ("nhs.uk", "too_wide"),
    ],
)
def test_what_is_no_server_is_refused_with_its_row(typed: str, reason: str) -> None:
    row = only(typed)
    assert (row.host, row.reason, row.line) == ("", reason, 2)


@pytest.mark.parametrize(
    ("severity", "reason"),
    [("silence", "limited"), ("noop", "nothing"), ("Suspend", ""), ("", ""), ("ban", "severity")],
)
def test_only_what_is_blocked_there_is_blocked_here(severity: str, reason: str) -> None:
    [row] = read(f"domain,severity\nbad.example,{severity}\n")
    assert row.reason == reason


def test_a_list_of_blocks_does_not_pass_for_one_of_allowed_servers() -> None:
    [row] = read("domain,severity\nbad.example,suspend\n", HostAction.ALLOW)
    assert row.reason == "is_block"
    assert only("good.example", HostAction.ALLOW).action is HostAction.ALLOW


def test_the_second_row_of_a_server_is_refused() -> None:
    rows = read('{"blocks": ["bad.example"], "allows": ["BAD.example"]}')
    assert [row.reason for row in rows] == ["", "twice"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "empty"),
        ("#domain\n", "empty"),
        ("[]", "empty"),
        ("#severity,#comment\nsuspend,x\n", "no_column"),
        ("{", "unreadable"),
        ('{"blocks": "bad.example"}', "unreadable"),
        ("[7]", "unreadable"),
        (f"domain\n{'x' * 200_000}\n", "unreadable"),
        ("a.example\n" * 20_001, "too_many"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(content: str, problem: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert refused.value.problem == problem


FORMULAS = ["Spam; =1+1", "a;-1", "'=1;=2", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("comment", FORMULAS)
def test_nothing_that_is_exported_is_a_formula(comment: str) -> None:
    written = host_lists.table([("bad.example", comment)], blocked=True)
    for delimiter in ",;":
        [_, cells] = csv.reader(io.StringIO(written, newline=""), delimiter=delimiter)
        begins = [cell.strip().strip('"') for cell in cells]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in begins)


def test_what_is_exported_is_read_again() -> None:
    hosts = [("a.example", "-1"), ("b.example", "It's 'so', \"they\" say"), ("c.example", "a; =1")]
    hosts += [("d.example", "'=1"), ("e.example", "")]
    written = host_lists.table(hosts, blocked=True)
    assert written.splitlines()[0] == HEADER.strip()
    assert [(row.host, row.comment) for row in read(written)] == hosts
    allowed = host_lists.table(hosts, blocked=False)
    assert [row.host for row in read(allowed, HostAction.ALLOW)] == [host for host, _ in hosts]
    both = host_lists.document(hosts[:1], hosts[1:])
    found = [(row.host, row.comment, row.action) for row in read(both.decode())]
    assert found == [
        ("a.example", "-1", HostAction.BLOCK),
        *((host, comment, HostAction.ALLOW) for host, comment in hosts[1:]),
    ]
    assert orjson.loads(both)["blocks"] == [{"domain": "a.example", "comment": "-1"}]


def test_a_comment_turns_no_page_around() -> None:
    [row] = read(f"domain,comment\nbad.example,a\u202eb{'c' * 900}\n")
    assert row.comment.startswith("abccc")
    assert len(row.comment) <= 500
