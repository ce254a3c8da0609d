"""What was found."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from instance.web.views.consult_lists import ConsultCard
from instance.web.views.forum import PostCard
from instance.web.views.page import PageView, Sharing
from instance.web.views.private_cards import PrivateCard


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundConsult:
    """`snippet`: a piece of what was written; True: this part was looked for. `looks`: how it was
    drawn (`drawn.FoundRows`)."""

    card: ConsultCard
    snippet: tuple[tuple[str, bool], ...] = ()
    looks: dict[Hashable, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPrivate:
    """As `FoundConsult`, of what the reader and one other wrote each other."""

    card: PrivateCard
    snippet: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(PageView):
    """`/search?q=…`. `is_search`: something was typed that can be looked for. `also`: synonyms that
    were looked for too. `is_building`: not all is looked through yet. `owes_step`: no
    consult opens before the second step is set up."""

    TEMPLATE: ClassVar[str] = "search/search.html"
    text: str = ""
    is_search: bool = False
    is_cut: bool = False
    also: tuple[str, ...] = ()
    consults: tuple[FoundConsult, ...] = ()
    private: tuple[FoundPrivate, ...] = ()
    posts: tuple[PostCard, ...] = ()
    is_building: bool = False
    owes_step: bool = False
    again_url: str = ""
    people_url: str = ""
    all_url: str = "/search"
    older_url: str = ""
    newer_url: str = ""
    state: str = ""
    specialty: str = ""
    question_type: str = ""
    age_band: str = ""

    @property
    def narrowed(self) -> bool:
        return bool(self.state or self.specialty or self.question_type or self.age_band)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPage(PageView):
    """`/tags/<name>`: public posts with a hashtag."""

    TEMPLATE: ClassVar[str] = "search/tag.html"
    name: str
    sharing: Sharing | None = None
    posts: tuple[PostCard, ...] = ()
    older_url: str = ""
