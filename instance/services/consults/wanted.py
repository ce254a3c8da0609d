"""Which of a folder of consults somebody wants to see."""

from dataclasses import dataclass

from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from instance.models import Consult, Status

PAGE = 50
_LOOKED_THROUGH = 500


@dataclass(frozen=True)
class Wanted:
    """Which of a folder somebody wants to see: codes of domain.md 3.2 and 3.3; "": any."""

    state: str = ""
    specialty: str = ""
    age_band: str = ""

    def narrowed(self, query: QuerySet[Consult]) -> QuerySet[Consult]:
        if self.state:
            query = query.filter(status=Status(self.state))
        if self.specialty:
            slugs = {"wanted__contains": f'"{self.specialty}"'}
            query = query.annotate(wanted=RawSQL('"consult"."specialties"')).filter(**slugs)
        return query

    def shown(self, found: list[Consult]) -> list[Consult]:
        """The age is sealed: looked for among the first, which were opened anyway."""
        return [c for c in found if self.age_band in ("", c.facts.get("age_band"))]

    @property
    def most(self) -> int:
        return _LOOKED_THROUGH if self.age_band else PAGE
