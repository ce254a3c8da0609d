"""Which entity each call of the client API answers with (mastodon-api.md 1)."""

import re

_LINES = """
GET /api/v1/instance InstanceV1
GET /api/v2/instance InstanceV2
GET /api/v1/instance/rules [Rule]
GET /api/v1/instance/peers [s]
GET /api/v1/instance/activity [o]
GET /api/v1/instance/languages [o]
GET /api/v1/custom_emojis [CustomEmoji]
GET /api/v1/announcements [Announcement]
GET /api/v1/apps/verify_credentials Application
POST /api/v1/apps Application
GET|POST /oauth/userinfo UserInfo
GET /api/v1/accounts/verify_credentials CredentialAccount
PATCH /api/v1/accounts/update_credentials CredentialAccount
GET|PATCH /api/v1/profile o
DELETE /api/v1/profile/* CredentialAccount
GET /api/v1/accounts [Account]
GET /api/v1/accounts/(lookup|:id) Account
GET /api/v1/accounts/search [Account]
GET /api/v1/accounts/relationships [Relationship]
GET /api/v1/accounts/familiar_followers [Familiar]
GET /api/v1/accounts/:id/statuses [Status]
GET /api/v1/accounts/:id/(followers|following|endorsements) [Account]
GET /api/v1/accounts/:id/lists [List]
GET /api/v1/accounts/:id/featured_tags [o]
POST /api/v1/accounts/:id/* Relationship
GET /api/v1/follow_requests [Account]
POST /api/v1/follow_requests/:id/* Relationship
GET /api/v1/(blocks|mutes|endorsements|directory) [Account]
GET /api/v1/domain_blocks [s]
GET /api/v1/featured_tags [o]
GET /api/v1/preferences Preferences
GET /api/v2/suggestions [Suggestion]
GET /api/v1/timelines/(home|public|link) [Status]
GET /api/v1/timelines/(tag|list)/* [Status]
GET /api/v1/(bookmarks|favourites) [Status]
GET /api/v1/conversations [Conversation]
POST /api/v1/conversations/:id/* Conversation
GET|POST /api/v1/lists [List]|List
GET|PUT /api/v1/lists/:id List
GET /api/v1/lists/:id/accounts [Account]
GET|POST /api/v1/markers {Marker}
GET /api/v1/tags/* Tag
POST /api/v1/tags/*/(follow|unfollow) Tag
GET /api/v1/followed_tags [Tag]
GET /api/v1/trends [Tag]
GET /api/v1/trends/tags [Tag]
GET /api/v1/trends/(statuses|links) [o]
GET /api/v2/search Search
GET /api/v1/search OldSearch
GET|POST /api/v2/filters [Filter]|Filter
GET|PUT /api/v2/filters/:id Filter
GET|POST /api/v2/filters/:id/keywords [FilterKeyword]|FilterKeyword
GET|PUT /api/v2/filters/keywords/:id FilterKeyword
GET|POST /api/v2/filters/:id/statuses [FilterStatus]|FilterStatus
GET /api/v2/filters/statuses/:id FilterStatus
GET|POST /api/v1/filters [OldFilter]|OldFilter
GET|PUT /api/v1/filters/:id OldFilter
GET /api/v1/statuses [Status]
GET|PUT|DELETE /api/v1/statuses/:id Status
GET /api/v1/statuses/:id/context Context
GET /api/v1/statuses/:id/source StatusSource
GET /api/v1/statuses/:id/history [StatusEdit]
GET /api/v1/statuses/:id/(favourited_by|reblogged_by) [Account]
POST /api/v1/statuses/:id/* Status
GET /api/v1/scheduled_statuses [ScheduledStatus]
GET|PUT /api/v1/scheduled_statuses/:id ScheduledStatus
POST /api/v(1|2)/media MediaAttachment
GET|PUT /api/v1/media/:id MediaAttachment
GET /api/v1/polls/:id Poll
POST /api/v1/polls/:id/votes Poll
POST /api/v1/reports Report
GET /api/v1/notifications [Notification]
GET /api/v1/notifications/:id Notification
GET|POST|PUT /api/v1/push/subscription PushSubscription
"""


def _read() -> list[tuple[set[str], re.Pattern[str], list[str]]]:
    found = []
    for line in _LINES.split("\n"):
        if line:
            methods, path, kinds = line.split()
            pattern = path.replace("*", "[^/]+").replace(":id", r"\d+")
            found.append((set(methods.split("|")), re.compile(pattern + "/?"), kinds.split("|")))
    return found


_TABLE = _read()


def kind_of(method: str, path: str) -> str:
    """The shape (`tests.entities`) of a right answer; any object or list where nothing is said.

    Of two the first is the list that is read, the second the one that was made.
    """
    asked = path.partition("?")[0]
    for methods, pattern, kinds in _TABLE:
        if method in methods and pattern.fullmatch(asked):
            return kinds[-1 if method == "POST" else 0]
    return "*"
