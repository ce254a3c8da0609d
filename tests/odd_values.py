"""Values of every kind that no client of good sense sends, and some that every one does."""

from collections.abc import Mapping, Sequence
from typing import Any

CANARY = "zebrafinch"
_LONG = 70_000
TEXTS: Sequence[str] = (
    *("", " ", "0", "1", "-1", "true", "false", "null", "10000", "9" * 30, "1e9", "NaN", "²", "٣"),
    *("public", "unlisted", "private", "direct", "home", "notifications", "mention", "follow"),
    *("accounts", "statuses", "hashtags", "warn", "hide", "list", "none", "en", "read", "3600"),
    *("2030-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "0001-01-01", "2031-02-30T25:61:61"),
    *(
        "@lee",
        "@wards",
        "moyo",
        "lee@mercy.example",
        f"@{CANARY}@nowhere.example",
        "#",
        f"#{CANARY}",
    ),
    *("https://mercy.example/", "http://127.0.0.1/", "javascript:alert(1)", "//x", "https://[::1"),
    *(CANARY, f"<script>{CANARY}</script>", f"' OR 1=1 --{CANARY}", f"{CANARY}\r\nX-Bad: 1", "%"),
    *("a,b;c", "\u202e\u200b\ufeff", "\U0001f600" * 99, "\u0130", "ß" * 400, CANARY * 40, "%00"),
    *(f"{CANARY}\0", "mercy.example", "-", "_" * 30, "(" * 500, "*", "\\", '"', "a" * 2_100),
)
# What the doors want, so that one odd value at a time comes further than the first check.
GOOD: Mapping[str, Any] = {
    "status": "A text of some words",
    "title": "Colleagues",
    "comment": "Met at rounds",
    "phrase": "sports",
    "keyword": "sports",
    "context": ["home", "public"],
    "keywords_attributes": [{"keyword": "football", "whole_word": True}],
    "account_id": "testid01",
    "account_ids": ["testid01", "testid02"],
    "id": ["testid01"],
    "choices": ["0"],
    "domain": "bad.example",
    "home": {"last_read_id": "testid03"},
    "subscription": {"endpoint": "https://push.example/1", "keys": {"p256dh": "x", "auth": "x"}},
    "client_name": "Phone",
    "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
    "q": "rounds",
    "acct": "lee",
    "display_name": "Dr J. Lee",
    "note": "Night rounds",
    "description": "A chart",
}
ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**31,
    2**53,
    2**63,
    1e308,
    [],
    {},
    [[]],
    [None],
    [{}],
    [{}] * 9,
)
KINDS = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain",
    "",
    "application/json; charset=utf-16",
    "image/png",
    CANARY,
)
_LAST = b"\r\n--x--\r\n"
_NAMED = b'--x\r\nContent-Disposition: form-data; name="file"'
RAW = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"7",
    b"\xff\xfe\x00",
    b"a=%ff%fe&b=%00",
    b'{"status":"\\ud800"}',
    b'{"status":"\\u0000"}',
    b"[" * 4_000,
    b'{"status":' * 900 + b"1" + b"}" * 900,
    b"status=" + b"x" * _LONG,
    b"a[b][c][d][e][f]=1&a=2&a[]=3&[]=4&]=5&[=6&a[b=7",
    b"&".join(b"a%d=1" % number for number in range(1_100)),
    _NAMED + b'; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG' + _LAST,
    _NAMED + b"\r\n\r\n" + b"x" * 600_000 + _LAST,
    b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x",
    b"--x\r\n\r\n",
    b"--x--",
)  # fmt: skip
