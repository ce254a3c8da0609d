"""HTML of strangers and Markdown of members: one sanitiser, one configuration (F-DOC-5)."""

import re
import unicodedata
from functools import partial
from html import escape, unescape

import nh3
from markdown_it import MarkdownIt

from instance.html_cost import is_heavy

_CONTENT_MAX = 256 * 1024
_HOST_MAX = 253
_BRACKETS_MAX = 500  # each `[` may begin a link: Markdown looks from each of them to the end
# Direction overrides make a text, and the address in it, read otherwise than it is (T42).
_OVERRIDES = re.compile("[\u202a-\u202e]")
_LINK = re.compile(r"(https?://)([^/?#@\\\s]+)((?:[/?#].*)?)|mailto:[^/\\\s]+", re.I | re.S)


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Links whose host every browser reads alike: no credentials, nothing to repair (T42)."""
    if attribute != "href":
        return value
    found = _LINK.fullmatch(value)
    if found is None or found[2] is None:
        return value if found else None
    scheme, host, rest = found.groups()
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return f"{scheme}{name}{rest}" if len(name) <= _HOST_MAX else None


_TAGS = {
    *("p", "br", "a", "strong", "em", "b", "i", "u", "s", "del", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "span"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_CLASSES = {"mention", "hashtag", "h-card", "u-url"}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={
        "script",
        "style",
        "template",
        "title",
        "noscript",
        "iframe",
        "svg",
        "math",
    },
    attributes={"a": {"href"}, "*": set()},
    attribute_filter=_kept,
    # Never name "class" in `attributes` too: that panics in Rust.
    allowed_classes={"a": _CLASSES, "span": _CLASSES},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",  # it would lead to a page of ours
    link_rel="nofollow noopener noreferrer ugc",
    strip_comments=True,
)
_TEXT = nh3.Cleaner(tags=set(), clean_content_tags={"script", "style", "template"})
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
# What the sanitiser writes in text; "&" last, or "&amp;lt;" would become "<".
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", " "), ("&amp;", "&"))
_BLANKS = re.compile(r"\s+")
_ANY_TAG = re.compile(r"<[^<>]*>")
_COMMENT = re.compile(r"<!--(?:[^<>-]|-(?![->]))*+-->")
_HEADING = re.compile(r"<(/?)h[1-6]>")
# As the sanitiser writes it: quoted values, and a text that ends with it or where another begins.
_ANCHOR = re.compile(r'<a href="([^"]*)"[^>]*>((?:(?!</a>|<a ).)*)', re.DOTALL)
_NAMED = re.compile(r"(?:https?://)?([^\s/?#:@\\]+)(?![^\s/?#:])")


def clean(markup: str) -> str:
    """Foreign HTML made safe; content beyond 256 KiB is cut before it is read (T31).

    What would take too long to read is shown as plain text.
    """
    markup = _readable(markup)
    return f"<p>{_without_tags(markup)}</p>" if is_heavy(markup) else _CLEANER.clean(markup)


def shown(markup: str, own_host: str, *, heading: int = 3) -> str:
    """Stored HTML as a page shows it: cleaned again (T41), and every link says its host (T42).

    Its headings become one kind, below those of the page. `own_host`: ours is not said.
    """
    cleaned = _HEADING.sub(rf"<\1h{heading}>", clean(markup))
    return _ANCHOR.sub(partial(_with_host, own_host), cleaned)


def from_markdown(text: str) -> str:
    """A member's Markdown as safe HTML. Raw HTML in it shows as text; images become links."""
    text = text[:_CONTENT_MAX]
    if text.count("[") > _BRACKETS_MAX:
        return clean("<p>" + escape(text).replace("\n", "<br>") + "</p>")
    return clean(_MARKDOWN.render(text))


def plain(markup: str, limit: int) -> str:
    """One line of text: no tags, no control, bidi-override or zero-width characters."""
    markup = _readable(markup)
    text = _without_tags(markup) if is_heavy(markup) else _TEXT.clean(markup)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    # Most text is all visible; to look at each character takes as long as the cleaning.
    visible = text if text.isprintable() else "".join(filter(_is_visible, text))
    return _BLANKS.sub(" ", visible).strip()[:limit]


def _readable(markup: str) -> str:
    """No more than is read, and without plain comments, which hide tags from `is_heavy`."""
    markup = _OVERRIDES.sub("", markup[:_CONTENT_MAX])
    return _COMMENT.sub("", markup) if "<!--" in markup else markup


def _without_tags(markup: str) -> str:
    return escape(_ANY_TAG.sub("", markup), quote=False)


def _with_host(own_host: str, link: re.Match[str]) -> str:
    """The link with its host behind its text, where the text does not begin with just that."""
    host = _host_of(unescape(link[1]))
    words = unescape(_ANY_TAG.sub("", link[2])).strip().lower()
    if host == own_host or _says(words, host) or link[1].lower() == f"mailto:{words}":
        return link[0]
    return f'{link[0]} <bdi class="host">({escape(host)})</bdi>'


def _says(words: str, host: str) -> bool:
    if not words.isprintable():
        return False  # what can turn the text around
    if words.startswith("@"):
        return words.count("@") == 2 and words.rpartition("@")[2] == host
    named = _NAMED.match(words)
    return named is not None and named[1].removeprefix("www.") == host.removeprefix("www.")


def _host_of(href: str) -> str:
    found = _LINK.fullmatch(href)
    if found is None or found[2] is None:
        return href.rpartition("@")[2].lower()
    return found[2].lower().partition(":")[0]


def _is_visible(character: str) -> bool:
    return character in "\n\r\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
