"""Filters as clients read them: the form of today, the old one, and what they say of a post."""

from collections.abc import Sequence
from typing import TypedDict

from instance.models import Filter, FilterAction, FilterKeyword, FilterPost
from instance.services.filter_matches import Match
from instance.web.api.entities import moment


class Keyword(TypedDict):
    id: str
    keyword: str
    whole_word: bool


class FilteredStatus(TypedDict):
    id: str
    status_id: str


class FilterV2(TypedDict):
    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str
    keywords: list[Keyword]
    statuses: list[FilteredStatus]


class FilterV1(TypedDict):
    id: str
    phrase: str
    context: list[str]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


class FilterResult(TypedDict):
    filter: FilterV2
    keyword_matches: list[str] | None
    status_matches: list[str] | None


def v2(row: Filter) -> FilterV2:
    """With its keywords and posts loaded."""
    return {
        "id": str(row.id),
        "title": row.title,
        "context": list(row.contexts),
        "expires_at": moment(row.expires_at) if row.expires_at is not None else None,
        "filter_action": row.action.value,
        "keywords": [keyword(one) for one in sorted(row.keywords, key=lambda one: one.id)],
        "statuses": [status(one) for one in sorted(row.posts, key=lambda one: one.id)],
    }


def keyword(row: FilterKeyword) -> Keyword:
    return {"id": str(row.id), "keyword": row.keyword, "whole_word": row.is_whole_word}


def status(row: FilterPost) -> FilteredStatus:
    return {"id": str(row.id), "status_id": str(row.post_id)}


def v1(row: FilterKeyword) -> FilterV1:
    """There a filter is one keyword; with its filter loaded."""
    of = row.of_filter
    return {
        "id": str(row.id),
        "phrase": row.keyword,
        "context": list(of.contexts),
        "whole_word": row.is_whole_word,
        "expires_at": moment(of.expires_at) if of.expires_at is not None else None,
        "irreversible": of.action is FilterAction.HIDE,
    }


def results(found: Sequence[Match], post_id: int) -> list[FilterResult]:
    return [
        {
            "filter": v2(one.filter),
            "keyword_matches": list(one.words) or None,
            "status_matches": [str(post_id)] if one.is_post else None,
        }
        for one in found
    ]
