"""Reading what strangers write takes time in proportion to its length, whatever it is (T31).

Measured as a ratio to a tenth of the same input in the same run: a quadratic parser needs a
hundred times as long for it.
"""

from collections.abc import Callable
from time import perf_counter

import pytest

from instance import html, html_cost

LONG = 120_000
PROPORTION, QUADRATIC = 10, 100
TOO_SHORT = 5e-3  # seconds; a tenth that took less is no measure


def numbered(text: str) -> Callable[[int], str]:
    return lambda size: "".join(text.replace("#", str(i)) for i in range(size // len(text)))


def repeated(text: str) -> Callable[[int], str]:
    return lambda size: text * (size // len(text))


CONTENT = {
    **{f"nested {tag}": repeated(f"<{tag}>") for tag in "div blockquote b a p font table".split()},
    "nested lists": repeated("<ul><li>"),
    "nested and hidden ends": repeated('<div title="</div>">'),
    "ends of what was never begun": repeated("<div></x></y>"),
    "ends in comments": repeated("<div><!--></div>-->"),
    "formatting never closed": numbered("<font color=#>"),
    "formatting and paragraphs": numbered("<p><font color=#>x</p>"),
    "ends in the wrong order": repeated("<b><p></b>"),
    "attributes": lambda size: "<a " + numbered("a# ")(size) + ">",
    "attributes with quoted ends": lambda size: "<a " + numbered("a#='>' ")(size) + ">",
    "an attribute that is never closed": lambda size: "<a x='" + "<b>" * (size // 3),
    "tags that are never closed": repeated("<a "),
    "comments that are never closed": repeated("<!--"),
    "angle brackets": repeated("<"),
    "entities": repeated("&amp"),
    "mentions": repeated("@a@b.example "),
    "hashtags": repeated("#"),
    "one address": lambda size: "https://a.example/" + "x" * size,
    "links": repeated("<a href='https://a.example/'>a</a>"),
    "blanks": repeated(" \n"),
}


def seconds(work: Callable[[str], str], text: str) -> float:
    """The quickest of a few: what else the machine does only makes it slower."""
    taken = []
    for _ in range(5):
        start = perf_counter()
        work(text)
        taken.append(perf_counter() - start)
    return min(taken)


def read(text: str) -> str:
    return html.shown(html.clean(text), "mercy.example") + html.plain(text, 120)


@pytest.mark.parametrize("kind", CONTENT)
def test_ten_times_as_much_takes_ten_times_as_long(kind: str) -> None:
    small, large = CONTENT[kind](LONG // 10), CONTENT[kind](LONG)
    ratio = seconds(read, large) / max(seconds(read, small), TOO_SHORT)

    assert ratio < (PROPORTION + QUADRATIC) / 2


@pytest.mark.parametrize("text", ["[", "![", "[a](", "*a ", "`a``", "&", "> ", "<a ", "_a_"])
def test_markdown_too(text: str) -> None:
    small, large = repeated(text)(2_000), repeated(text)(20_000)
    ratio = seconds(html.from_markdown, large) / max(seconds(html.from_markdown, small), TOO_SHORT)

    assert ratio < (PROPORTION + QUADRATIC) / 2


def test_what_has_too_many_brackets_is_text() -> None:
    link = "[a](https://a.example) "
    assert html.from_markdown(link * 500).count("<a ") == 500
    assert "<a " not in html.from_markdown(link * 501)


def test_what_is_too_long_is_cut_before_it_is_read() -> None:
    words = "a" * 256 * 1024
    assert html.clean(words + "b") == html.plain(words + "b", 10**6) == words


def test_what_is_nested_too_deeply_is_plain_text() -> None:
    assert html.clean("<div>" * 50_000 + "words") == "<p>words</p>"
    assert html.plain("<blockquote>" * 20_000 + "a &amp; <b>words</b>", 50) == "a &amp; words"


@pytest.mark.parametrize(
    "markup",
    [
        "<p>A long article. <strong>Bold</strong> <a href='https://a.example'>link</a></p>" * 2000,
        "<blockquote>" * 30 + "<p>A quote of a quote.</p>" * 3000 + "</blockquote>" * 30,
        "<ul>" + "<li>One point<ul><li>deeper</ul>" * 3000 + "</ul>",
        "<!-- wp:paragraph {'a':1} --><p>As blogs send it.</p><!-- /wp:paragraph -->" * 2000,
        "<table>" + "<tr><td>1<td>2" * 5000 + "</table>",
        "<p>" + "words and words " * 10_000,
    ],
)
def test_what_people_write_at_length_keeps_its_form(markup: str) -> None:
    assert len(markup) > html_cost._SMALL
    assert (
        "<" in html.clean(markup).removeprefix("<p>").removesuffix("</p>") or "<p>words" in markup
    )
