"""What comes with a backup and must not count any more (T67)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.models import Model

from instance.models import (
    AccessToken,
    Actor,
    AuthorizationCode,
    Invitation,
    Member,
    PushSubscription,
    Session,
    SignInStep,
)
from instance.services import authorizing, restoring, tokens
from instance.services.authorizing import Issued
from tests.houses import House, Person

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


async def test_what_let_somebody_in_may_have_been_ended_since_and_lets_nobody_in(
    mercy: House, lee: Person
) -> None:
    """An application's token, a code that it would change for one, a device, an invitation."""
    held = await lee.does(_let_in, lee.actor)
    assert await mercy.at(tokens.caller, held.text) is not None
    await mercy.at(restoring.settle, "2026-11-27T031000Z", datetime.now(UTC))

    assert await mercy.at(tokens.caller, held.text) is None
    left = [await mercy.at(_count, model) for model in LETS_IN]
    assert left == [0] * len(LETS_IN)
    asked = await mercy.at(lambda: Invitation.get())
    assert asked.expires_at <= datetime.now(UTC) and asked.mailbox_code_hash is None


LETS_IN = (AccessToken, AuthorizationCode, PushSubscription, SignInStep, Session)


async def _count(model: type[Model]) -> int:
    return await model.all().count()


async def _let_in(member: Member, actor: Actor) -> Issued:
    now = datetime.now(UTC)
    held = await authorizing.issue_directly(actor, "read")
    whose: dict[str, Any] = {"member_id": member.id}
    until: dict[str, Any] = {"expires_at": now + timedelta(days=1)}
    asked: dict[str, Any] = {
        "application_id": held.row.application_id,
        "redirect_uri": "app://y",
        "scopes": [],
    }
    await AuthorizationCode.create(code_hash="c", actor_id=actor.id, **asked, **whose, **until)
    await PushSubscription.create(endpoint_hash="e", place={}, **whose)
    await SignInStep.create(token_hash="s", **whose, **until)
    mailed: dict[str, Any] = {
        "mailbox_code_hash": "m",
        "mailbox_code_until": now + timedelta(minutes=5),
    }
    await Invitation.create(email="new@x.example", code_hash="i", sent_at=now, **mailed, **until)
    return held
