"""Whatever strangers and members write, what is left of it can do nothing (F-DOC-5, T41, T44)."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instance import html
from tests.hostile import SNIPPETS

TAGS = set(
    "p br a strong em b i u s del code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 hr span "
    "table thead tbody tr th td".split()
)
CLASSES = {"", "mention", "hashtag", "h-card", "u-url"}
REL = "nofollow noopener noreferrer ugc"
OURS = "mercy.example"
PIECES = [
    *(
        "<p>",
        "</p>",
        "<br>",
        "<b>",
        "</b>",
        "<table><tr><td>",
        "</table>",
        "<!-- > -->",
        "<i x='>'>",
    ),
    *('<a href="https://x.example/?a>b&c=<d>">', "<a href='https://x.example/\"><i>'>", "</a>"),
    *("dose", "½", "\u200b", "\n", " ", '"', "'", "<", ">", "&", "&amp;lt;", "&nbsp;", "&lt;b&gt;"),
]


class Read(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("a processing instruction")


def harmless(markup: str, *more: str) -> None:
    for tag, attributes in Read(markup).tags:
        assert tag in TAGS | set(more)
        if tag in more:
            continue
        assert attributes.keys() <= ({"href", "rel", "class"} if tag == "a" else {"class"})
        assert set(attributes.get("class", "").split(" ")) <= CLASSES
        assert attributes.get("rel", REL) == REL
        assert re.match(r"(https?://[^/?#@\\\s]+([/?#]|$)|mailto:|$)", attributes.get("href", ""))


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_hostile_snippet_is_harmless_and_stays_so(snippet: str) -> None:
    cleaned = html.clean(snippet)

    harmless(cleaned)
    harmless(html.clean(cleaned))
    harmless(html.shown(cleaned, OURS), "bdi")


@pytest.mark.parametrize(
    "around", ["<p>{}</p>", "<a href='https://a.example'>{}", "<table>{}", "{0}{0}"]
)
@pytest.mark.parametrize("snippet", SNIPPETS)
def test_nothing_around_it_makes_it_another(snippet: str, around: str) -> None:
    harmless(html.shown(html.clean(around.format(snippet)), OURS), "bdi")


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_what_is_too_costly_to_read_is_harmless_text(snippet: str) -> None:
    cleaned = html.clean("<div>" * 3000 + snippet)

    assert {tag for tag, _ in Read(cleaned).tags} == {"p"}


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_name_is_text(snippet: str) -> None:
    name = html.plain(snippet, 200)

    assert len(name) <= 200 and name.isprintable()


@given(st.lists(st.sampled_from(SNIPPETS), min_size=2, max_size=6))
def test_no_mixture_of_snippets_does_more(snippets: list[str]) -> None:
    cleaned = html.clean("".join(snippets))

    harmless(cleaned)
    harmless(html.clean(cleaned))


@given(st.text(alphabet="<>/!-=\"'` abpsx&;:#\n\0", max_size=60))
def test_no_letters_in_any_order_do_more(text: str) -> None:
    harmless(html.shown(html.clean(text), OURS), "bdi")


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_hostile_html_in_markdown_is_harmless(snippet: str) -> None:
    harmless(html.from_markdown(snippet))
    assert "<img" not in html.from_markdown(f"a {snippet} b")


def test_html_in_markdown_is_text() -> None:
    """T44: even what would be allowed; whoever writes it sees that it does nothing."""
    drawn = html.from_markdown("a <b>bold</b> word\n\n<p>and more</p>")

    assert "&lt;b&gt;bold&lt;/b&gt;" in drawn and "&lt;p&gt;and more" in drawn


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](  javascript:alert(1) 'title')",
        "[x](<java\tscript:alert(1)>)",
        "[x](&#106;avascript:alert(1))",
        "[x][1]\n\n[1]: javascript:alert(1)",
        "[x]\n\n[x]: data:text/html,<script>alert(1)</script>",
        "<javascript:alert(1)>",
        "<data:text/html,x>",
        "[x](https://good.example@evil.example)",
        "[x](//evil.example)",
        "[x](/sign-out)",
    ],
)
def test_a_link_in_markdown_leads_to_no_place_that_html_may_not(text: str) -> None:
    assert "href" not in html.from_markdown(text)


def test_an_image_in_markdown_is_not_fetched() -> None:
    drawn = html.from_markdown("![alt](https://tracker.example/1.png 'title')")

    assert "tracker.example" not in drawn and "<img" not in drawn


def test_what_is_allowed_arrives() -> None:
    markup = (
        '<p>a <strong>b</strong> <a href="https://a.example/x?y#z" class="mention" '
        f'rel="{REL}">https://a.example/x</a></p><ul><li>c</li></ul><pre><code>d</code></pre>'
    )

    assert html.clean(markup) == markup
    assert html.shown(markup, OURS) == markup
    assert html.from_markdown("**a** [b](https://a.example)").startswith("<p><strong>a</strong> <a")


def test_headings_of_a_post_are_below_those_of_the_page() -> None:
    assert html.shown("<h1>a</h1><h6>b</h6>", OURS, heading=2) == "<h2>a</h2><h2>b</h2>"


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_the_text_of_what_was_cleaned_needs_no_second_reading(markup: str) -> None:
    """Whatever stands in an address, or looks like a tag and is none."""
    cleaned = html.clean(markup)
    assert html.one_line(html.text(cleaned), 500) == html.excerpt(cleaned, 500)
