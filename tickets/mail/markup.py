"""The HTML of a mail, as text to read and as HTML that is safe to show. Pure."""

import re

import nh3
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml import html as lxml_html

from tickets.text import clean

LONGEST = 500_000  # characters, without the pictures inside

_ELEMENTS_LIMIT = 30_000
_ENTITIES_LIMIT = 20_000  # the cleaner takes the square of their number
_DEEPEST = 150
_WEIGHT_LIMIT = 1_000_000  # the depths of all elements, summed: what a parser repairs grows by it
_ATTRIBUTES_LIMIT = 300
_QUOTED_ENDS_LIMIT = 20
_TABLE_LIMIT = 20_000_000

_PLAIN = ParserConfig(css=CSS_PROFILES["strict"])  # the other one indents every div

_PICTURE = re.compile(r"data:[\w/+.-]{1,50};base64,[A-Za-z0-9+/=\s]*+")
# Attributes cost the square of their number, whichever parser. A tag ends at ">", unless that is
# quoted, and then it is one attribute more.
_TAG = re.compile(r"<[A-Za-z][^>]*+")
_SEPARATOR = re.compile(r"[\s/]+")
_QUOTED_END = re.compile(r"=\s*+(?:\"[^\">]*+>|'[^'>]*+>)")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")

_ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),  # without it, a title anywhere
    "a": {"href"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}
TAGS = {
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
}
_DROPPED_WHOLE = {
    "applet",
    "audio",
    "canvas",
    "embed",
    "frameset",
    "head",
    "iframe",
    "link",
    "math",
    "meta",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "video",
    "xmp",
}


class TooComplex(ValueError):
    """HTML that would take too long to read, or was made for a parser to lose its way in."""


def text(html: str) -> str:
    """Return what a reader sees of `html`; raises TooComplex."""
    root = _tree(html)
    if root is None:
        return ""
    cells = root.xpath("//td | //th")
    if len(cells) * len(root.text_content()) > _TABLE_LIMIT:
        # Columns are filled up with spaces, each to its longest cell.
        etree.strip_tags(root, "table", "tbody", "thead", "tfoot")
        for row in root.xpath("//tr | //td | //th"):
            row.tag = "div"
    lines = Inscriptis(root, _PLAIN).get_text().replace("\xa0", " ").split("\n")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")


def safe(html: str) -> str:
    """Return what may be shown of `html`: no scripts, forms, pictures, styles or names.

    An empty string means that there is nothing left, or too much: show the text instead.
    """
    try:
        root = _tree(html)
    except TooComplex:
        return ""
    parsed = "" if root is None else lxml_html.tostring(root, encoding="unicode")
    if parsed.count("&") > _ENTITIES_LIMIT:
        return ""
    cleaned = nh3.clean(
        parsed,
        tags=TAGS,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow ugc",
    )
    return cleaned.strip()


def without_pictures(html: str) -> str:
    """Return `html` without the pictures inside it, which are most of it and never shown."""
    return _PICTURE.sub("", html)


def _tree(html: str) -> lxml_html.HtmlElement | None:
    html = without_pictures(clean(html))
    if len(html) > LONGEST or len(_QUOTED_END.findall(html)) > _QUOTED_ENDS_LIMIT:
        raise TooComplex
    if any(len(_SEPARATOR.findall(tag[0])) > _ATTRIBUTES_LIMIT for tag in _TAG.finditer(html)):
        raise TooComplex
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(html.encode(), parser=parser)
    except etree.ParserError:  # nothing in it
        return None
    # Below a depth of 255 it stops reading, and would lose the rest without a word.
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise TooComplex
    _weigh(root)
    for element in root.xpath("//*[@style]"):
        if _HIDDEN.search(element.attrib.pop("style")) and element.getparent() is not None:
            element.drop_tree()
    return root


def _weigh(root: lxml_html.HtmlElement) -> None:
    depth = elements = weight = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        weight += depth
        if depth > _DEEPEST or elements > _ELEMENTS_LIMIT or weight > _WEIGHT_LIMIT:
            raise TooComplex
