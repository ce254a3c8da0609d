"""Every door has a guard: `__guard__`, set by the decorators of `instance/web/guards.py`."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from quart import Quart

from instance.app import create_app
from instance.config import Config
from instance.services.duties import Duty
from instance.web import guards

GUARDS = {
    "public",
    "document",
    "unsigned",
    "member",
    "reader",
    "moderator",
    "on_duty",
    "administrator",
    "trusted",
    "partner",
    "client",
    "any_client",
    "application",
    "listener",
}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def app(tmp_path: Path) -> Quart:
    config = Config.from_env(
        {
            "CURBSIDE_ORIGIN": "https://mercy.example",
            "CURBSIDE_NAME": "Mercy General",
            "CURBSIDE_DATA": str(tmp_path),
        }
    )
    return create_app(config)


def unguarded(app: Quart) -> list[str]:
    """Routes (websockets too) whose view has no guard, or one that is not ours."""
    return [
        f"{rule.rule} -> {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "__guard__", None) not in GUARDS
    ]


def test_every_route_has_a_guard(app: Quart) -> None:
    assert len(list(app.url_map.iter_rules())) > 10
    assert unguarded(app) == []


def test_a_route_without_a_guard_is_found(app: Quart) -> None:
    async def open_to_all() -> str:
        return ""

    app.add_url_rule("/open-to-all", "open_to_all", open_to_all)

    assert unguarded(app) == ["/open-to-all -> open_to_all"]


@pytest.mark.parametrize("name", sorted(GUARDS))
def test_every_guard_leaves_its_mark(name: str) -> None:
    async def view(*args: Any) -> str:
        return ""

    guard: Callable[[Any], Callable[..., Awaitable[str]]] = getattr(guards, name)
    if name == "on_duty":
        guard = guards.on_duty(Duty.HOSPITALS)
    elif name in ("client", "any_client"):
        guard = guard("read")  # type: ignore[assignment]

    assert getattr(guard(view), "__guard__", None) == name


def test_what_a_trusted_peer_signs_for_is_only_read(app: Quart) -> None:
    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], "__guard__", None) in ("trusted", "partner"):
            assert not UNSAFE & (rule.methods or set()), rule.rule
