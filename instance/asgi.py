"""What our server tells our application of a request, beside what ASGI has."""

from collections.abc import Mapping
from typing import Any

_WHOLE = "curbside.whole"  # an extension, as ASGI calls them


def say_whole(scope: Any) -> None:
    """The body has come to its end."""
    scope.setdefault("extensions", {})[_WHOLE] = {}


def is_whole(scope: Mapping[str, Any]) -> bool:
    return _WHOLE in scope.get("extensions", ())
