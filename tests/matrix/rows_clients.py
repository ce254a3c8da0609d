"""The rows of what applications ask: see `row`; one line for a new route."""

from collections.abc import Mapping

from tests.matrix.row import Row, of, plain

ROWS: Mapping[str, Row] = {
    "/api/v1/accounts/<int:actor_id>": of("group"),
    "/api/v1/accounts/<int:actor_id>/statuses": of("group"),
    "/api/v1/statuses/<int:entry_id>": of("consult", "answer"),
    "/api/v1/statuses/<int:entry_id>/<any(favourite, unfavourite):action>": of(
        "answer", as_none=401
    ),
    "/api/v1/statuses/<int:entry_id>/context": of("consult", "answer"),
    "/api/v1/statuses/<int:entry_id>/reblog": of("answer", as_none=401),
    "/api/v1/statuses/<int:entry_id>/unreblog": of("answer", as_none=401),
    "/api/v1/accounts/lookup": plain(query="acct=consult-{consult}"),
    "/api/v1/accounts/relationships": plain(query="id[]={group}"),
    "/api/v1/accounts/verify_credentials": plain(),
    "/api/v1/announcements": plain(),
    "/api/v1/markers": plain(query="timeline[]=notifications"),
    "/api/v2/notifications": plain(),
    "/api/v2/notifications/<group_key>": plain(),
    "/api/v2/notifications/<group_key>/accounts": plain(),
    "/api/v2/notifications/<group_key>/dismiss": plain(),
    "/api/v2/notifications/clear": plain(),
    "/api/v2/notifications/unread_count": plain(),
    "/api/v1/notifications": plain(),
    "/api/v1/notifications/<int:notification_id>": of("notification", as_none=401),
    "/api/v1/notifications/<int:notification_id>/dismiss": of("notification", as_none=401),
    "/api/v1/notifications/clear": plain(),
    "/api/v1/notifications/dismiss": plain(form="id={notification}"),
    "/api/v1/notifications/unread_count": plain(),
    "/api/v1/apps": plain(),
    "/api/v1/apps/verify_credentials": plain(),
    "/api/v1/custom_emojis": plain(),
    "/api/v1/filters": plain(),
    "/api/v1/instance": plain(),
    "/api/v1/lists": plain(),
    "/api/v1/preferences": plain(),
    "/api/v1/push/subscription": plain(),
    "/api/v1/statuses": plain(),
    "/api/v1/streaming": plain(),
    "/api/v1/streaming/<any(user, public, hashtag, list, direct):name>": plain(),
    "/api/v1/streaming/<any(user, public, hashtag):name>/<any(notification, local, remote):kind>": (
        plain()
    ),
    "/api/v1/streaming/health": plain(),
    "/api/v1/timelines/home": plain(),
    "/api/v1/timelines/public": plain(),
    "/api/v2/instance": plain(),
    "/oauth/authorize": plain(),
    "/oauth/revoke": plain(),
    "/oauth/token": plain(),
    "/oauth/userinfo": plain(),
}
