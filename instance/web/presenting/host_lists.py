"""From lists of hosts to the pages of administrators."""

from collections.abc import Mapping

from tortoise.expressions import Q

from instance import config
from instance.errors import FormRefused, TrustRefused
from instance.models import (
    Actor,
    HostImport,
    HostImportRow,
    ImportState,
    ItemState,
    Member,
    Peer,
    PeerLevel,
    PublishedList,
    Subscription,
    Verdict,
)
from instance.outbox import trust
from instance.services import (
    host_imports,
    host_previews,
    members,
    published_list,
    reach,
    subscriptions,
)
from instance.services.reach import Reach as Reached
from instance.web import views
from instance.web.presenting.pages import Surroundings
from instance.web.views.host_lists import (
    Access,
    FollowedList,
    FollowedListPage,
    HostAccessPage,
    HostImportPage,
    HostListsPage,
    ImportRow,
    ListedHost,
    ListItem,
    OpenImport,
    Published,
    Reach,
    Step,
)

SHOWN_MOST = 200
_MAY: Mapping[Access, tuple[Step, ...]] = {
    "open": ("allow", "block"),
    "unlisted": ("allow", "block"),
    "allowed": ("disallow", "block"),
    "compared": ("block",),
    "blocked": ("unblock",),
    "blocked_above": (),
}
_LISTED = Q(level=PeerLevel.BLOCKED) | Q(allowed_at__not_isnull=True)


async def lists_page(
    around: Surroundings,
    wanted: str = "",
    *,
    typed_host: str = "",
    typed_url: str = "",
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
) -> HostListsPage:
    found = Peer.filter(_LISTED)
    if wanted:
        found = found.filter(host__contains=wanted.strip().lower()[:100])
    rows = await found.order_by("host").limit(SHOWN_MOST)
    return HostListsPage(
        page=around.page,
        allowlist=config.current().is_allowlist,
        hosts=tuple(map(_listed, rows)),
        blocked=await Peer.filter(level=PeerLevel.BLOCKED).count(),
        allowed=await Peer.filter(_LISTED).exclude(level=PeerLevel.BLOCKED).count(),
        more=max(0, await found.count() - SHOWN_MOST),
        wanted=wanted,
        imports=await open_imports(),
        followed=tuple([await _followed(row) for row in await subscriptions.all_of_them()]),
        published=_published(await published_list.current()),
        typed_host=typed_host,
        typed_url=typed_url,
        refusal=refusal,
        errors=views.FieldError.all_of(errors or {}),
    )


async def followed_page(around: Surroundings, subscription_id: int) -> FollowedListPage:
    row = await subscriptions.by_id(subscription_id)
    open_ones = (ItemState.WAITING, ItemState.PROPOSED, ItemState.REFUSED)
    items = await subscriptions.items(row.id, *open_ones)
    return FollowedListPage(
        page=around.page,
        followed=await _followed(row),
        items=tuple(
            ListItem(host=item.host, state=item.state.value, comment=item.comment) for item in items
        ),
        applied=await subscriptions.count(row.id, ItemState.APPLIED),
    )


async def _followed(row: Subscription) -> FollowedList:
    publisher = await Actor.get_or_none(uri=row.publisher)
    waiting = await subscriptions.items(row.id, ItemState.WAITING)
    return FollowedList(
        url=f"/admin/hospitals/followed/{row.id}",
        name=publisher.name if publisher is not None and publisher.name else row.publisher,
        address=row.uri.partition("://")[2],
        version=row.version,
        changed_at=row.changed_at,
        added=row.added,
        retracted=row.retracted,
        waiting=len(waiting),
        error=row.error,
    )


def _published(found: PublishedList | None) -> Published | None:
    if found is None:
        return None
    address = published_list.uri(found)
    return Published(address=address, version=found.version, at=found.updated_at)


async def open_imports() -> tuple[OpenImport, ...]:
    return tuple(
        OpenImport(url=_url(row), state=row.state.value, at=row.created_at)
        for row in await host_imports.open_ones()
    )


async def access_page(
    around: Surroundings, host: str, typed: str, error: FormRefused | TrustRefused | None
) -> HostAccessPage:
    peer = await Peer.get_or_none(host=host)
    access = await _access(host, peer)
    return HostAccessPage(
        page=around.page,
        host=host,
        access=access,
        may=_MAY[access],
        reach=_reach(await reach.of_host(host)),
        comment=peer.comment if peer is not None else "",
        typed_comment=typed,
        refusal=error.shown if isinstance(error, TrustRefused) else "",
        errors=views.FieldError.all_of(error.fields if isinstance(error, FormRefused) else {}),
    )


async def import_page(
    around: Surroundings, reader: Member, import_id: int, refusal: str = ""
) -> HostImportPage:
    found = await host_imports.by_id(import_id)
    counted = await host_previews.summary(import_id)
    is_checking = found.state is ImportState.CHECKING
    change = Verdict.CHANGE
    cut = [] if is_checking else await host_previews.page(import_id, change, host_previews.CUTS)
    rest = [] if is_checking else await host_previews.page(import_id, change, host_previews.SAFE)
    refused = [] if is_checking else await host_previews.page(import_id, Verdict.REFUSED)
    return HostImportPage(
        page=around.page,
        url=_url(found),
        state=found.state.value,
        problem=found.problem,
        checked=found.checked,
        total=found.total,
        blocks=counted.blocks,
        allows=counted.allows,
        same=counted.same,
        refused_count=counted.refused,
        cuts=counted.cuts,
        reach=_reach(counted.reach),
        cut=tuple(map(_row, cut)),
        harmless=tuple(map(_row, rest)),
        refused=tuple(map(_row, refused)),
        by=await _name(found.by),
        confirmed_by=await _name(found.confirmed_by),
        mine=found.confirmed_by_id == reader.id,
        ended_at=found.ended_at,
        refusal=refusal,
        stream_url=f"{_url(found)}/stream" if is_checking else "",
    )


async def _access(host: str, peer: Peer | None) -> Access:
    if peer is not None and peer.level is PeerLevel.BLOCKED:
        return "blocked"
    if await trust.is_blocked(host):
        return "blocked_above"
    if peer is not None and peer.pinned_at is not None:
        return "compared"
    if peer is not None and peer.allowed_at is not None:
        return "allowed"
    return "unlisted" if config.current().is_allowlist else "open"


def _listed(peer: Peer) -> ListedHost:
    is_blocked = peer.level is PeerLevel.BLOCKED
    access: Access = "blocked" if is_blocked else "allowed"
    return ListedHost(host=peer.host, access=access, comment=peer.comment)


def _row(row: HostImportRow) -> ImportRow:
    return ImportRow(
        line=row.line,
        name=row.host or row.typed,
        action=row.action.value,
        comment=row.comment,
        reason=row.reason,
        reach=Reach(followers=row.followers, followed=row.followed, consults=row.consults),
    )


def _reach(found: Reached) -> Reach:
    return Reach(followers=found.followers, followed=found.followed, consults=found.consults)


async def _name(member: Member | None) -> str:
    return (await members.speaking_as(member)).name if member is not None else ""


def _url(found: HostImport) -> str:
    return f"/admin/hospitals/import/{found.id}"
