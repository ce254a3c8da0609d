"""HTML of strangers and Markdown of members: one sanitiser, one configuration (F-DOC-5)."""

import re
import unicodedata

import nh3
from markdown_it import MarkdownIt

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
    attributes={"a": {"href"}},
    # Never name "class" in `attributes` too: that panics in Rust.
    allowed_classes={"a": _CLASSES, "span": _CLASSES},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener noreferrer ugc",
    strip_comments=True,
)
_TEXT = nh3.Cleaner(tags=set(), clean_content_tags={"script", "style", "template"})
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_CONTENT_MAX = 256 * 1024
# What the sanitiser writes in text; "&" last, or "&amp;lt;" would become "<".
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", " "), ("&amp;", "&"))
_BLANKS = re.compile(r"\s+")


def clean(markup: str) -> str:
    """Foreign HTML made safe; content beyond 256 KiB is cut before it is read (T31)."""
    return _CLEANER.clean(markup[:_CONTENT_MAX])


def from_markdown(text: str) -> str:
    """A member's Markdown as safe HTML. Raw HTML in it shows as text; images become links."""
    return clean(_MARKDOWN.render(text[:_CONTENT_MAX]))


def plain(markup: str, limit: int) -> str:
    """One line of text: no tags, no control, bidi-override or zero-width characters."""
    text = _TEXT.clean(markup[:_CONTENT_MAX])
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    # Most text is all visible; to look at each character takes as long as the cleaning.
    visible = text if text.isprintable() else "".join(filter(_is_visible, text))
    return _BLANKS.sub(" ", visible).strip()[:limit]


def _is_visible(character: str) -> bool:
    return character in "\n\r\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
