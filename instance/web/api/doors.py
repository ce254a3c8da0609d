"""Every door of the client API, each a module with its `blueprint`."""

from quart import Quart

from instance.web.api import (
    accounts,
    announcements,
    apps,
    circles,
    conversations,
    filters,
    filters_v1,
    finding,
    instance,
    kept,
    lists,
    markers,
    media,
    notification_groups,
    notifications,
    oauth,
    own_profile,
    polls,
    push,
    relations,
    reports,
    scheduled,
    search,
    statuses,
    streaming,
    tags,
    timelines,
)

DOORS = (
    accounts,
    announcements,
    apps,
    circles,
    conversations,
    filters,
    filters_v1,
    finding,
    instance,
    kept,
    lists,
    markers,
    media,
    notification_groups,
    notifications,
    oauth,
    own_profile,
    polls,
    push,
    relations,
    reports,
    scheduled,
    search,
    statuses,
    streaming,
    tags,
    timelines,
)


def forgive_slashes(app: Quart) -> None:
    """Some clients end addresses with one: Mastodon.py asks for `/api/v1/instance/`."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/api/", "/oauth/")):
            rule.strict_slashes = False
