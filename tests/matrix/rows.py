"""How a request of each route is filled in. A new route needs one line in `ROWS`.

`of("consult")`: its numbers are those of what the word names, in the order of the address, with
"/" between two; more than one such word asks for more than one thing. What the words mean stands
in `world.ids_of`. `plain()`: no number of a consult is in the address; nothing of it may be in the
answer, which is the same as before anybody asked. Both take `query` (with " or " between two) and
`form`, where `{consult}` stands for a number of the same thing. What is no number in the address is
filled in from `PARTS`, and from `NAMES`, which a consult has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """`tells`: by reader, why answers may differ after all, and in what. `as_none`: what a number
    that nobody has is answered where that is not 404, which is then so for all numbers. `at`: of
    which host, before the institution's own. `is_fresh`: its page is another one each time."""

    kinds: tuple[str, ...] = ()
    query: str = ""
    form: str = ""
    at: str = ""
    as_none: int = 404
    tells: Mapping[str, str] = field(default_factory=dict)
    is_fresh: bool = False


def of(
    *kinds: str,
    query: str = "",
    form: str = "",
    at: str = "",
    as_none: int = 404,
    tells: Mapping[str, str] | None = None,
) -> Row:
    return Row(kinds, query, form, at, as_none, tells or {})


def plain(
    query: str = "",
    form: str = "",
    *,
    at: str = "",
    tells: Mapping[str, str] | None = None,
    is_fresh: bool = False,
) -> Row:
    return Row((), query, form, at, tells=tells or {}, is_fresh=is_fresh)


NAMES = {"handle": "consult-{consult}", "slug": "consult-{consult}"}
PARTS = {
    "handle": "lee",
    "slug": "wards",
    "code": "0" * 22,
    "host": "stlukes.example",
    "name": "curbside.css",
    "token": "AAAA",
}
_FORM = (
    "<any('answer', 'comment', 'ask-info', 'provide-info', 'not-solved', 'reopen', "
    "'escalate', 'outcome'):form>"
)
_STEP = "<any(compare, confirm, differ, offer, accept, reject, revoke):step>"
# Numbers that an administrator decides by. None says which consult, or whose.
_TRAFFIC = {"administrator": "how many deliveries went to each hospital, and how fast"}
_CLOSED = {"administrator": "how many running consults a block would close, before it is one"}
_STEWARD = {"administrator": "that there is one of this number; it is audited"}
_AT = "address=/k/{consult}"
_WORDS = "text=A word of mine.&recommendation=Do this."

