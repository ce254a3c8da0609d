"""Each protection against an attack, and the test that fails without it.

`python -m tests.removals [T08 ...]` takes them out one by one, in a copy of the tree, and runs the
test that each names. One file for each part of the list of attacks.
"""

from tests.removals import browsers, documents, fetching, floods, speaking
from tests.removals.entry import Removal

CATALOGUE: tuple[Removal, ...] = (
    *speaking.REMOVALS,
    *documents.REMOVALS,
    *fetching.REMOVALS,
    *browsers.REMOVALS,
    *floods.REMOVALS,
)
