"""Search over the consults that one may read, and over public posts."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.models import Member, Status
from instance.services import public_search, queries, second_factors, synonyms
from instance.services.consults import facts, searching
from instance.services.consults.wanted import Wanted
from instance.specialties import SPECIALTIES
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting import consult_cards, forum
from instance.web.presenting import private as private_cards
from instance.web.presenting.pages import Surroundings, surroundings

blueprint = Blueprint("search", __name__)

_CODES = {
    "state": frozenset(status.value for status in Status),
    "specialty": frozenset(SPECIALTIES),
    "question_type": frozenset(facts.QUESTION_TYPES),
    "age_band": frozenset(facts.AGE_BANDS),
}


@blueprint.get("/search")
@member
async def show_search(signed_in: Member) -> ResponseReturnValue:
    """A member without the second step finds no consult; `reading.visible` says so."""
    around = await surroundings(signed_in, here="/search")
    query = queries.read(request.args.get("q", ""), await synonyms.added())
    chosen = _chosen()
    if query.terms:
        page = await _results(signed_in, around, query, chosen)
    else:
        page = views.SearchPage(page=around.page, text=query.text, is_cut=query.is_cut)
    return draw(replace(page, **chosen))


async def _results(
    signed_in: Member, around: Surroundings, query: queries.Query, chosen: dict[str, Any]
) -> views.SearchPage:
    number = _page_number()
    question_type = chosen.get("question_type", "")
    wanted = Wanted(**{name: code for name, code in chosen.items() if name != "question_type"})
    found = await searching.find(signed_in, query, wanted, question_type, number)
    consults = [hit for hit in found.hits if not hit.is_private]
    shown = await consult_cards.found(consults, around)
    talks = {hit.id: hit for hit in found.hits if hit.is_private}
    private = await private_cards.found_cards(list(talks), around)
    # After all that is looked up: what comes behind a way to the thread reads another state anew.
    public = None if chosen or number else await public_search.find(around.own, query)
    asked = {"q": query.text, **chosen}
    return views.SearchPage(
        page=around.page,
        text=query.text,
        is_search=True,
        is_cut=query.is_cut,
        also=query.also,
        consults=shown,
        private=tuple(
            views.FoundPrivate(card=private[one], snippet=talk.snippet)
            for one, talk in talks.items()
            if one in private
        ),
        posts=await forum.post_cards(public.ids, around) if public and public.ids else (),
        is_building=not (found.is_complete and (public is None or public.is_complete)),
        owes_step=second_factors.is_missing(signed_in),
        again_url=_url(asked, number),
        people_url="/people?" + urlencode({"q": query.text[:100]}),
        older_url=_url(asked, number + 1) if found.more else "",
        newer_url=_url(asked, number - 1) if number else "",
        all_url=_url({"q": query.text}, 0),
    )


def _chosen() -> dict[str, Any]:
    """What is no code narrows nothing."""
    asked = {name: request.args.get(name, "") for name in _CODES}
    return {name: code for name, code in asked.items() if code in _CODES[name]}


def _page_number() -> int:
    typed = request.args.get("page", "")
    known = typed.isascii() and typed.isdigit() and len(typed) < 4
    return min(int(typed), searching.PAGES_MAX) if known else 0


def _url(asked: dict[str, str], number: int) -> str:
    return "/search?" + urlencode(asked | ({"page": str(number)} if number else {}))
