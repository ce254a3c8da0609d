"""What owners decide while the server runs."""

from dataclasses import dataclass
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage(PageView):
    """`/admin/settings`: as they are, or as they were typed. `openers` and `pictures`
    are keys of `words.OPENERS` and `PICTURES`; `errors` name the fields."""

    TEMPLATE: ClassVar[str] = "admin/settings.html"
    name: str = ""
    address: str = ""
    country: str = ""
    on_call: str = ""
    contact: str = ""
    rules: str = ""
    help: str = ""
    disclaimer: str = ""
    openers: str = ""
    pictures: str = ""
    notification_days: str = ""
    picture_days: str = ""
    picture_mib: str = ""
    elsewhere_days: str = ""
    backup_days: str = ""
    mail_domains: str = ""
    record_number: str = ""
    synonyms: str = ""
    saved: bool = False
    errors: tuple[FieldError, ...] = ()
