"""The rows of what applications ask: see `row`; one line for a new route."""

from collections.abc import Mapping

from tests.matrix.row import Row, of, plain

ROWS: Mapping[str, Row] = {
    "/api/v1/accounts/<int:actor_id>": of("group"),
    "/api/v1/accounts/<int:actor_id>/statuses": of("group"),
    "/api/v1/accounts/<int:actor_id>/<any(block, unblock):action>": of("group", as_none=401),
    "/api/v1/accounts/<int:actor_id>/<any(pin, unpin, endorse, unendorse):action>": of(
        "group", as_none=401
    ),
    "/api/v1/accounts/<int:actor_id>/endorsements": of("group"),
    "/api/v1/accounts/<int:actor_id>/featured_tags": of("group"),
    "/api/v1/accounts/<int:actor_id>/follow": of("group", as_none=401),
    "/api/v1/accounts/<int:actor_id>/followers": of("group"),
    "/api/v1/accounts/<int:actor_id>/following": of("group"),
    "/api/v1/accounts/<int:actor_id>/lists": of("group", as_none=401),
    "/api/v1/accounts/<int:actor_id>/mute": of("group", as_none=401),
    "/api/v1/accounts/<int:actor_id>/note": of("group", as_none=401),
    "/api/v1/accounts/<int:actor_id>/remove_from_followers": of("group", as_none=401),
    "/api/v1/accounts/<int:actor_id>/unfollow": of("group", as_none=401),
    "/api/v1/accounts/<int:actor_id>/unmute": of("group", as_none=401),
    "/api/v1/follow_requests/<int:actor_id>/<any(authorize, reject):action>": of(
        "group", as_none=401
    ),
    "/api/v1/lists/<int:list_id>": of("group", as_none=401),
    "/api/v1/lists/<int:list_id>/accounts": of("group", as_none=401),
    "/api/v1/suggestions/<int:actor_id>": of("group", as_none=401),
    "/api/v1/timelines/list/<int:list_id>": of("group", as_none=401),
    "/api/v1/statuses/<int:entry_id>": of("consult", "answer"),
    "/api/v1/statuses/<int:entry_id>/<any(favourite, unfavourite):action>": of(
        "answer", as_none=401
    ),
    "/api/v1/statuses/<int:entry_id>/context": of("consult", "answer"),
    "/api/v1/statuses/<int:entry_id>/reblog": of("answer", as_none=401),
    "/api/v1/statuses/<int:entry_id>/unreblog": of("answer", as_none=401),
    "/api/v1/accounts": plain(query="id[]={group}"),
    "/api/v1/accounts/familiar_followers": plain(query="id[]={group}"),
    "/api/v1/accounts/update_credentials": plain(),
    "/api/v1/blocks": plain(),
    "/api/v1/directory": plain(),
    "/api/v1/domain_blocks": plain(),
    "/api/v1/endorsements": plain(),
    "/api/v1/follow_requests": plain(),
    "/api/v1/mutes": plain(),
    "/api/v1/profile": plain(),
    "/api/v1/profile/<any(avatar, header):picture>": plain(),
    "/api/v1/reports": plain(form="account_id={group}&status_ids[]={consult}"),
    "/api/v1/suggestions": plain(),
    "/api/v2/suggestions": plain(),
    "/api/v1/accounts/lookup": plain(query="acct=consult-{consult}"),
    "/api/v1/accounts/relationships": plain(query="id[]={group}"),
    "/api/v1/accounts/verify_credentials": plain(),
    "/api/v1/announcements": plain(),
    "/api/v1/apps": plain(),
    "/api/v1/apps/verify_credentials": plain(),
    "/api/v1/custom_emojis": plain(),
    "/api/v1/filters": plain(),
    "/api/v1/instance": plain(),
    "/api/v1/lists": plain(),
    "/api/v1/preferences": plain(),
    "/api/v1/statuses": plain(),
    "/api/v1/timelines/home": plain(),
    "/api/v1/timelines/public": plain(),
    "/api/v2/instance": plain(),
    "/oauth/authorize": plain(),
    "/oauth/revoke": plain(),
    "/oauth/token": plain(),
    "/oauth/userinfo": plain(),
}
