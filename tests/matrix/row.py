"""How a request of each route is filled in. A new route needs one line in `rows` or,
for applications, in `rows_clients`.

`of("consult")`: its numbers are those of what the word names, in the order of the address, with
"/" between two; more than one such word asks for more than one thing. What the words mean stands
in `world.ids_of`. `plain()`: no number of a consult is in the address; nothing of it may be in the
answer, which is the same as before anybody asked. Both take `query` (with " or " between two) and
`form`, where `{consult}` stands for a number of the same thing. What is no number in the address is
filled in from `PARTS`, and from `NAMES`, which a consult has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """`tells`: by reader, why answers may differ after all, and in what. `as_none`: what a number
    that nobody has is answered where that is not 404, which is then so for all numbers. `at`: of
    which host, before the institution's own. `is_fresh`: its page is another one each time."""

    kinds: tuple[str, ...] = ()
    query: str = ""
    form: str = ""
    at: str = ""
    as_none: int = 404
    tells: Mapping[str, str] = field(default_factory=dict)
    is_fresh: bool = False


def of(
    *kinds: str,
    query: str = "",
    form: str = "",
    at: str = "",
    as_none: int = 404,
    tells: Mapping[str, str] | None = None,
) -> Row:
    return Row(kinds, query, form, at, as_none, tells or {})


def plain(
    query: str = "",
    form: str = "",
    *,
    at: str = "",
    tells: Mapping[str, str] | None = None,
    is_fresh: bool = False,
) -> Row:
    return Row((), query, form, at, tells=tells or {}, is_fresh=is_fresh)
