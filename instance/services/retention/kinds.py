"""The table: each kind, how long, why. Where other code counts with a time, it is the same one."""

from instance.services.retention import accounts, content, traffic
from instance.services.retention.kind import Kind

KINDS: tuple[Kind, ...] = (*accounts.KINDS, *content.KINDS, *traffic.KINDS)


def named(name: str) -> Kind | None:
    return next((kind for kind in KINDS if kind.name == name), None)
