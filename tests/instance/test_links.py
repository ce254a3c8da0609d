"""Nobody follows a link without having seen where it leads (T42)."""

import pytest

from instance import html

OURS = "mercy.example"


def drawn(href: str, text: str, more: str = "") -> str:
    return html.shown(html.clean(f'<a href="{href}"{more}>{text}</a>'), OURS)


@pytest.mark.parametrize(
    "text",
    [
        "click here",
        "good.example",
        "https://good.example/login",
        "https://good.example/?evil.example",
        "https://good.example/@evil.example",
        "https://good.example#evil.example",
        "evil.example.good.example",
        "good.example evil.example",
        "evil.exam",
        "@good@good.example",
        "@marta",
        "good.example@evil.example",
        "https://good.example@evil.example/",
        "\u2067evil.example\u2069 good.example",
        '<span class="invisible">https://</span><span class="ellipsis">good.example/a</span>',
        "",
    ],
)
def test_the_host_stands_behind_a_text_that_does_not_begin_with_it(text: str) -> None:
    assert '<bdi class="host">(evil.example)</bdi></a>' in drawn("https://evil.example/x", text)


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/x",
        "HTTPS://Evil.example",
        "evil.example",
        "www.evil.example/x",
        "evil.example: a paper",
        "@marta@evil.example",
        '<span class="invisible">https://</span><span class="ellipsis">evil.example/a</span>',
        "https://evil.example/" + "a" * 3000,
    ],
)
def test_a_text_that_begins_with_the_host_stays_as_it_is(text: str) -> None:
    assert "bdi" not in drawn("https://evil.example/x", text)


def test_a_class_does_not_hide_the_host() -> None:
    link = drawn("https://evil.example/", "@<span>marta</span>", ' class="u-url mention"')

    assert "(evil.example)" in link


def test_a_link_to_ourselves_needs_no_host() -> None:
    assert "bdi" not in drawn("https://mercy.example/t/1", "that thread")
    assert "(mercy.example.evil.example)" in drawn("https://mercy.example.evil.example", "x")


@pytest.mark.parametrize(
    "href",
    [
        "https://good.example@evil.example/",
        "https://good.example:443@evil.example/",
        "https://good.example%40x@evil.example/",
        "https://good.example\\@evil.example/",
        "https://good.example\\.evil.example/",
        "https:evil.example",
        "https:/evil.example",
        "https:\\\\evil.example",
        "//evil.example",
        "https:///evil.example",
        "https://" + "a" * 300 + ".example/",
        "https://xn--\u202e.example/",
    ],
)
def test_an_address_that_can_be_read_two_ways_is_no_link(href: str) -> None:
    assert "href" not in drawn(href, "https://good.example")


@pytest.mark.parametrize(
    ("href", "host"),
    [
        ("https://\uff45vil.example/", "evil.example"),
        ("https://\u0430pple.example/", "xn--pple-43d.example"),
        ("https://b\u00fccher.example/", "xn--bcher-kva.example"),
        ("https://EVIL.example:443/x", "evil.example"),
        ("mailto:me@evil.example", "evil.example"),
    ],
)
def test_the_host_is_shown_as_resolvers_know_it(href: str, host: str) -> None:
    assert f"({host})" in drawn(href, "x")


def test_nothing_turns_the_letters_of_an_address_around() -> None:
    assert "\u202e" not in drawn("https://evil.example", "\u202eelpmaxe.doog//:sptth")


def test_a_link_does_not_vouch_for_its_author() -> None:
    assert 'rel="nofollow noopener noreferrer ugc"' in drawn("https://a.example", "x", " rel=me")
