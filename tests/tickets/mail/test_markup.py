"""HTML that strangers wrote, on a page of ours."""

from contextlib import suppress
from html.parser import HTMLParser
from time import perf_counter

import pytest

from tickets.mail import markup

PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x20type='text/javascript'>alert(1);</script>",
    "<script/src=data:,alert(1)></script>",
    "<<script>alert(1);//<</script>",
    "</title><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=http://tracker.example/p.gif>",
    "<img srcset='//tracker.example/p 2x'>",
    "<img/src='x'/onerror=alert(1)>",
    "<image href=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><set attributeName=href to=javascript:alert(1)></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a title='</style><img src=x onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math><annotation-xml encoding=text/html><img src=x onerror=alert(1)></annotation-xml></math>",
    "<math href='javascript:alert(1)'>x</math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<style>@import'//evil.example/x.css';</style>",
    "<style><!--</style><img src=x onerror=alert(1)>--></style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<img src=x onerror=alert(1)>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='javascript:alert(1)'>",
    "<applet code=x></applet>",
    "<base href='javascript:alert(1)//'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action='javascript:alert(1)'><button>x</button></form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<input onfocus=alert(1) autofocus>",
    "<select onfocus=alert(1) autofocus><option>x</select>",
    "<textarea onfocus=alert(1) autofocus></textarea>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<keygen onfocus=alert(1) autofocus>",
    "<body onload=alert(1)>",
    "<body background='//tracker.example/p.gif'>",
    "<table background='//tracker.example/p.gif'><td background='javascript:alert(1)'>x</table>",
    "<div style='background:url(//tracker.example/p.gif)'>x</div>",
    "<div style='position:fixed;inset:0'>x</div>",
    "<div style='width:expression(alert(1))'>x</div>",
    "<p id=csrfmiddlewaretoken class=message name=x title=y>x</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='&#106;avascript&colon;alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.example/'>x</a>",
    "<a href='/tickets/1/delete'>x</a>",
    "<a href=https://x.example onclick=alert(1) target=_blank ping=//evil.example download>x</a>",
    "<div hx-get=/tickets/1/delete hx-trigger=load>x</div>",
    "<div data-hx-post=/x data-hx-trigger=load data-script='on load'>x</div>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=//tracker.example/a autoplay></audio>",
    "<video poster=//tracker.example/p></video>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<x onclick=alert(1) tabindex=1>x</x>",
    "<template><img src=x onerror=alert(1)></template>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<?xml-stylesheet href='javascript:alert(1)'?><img src=x onerror=alert(1)>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<p/onclick=alert(1)\x0c>x</p>",
    "<img src=`x`onerror=alert(1)>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<a href='https://x.example/\" onmouseover=alert(1) x=\"'>x</a>",
]


class Seen(HTMLParser):
    """What a browser would find in what is left, told by another parser than those that made it."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {f"{tag} {name}" for name, _ in attributes}
        self.links += [value for name, value in attributes if name == "href"]

    def handle_comment(self, data):
        self.tags.add("comment")


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("around", ["{}", "<table><tr><td>{}</table>"])
def test_nothing_active_survives(payload, around):
    seen = Seen(markup.safe(around.format(payload)))

    assert seen.tags <= markup.TAGS
    assert seen.attributes <= {
        *("a href", "a rel", "ol start"),
        *("td colspan", "td rowspan", "th colspan", "th rowspan"),
    }
    assert all(link.startswith(("https://x.example", "mailto:")) for link in seen.links)


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>"),
        (
            "<a href='https://x.example/?a=1&amp;b=2'>x</a>",
            '<a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow ugc">x</a>',
        ),
        (
            "<a href=mailto:a@b.se>m</a>, <a href=tel:+15550100>t</a>, <a href=ftp://x>f</a>",
            '<a href="mailto:a@b.se" rel="noopener noreferrer nofollow ugc">m</a>, '
            '<a href="tel:+15550100" rel="noopener noreferrer nofollow ugc">t</a>, '
            '<a rel="noopener noreferrer nofollow ugc">f</a>',
        ),
        ("<style>.p{display:none}</style><p class=p>$5</p>", "<p>$5</p>"),
        ("<p>a</p><p style='Display : none'>b</p>c", "<p>a</p>c"),
        ("<td colspan=2>x", "x"),
        ("{{ 7*7 }} &lt;script&gt;", "{{ 7*7 }} &lt;script&gt;"),
        ("<img src='data:image/png;base64,AAAA'>", ""),
        ("", ""),
        ("<!-- nothing -->", ""),
    ],
)
def test_safe(html, safe):
    assert markup.safe(html) == safe


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<br>two</p><p>three</p>", "One\ntwo\n\nthree"),
        ("<ul><li>a<li>b</ul>", "  * a\n  * b"),
        ("<title>T</title><script>x</script><style>y</style>z<!-- c --><?php d ?>", "z"),
        ('<?xml version="1.0" encoding="utf-16"?><meta charset=latin1>båt', "båt"),
        ("a &lt;b&gt; c", "a <b> c"),
        (
            "<table>" + "<tr><td>x" * 9_000 + "<tr><td>" + "y" * 9_000 + "</table>",
            "x\n" * 9_000 + "y" * 9_000,
        ),
        ("", ""),
    ],
)
def test_text(html, text):
    assert markup.text(html) == text


TOO_MUCH = {
    "divs": "<div>" * 17_000,
    "fonts": "<p>" + "".join(f"<font color={n}>" for n in range(140)) + "<div>x</div>" * 29_000,
    "attributes": "<a " + " ".join(f"x{n}=1" for n in range(40_000)) + ">x",
    "attributes apart": "<a/" + "/".join(f"x{n}" for n in range(40_000)) + ">x",
    "attributes with an end": "<a " + " ".join(f"x{n}='>'" for n in range(40_000)) + ">x",
    "attributes with both": "<a " + " ".join(f"x{n}='<b>'" for n in range(40_000)) + ">x",
    "tables": "<table><tr><td>" * 200,
    "rows": "<li>x" * 31_000,
    "everything": "x" * 500_001,
}


@pytest.mark.parametrize("html", TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_is_left_alone(html):
    began = perf_counter()
    with pytest.raises(markup.TooComplex):
        markup.text(html)

    assert markup.safe(html) == ""
    assert perf_counter() - began < 5


@pytest.mark.parametrize(
    "piece",
    [
        *("<a ", "<", "&", "& x", "&#", "<!--", "<a b='", '<a b="', "<![CDATA[", "</p>", "='>"),
        *("<p>", "<li>", "<td>", "</b>", "<b>", "<title>", "<option>", "<li>x</li>", "<b></p>"),
        *("<table><tr><td>x</table>", "data:a/b;base64,", "<a href=x>", "\n"),
    ],
)
def test_no_html_takes_long(piece):
    html = piece * (markup.LONGEST // len(piece))
    began = perf_counter()
    markup.safe(html)
    with suppress(markup.TooComplex):
        markup.text(html)

    assert perf_counter() - began < 10
