"""Who has which role here, for owners."""

from dataclasses import dataclass
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    """`role` is a key of `role_words.ROLES`. `own`: the reader, who cannot change it."""

    name: str
    handle: str
    role: str
    own: bool = False
    suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesPage(PageView):
    """`typed_handle` and `typed_role` of a form that was not taken."""

    TEMPLATE: ClassVar[str] = "admin/people.html"
    rows: tuple[RoleRow, ...] = ()
    typed_handle: str = ""
    typed_role: str = ""
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()
