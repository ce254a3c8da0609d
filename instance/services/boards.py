"""Our channels, for those who look after all of them: open one, describe it, close it, say who
keeps it. What its own moderators do is in `moderation`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from federation.errors import FederationError
from instance import raw_sql
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import Actor, Channel, Member, Moderator, Role
from instance.outbox import finding
from instance.services import channels, duties, members, moderation, settings
from instance.services.channels import ThreadCount
from instance.services.duties import Duty

TITLE_MAX, SUMMARY_MAX = 120, 500
_FOLLOWERS = """
SELECT target_id AS id, count(*) AS number FROM follow
WHERE state = 'accepted' AND target_id IN ({ids}) GROUP BY target_id
"""
_REPORTS = """
SELECT t.group_id AS id, count(DISTINCT r.id) AS number FROM report r
JOIN report_post rp ON rp.report_id = r.id JOIN post p ON p.id = rp.post_id
JOIN thread t ON t.id = p.thread_id
WHERE r.decided_at IS NULL AND t.group_id IN ({ids}) GROUP BY t.group_id
"""


@dataclass(frozen=True)
class Board:
    """One of our channels. `reports` wait for a decision."""

    actor: Actor
    settings: Channel
    keepers: tuple[Actor, ...]
    followers: int
    threads: ThreadCount
    reports: int


async def overview(groups: list[Actor]) -> list[Board]:
    """So many questions to the database, however many channels there are."""
    ids = [group.id for group in groups]
    rows = {row.actor_id: row for row in await Channel.filter(actor_id__in=ids)}
    keepers: dict[int, list[Actor]] = {}
    for kept in await Moderator.filter(group_id__in=ids).order_by("id").select_related("actor"):
        keepers.setdefault(kept.group_id, []).append(kept.actor)
    followers, reports = await _count(_FOLLOWERS, ids), await _count(_REPORTS, ids)
    threads = await channels.thread_counts(groups)
    return [
        Board(
            actor=group,
            settings=rows[group.id],
            keepers=tuple(keepers.get(group.id, ())),
            followers=followers.get(group.id, 0),
            threads=threads.get(group.id, ThreadCount(0, None)),
            reports=reports.get(group.id, 0),
        )
        for group in groups
    ]


async def of_slug(slug: str) -> Board:
    """Raises NotFound for a channel that somebody else keeps."""
    return (await overview([await _ours(slug)]))[0]


async def may_open(by: Member) -> bool:
    """As an owner decided in the settings."""
    if not duties.may(by, Duty.CHANNELS):
        return False
    return by.role is Role.OWNER or (await settings.read()).openers == "moderators"


async def open_one(by: Member, typed: Mapping[str, str]) -> Actor:
    """A new public channel, kept by who opens it. Raises FormRefused, naming every field that
    cannot be, NotAllowed."""
    await _require_opener(by)
    handle = typed.get("handle", "").strip().lower().removeprefix("@")
    title, summary, problems = _words(typed)
    if not members.is_handle(handle):
        problems["handle"] = members.HANDLE_RULE
    if problems:
        raise FormRefused(problems)
    keeper = await members.speaking_as(by)
    async with in_transaction():
        group = await channels.create_channel(handle, title, summary, keeper)
        await moderation.record("channel.opened", keeper.uri, group, group.uri)
    return group


async def describe(by: Member, slug: str, typed: Mapping[str, str]) -> None:
    """Another name, another purpose: those who follow are told."""
    duties.require(by, Duty.CHANNELS)
    group = await _ours(slug)
    title, summary, problems = _words(typed)
    if problems:
        raise FormRefused(problems)
    actor = await members.speaking_as(by)
    group.name, group.summary = title, summary
    async with in_transaction():
        await group.save(update_fields=["name", "summary"])
        await finding.keep(group)
        await Channel.filter(actor_id=group.id).update(title=title)
        await moderation.record("channel.changed", actor.uri, group, group.uri)
        await channels.tell_change(group)


async def close(by: Member, slug: str) -> None:
    """It can be read, and nobody writes in it until somebody opens it again."""
    await _set_closed(by, slug, "channel.closed", datetime.now(UTC))


async def reopen(by: Member, slug: str) -> None:
    await _set_closed(by, slug, "channel.reopened", None)


async def appoint(by: Member, slug: str, address: str) -> None:
    """Somebody here or elsewhere keeps it. Raises FormRefused for nobody and for who cannot."""
    duties.require(by, Duty.CHANNELS)
    group = await _ours(slug)
    try:
        person = await members.found_at(address.strip())
        channels.require_seen(person)
    except (FederationError, OSError, NotFound) as error:
        said = f"Nobody was found at {address.strip()[:80]}." if address.strip() else ""
        raise FormRefused({"address": said or "Write a name such as @lee."}) from error
    except NotAllowed as error:
        raise FormRefused({"address": error.shown}) from error
    await moderation.add_moderator(await moderation.required_acting_as(by, group), group, person)


async def dismiss(by: Member, slug: str, address: str) -> None:
    """They keep it no more; their posts stay."""
    duties.require(by, Duty.CHANNELS)
    group = await _ours(slug)
    for kept in await Moderator.filter(group_id=group.id).select_related("actor"):
        if kept.actor.address == address:
            await moderation.remove_moderator(
                await moderation.required_acting_as(by, group), group, kept.actor
            )


async def _set_closed(by: Member, slug: str, action: str, at: datetime | None) -> None:
    await _require_opener(by)
    group = await _ours(slug)
    actor = await members.speaking_as(by)
    async with in_transaction():
        open_or_not = Channel.filter(actor_id=group.id, closed_at__isnull=at is not None)
        if await open_or_not.update(closed_at=at):
            await moderation.record(action, actor.uri, group, group.uri)
            await channels.tell_change(group)


async def _require_opener(by: Member) -> None:
    duties.require(by, Duty.CHANNELS)
    if not await may_open(by):
        raise NotAllowed("Only owners open and close channels here, as the settings say.")


async def _ours(slug: str) -> Actor:
    group = await channels.by_slug(slug)
    if not group.is_local:
        raise NotFound
    return group


def _words(typed: Mapping[str, str]) -> tuple[str, str, dict[str, str]]:
    title = " ".join(typed.get("title", "").split())
    summary = " ".join(typed.get("summary", "").split())
    problems = {}
    if not title:
        problems["title"] = "Write a name."
    if len(title) > TITLE_MAX:
        problems["title"] = f"Shorten the name to {TITLE_MAX} characters."
    if len(summary) > SUMMARY_MAX:
        problems["summary"] = f"Shorten it to {SUMMARY_MAX} characters."
    return title, summary, problems


async def _count(sql: str, ids: list[int]) -> dict[int, int]:
    if not ids:
        return {}
    rows = await raw_sql.run(sql.format(ids=raw_sql.marks(len(ids))), ids)
    return {int(row["id"]): int(row["number"]) for row in rows}
