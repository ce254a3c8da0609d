"""What every answer carries, whoever gives it."""

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HSTS = "max-age=31536000"


def security_headers(is_development: bool) -> dict[str, str]:
    return SECURITY if is_development else SECURITY | {"Strict-Transport-Security": _HSTS}
