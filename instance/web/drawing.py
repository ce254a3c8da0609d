"""Hand a page view to its template: the one place where HTML answers are made."""

from quart import Response, current_app
from quart.typing import ResponseReturnValue

from instance.web import sessions
from instance.web.rendering import render
from instance.web.views import PageView

HTML = "text/html; charset=utf-8"


def draw(view: PageView, status: int = 200) -> ResponseReturnValue:
    response = Response(part(view), status=status, content_type=HTML)
    response.headers["Cache-Control"] = "no-store" if view.page.member else "no-cache"
    response.headers["Vary"] = "Accept, Cookie"
    sessions.keep_visitor(response)
    return response


def part(view: PageView, template: str = "") -> str:
    """The HTML of a view, or of the part of its page that a stream sends."""
    return render(current_app.config["JINJA"], view, template)