ROWS: Mapping[str, Row] = {
    "/<any(u, c):kind>/<int:actor_id>": of("group"),
    "/<any(u, c):kind>/<int:actor_id>/featured": of("group"),
    "/<any(u, c):kind>/<int:actor_id>/followers": of("group"),
    "/<any(u, c):kind>/<int:actor_id>/followers_synchronization": of("group", as_none=401),
    "/<any(u, c):kind>/<int:actor_id>/outbox": of("group"),
    "/a/<int:activity_id>": of("activity", "inner", "sent"),
    "/account/archive/item/<int:keepsake_id>": of("consult", "answer"),
    "/account/import/<int:import_id>": of("consult"),
    "/account/import/<int:import_id>/<any(confirm, cancel):step>": of("consult"),
    "/account/notifications/devices/<int:device_id>/remove": of("consult", as_none=302),
    "/account/security/passkeys/<int:passkey_id>/remove": of("consult"),
    "/account/sessions/<int:session_id>/end": of("consult", as_none=302),
    "/account/verification/colleagues/<int:vouch_id>/decline": of("consult"),
    "/account/verification/colleagues/<int:vouch_id>/revoke": of("consult"),
    "/account/verification/colleagues/<int:vouch_id>/take-back": of("consult"),
    "/account/verification/colleagues/<int:vouch_id>/vouch": of("consult", as_none=422),
    "/admin/consults/<int:row_id>": of("consult"),
    "/admin/consults/<int:row_id>/<any(approve, refuse):decision>": of("consult"),
    "/admin/held/<int:draft_id>": of("held", tells=_STEWARD),
    "/admin/held/<int:draft_id>/release": of(
        "held", form="version=1&release_reason=It was a mistake of ours.", tells=_STEWARD
    ),
    "/admin/held/<int:draft_id>/return": of(
        "held", form="version=1&note=Please take the name out.", tells=_STEWARD
    ),
    "/admin/hospitals/followed/<int:subscription_id>": of("consult"),
    "/admin/hospitals/followed/<int:subscription_id>/<any(look, end):step>": of("consult"),
    "/admin/hospitals/import/<int:import_id>": of("consult"),
    "/admin/hospitals/import/<int:import_id>/<any(confirm, cancel):step>": of("consult"),
    "/admin/hospitals/import/<int:import_id>/stream": of("consult", as_none=200),
    "/admin/invitations/<int:invitation_id>/<any(resend, withdraw):action>": of("consult"),
    "/admin/reports/<int:report_id>": of("consult"),
    "/admin/roster/import/<int:import_id>": of("consult"),
    "/admin/roster/import/<int:import_id>/<any(confirm, cancel, undo):step>": of("consult"),
    "/admin/roster/import/<int:import_id>/columns": of("consult"),
    "/admin/roster/import/<int:import_id>/correct": of("consult"),
    "/admin/roster/import/<int:import_id>/errors.csv": of("consult"),
    "/admin/roster/import/<int:import_id>/stream": of("consult", as_none=200),
    "/admin/to-sign/<int:publication_id>": of("consult", form="choice=sign&digest=0"),
    "/admin/unmasking/<int:row_id>": of("consult"),
    "/admin/unmasking/<int:row_id>/<any(approve, refuse, tell):decision>": of("consult"),
    "/admin/verification/<int:case_id>": of("consult"),
    "/admin/verification/<int:case_id>/documents/<int:document_id>": of("consult/image"),
    "/admin/vouches/<int:vouch_id>/abused": of("consult", as_none=422),
    "/c/<int:actor_id>/moderators": of("group"),
    "/consults/drafts/<int:key>/discard": of("draft"),
    "/consults/drafts/<int:key>/images": of("draft", as_none=200),
    "/consults/images/<int:media_id>": of("image", "unsent"),
    "/consults/images/<int:media_id>/cover": of("image", "unsent"),
    "/consults/images/<int:media_id>/remove": of("image", "unsent"),
    "/file/<int:media_id>": of("image", "unsent", at="media."),
    "/g/<int:actor_id>": of("group"),
    "/k/<int:consult_id>": of("consult"),
    f"/k/<int:consult_id>/{_FORM}": of("consult", form=_WORDS),
    f"/k/<int:consult_id>/{_FORM}/check": of("consult", form=_WORDS),
    "/k/<int:consult_id>/accept": of("consult", form="answer={answer}"),
    "/k/<int:consult_id>/again": of("consult"),
    "/k/<int:consult_id>/decline": of("consult"),
    "/k/<int:consult_id>/export": of("consult"),
    "/k/<int:consult_id>/history": of("consult", query="after=0"),
    "/k/<int:consult_id>/invite": of("consult", form="colleague=@owner"),
    "/k/<int:consult_id>/members": of("consult"),
    "/k/<int:consult_id>/publish": of("consult", form="title=A&text=B&step=preview"),
    "/k/<int:consult_id>/publish/answer": of("consult", form="choice=publish&digest=0"),
    "/k/<int:consult_id>/publish/check": of("consult", form="title=A&text=B"),
    "/k/<int:consult_id>/publish/withdraw": of("consult"),
    "/k/<int:consult_id>/question": of("consult", form="title=A&question=B&attested=yes"),
    "/k/<int:consult_id>/recall": of("consult", form="post=all&reason=phi"),
    "/k/<int:consult_id>/recall/again": of("consult"),
    "/k/<int:consult_id>/recall/question": of("consult", form="title=A&question=B&attested=yes"),
    "/k/<int:consult_id>/recall/release": of(
        "consult", form="release_reason=It was a mistake of ours."
    ),
    "/k/<int:consult_id>/recall/stream": of("consult"),
    "/k/<int:consult_id>/redirect": of("consult", form="colleague=@owner"),
    "/k/<int:consult_id>/said/<int:said_id>": of(
        "consult/answer", "consult/comment", "consult/deleted"
    ),
    "/k/<int:consult_id>/said/<int:said_id>/delete": of("consult/answer", "consult/comment"),
    "/k/<int:consult_id>/stream": of("consult"),
    "/k/<int:consult_id>/withdraw": of("consult"),
    "/lists/<int:list_id>": of("consult"),
    "/media/<int:media_id>": of("image", "unsent"),
    "/media/<int:media_id>/small": of("image", "unsent"),
    "/notifications/<int:notification_id>": of("notification"),
    "/o/<int:post_id>": of("root", "note", "answer"),
    "/o/<int:post_id>/<any(replies, likes, shares):which>": of("root", "note"),
    "/posts/<int:post_id>/<any(like, unlike, boost, unboost):act>": of("root", "answer"),
    "/posts/<int:post_id>/<any(pin, unpin):act>": of("root", "answer"),
    "/posts/<int:post_id>/delete": of("root", "answer"),
    "/posts/<int:post_id>/edit": of("root", "answer"),
    "/s/<int:list_id>": of("consult"),
    "/t/<int:thread_id>": of("root"),
    "/t/<int:thread_id>/<any(accept, unaccept):action>": of("root"),
    "/t/<int:thread_id>/<any(lock, unlock, pin, unpin):action>": of("root"),
    "/t/<int:thread_id>/history": of("root"),
    "/t/<int:thread_id>/missing": of("root"),
    "/t/<int:thread_id>/posts/<int:post_id>/<any(remove, ban):action>": of("root/answer"),
    "/t/<int:thread_id>/posts/<int:post_id>/moderate": of("root/answer"),
    "/t/<int:thread_id>/posts/<int:post_id>/report": of("root/answer"),
    "/t/<int:thread_id>/replies": of("root"),
    "/t/<int:thread_id>/stream": of("root"),
    "/t/<int:thread_id>/votes": of("root"),
    "/u/<int:actor_id>/following": of("group"),
    "/": plain("before={answer}"),
    "/.well-known/host-meta": plain(),
    "/.well-known/host-meta.json": plain(),
    "/.well-known/nodeinfo": plain(),
    "/.well-known/webfinger": plain(
        "resource=acct:consult-{consult}@mercy.example or resource=https://mercy.example/g/{group}"
    ),
    "/@<name:handle>": plain(),
    "/@<name:handle>/<any(follow, unfollow):action>": plain(),
    "/about": plain(),
    "/about/privacy": plain(),
    "/account": plain(),
    "/account/archive": plain(),
    "/account/archive/<name:handle>": plain("before={answer}"),
    "/account/availability": plain(),
    "/account/career": plain(),
    "/account/export": plain(),
    "/account/export/delete": plain(),
    "/account/export/file": plain(),
    "/account/export/stream": plain(),
    "/account/import": plain(),
    "/account/indexing": plain(),
    "/account/invitations/<name:handle>": plain(),
    "/account/moving": plain(),
    "/account/moving/<name:handle>": plain(),
    "/account/moving/<name:handle>/<any(alias, remove, move, undo):step>": plain(),
    "/account/notifications": plain(),
    "/account/notifications/devices": plain(),
    "/account/notifications/devices/test": plain(),
    "/account/notifications/test": plain(),
    "/account/notifications/ways": plain(),
    "/account/profile": plain(),
    "/account/profile/<name:handle>": plain(),
    "/account/security": plain(),
    "/account/security/address": plain(),
    "/account/security/address/confirm": plain(),
    "/account/security/app": plain(is_fresh=True),
    "/account/security/app/remove": plain(),
    "/account/security/passkeys/new": plain(),
    "/account/security/password": plain(),
    "/account/security/recovery-codes": plain(),
    "/account/security/sso": plain(),
    "/account/security/sso/remove": plain(),
    "/account/sessions/end-others": plain(),
    "/account/standing": plain(),
    "/account/theme": plain(),
    "/account/verification": plain(),
    "/account/verification/answer": plain(),
    "/account/verification/colleagues": plain(),
    "/account/verification/document": plain(),
    "/account/verification/document/delete": plain(),
    "/account/verification/number": plain(),
    "/account/verification/statement": plain(),
    "/actor": plain(),
    "/actor/outbox": plain(),
    "/admin": plain(),
    "/admin/audit": plain("before={answer}"),
    "/admin/audit/verify": plain(),
    "/admin/channels": plain(),
    "/admin/channels/<name:slug>": plain(),
    "/admin/channels/<name:slug>/<any(describe, close, reopen, appoint, dismiss):action>": plain(),
    "/admin/closing": plain(),
    "/admin/closing/<any(propose, agree, off):step>": plain(),
    "/admin/consults": plain(form=_AT, tells=_STEWARD),
    "/admin/deliveries": plain(),
    "/admin/deliveries/<any(pause, resume, try, retry, drop):action>": plain(),
    "/admin/deliveries/mails": plain(),
    "/admin/figures": plain(),
    "/admin/figures.csv": plain(),
    "/admin/held": plain(form=_AT + "&reason=phi", tells=_STEWARD),
    "/admin/hospitals": plain(tells=_TRAFFIC),
    "/admin/hospitals/<host>": plain(tells=_TRAFFIC),
    "/admin/hospitals/<host>/<any(block, unblock, allow, disallow):step>": plain(),
    f"/admin/hospitals/<host>/{_STEP}": plain(),
    "/admin/hospitals/<host>/access": plain(tells=_CLOSED),
    "/admin/hospitals/export/<any('blocks.csv', 'allows.csv', 'hosts.json'):name>": plain(),
    "/admin/hospitals/followed": plain(),
    "/admin/hospitals/import": plain(),
    "/admin/hospitals/lists": plain(),
    "/admin/hospitals/published/<any(publish, withdraw):step>": plain(),
    "/admin/invitations": plain(),
    "/admin/invitations/roster": plain(),
    "/admin/members": plain("after={group}"),
    "/admin/members/<name:handle>": plain(),
    "/admin/members/<name:handle>/<any(suspend, restore, stage, facts, recheck):act>": plain(),
    "/admin/people": plain(),
    "/admin/reports": plain(),
    "/admin/roster": plain(),
    "/admin/roster/import": plain(),
    "/admin/settings": plain(),
    "/admin/sso": plain(),
    "/admin/sso/check": plain(),
    "/admin/sso/switch": plain(),
    "/admin/to-sign": plain(),
    "/admin/stream": plain(),
    "/admin/unmasking": plain(),
    "/admin/verification": plain(),
    "/admin/vouches": plain(),
    "/authorize_interaction": plain("uri=https://mercy.example/k/{consult}"),
    "/channels": plain(),
    "/channels/<name:slug>": plain(),
    "/channels/<name:slug>/<any(follow, unfollow):action>": plain(),
    "/channels/<name:slug>/elsewhere": plain(),
    "/channels/<name:slug>/moderation": plain(),
    "/channels/<name:slug>/moderation/<any(rules, lift, accept, reject):action>": plain(),
    "/channels/<name:slug>/new": plain(),
    "/channels/<name:slug>/new/poll": plain(),
    "/consults": plain(),
    "/consults/drafts": plain(),
    "/consults/drafts/check": plain(),
    "/consults/drafts/images": plain(),
    "/consults/drafts/sort": plain(),
    "/consults/images": plain(form="draft={draft}"),
    "/consults/new": plain("draft={draft}"),
    "/consults/stream": plain(),
    "/follow": plain(
        "address=https://mercy.example/g/{group}", "address=https://mercy.example/g/{group}"
    ),
    "/health": plain(),
    "/help": plain(),
    "/join": plain(),
    "/join/<code>": plain(),
    "/join/account": plain(),
    "/join/code": plain(),
    "/join/confirm": plain(),
    "/join/done": plain(),
    "/join/second-step": plain(),
    "/join/second-step/app": plain(),
    "/join/second-step/passkey": plain(),
    "/nodeinfo/2.1": plain(),
    "/notifications": plain("before={notification}"),
    "/notifications/read": plain(),
    "/people": plain("after={group}"),
    "/phi": plain(),
    "/push-worker.js": plain(),
    "/see/<token>": plain(at="media."),
    "/set-up": plain(),
    "/set-up/<code>": plain(),
    "/set-up/account": plain(),
    "/set-up/hospital": plain(),
    "/set-up/rules": plain(),
    "/set-up/second": plain(),
    "/set-up/self-test": plain(),
    "/sign-in": plain("next=/k/{consult}", "next=/k/{consult}"),
    "/sign-in/code": plain(),
    "/sign-in/passkey": plain(),
    "/sign-out": plain(),
    "/signed-out": plain(),
    "/sso": plain(),
    "/sso/callback": plain(),
    "/sso/join": plain(),
    "/static/<name>": plain(),
    "/stream": plain(),
}
