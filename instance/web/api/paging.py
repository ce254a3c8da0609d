"""Pages by id: what an application asks for, and where it finds the next (mastodon-api.md 2)."""

from collections.abc import Sequence
from urllib.parse import urlencode

from quart import Response, request

from instance import config
from instance.ids import read_id
from instance.services.feed_sources import Bounds
from instance.web.api.answers import answer

_OWN = ("max_id", "since_id", "min_id")


def bounds(default: int = 20, most: int = 40) -> Bounds:
    """Out of range is clamped; what is no id is no bound."""
    args = request.args
    given = {name: read_id(args.get(name, "")) for name in _OWN if name in args}
    return Bounds(limit=limit(default, most), **given)


def limit(default: int, most: int) -> int:
    text = request.args.get("limit", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default
    return max(1, min(number, most))


def page(documents: object, ids: Sequence[int]) -> Response:
    """`ids`: of the entries, the first and the last of which bound the pages beside this one."""
    return linked(answer(documents), ids)


def linked(response: Response, ids: Sequence[int]) -> Response:
    if ids:
        older, newer = _url("max_id", min(ids)), _url("min_id", max(ids))
        response.headers["Link"] = f'<{older}>; rel="next", <{newer}>; rel="prev"'
    return response


def _url(name: str, bound: int) -> str:
    """With all that was asked besides; `,` and `;` are written out: some clients split at them."""
    asked = request.args.items(multi=True)
    kept = [(one, value) for one, value in asked if one not in _OWN]
    query = urlencode([*kept, (name, bound)])
    return config.current().uri(f"{request.path}?{query}")
