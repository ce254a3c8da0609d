"""Collections: the pages we serve, and reading a peer's without being led on for ever.

Source: federation.md 3 (pages of 50), 7 (budget); threat T27.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from federation import vocabulary
from federation.errors import FederationError, FetchFailed, Malformed
from federation.fields import id_of
from federation.keys import PrivateKey
from federation.messages import Form
from federation.origin import Development, require_same_origin

PAGE_SIZE = 50
_START = "0"  # lies before every id and every cs:seq


def build(
    collection_id: str, total: int | None = None, *, browsable: bool = True, **members: Any
) -> vocabulary.OrderedCollection:
    """The collection itself. `browsable=False`: a count alone, as for followers.

    `total` None says no number. `members` are added as they are (attributedTo, …).
    """
    fields: dict[str, Any] = {"id": collection_id, **members}
    if total is not None:
        fields["totalItems"] = total
    if browsable:
        fields["first"] = page_id(collection_id, _START)
    return vocabulary.OrderedCollection(**fields)


def build_page(
    collection_id: str, items: Sequence[Any], *, after: str = _START, next_after: str | None = None
) -> vocabulary.OrderedCollectionPage:
    """The page of what comes after the cursor `after`: at most PAGE_SIZE ids or documents.

    A cursor is the id (or `cs:seq`) of an item; `next_after`: that of the last one here if there
    are more. By cursor and never by number, so that what is added moves nothing between pages.
    """
    if len(items) > PAGE_SIZE:
        raise ValueError(f"more than {PAGE_SIZE} items on a page")
    fields: dict[str, Any] = {
        "id": page_id(collection_id, after),
        "partOf": collection_id,
        "orderedItems": list(items),
    }
    if next_after is not None:
        fields["next"] = page_id(collection_id, next_after)
    return vocabulary.OrderedCollectionPage(**fields)


def page_id(collection_id: str, after: str) -> str:
    return f"{collection_id}?after={after}"


@dataclass(frozen=True)
class Budget:
    """What one walk may cost. Source: federation.md 7."""

    pages: int = 10
    items: int = 250
    seconds: float = 30.0


@dataclass
class Walked:
    """What was read. `items`: ids and documents as they came, unverified, in the peer's order.

    `complete`: the end was reached; else the budget ran out or a page could not be had.
    """

    items: list[str | dict[str, Any]] = field(default_factory=list)
    pages: int = 0
    complete: bool = False

    def add(self, page: vocabulary.Collection) -> None:
        self.pages += 1
        self.items += [item for item in page.items if isinstance(item, str | dict)]


class Reads(Protocol):
    """What a walk needs of a client."""

    development: Development

    def vetted(self, url: str) -> str: ...

    async def get_document(
        self, url: str, *, key: PrivateKey | None = None, form: Form = "cavage"
    ) -> dict[str, Any]: ...


async def walk(
    client: Reads,
    url: str,
    budget: Budget = Budget(),
    *,
    key: PrivateKey | None = None,
    form: Form = "cavage",
) -> Walked:
    """The collection, or the page of one, at `url`, as far as the budget goes.

    Pages have to be of the origin of `url`; none is visited twice. What was read before a failure
    is kept (T27). Raises FetchFailed only when there is no collection at `url` itself.
    """
    reader = _Reader(client, client.vetted(url), key, form)
    ends_at = asyncio.get_running_loop().time() + budget.seconds
    walked = Walked()
    following: str | dict[str, Any] = url
    while following and walked.pages < budget.pages and len(walked.items) < budget.items:
        try:
            async with asyncio.timeout_at(ends_at):
                page = await reader.read(following)
        except (FederationError, TimeoutError) as error:
            if walked.pages == 0:
                raise FetchFailed(f"no collection: {error}") from error
            return walked
        walked.add(page)
        following = _next(page)
    walked.complete = not following and len(walked.items) <= budget.items
    del walked.items[budget.items :]
    return walked


class _Reader:
    """Reads the pages of one walk, none of them twice and none of another origin."""

    def __init__(self, client: Reads, start: str, key: PrivateKey | None, form: Form) -> None:
        self._client, self._start, self._key, self._form = client, start, key, form
        self._visited: set[str] = set()

    async def read(self, reference: str | dict[str, Any]) -> vocabulary.Collection:
        """The page at an address, or the one that came embedded in the page before it."""
        if isinstance(reference, str):
            self._require_own(reference)
            if reference in self._visited:
                raise Malformed("a page leads back to one before it")
            self._visited.add(reference)
            reference = await self._client.get_document(reference, key=self._key, form=self._form)
        page = vocabulary.parse(reference)
        if not isinstance(page, vocabulary.Collection):
            raise Malformed(f"a {page.type_name} is not a collection")
        if page.id:
            self._require_own(page.id)
        return page

    def _require_own(self, address: str) -> None:
        require_same_origin(self._start, address, dev=self._client.development)


def _next(page: vocabulary.Collection) -> str | dict[str, Any]:
    """The way on: an address, an embedded page, or "" at the end."""
    is_page = isinstance(page, vocabulary.CollectionPage | vocabulary.OrderedCollectionPage)
    on = page.get("next" if is_page else "first")
    return on if isinstance(on, dict) and "type" in on else id_of(on)
