"""Hand a page view to its template: the one place where HTML answers are made."""

from quart import Response, current_app
from quart.typing import ResponseReturnValue

from instance import config
from instance.web import sessions
from instance.web.rendering import render, rendered
from instance.web.security_headers import policy
from instance.web.views import PageView

HTML = "text/html; charset=utf-8"


def draw(view: PageView, status: int = 200) -> ResponseReturnValue:
    html = rendered(current_app.config["JINJA"], view)
    response = Response(html, status=status, content_type=HTML)
    # A refusal may stand for something private, whoever asks (federation.md 6.2.7).
    is_private = view.page.member is not None or status >= 400
    response.headers["Cache-Control"] = "private, no-store" if is_private else "no-cache"
    response.headers["Vary"] = "Accept, Cookie, Signature, Signature-Input"
    if leads_to := getattr(view, "leads_to", ""):
        response.headers["Content-Security-Policy"] = policy(
            config.current().media_origin, leads_to
        )
    shared = getattr(view, "sharing", None)
    if shared is not None:
        response.headers["Link"] = alternate(shared.document)
    sessions.keep_visitor(response)
    return response


def alternate(uri: str) -> str:
    """The header that says where servers read what a page shows."""
    return f'<{uri}>; rel="alternate"; type="application/activity+json"'


def part(view: PageView, template: str = "") -> str:
    """The HTML of a view, or of the part of its page that a stream sends."""
    return render(current_app.config["JINJA"], view, template)
