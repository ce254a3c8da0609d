"""Everything that time deletes is there a moment before its time and gone after, and every table
either goes by time or says why it stays."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.fields import DateField
from tortoise.models import Model

from instance import models, retention_words
from instance.models import AccountImportState as Brought
from instance.models import (
    Actor,
    ActorKind,
    Attachment,
    AttachmentFile,
    AttachmentState,
    Draft,
    Post,
    PurgeRun,
    Recall,
    RosterImport,
    RosterPart,
    RosterRow,
    RosterState,
    RowVerdict,
    Thread,
    Variant,
)
from instance.services import settings
from instance.services.consults import drafts
from instance.services.retention import purging
from instance.services.retention.kind import Kind
from instance.services.retention.kinds import KINDS, named
from instance.services.retention.lasting import LASTING
from tests.houses import House
from tests.making import make

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
# What technicians ask for, and no page says.
TECHNICAL = {
    *("sign_in_steps", "used_challenges", "address_changes", "authorization_codes", "sent_once"),
    *("unused_applications", "mutes", "account_imports", "roster_rows", "roster_errors"),
    *("unfinished_roster_files", "sent_drafts", "elsewhere_portraits", "alerts", "withdrawn_ids"),
    *("events", "signatures", "unknown_servers", "retired_keys", "key_comparisons"),
    *("sent_copies", "push_messages", "refusals", "delivery_figures", "record_checks"),
    "picture_uses",
}


async def _imported(model: type[Model], at: datetime, **values: Any) -> Any:
    brought = await make(RosterImport, state=RosterState.DONE, ended_at=at)
    return await make(model, roster_import=brought, **values)


async def _seen_picture(at: datetime) -> Any:
    who = await make(Actor, is_local=False, host="there.example")
    values = {"state": AttachmentState.READY, "source": "https://there.example/1"}
    picture = await make(Attachment, created_at=at, actor=who, post=await make(Post), **values)
    await make(AttachmentFile, attachment=picture, variant=Variant.FULL)
    return picture


async def _conversation(at: datetime) -> Any:
    who = await make(Actor, is_local=False, host="there.example")
    thread = await make(Thread, author=who, last_post_at=at)
    await make(Post, thread=thread, author=who)
    return thread


# How a row comes about where its table asks for more than its time.
MADE: Mapping[str, Callable[[datetime], Awaitable[Any]]] = {
    "drafts": lambda at: make(Draft, told_at=at + drafts.KEPT - drafts.TOLD_BEFORE),
    "sent_drafts": lambda at: _made_draft(at),
    "recalled_words": lambda at: make(Recall, recalled_at=at, kept={"words": 1}, named=[]),
    "account_imports": lambda at: make(models.AccountImport, created_at=at, state=Brought.CHECKED),
    "roster_rows": lambda at: _imported(RosterRow, at, verdict=RowVerdict.NEW),
    "roster_errors": lambda at: _imported(RosterRow, at, verdict=RowVerdict.ERROR),
    "roster_files": lambda at: _imported(RosterPart, at),
    "unfinished_roster_files": lambda at: make(
        RosterImport, created_at=at, state=RosterState.RECEIVING
    ),
    "elsewhere_pictures": _seen_picture,
    "elsewhere_portraits": lambda at: make(
        models.Portrait, asked_at=at, source="https://there.example/1", media_type="image/png"
    ),
    "elsewhere_threads": _conversation,
    "elsewhere_accounts": lambda at: _stranger(at),
    "retired_keys": lambda at: _own_key(at),
}
ELSEWHERE = {"partner_consults"}  # tests/test_treaties_between_institutions.py


async def _stranger(at: datetime, **values: Any) -> Any:
    """Nobody here has to do with them; their key and picture go with them."""
    stranger = {"is_local": False, "kind": ActorKind.PERSON, "host": "there.example"}
    who = await make(Actor, fetched_at=at, **stranger | values)
    await make(models.ActorKey, actor=who)
    await make(models.Portrait, actor=who, media_type="")
    return who


async def _made_draft(at: datetime) -> Any:
    return await make(Draft, saved_at=at, consult=await make(models.Consult))


async def _own_key(at: datetime) -> Any:
    return await make(models.ActorKey, retired_at=at, actor=await make(Actor, is_local=True))


async def test_each_row_is_there_a_moment_before_its_time_and_gone_after(mercy: House) -> None:
    for kind in KINDS:
        if kind.name not in ELSEWHERE:
            await mercy.at(_lives_and_goes, kind)


async def _lives_and_goes(kind: Kind) -> None:
    field = kind.model._meta.fields_map.get(kind.since)
    is_day = isinstance(field, DateField)
    make_one = MADE.get(kind.name)
    at: Any = NOW.date() if is_day else NOW
    row = await (make_one(NOW) if make_one else make(kind.model, **{kind.since: at}))
    end = NOW + kind.kept + timedelta(days=1) * is_day
    mine = kind.rows(datetime(9999, 1, 1, tzinfo=UTC)).filter(pk=row.pk)

    await purging.purge(kind, end - MOMENT)
    assert await mine.exists(), kind.name
    assert not await purging.due(kind, end - MOMENT), kind.name
    assert await purging.due(kind, end + MOMENT) == 1, kind.name
    [look] = await purging.look(end + timedelta(days=2), [kind])
    assert look.overdue == 1 and look.oldest is not None, kind.name

    assert await purging.purge(kind, end + MOMENT) == 1, kind.name
    assert not await mine.exists(), kind.name
    ran = await PurgeRun.get(name=kind.name)
    assert (ran.last_removed, ran.removed, ran.ran_at) == (1, 1, end + MOMENT)


def test_every_table_goes_by_time_or_says_why_it_stays() -> None:
    tables = {
        one
        for one in vars(models).values()
        if isinstance(one, type) and issubclass(one, Model) and one is not Model
    }
    by_time = {model for kind in KINDS for model in (kind.model, *kind.also)}

    assert tables - by_time - set(LASTING) == set()
    assert set(LASTING) - tables == set() and all(LASTING.values())
    for kind in KINDS:
        led_to = {kind.model.__name__}
        for model in kind.also:  # a row that stays would hold what should be gone
            keys: list[Any] = [model._meta.fields_map[name] for name in model._meta.fk_fields]
            falls = [key for key in keys if str(key.on_delete) == "CASCADE"]
            assert led_to & {key.model_name.rpartition(".")[2] for key in falls}, model
            led_to.add(model.__name__)


def test_the_privacy_page_tells_of_everything_that_is_about_people() -> None:
    names = {kind.name for kind in KINDS}
    assert names == TECHNICAL | set(retention_words.TITLES)
    assert not TECHNICAL & set(retention_words.TITLES)
    assert set(retention_words.TEXTS) == set(retention_words.TITLES)
    assert len(names) == len(KINDS)


async def test_the_periods_that_an_owner_decides_start_from_those_of_the_table(
    mercy: House,
) -> None:
    for kind in KINDS:
        if kind.setting:
            least, most = settings.DAYS[kind.setting]
            assert await mercy.at(purging.kept_of, kind) == kind.kept, kind.name
            assert least <= kind.kept.days <= most


async def test_one_purge_that_fails_keeps_no_other_from_going(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(now: datetime, kept: timedelta) -> None:
        raise OSError("the disk is full")

    broken = Kind("broken", models.Event, "id", MOMENT, "", KINDS[0].rows, purge=fails)
    late = NOW + timedelta(days=9)
    await mercy.at(make, models.Session, expires_at=NOW)
    await mercy.at(purging.run, late, (broken, KINDS[0]))
    assert await mercy.at(lambda: models.Session.all().count()) == 0


async def test_an_account_elsewhere_stays_while_anything_here_refers_to_it(mercy: House) -> None:
    await mercy.at(_keeps_whom_it_refers_to)


async def _keeps_whom_it_refers_to() -> None:
    old, kind = NOW - timedelta(days=3000), named("elsewhere_accounts")
    assert kind is not None
    stay = set()
    for name in Actor._meta.backward_fk_fields | Actor._meta.backward_o2o_fields:
        relation: Any = Actor._meta.fields_map[name]
        if relation.related_model not in kind.also:
            who = await _stranger(old)
            await make(relation.related_model, **{relation.relation_field.removesuffix("_id"): who})
            stay.add(who.id)
    await make(models.Peer, host="pinned.example", pinned_at=NOW)
    await make(models.Peer, host="trusted.example", level=models.PeerLevel.TRUSTED)
    asked = await make(models.Peer, host="asked.example")
    await make(models.Relationship, peer=asked)
    await make(models.Participant, host="reads.example")
    hosts = ("pinned", "trusted", "asked", "reads")
    kept = [await _stranger(old, host=f"{host}.example") for host in hosts]
    kept += [await _stranger(old, **given) for given in ({"gone_at": NOW}, {"is_local": True})]
    kept += [await _stranger(old, kind=ActorKind.CHANNEL), await _stranger(NOW)]
    wrote, judged, followed = [await _stranger(old) for _ in range(3)]
    await make(models.AuditEntry, actor_uri=wrote.uri)
    await make(models.AuditEntry, subject=judged.uri)
    kept += [wrote, judged, followed, await _stranger(old, moved_to_uri=followed.uri)]
    stay |= {who.id for who in kept}
    nobody = await _stranger(old)

    assert await purging.due(kind, NOW) == 1
    assert await purging.purge(kind, NOW) == 1
    assert not await Actor.filter(id=nobody.id).exists()
    assert set(await Actor.filter(id__in=list(stay)).values_list("id", flat=True)) == stay
    assert not await models.ActorKey.filter(actor_id=nobody.id).exists()
