"""The members of this institution, for verification officers. Of no pseudonym whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView, Standing
from instance.web.views.unmasking import UnmaskingRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """`role` is a key of `role_words.ROLES`."""

    name: str
    handle: str
    email: str
    role: str
    standing: Standing
    suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersPage(PageView):
    """`/admin/members`. `text`, `level` and `role`: what was looked for; `level` is a digit."""

    TEMPLATE: ClassVar[str] = "admin/members.html"
    people: tuple[MemberRow, ...] = ()
    text: str = ""
    level: str = ""
    role: str = ""
    suspended: bool = False
    is_search: bool = False
    older_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberActRow:
    """What was decided. `kind` is a key of `member_words.ACTS`, `evidence` of EVIDENCE; `by` is ""
    for who is gone, `own` where the member said so. `before` and `after`: codes of that kind."""

    kind: str
    at: datetime
    by: str = ""
    own: bool = False
    before: str = ""
    after: str = ""
    reason: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPage(PageView):
    """`/admin/members/<handle>`. `refused`: why the reader decides nothing here. `asked`: the form
    that was not taken, with what was `typed` by field."""

    TEMPLATE: ClassVar[str] = "admin/member.html"
    name: str
    legal_name: str
    handle: str
    email: str
    role: str
    standing: Standing
    specialties: tuple[str, ...] = ()
    jurisdiction: str = ""
    since: datetime
    suspended_at: datetime | None = None
    acts: tuple[MemberActRow, ...] = ()
    refused: str = ""
    asked: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CareerPage(PageView):
    """`/account/career`: where the member stands, and what was decided about them.

    `asked`: a stage that waits for an officer. `opened`: pseudonyms of theirs that were."""

    TEMPLATE: ClassVar[str] = "account/career.html"
    standing: Standing
    asked: str = ""
    acts: tuple[MemberActRow, ...] = ()
    opened: tuple[UnmaskingRow, ...] = ()
    errors: tuple[FieldError, ...] = ()
