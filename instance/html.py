"""HTML of strangers and Markdown of members: one sanitiser, one configuration (F-DOC-5)."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from instance import html_links
from instance.html_cost import is_heavy
from instance.words import hashtag

_CONTENT_MAX = 256 * 1024
_BRACKETS_MAX = 500  # each `[` may begin a link: Markdown looks from each of them to the end
# Direction overrides make a text, and the address in it, read otherwise than it is (T42).
_OVERRIDES = re.compile("[\u202a-\u202e]")
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
    attribute_filter=html_links.kept,
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
_CLEANED_TAG = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')  # an address may hold what ends a tag
_ANY_TAG = re.compile(r"<[^<>]*>")
_HIDDEN = bytes({*range(32), 127} - set(b"\n\r\t"))  # of ASCII
_MARKED = bytes.maketrans(_HIDDEN, b"?" * len(_HIDDEN))
_BLOCK_ENDS = re.compile(r"<(?:/(?:p|h\d|li|blockquote|pre|div)>|br\s*/?>)")
# Not possessive: before 3.11.5 Python finds no such comment of more than one alternative.
_COMMENT = re.compile(r"<!--[^<>-]*(?:-(?![->])[^<>-]*)*-->")
_HEADING = re.compile(r"<(/?)h[1-6]>")
# `@name` or `@name@host`, no part of a word, an address of mail or a path.
_MENTION = re.compile(
    r"(?<![\w@./+-])@[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?"
    r"(?:@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?)?(?![\w@])"
)
# `#tag` with a letter in it, no part of a word, an address or a heading.
_HASHTAG = re.compile(r"(?<![\w/&#@.;-])#\w*[^\W\d_]\w*")
_LINKED = re.compile(f"{_MENTION.pattern}|{_HASHTAG.pattern}")
_HASHTAG_LINK = re.compile(r'(<a href="[^"<>]*" class="mention hashtag" rel=")')


@dataclass(frozen=True)
class Linked:
    """A member's text as safe HTML; which of the names and hashtags in it became links."""

    html: str
    names: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()


@dataclass
class _Links:
    """Where names lead, and hashtags; what was linked so far."""

    pages: Mapping[str, str]
    tags_at: str
    names: set[str] = field(default_factory=set)
    tags: dict[str, None] = field(default_factory=dict)

    def of(self, found: re.Match[str]) -> list[Token]:
        """The link in place of a name or hashtag; none where it stays text."""
        text = found[0]
        if text.startswith("#"):
            tag = hashtag(text) if self.tags_at else ""
            if not tag:
                return []
            self.tags[text] = None
            url = self.tags_at + quote(tag)
            inside = [_text("#"), _markup("<span>"), _text(text[1:]), _markup("</span>")]
            return _link(url, "mention hashtag", inside)
        name = text.lower()
        if name not in self.pages:
            return []
        self.names.add(name)
        return _link(self.pages[name], "u-url mention", [_text(text)])


def _add_links(state: StateCore) -> None:
    """A step of the Markdown reader, see `with_links`."""
    links: _Links | None = state.env.get("links")
    for token in state.tokens:
        if links and token.children:
            token.children = list(_with_links(token.children, links))


def _with_links(tokens: list[Token], links: _Links) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "text" or depth:
            yield token
            continue
        end = 0
        for found in _LINKED.finditer(token.content):
            if made := links.of(found):
                yield _text(token.content[end : found.start()])
                yield from made
                end = found.end()
        yield _text(token.content[end:])


def _link(url: str, kind: str, inside: list[Token]) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": url, "class": kind})
    return [opening, *inside, Token("link_close", "a", -1)]


def _markup(content: str) -> Token:
    return Token("html_inline", "", 0, content=content)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


_MARKDOWN.core.ruler.push("links", _add_links)


def clean(markup: str) -> str:
    """Foreign HTML made safe; content beyond 256 KiB is cut before it is read (T31).

    What would take too long to read is shown as plain text.
    """
    markup = _readable(markup)
    cleaned = f"<p>{_without_tags(markup)}</p>" if is_heavy(markup) else _CLEANER.clean(markup)
    # What marks a hashtag for others; the sanitiser writes the same words for all links.
    return _HASHTAG_LINK.sub(r"\1tag ", cleaned) if " hashtag" in cleaned else cleaned


