"""What every entity of the client API holds, written from mastodon-api.md 3 and not from our code.

A shape is a line of `name:kind`. Kinds: s text, i whole number, f number, b truth, t time, d date,
u absolute address, o any object, * anything; a name of another shape; `[kind]` a list, `{kind}` an
object of such values. `?` behind it: or null. `~`: may be left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_SHAPES = {
    "Account": """id:id username:s acct:s url:u uri:u display_name:s note:s avatar:u avatar_static:u
        header:u header_static:u locked:b bot:b group:b discoverable:b? indexable:b noindex:b?~
        created_at:t last_status_at:d? statuses_count:i followers_count:i following_count:i
        hide_collections:b? fields:[Field] emojis:[CustomEmoji] roles:[Role] moved:Account~
        suspended:b~ limited:b~ memorial:b~ mute_expires_at:t?~""",
    "Field": "name:s value:s verified_at:t?",
    "Role": "id:s name:s color:s permissions:s~ highlighted:b~",
    "Source": """privacy:s sensitive:b language:s? note:s fields:[Field] follow_requests_count:i
        hide_collections:b? discoverable:b? indexable:b""",
    "Status": """id:id uri:u url:u? created_at:t edited_at:t? account:Account content:s text:s~
        visibility:visibility sensitive:b spoiler_text:s language:s? in_reply_to_id:id?
        in_reply_to_account_id:id? reblog:Status? media_attachments:[MediaAttachment]
        mentions:[Mention] tags:[StatusTag] emojis:[CustomEmoji] poll:Poll? card:PreviewCard?
        application:StatusApplication?~ reblogs_count:i favourites_count:i replies_count:i
        quotes_count:i quote:o? favourited:b reblogged:b muted:b bookmarked:b pinned:b~
        filtered:[FilterResult]""",
    "StatusApplication": "name:s website:s?~",
    "Mention": "id:id username:s url:u acct:s",
    "StatusTag": "name:s url:u",
    "MediaAttachment": """id:id type:media url:u? preview_url:u? remote_url:u? meta:o?
        description:s? blurhash:s?""",
    "Poll": """id:id expires_at:t? expired:b multiple:b votes_count:i voters_count:i?
        options:[PollOption] emojis:[CustomEmoji] voted:b own_votes:[i]""",
    "PollOption": "title:s votes_count:i?",
    "PreviewCard": """url:s title:s description:s type:s authors:[o] author_name:s author_url:s
        provider_name:s provider_url:s html:s width:i height:i image:s? image_description:s
        embed_url:s blurhash:s? language:s?~""",
    "Notification": """id:id type:notification group_key:s created_at:t account:Account
        status:Status?~ report:Report~""",
    "Relationship": """id:id following:b showing_reblogs:b notifying:b languages:[s]? followed_by:b
        blocking:b blocked_by:b muting:b muting_notifications:b requested:b requested_by:b
        domain_blocking:b endorsed:b note:s""",
    "Context": "ancestors:[Status] descendants:[Status]",
    "Search": "accounts:[Account] statuses:[Status] hashtags:[Tag]",
    "OldSearch": "accounts:[Account] statuses:[Status] hashtags:[s]",
    "Conversation": "id:id unread:b accounts:[Account] last_status:Status?",
    "Marker": "last_read_id:s version:i updated_at:t",
    "Filter": """id:id title:s context:[context] expires_at:t? filter_action:action
        keywords:[FilterKeyword] statuses:[FilterStatus]""",
    "FilterKeyword": "id:id keyword:s whole_word:b",
    "FilterStatus": "id:id status_id:id",
    "FilterResult": "filter:Filter keyword_matches:[s]? status_matches:[s]?",
    "OldFilter": "id:id phrase:s context:[context] expires_at:t? irreversible:b whole_word:b",
    "List": "id:id title:s replies_policy:policy exclusive:b",
    "Tag": "id:s~ name:s url:u history:[TagDay] following:b~ featuring:b~",
    "TagDay": "day:s uses:s accounts:s",
    "Preferences": """posting:default:visibility:s posting:default:sensitive:b
        posting:default:language:s? posting:default:quote_policy:s reading:expand:media:s
        reading:expand:spoilers:b reading:autoplay:gifs:b""",
    "CustomEmoji": "shortcode:s url:u static_url:u visible_in_picker:b category:s?",
    "StatusSource": "id:id text:s spoiler_text:s",
    "StatusEdit": """content:s spoiler_text:s sensitive:b created_at:t account:Account poll:o?~
        media_attachments:[MediaAttachment] emojis:[CustomEmoji]""",
    "ScheduledStatus": "id:id scheduled_at:t params:ScheduledParams media_attachments:[o]",
    "ScheduledParams": """text:s visibility:s? in_reply_to_id:*? media_ids:[s]? poll:o?
        sensitive:b? spoiler_text:s? language:s?~ scheduled_at:t?~ application_id:*~""",
    "PushSubscription": "id:s endpoint:u standard:b~ server_key:s alerts:{b} policy:s~",
    "Report": """id:id action_taken:b action_taken_at:t? category:s comment:s forwarded:b
        created_at:t status_ids:[s]? rule_ids:[s]? target_account:Account""",
    "Familiar": "id:id accounts:[Account]",
    "Suggestion": "source:s sources:[s] account:Account",
    "Announcement": """id:s content:s starts_at:t? ends_at:t? all_day:b published_at:t updated_at:t
        read:b~ mentions:[o] statuses:[o] tags:[o] emojis:[CustomEmoji] reactions:[o]""",
    "Rule": "id:s text:s hint:s",
    "Application": """id:id name:s website:s? scopes:[s] redirect_uris:[s] redirect_uri:s
        vapid_key:s~""",
    "InstanceV1": """uri:s title:s short_description:s description:s email:s version:s
        urls:{s} stats:{i} thumbnail:u? languages:[s] registrations:b approval_required:b
        invites_enabled:b configuration:o contact_account:Account? rules:[Rule]
        max_toot_chars:i""",
    "InstanceV2": """domain:s title:s version:s source_url:s description:s usage:o thumbnail:o
        icon:[o] languages:[s] configuration:o registrations:o api_versions:{i} contact:o
        rules:[Rule]""",
    "UserInfo": "iss:s sub:s name:s preferred_username:s profile:u picture:u",
    "Error": "error:s error_description:s~ details:o~",
}
_SHAPES["CredentialAccount"] = _SHAPES["Account"] + " source:Source role:Role"
_ONE_OF = {
    "visibility": "public unlisted private direct",
    "media": "image gifv video audio unknown",
    "notification": """mention status reblog follow follow_request favourite poll update quote
        quoted_update severed_relationships moderation_warning""",
    "context": "home notifications public thread account",
    "action": "warn hide blur",
    "policy": "followed list none",
}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ADDRESS = re.compile(r"https?://[^/\s]+\S*")
_ID = re.compile(r"-?(0|[1-9]\d*)")
_PLAIN: Mapping[str, Callable[[Any], bool]] = {
    "s": lambda found: isinstance(found, str),
    "i": lambda found: type(found) is int,
    "f": lambda found: type(found) in (int, float),
    "b": lambda found: type(found) is bool,
    "o": lambda found: isinstance(found, dict),
    "*": lambda found: True,
    "t": lambda found: isinstance(found, str) and bool(_TIME.fullmatch(found)),
    "d": lambda found: isinstance(found, str) and bool(_DATE.fullmatch(found)),
    "u": lambda found: isinstance(found, str) and bool(_ADDRESS.fullmatch(found)),
    "id": lambda found: isinstance(found, str) and bool(_ID.fullmatch(found)),
}


def problems(found: Any, kind: str, place: str = "") -> Iterator[str]:
    """Where an answer is not of this kind: places and kinds, never what stands there."""
    if kind.endswith("?"):
        if found is not None:
            yield from problems(found, kind[:-1], place)
    elif kind[0] in "[{":
        rows = _rows(found, kind[0])
        if rows is None:
            yield f"{place} is no {kind}"
        for at, one in rows or ():
            yield from problems(one, kind[1:-1], f"{place}.{at}")
    elif kind in _SHAPES:
        yield from _of_shape(found, kind, place or kind)
    elif kind in _ONE_OF:
        if found not in _ONE_OF[kind].split():
            yield f"{place} is no {kind}"
    elif not _PLAIN[kind](found):
        yield f"{place} is no {kind}"


def _rows(found: Any, bracket: str) -> list[tuple[Any, Any]] | None:
    if bracket == "[":
        return list(enumerate(found)) if isinstance(found, list) else None
    return list(found.items()) if isinstance(found, dict) else None


def _of_shape(found: Any, shape: str, place: str) -> Iterator[str]:
    if not isinstance(found, dict):
        yield f"{place} is no {shape}"
        return
    for field in _SHAPES[shape].split():
        name, _, kind = field.rpartition(":")
        if name in found:
            yield from problems(found[name], kind.removesuffix("~"), f"{place}.{name}")
        elif not kind.endswith("~"):
            yield f"{place}.{name} is missing"
