"""What every answer carries, whoever gives it: how a browser may show what it has, and that it is
to be asked for by HTTPS alone."""

from collections.abc import Mapping
from functools import lru_cache

from werkzeug.datastructures import Headers


def policy(images: str, leads_to: str = "") -> str:
    """`images`: the origin of pictures, and `leads_to`: one to which a form of this page may be
    redirected; "" for none."""
    shown, targets = f"'self' {images}".strip(), f"'self' {leads_to}".strip()
    return (
        f"default-src 'self'; img-src {shown}; object-src 'none'; base-uri 'none'; "
        f"form-action {targets}; frame-ancestors 'none'"
    )


SECURITY = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HSTS = "max-age=31536000"


@lru_cache(maxsize=64)
def security_headers(is_development: bool, images: str) -> Mapping[str, str]:
    """`images`: as for `policy`."""
    return {"Content-Security-Policy": policy(images), **SECURITY, **of_nothing(is_development)}


def of_nothing(is_development: bool) -> Mapping[str, str]:
    """What an answer carries that has no body, so that a browser has nothing to show."""
    return {} if is_development else {"Strict-Transport-Security": _HSTS}


def add_missing(headers: Headers, more: Mapping[str, str]) -> None:
    """Those that the answer does not have. To ask for each of them takes several times as long."""
    there = {name.lower() for name in headers.keys()}
    headers.extend([(name, value) for name, value in more.items() if name.lower() not in there])
