"""Each protection against an attack, and the test that fails without it.

`python -m tests.removals [T08 ...]` takes them out one by one, in a copy of the tree, and runs the
test that each names. One file for each part of the list of attacks.
"""

from tests.removals import (
    abuse,
    accounts,
    activities,
    administration,
    applications,
    ballots,
    bounds,
    browsers,
    consults,
    fetching,
    floods,
    joining,
    leavers,
    leaving_home,
    neighbours,
    operating,
    owners,
    pictures,
    posts,
    private,
    proofs,
    pseudonyms,
    public_pictures,
    publication,
    recalls,
    registry,
    relations,
    remembered,
    requests,
    restores,
    roster,
    searching,
    sign_on,
    signatures,
    standing,
    streams,
    telling,
    treaties,
    trust,
    upgrading,
    verifying,
    watching,
)
from tests.removals.entry import Removal

_PARTS = (
    *(owners, signatures, proofs, activities, bounds, fetching, browsers, floods, abuse),
    *(neighbours, trust, treaties, standing, leavers, administration, accounts, roster, joining),
    *(consults, registry, requests, sign_on, verifying, ballots, pictures, public_pictures),
    *(applications, posts, relations, leaving_home, pseudonyms, private, publication, recalls),
    *(remembered, searching, streams, telling, watching, operating, upgrading, restores),
)
CATALOGUE: tuple[Removal, ...] = tuple(entry for part in _PARTS for entry in part.REMOVALS)
