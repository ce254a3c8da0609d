"""Reports that applications send: to whoever keeps the channel, or to our staff."""

from typing import TypedDict

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused, NotFound
from instance.ids import read_id
from instance.models import Actor, Post
from instance.services import accounts, feeds, reports, settings
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_instance
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.api.entities import moment
from instance.web.api.entities_accounts import Account
from instance.web.guards import client

blueprint = Blueprint("api_reports", __name__)

NOBODY = 0  # no account has this id
_WORDS = {"spam": "Spam.", "legal": "Against the law.", "violation": "Breaks rules.", "other": ""}


class ReportEntity(TypedDict):
    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    status_ids: list[str] | None
    rule_ids: list[str] | None
    target_account: Account


@blueprint.post("/api/v1/reports")
@client("write:reports")
async def post_report(caller: Caller) -> ResponseReturnValue:
    typed = await sent()
    target = await accounts.by_id(read_id(typed.text("account_id")) or NOBODY, caller.member)
    if target.id == caller.acting.id:
        raise FormRefused({"account_id": "must be somebody else"})
    posts = [await _post(text, target) for text in typed.texts("status_ids")[: reports.POSTS_MAX]]
    rules = await _rules(typed)
    category = "violation" if rules else typed.text("category")
    category = category if category in _WORDS else "other"
    text = _text(category, list(rules.values()), typed.text("comment"))
    row, forwarded = await reports.file(
        caller.acting, target, posts, text, forward=typed.flag("forward")
    )
    shown: ReportEntity = {
        "id": str(row.id),
        "action_taken": row.decided_at is not None,
        "action_taken_at": moment(row.decided_at) if row.decided_at else None,
        "category": category,
        "comment": typed.text("comment").strip(),
        "forwarded": forwarded,
        "created_at": moment(row.created_at),
        "status_ids": [str(post.id) for post in posts] or None,
        "rule_ids": list(rules) or None,
        "target_account": await entities_accounts.account(target, caller.member),
    }
    return answer(shown)


async def _post(text: str, target: Actor) -> Post:
    """Raises NotFound, also for a post that is no part of who is reported."""
    post = (await feeds.entry(read_id(text) or NOBODY)).post
    if not reports.belongs(post, target):
        raise NotFound
    return post


async def _rules(typed: Sent) -> dict[str, str]:
    known = {rule["id"]: rule["text"] for rule in entities_instance.rules(await settings.read())}
    return {one: known[one] for one in typed.texts("rule_ids") if one in known}


def _text(category: str, rules: list[str], comment: str) -> str:
    """What those who decide read. Raises FormRefused for what is too long."""
    if len(comment) > reports.TEXT_MAX:
        raise FormRefused({"comment": f"is too long (maximum is {reports.TEXT_MAX} characters)"})
    said = [_WORDS[category], *rules, comment.strip()]
    return "\n".join(line for line in said if line)[: reports.TEXT_MAX]
