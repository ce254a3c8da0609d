"""Every page, drawn from its sample view."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from gettext import NullTranslations

import pytest
from jinja2 import Environment

from instance.web.rendering import TEMPLATES, environment, render
from instance.web.static_files import DIRECTORY, StaticFiles
from instance.web.views import ConsultPage, PageView
from instance.web.views.drawn import Look
from tests.instance.web import sample_consults
from tests.instance.web.reading import Drawn, with_every_text
from tests.instance.web.sample_consults import ANSWERED, EMERGENCY_FORM, OPEN, REFUSED_FORM
from tests.instance.web.samples import PAGES, PARTS

STATIC = StaticFiles()
JINJA = environment(STATIC)
ATTACK = "\"'><img src=x onerror=alert(1)> %(x)s %s {{ 7*191 }}"

# The pages of this version: a link or a form may lead to one of these and nowhere else.
ROUTES = re.compile(
    r"""/ | /\?before=\d+ | /sign-in | /sign-out | /account(\#ak)? | /account/(theme|keys)
    | /account/profile(/[a-z0-9_]+(/picture)?)?
     | /admin/backups | /admin/closing(/propose|/agree|/off)? | /admin/announcements(/\d+/end)?
     | /announcements/\d+/dismiss | /account/quiet(/(threads|filters)/\d+/end)?
    | /account/import(/\d+(/confirm|/cancel)?)? | /account/archive(/[a-z_]+)?(/item/\d+)?
    | /account/export(/file|/delete)? | /account/moving(/\w+(/alias|/remove|/move|/undo)?)?
    | /account/notifications(/test|/ways|/weekly|/devices(/test|/\d+/remove)?)? | /account/standing
    | /bookmarks(\?before=\d+)? | /account/scheduled(/\d+/cancel)?
    | /account/availability(\#zone)? | mailto:[\w.]+@[\w.]+
    | /account/applications/\d+/end | /oauth/authorize
    | /account/verification(/(answer|work|statement|document(/delete)?|number))?
    | /account/verification/colleagues(/\d+/(take-back|vouch|decline|revoke))?
    | /admin/verification(\?box=[a-z]+|/\d+(/documents/\d+)?)? | /admin/vouches(/\d+/abused)?
    | /account/people(/\w+(/unblock|/unmute|/accept|/refuse|/approval|/hosts)?)?
    | /account/indexing | /about | /about/privacy(\#p[dk])? | /help(\#(standing|keys))?
    | /sign-in\?next=%2Ffollow%3Faddress%3D[\w%.-]*
    | /sso(/join)? | /account/security/sso(/remove)? | https://login\.mercy\.example/end
    | /sign-in/(code|passkey) | /account/security(/password|/recovery-codes|/address(/confirm)?)?
    | /account/security/(app(/remove)?|passkeys/(new|\d+/remove))
    | /account/sessions/(\d+/end|end-others) | /people(\?q=\w+)?
    | /search(\?q=[\w+&=]+)? | /tags/\w+(\?before=\d+)? | /follow | /static/[\w.-]+(\#\w+)?
    | /consults(/new(\?draft=\d+)?|\?box=[a-z-]+(&before=\d+)?)?
    | /consults/drafts/\d+/discard
    | /consults/images(/\d+(/cover|/remove)?)? | /consults/drafts/\d+/images | /media/\d+
    | /picture/\d\.png | https://media\.elsewhere\.example/a-film\.mp4
    | /k/\d+(\#[a-z-]+)?
    | /k/\d+/(answer|comment|ask-info|provide-info|accept|not-solved|outcome)
    | /k/\d+/(reopen|escalate|withdraw|again|question) | /k/\d+/said/\d+(/delete)?
    | /k/\d+/close | /@[a-z]+(@[a-z.]+)?/write(\?images=yes)?
    | /k/\d+/(decline|redirect|invite)
    | /k/\d+/publish(/check|/answer|/withdraw)? | /k/\d+/export | /admin/to-sign(/\d+)?
    | https://mercy\.example/o/77
    | /k/\d+/recall(\?post=\d+|/again|/question|/release)?
    | /admin/held(/\d+(/release|/return)?)?
    | /notifications(/\d+|/read|\?before=\d+)?
    | /channels
    | /channels/[a-z-]+(@[a-z.]+)?(/new(/poll)?|/follow|/unfollow|/elsewhere|\?before=\d+)?
    | /channels/[a-z-]+(@[a-z.]+)?/moderation(/rules|/lift|/accept|/reject|\#bans)?
    | /t/\d+/(lock|unlock|pin|unpin|accept|unaccept) | /t/\d+\#p-\d+
    | /t/\d+/posts/\d+/(report|moderate|remove|ban) | /admin/reports(/\d+)?
    | /account/invitations/[a-z_]+
    | /admin/hospitals/export/(blocks|allows|hosts)\.(csv|json) | /admin/hospitals/lists\#bring
    | /admin/hospitals/followed(/\d+(/look|/end)?)? | /admin/hospitals/published/(publish|withdraw)
    | /admin/hospitals/import/\d+(/confirm|/cancel)?
    | /admin | /admin/hospitals(/[a-z.]+(/[a-z]+)?)?
    | /admin/figures(\.csv)?(\?period=\d+[mw])?
    | /admin/deliveries(/(pause|resume|try|retry|drop|mails))?
    | /admin/roster(\?after=\d+|\?show=left|\#bring)?
    | /admin/roster/import(/\d+(/confirm|/cancel|/undo|/columns|/correct|/errors\.csv)?)?
    | /admin/members(/[a-z]+(/[a-z]+)?|\?[\w=%.@&+]+)? | /account/career
    | /admin/verification | /admin/vouches | /unsubscribe/\w+
    | /admin/invitations(/roster|/\d+/(resend|withdraw)|\?after=\d+)?
    | /join(/code|/confirm|/account|/done|/second-step(/app|/passkey)?)?
    | /set-up(/account|/hospital|/self-test|/second|/rules|\?step=[a-z]+\#[a-z]+)?
    | /admin/unmasking(/\d+(/[a-z]+)?)?
    | /admin/consults(/\d+(/approve|/refuse)?)? | /admin/people
    | /admin/settings | /admin/sso(/check|/switch)? | /admin/channels(/[a-z_-]+(/[a-z]+)?)?
    | /admin/audit(/verify|\?[\w=%.@&]+)?
    | /t/\d+(/replies|/votes|\?reply=\d+\#reply|\#reply|\#replies)?
    | /posts/\d+/(like|unlike|boost|unboost|save|unsave|pin|unpin|edit|delete)
    | /@[a-z]+(@[a-z.]+)?(/(un)?(follow|mute|block)|\?before=\d+)?
    | \#[\w-]+ | https://doi\.org/10\.1000/182
    | https://mercy\.example/(channels/wards|c/7)
    | https://mastodon\.example/authorize_interaction\?uri=https%3A%2F%2Fmercy\.example%2Fc%2F7""",
    re.VERBOSE,
)

# ux.md 13, and the manner of ux.md 9.
NEVER_SHOWN = re.compile(
    r"\b(instances?|federat\w+|actors?|inbox|outbox|activity|activities|objects?|webfinger|json"
    r"|activitypub|L[0-4]|levels?|peers|unknown error|invalid|please|sorry|oops|https?|[45]\d\d)\b",
    re.IGNORECASE,
)
NEVER_WRITTEN = re.compile(
    r"\b(instances?|federat\w+|actors?|inbox|webfinger|activitypub)\b", re.IGNORECASE
)

_CONSULT_PAGES = [
    view
    for view in (*PAGES.values(), *vars(sample_consults).values())
    if isinstance(view, ConsultPage)
]


def forget_what_was_drawn() -> None:
    """An institution draws in one environment; here there are several."""
    for view in _CONSULT_PAGES:
        object.__setattr__(view, "drawn", Look())


@pytest.fixture(autouse=True)
def nothing_was_drawn_before() -> None:
    forget_what_was_drawn()


def each_page(check: Callable[[str], None]) -> Callable[[], None]:
    """One test for all pages: to begin and end thousands of tests takes longer than they do."""

    def of_all() -> None:
        for name in PAGES:
            forget_what_was_drawn()
            try:
                check(name)
            except AssertionError as error:
                error.add_note(f"on the page {name}")
                raise

    return of_all


def drawn(view: PageView, template: str = "", jinja: Environment = JINJA) -> Drawn:
    return Drawn(render(jinja, view, template))


@cache
def sample(name: str) -> Drawn:
    """A page as it stands, drawn once for all that is asked of it."""
    return drawn(PAGES[name])


@each_page
def test_every_page_has_one_heading_a_main_part_and_the_skip_link_first(name: str) -> None:
    page = sample(name)

    assert len(page.all("h1")) == 1
    assert [main["id"] for main in page.all("main")] == ["main"]
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    assert page.title.strip().endswith("· Curbside, Mercy General")
    identifiers = [a["id"] for _, a in page.elements if "id" in a]
    assert len(identifiers) == len(set(identifiers))


def test_every_template_is_drawn_by_a_sample() -> None:
    pages = {view.TEMPLATE for view in PAGES.values()}
    on_disk = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    whole = {n for n in on_disk if "/_" not in n and "parts/" not in n and "macros" not in n}

    assert pages == whole - {"base.html"}
    assert PARTS.keys() <= on_disk


@each_page
def test_a_page_runs_and_styles_nothing_of_its_own(name: str) -> None:
    for tag, attributes in sample(name).elements:
        assert "style" not in attributes and tag != "style"
        assert not [a for a in attributes if a.startswith(("on", "hx-on"))]
        assert "js:" not in "".join(v for a, v in attributes.items() if a.startswith("hx-"))
        if tag == "script":
            assert attributes["src"].startswith("/static/")


@each_page
def test_what_people_typed_is_text_everywhere(name: str) -> None:
    harmless, attacked = sample(name), drawn(with_every_text(PAGES[name], ATTACK))

    assert not [a for t, a in attacked.elements if a.get("src") == "x" or "onerror" in a]
    assert "1337" not in attacked.html
    assert {t for t, _ in attacked.elements} <= {t for t, _ in harmless.elements} | {"b", "span"}


@pytest.mark.parametrize("name", ["admin-sso", "closing", "admin-unmasking"])
def test_a_phone_leads_to_every_page_of_administration_that_the_side_does(name: str) -> None:
    html = sample(name).html
    [tabs] = re.findall(r'<nav class="places".*?</nav>', html, re.DOTALL)
    on_phones = set(re.findall(r'href="(/admin[^"]*)"', tabs))
    beside = set(re.findall(r'href="(/admin[^"]*)"', html.partition("<main")[0])) - {"/admin"}
    assert beside and beside <= on_phones


@pytest.mark.parametrize("part", PARTS)
def test_a_streamed_part_is_a_piece_of_its_page(part: str) -> None:
    view = PARTS[part]
    piece, whole = render(JINJA, view, part), render(JINJA, view)

    piece = re.sub(r"^\s*<title>.*</title>\s*", "", piece)
    assert "<html" not in piece
    assert piece.strip() in whole


@each_page
def test_no_word_of_our_trade_reaches_a_person(name: str) -> None:
    page = sample(name)

    # Word 29: what somebody does, here.
    texts = [text for text in page.texts if text.strip() != "Object"]
    assert not [text for text in texts if NEVER_SHOWN.search(text)]
    assert not [text for text in page.texts if "!" in text]
    assert not NEVER_WRITTEN.findall(page.html)


@each_page
def test_every_form_posts_with_the_token_of_the_session(name: str) -> None:
    html = sample(name).html
    forms = re.findall(r"<form\b.*?</form>", html, re.DOTALL)

    assert len(forms) == html.count("<form")
    for form in forms:
        if 'method="get"' in form:  # it asks, and its address is kept in places: no token
            assert "csrf_token" not in form
            continue
        assert 'method="post"' in form
        assert (
            form.count('<input type="hidden" name="csrf_token" value="token-of-this-session">') == 1
        )


@each_page
def test_no_link_and_no_form_leads_to_a_page_that_is_not_there(name: str) -> None:
    page = sample(name)
    addresses = [a["href"] for _, a in page.elements if "href" in a] + [
        a["action"] for a in page.all("form")
    ]

    assert not [address for address in addresses if not ROUTES.fullmatch(address)]
    identifiers = {a["id"] for _, a in page.elements if "id" in a}
    in_page = {a[1:] for a in addresses if a.startswith("#")}
    assert in_page <= identifiers


@each_page
def test_a_field_that_was_refused_is_named_described_and_reached_from_the_summary(
    name: str,
) -> None:
    page = sample(name)
    identifiers = {a["id"] for _, a in page.elements if "id" in a}
    described = {i for _, a in page.elements for i in a.get("aria-describedby", "").split()}

    assert described <= identifiers
    if any(a.get("aria-invalid") for _, a in page.elements):
        assert page.title.startswith("Error:")


@each_page
def test_every_page_says_when_it_is_a_demo_and_only_then(name: str) -> None:
    view = PAGES[name]
    for development in (True, False):
        html = render(JINJA, replace(view, page=replace(view.page, development=development)))
        assert ("A demo. No patients here." in html) == development


@each_page
def test_every_page_says_that_this_is_not_for_emergencies(name: str) -> None:
    assert "Not for emergencies. Page the on-call team" in sample(name).html


class Marked(NullTranslations):
    """A language in which each translated sentence stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


MARKED = environment(STATIC, Marked())


@each_page
def test_every_word_can_be_translated(name: str) -> None:
    page = drawn(with_every_text(PAGES[name], "·"), jinja=MARKED)
    depth, outside = 0, ""
    for letter in " ".join(page.texts):
        depth += {"⟦": 1, "⟧": -1}.get(letter, 0)
        outside += letter if depth == 0 else ""

    assert depth == 0
    keys = {text for text in page.texts if len(text) == 1}  # to press, in every language
    words = re.findall(r"[A-Za-z]+", outside.replace("Curbside", ""))
    assert not set(words) - keys


@pytest.mark.parametrize("name", [n for n, v in PAGES.items() if isinstance(v, ConsultPage)])
def test_the_title_of_a_consult_page_says_state_and_specialty_only(name: str) -> None:
    page = sample(name)

    assert "apixaban" not in page.title.lower() and "fibrillation" not in page.title.lower()
    assert "Cardiology, Nephrology" in page.title


def test_the_stream_carries_the_title_of_the_new_state() -> None:
    part = drawn(ANSWERED, "consults/_thread.html")

    assert part.title == "Answered consult in Cardiology, Nephrology · Curbside, Mercy General"


def test_a_refused_form_keeps_every_field() -> None:
    html = render(JINJA, REFUSED_FORM)
    draft = REFUSED_FORM.draft

    assert f">\n{draft.question}</textarea>" in html
    assert 'value="nephrology" selected' in html and 'value="drug" selected' in html
    assert 'name="urgency" value="soon" id="urgency-soon" checked' in html
    assert 'value="heart.example" id="hospitals" checked' in html
    assert 'name="labs-3-name" value="Platelets"' in html and "<details open>" in html
    assert 'id="audience-chosen" checked' in html


def test_an_emergency_is_refused_in_plain_words_and_the_draft_kept() -> None:
    html = render(JINJA, EMERGENCY_FORM)

    assert "Curbside is too slow for an emergency. Page the on-call team: extension 4444." in html
    assert "Your draft is kept." in html
    assert EMERGENCY_FORM.draft.title in html


def test_the_form_says_that_the_check_does_not_find_everything() -> None:
    assert "The check finds most identifiers, not all." in render(JINJA, REFUSED_FORM)


@each_page
def test_who_can_read_stands_above_every_send_of_a_text(name: str) -> None:
    forms = re.findall(r"<form\b[^>]*data-send.*?</form>", sample(name).html, re.DOTALL)

    for form in forms:
        if "<textarea" in form:
            assert 'class="audience' in form
            sends = re.search(r'<button(?![^>]*formaction)[^>]*type="submit"', form)
            assert sends is not None  # the others keep a draft, which goes to nobody
            assert form.index('class="audience') < sends.start()


def test_an_action_the_reader_may_not_take_is_not_on_the_page() -> None:
    asker = drawn(ANSWERED).all("form")
    reader = drawn(replace(ANSWERED, may=replace(ANSWERED.may, comment=False, accept=False)))

    assert "/k/501/answer" not in [form["action"] for form in asker]
    assert "/k/501/comment" not in [form["action"] for form in reader.all("form")]


def test_what_is_typed_stays_when_the_stream_changes_the_page() -> None:
    compose = [a for _, a in drawn(OPEN).elements if a.get("id") == "compose"]
    refused = [a for _, a in drawn(PAGES["consult-refused"]).elements if a.get("id") == "compose"]

    assert "data-keep" in compose[0] and "hx-morph-skip" not in compose[0]
    assert "hx-morph-skip" in refused[0]
    assert 'id="compose"' in render(JINJA, PAGES["consult-escalated"])


@each_page
def test_a_page_is_never_loaded_anew_under_who_reads_it(name: str) -> None:
    """Nor, where somebody may type, without scripts."""
    page = render(JINJA, PAGES[name])
    main = page.partition("<main")[2].partition("</main>")[0]
    may_type = re.search(r'<(textarea|select|input(?! type="hidden"))', main)
    read = page if may_type else re.sub(r"<noscript>.*?</noscript>", "", page)
    assert 'http-equiv="refresh"' not in read


def test_a_live_page_never_starts_before_the_code_of_its_stream() -> None:
    [script] = [one for one in drawn(OPEN).all("script") if "live." in one["src"]]
    file = STATIC.find(script["src"].removeprefix("/static/"))

    assert file is not None and "defer" not in script and "async" not in script
    assert file.body.startswith(file_of("htmx.min.js"))
    assert file.body.endswith(file_of("hx-sse.min.js"))


def file_of(name: str) -> bytes:
    return (DIRECTORY / name).read_bytes()


def test_a_link_under_an_answer_shows_where_it_leads() -> None:
    html = render(JINJA, ANSWERED)

    assert 'Dosing after surgery</a> doi:10.1000/182 <span class="muted">doi.org</span>' in html


def test_a_reference_that_is_no_web_address_is_no_link() -> None:
    answer = ANSWERED.answers[1]
    trap = replace(answer.citations[1], url="javascript:alert(1)")
    view = replace(ANSWERED, timeline=(replace(answer, citations=(trap,)),))

    assert "javascript:" not in render(JINJA, view)


def test_what_a_server_may_leave_is_said_in_megabytes() -> None:
    said = " ".join(drawn(PAGES["admin-hospital-partner"]).texts)
    assert "0.3 of 50 MB" in said and "1,000 of 2,000 MB" in said and "12 of 200,000" in said
