from datetime import UTC, datetime
from pathlib import Path

import pytest

from instance import sealed
from instance.database import Database
from instance.models import Actor, ActorKind, Consult, Contribution, Scope
from instance.services.consults import references

NOW = datetime.now(UTC)
HERE = "https://mercy.example"
GROUP, CONSULT, ROOT, NOTE = f"{HERE}/g/1", f"{HERE}/k/2", f"{HERE}/o/3", f"{HERE}/o/4"
PUBLIC = [f"{HERE}/c/5", f"{HERE}/u/6", "https://www.w3.org/ns/activitystreams#Public"]


@pytest.fixture
async def consult(database: Database, tmp_path: Path) -> Consult:
    sealed.use(sealed.load_box(tmp_path))
    group = await _actor(GROUP, ActorKind.CONSULT)
    await _actor(PUBLIC[0], ActorKind.CHANNEL)
    asker = await _actor(PUBLIC[1], ActorKind.PERSON)
    consult = await Consult.create(
        uri=CONSULT,
        root_uri=ROOT,
        group=group,
        asker=asker,
        is_local=True,
        scope=Scope.TRUSTED,
        addressed_to=[],
        urgency="routine",
        question_type="drug",
        target_hours=72,
        specialties=[],
        facts={},
        published_at=NOW,
        changed_at=NOW,
    )
    await Contribution.create(
        uri=NOTE,
        consult=consult,
        author=asker,
        kind="answer",
        body={},
        standing={},
        published_at=NOW,
    )
    return consult


async def _actor(uri: str, kind: ActorKind) -> Actor:
    name = uri.rpartition("/")[2]
    return await Actor.create(
        uri=uri, kind=kind, host="mercy.example", handle=name, inbox=f"{uri}/inbox"
    )


@pytest.mark.parametrize("uri", [GROUP, CONSULT, ROOT, NOTE])
async def test_everything_of_a_consult_is_known_as_such(consult: Consult, uri: str) -> None:
    assert await references.any_consult([uri])
    assert await references.any_consult([*PUBLIC, None, "", uri])


@pytest.mark.usefixtures("consult")
async def test_what_is_public_or_unknown_is_no_consult() -> None:
    assert not await references.any_consult([*PUBLIC, f"{HERE}/k/7"])
    assert not await references.any_consult([None, ""])
