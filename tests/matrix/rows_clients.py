"""The rows of what applications ask: see `row`; one line for a new route."""

from collections.abc import Mapping

from tests.matrix.row import Row, of, plain

ROWS: Mapping[str, Row] = {
    "/api/v1/accounts/<int:actor_id>": of("group"),
    "/api/v1/accounts/<int:actor_id>/featured_tags": of("group"),
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
    "/api/v1/accounts/search": plain(query="q=consult or q=consult-{consult}"),
    "/api/v1/accounts/verify_credentials": plain(),
    "/api/v1/announcements": plain(),
    "/api/v1/apps": plain(),
    "/api/v1/apps/verify_credentials": plain(),
    "/api/v1/custom_emojis": plain(),
    "/api/v1/featured_tags": plain(),
    "/api/v1/featured_tags/<int:row_id>": of("consult", as_none=401),
    "/api/v1/featured_tags/suggestions": plain(),
    "/api/v1/filters": plain(),
    "/api/v1/followed_tags": plain(),
    "/api/v1/instance": plain(),
    "/api/v1/lists": plain(),
    "/api/v1/preferences": plain(),
    "/api/v1/search": plain(query="q=z%C3%A9brafinch"),
    "/api/v1/statuses": plain(),
    "/api/v1/tags/<string:name>": plain(),
    "/api/v1/tags/<string:name>/<any(feature, unfeature):action>": plain(),
    "/api/v1/tags/<string:name>/<any(follow, unfollow):action>": plain(),
    "/api/v1/timelines/home": plain(),
    "/api/v1/timelines/public": plain(),
    "/api/v1/timelines/tag/<string:name>": plain(),
    "/api/v2/instance": plain(),
    "/api/v2/search": plain(query="q=z%C3%A9brafinch or q=https://mercy.example/k/{consult}"),
    "/oauth/authorize": plain(),
    "/oauth/revoke": plain(),
    "/oauth/token": plain(),
    "/oauth/userinfo": plain(),
}
