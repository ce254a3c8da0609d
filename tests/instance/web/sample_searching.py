"""Search: its tips, what was found, and what was not."""

from dataclasses import replace

from instance.web.views import FoundConsult, FoundPrivate, SearchPage, Sharing, TagPage
from tests.instance.web import sample_consults as consults
from tests.instance.web import sample_forum as forum
from tests.instance.web import sample_private as private
from tests.instance.web.cast import page

SEARCH = SearchPage(page=page(here="/search"))
FOUND = replace(
    SEARCH,
    text="MI",
    is_search=True,
    also=("myocardial infarction", "heart attack"),
    consults=(
        FoundConsult(
            card=consults.CARD,
            snippet=(("Had a ", False), ("heart attack", True), (" at day 0 …", False)),
        ),
        FoundConsult(card=consults.OPEN_CARD),
    ),
    private=(
        FoundPrivate(card=private.CARDS[0], snippet=(("After a ", False), ("heart attack", True))),
        FoundPrivate(card=private.CARDS[1]),
    ),
    posts=forum.CARDS[:1],
    again_url="/search?q=MI",
    people_url="/people?q=MI",
    older_url="/search?q=MI&page=2",
    newer_url="/search?q=MI",
)
TAG = TagPage(
    page=page(),
    name="medtwitter",
    posts=forum.CARDS[:2],
    older_url="/tags/medtwitter?before=1",
)
PAGES = {
    "tag": TAG,
    "tag-visitor": replace(
        TAG,
        page=page(member=None),
        sharing=Sharing(title="#medtwitter", url="/tags/medtwitter", document="/tags/medtwitter"),
        older_url="",
        posts=(),
    ),
    "search": SEARCH,
    "search-found": FOUND,
    "search-so-far": replace(
        FOUND, is_building=True, is_cut=True, consults=(), posts=(), age_band="60-69"
    ),
    "search-nothing": replace(SEARCH, text="of a"),
    "search-one-step": replace(FOUND, consults=(), owes_step=True),
}
