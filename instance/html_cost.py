"""What it would cost to read a piece of HTML, told without reading it (T31).

A parser as the standard describes it is quadratic: deep nesting, formatting that is never closed,
and thousands of attributes each make 256 KiB take seconds. This walks over the tags once, exactly
as such a parser splits them, and adds up how much it would have to look at.
"""

import re
from collections import Counter

_SMALL = 8 * 1024  # nothing so short takes long
_COST_MOST = 200_000
_ODD_MOST = 64 * 1024

_BLANK = r"[\t\n\f\r ]"
_ATTRIBUTE = (
    rf"(?:[\t\n\f\r /]*+[^\t\n\f\r />][^\t\n\f\r />=]*+"
    rf"(?:{_BLANK}*+={_BLANK}*+"
    rf"(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >\"'][^\t\n\f\r >]*+)?)?+)"
)
_TAG = re.compile(rf"<(/?)([a-zA-Z][^\t\n\f\r />]*+)({_ATTRIBUTE}*+)[\t\n\f\r /]*+(?:>|\Z)")
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE)
# Where tags may stand that are none: there the walk and the parser could disagree.
_ODD = re.compile(
    r"<[!?]|</[^a-zA-Z]|<(?:script|style|textarea|title|xmp|iframe|noembed|noframes|noscript"
    r"|plaintext|svg|math)\b",
    re.IGNORECASE,
)
# What closes itself, or the one before it of its kind.
_FLAT = frozenset(
    "area base br col embed hr img input link meta param source track wbr "
    "p li dd dt option tr td th tbody thead tfoot".split()
)


def is_heavy(markup: str) -> bool:
    """Whether a parser might need more than some tens of milliseconds for it."""
    if len(markup) <= _SMALL:
        return False
    is_odd = _ODD.search(markup) is not None
    if is_odd and len(markup) > _ODD_MOST:
        return True
    opened: Counter[str] = Counter()
    depth = cost = 0
    for found in _TAG.finditer(markup):
        closes, name, attributes = found[1], found[2].lower(), found[3]
        if not closes and name not in _FLAT:
            opened[name] += 1
            depth += 1
        elif closes and opened[name] and not is_odd:
            opened[name] -= 1
            depth -= 1
        cost += depth
        if len(attributes) > 256:
            cost += len(_ONE_ATTRIBUTE.findall(attributes)) ** 2 // 100
        if cost > _COST_MOST:
            return True
    return False
