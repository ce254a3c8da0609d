"""Refusals that servers read: RFC 9457, echoing nothing of the input, and kept nowhere, as is what
they may stand for (6.2.7)."""

from http import HTTPStatus

import orjson

VARY = "Accept, Signature, Signature-Input"
PRIVATE = "private, no-store"
_ACCEPT_SIGNATURE = 'sig1=("@method" "@target-uri" "content-digest");created;keyid'
_UNSIGNED = {"WWW-Authenticate": "Signature", "Accept-Signature": _ACCEPT_SIGNATURE}


def headers(status: int) -> dict[str, str]:
    named = {"Content-Type": "application/problem+json", "Vary": VARY, "Cache-Control": PRIVATE}
    return named | _UNSIGNED if status == 401 else named


def body(status: int) -> bytes:
    title = HTTPStatus(status).phrase
    return orjson.dumps({"type": "about:blank", "status": status, "title": title})
