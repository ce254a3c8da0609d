from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation import keys
from federation.errors import Malformed
from instance.database import Database
from instance.models import Actor, ActorKey, ActorKind, Peer, PeerLevel, Standing
from instance.outbox import local, stored_keys

NOW, DAY = datetime.now(UTC), timedelta(days=1)
URI = "https://stlukes.example/u/okafor"
KEY_ID = f"{URI}#ed25519-1"


async def stored(key: object, algorithm: str, **owner: object) -> Actor:
    values: dict[str, Any] = {"kind": ActorKind.PERSON, "host": "stlukes.example"}
    values |= owner
    actor = await Actor.create(uri=URI, handle="okafor", inbox=f"{URI}/inbox", **values)
    public = local.public_text(key)  # type: ignore[arg-type]
    await ActorKey.create(actor=actor, uri=KEY_ID, algorithm=algorithm, public=public)
    return actor


@pytest.mark.parametrize("algorithm", ["rsa", "ed25519"])
async def test_a_key_is_found_by_its_id_with_its_owner(database: Database, algorithm: str) -> None:
    key = keys.new_rsa() if algorithm == "rsa" else keys.new_ed25519()
    await stored(key.public_key(), algorithm, fetched_at=NOW)

    found = await stored_keys.find(KEY_ID, NOW, DAY)

    assert found is not None
    assert (found.key.id, found.key.owner, found.key.algorithm) == (KEY_ID, URI, algorithm)
    assert keys.fingerprint(found.key.key) == keys.fingerprint(key.public_key())
    assert found.host == "stlukes.example"
    assert await stored_keys.find(f"{URI}#ed25519-2", NOW, DAY) is None


async def test_a_key_that_was_changed_under_its_id_is_the_new_one_at_once(
    database: Database,
) -> None:
    await stored(keys.new_ed25519().public_key(), "ed25519", fetched_at=NOW)
    await stored_keys.find(KEY_ID, NOW, DAY)
    renewed = keys.new_ed25519().public_key()
    await ActorKey.filter(uri=KEY_ID).update(public=local.public_text(renewed))

    found = await stored_keys.find(KEY_ID, NOW, DAY)

    assert found is not None
    assert keys.fingerprint(found.key.key) == keys.fingerprint(renewed)


async def test_a_key_that_cannot_be_read_is_asked_for_again_when_it_is_old(
    database: Database,
) -> None:
    """As all that is old: its owner's server may have another one by now."""
    await stored(keys.new_ed25519().public_key(), "ed25519", fetched_at=NOW - 2 * DAY)
    await ActorKey.filter(uri=KEY_ID).update(public="damaged")
    assert await stored_keys.find(KEY_ID, NOW, DAY) is None
    await Actor.filter(uri=URI).update(fetched_at=NOW)
    with pytest.raises(Malformed):
        await stored_keys.find(KEY_ID, NOW, DAY)


async def test_a_key_that_another_actor_lists_now_is_theirs_at_once(database: Database) -> None:
    await stored(keys.new_ed25519().public_key(), "ed25519", fetched_at=NOW)
    await stored_keys.find(KEY_ID, NOW, DAY)
    await Actor.filter(uri=URI).update(uri=f"{URI}-2")

    found = await stored_keys.find(KEY_ID, NOW, DAY)

    assert found is not None
    assert found.key.owner == f"{URI}-2"


async def test_a_key_of_an_owner_who_was_fetched_too_long_ago_is_not_found(
    database: Database,
) -> None:
    await stored(keys.new_ed25519().public_key(), "ed25519", fetched_at=NOW - DAY)

    assert await stored_keys.find(KEY_ID, NOW, DAY) is None
    assert await stored_keys.find(KEY_ID, NOW, DAY + timedelta(seconds=1)) is not None


async def test_a_key_of_an_owner_who_was_never_fetched_is_not_found(database: Database) -> None:
    await stored(keys.new_ed25519().public_key(), "ed25519", fetched_at=None)

    assert await stored_keys.find(KEY_ID, NOW, 1000 * DAY) is None


async def test_a_key_of_ours_does_not_grow_old(database: Database) -> None:
    await stored(keys.new_ed25519().public_key(), "ed25519", fetched_at=None, is_local=True)

    found = await stored_keys.find(KEY_ID, NOW, timedelta(0))

    assert found is not None
    assert found.is_proven


@pytest.mark.parametrize("proven_at", [None, NOW])
async def test_a_key_tells_whether_an_institution_vouched_for_its_owner(
    database: Database, proven_at: datetime | None
) -> None:
    await stored(keys.new_ed25519().public_key(), "ed25519", fetched_at=NOW, proven_at=proven_at)

    found = await stored_keys.find(KEY_ID, NOW, DAY)

    assert found is not None
    assert found.is_proven is (proven_at is not None)


@pytest.mark.parametrize(("left", "holds"), [(DAY, True), (-DAY, False)])
async def test_a_key_tells_whether_its_owner_has_a_standing_that_holds(
    database: Database, left: timedelta, holds: bool
) -> None:
    owner = await stored(keys.new_ed25519().public_key(), "ed25519", fetched_at=NOW)
    await Standing.create(
        actor=owner,
        document={},
        level=3,
        stage="practising",
        profession="physician",
        specialties=[],
        valid_from=NOW - 2 * DAY,
        valid_until=NOW + left,
    )

    found = await stored_keys.find(KEY_ID, NOW, DAY)

    assert found is not None
    assert found.has_standing is holds


@pytest.mark.parametrize(
    ("kind", "needs_none"), [(ActorKind.PERSON, False), (ActorKind.CHANNEL, True)]
)
async def test_only_people_need_a_standing(
    database: Database, kind: ActorKind, needs_none: bool
) -> None:
    await stored(keys.new_ed25519().public_key(), "ed25519", fetched_at=NOW, kind=kind)

    found = await stored_keys.find(KEY_ID, NOW, DAY)

    assert found is not None
    assert found.has_standing is needs_none


@pytest.mark.parametrize(
    ("host", "level", "pinned_at", "has_the_word"),
    [
        ("stlukes.example", PeerLevel.TRUSTED, None, True),
        ("stlukes.example", PeerLevel.PUBLIC, NOW, True),
        ("stlukes.example", PeerLevel.PUBLIC, None, False),
        ("cardio.example", PeerLevel.TRUSTED, NOW, False),
    ],
)
async def test_a_key_tells_whether_a_peer_has_the_word_on_it(
    database: Database, host: str, level: PeerLevel, pinned_at: datetime | None, has_the_word: bool
) -> None:
    await stored(keys.new_ed25519().public_key(), "ed25519", fetched_at=NOW)
    await Peer.create(host=host, name=host, level=level, pinned_at=pinned_at)

    found = await stored_keys.find(KEY_ID, NOW, DAY)

    assert found is not None
    assert found.is_a_peers is has_the_word
