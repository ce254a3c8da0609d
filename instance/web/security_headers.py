"""What every answer carries, whoever gives it."""


def policy(leads_to: str = "") -> str:
    """`leads_to`: an origin to which a form of this page may be redirected, "" for none."""
    targets = f"'self' {leads_to}".strip()
    return (
        "default-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; "
        f"form-action {targets}; frame-ancestors 'none'"
    )


SECURITY = {
    "Content-Security-Policy": policy(),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HSTS = "max-age=31536000"


def security_headers(is_development: bool) -> dict[str, str]:
    return SECURITY if is_development else SECURITY | {"Strict-Transport-Security": _HSTS}