def shown(markup: str, own_host: str, *, heading: int = 3) -> str:
    """Stored HTML as a page shows it: cleaned again (T41), and every link says its host (T42).

    Its headings become one kind, below those of the page. `own_host`: ours is not said.
    """
    below = _HEADING.sub(rf"<\1h{heading}>", clean(markup))
    return html_links.with_hosts(below, own_host)


def from_markdown(text: str) -> str:
    """A member's Markdown as safe HTML. Raw HTML in it shows as text; images become links."""
    return with_links(text, {}).html


def with_links(text: str, pages: Mapping[str, str], tags_at: str = "") -> Linked:
    """The same with names and hashtags as links; in code or links they stay text.

    `pages`: "@name" or "@name@host", as `mentioned` gives it -> where its link leads. `tags_at`:
    what the address of a hashtag begins with; "" for no such links.
    """
    text = text[:_CONTENT_MAX]
    if text.count("[") > _BRACKETS_MAX:
        return Linked(clean("<p>" + escape(text).replace("\n", "<br>") + "</p>"))
    links = _Links(pages, tags_at)
    rendered = _MARKDOWN.render(text, {"links": links})
    return Linked(clean(rendered), frozenset(links.names), tuple(links.tags))


def line_with_tags(text: str, tags_at: str) -> Linked:
    """One line of plain text, such as a title, as HTML whose hashtags are links."""
    parts, tags, end = list[str](), list[str](), 0
    for found in _HASHTAG.finditer(text):
        if tag := hashtag(found[0]):
            href = escape(tags_at + quote(tag))
            parts.append(escape(text[end : found.start()]))
            parts.append(
                f'<a href="{href}" class="mention hashtag">#<span>{found[0][1:]}</span></a>'
            )
            tags.append(found[0])
            end = found.end()
    return Linked(clean("".join([*parts, escape(text[end:])])), tags=tuple(tags))


def mentioned(text: str) -> list[str]:
    """The names a text may mean, in lower case and once each; some stand in code or in links."""
    return list(dict.fromkeys(found[0].lower() for found in _MENTION.finditer(text)))


def plain(markup: str, limit: int) -> str:
    """One line of text: no tags, no control, bidi-override or zero-width characters."""
    if not markup:
        return ""
    markup = _readable(markup)
    text = _without_tags(markup) if is_heavy(markup) else _TEXT.clean(markup)
    return one_line(_without_entities(text), limit)


def text(cleaned: str) -> str:
    """`excerpt`, whole, of what `clean` gave: its tags are known, so it is not read once more. In
    one line only as far as that was."""
    found = _CLEANED_TAG.sub("", _BLOCK_ENDS.sub(" ", cleaned))
    return _visible(_without_entities(found))


def excerpt(markup: str, limit: int) -> str:
    """`plain`, where one paragraph, heading or item does not run into the next."""
    return plain(_BLOCK_ENDS.sub(" ", markup), limit)


def one_line(text: str, limit: int) -> str:
    """Text that is no HTML, in one line: no control, bidi-override or zero-width characters."""
    # No more words than it has characters; and most often they stand where it begins.
    for reach in (limit + 40, 4 * limit, len(text)):
        begun = _in_words(_visible(text[:reach]), limit)
        if len(begun) > limit or len(text) <= reach:
            break
    return begun[:limit]


def _in_words(text: str, most: int) -> str:
    """One space between each two words, of so many."""
    if text.isprintable() and "  " not in text:  # nearly all, and what is printable has no others
        return text.strip()
    return " ".join(text.split(maxsplit=most))


def _readable(markup: str) -> str:
    """No more than is read, and without plain comments, which hide tags from `is_heavy`."""
    markup = markup[:_CONTENT_MAX]
    markup = markup if markup.isascii() else _OVERRIDES.sub("", markup)
    return _COMMENT.sub("", markup) if "<!--" in markup else markup


def _without_tags(markup: str) -> str:
    return escape(_ANY_TAG.sub("", markup), quote=False)


def _without_entities(text: str) -> str:
    if "&" in text:
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
    return text


def _visible(text: str) -> str:
    """Most text is all visible; to look at each character takes as long as the cleaning."""
    if text.isascii():
        encoded = text.encode()
        if encoded.translate(_MARKED) == encoded:  # twice as fast as to take out what is not there
            return text
        return encoded.translate(None, _HIDDEN).decode()
    return text if text.isprintable() else "".join(filter(_is_visible, text))


def _is_visible(character: str) -> bool:
    return character in "\n\r\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
