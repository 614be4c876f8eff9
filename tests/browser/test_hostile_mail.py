"""Mails made to run in our pages, in a real browser: nothing runs, nothing is asked of anybody."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from tests.doors.mails import arrive, mail
from tickets.models import Arrival, Attachment, Interaction, Ticket

BY_ITSELF = re.compile(r"/live/$|/tickets/\d+/here/$")  # what our pages ask: what waits, who reads
OUT = "https://evil.invalid/x"
PAYLOADS = [
    "<script>alert(1)</script>",
    f'<script src="{OUT}"></script>',
    f'"><img src={OUT} onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><set attributeName=onmouseover to=alert(1)>",
    '<math><annotation-xml encoding="text/html"><img src=x onerror=alert(1)></annotation-xml>',
    f'<iframe src="{OUT}"></iframe>',
    '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    f'<object data="{OUT}"></object><embed src="{OUT}">',
    f'<link rel=stylesheet href="{OUT}"><style>@import "{OUT}"; p{{background:url({OUT})}}</style>',
    f'<div style="position:fixed;inset:0;background:url({OUT})">all yours</div>',
    f'<base href="{OUT}"><meta http-equiv=refresh content="0;url={OUT}">',
    f'<form action="{OUT}"><input name=q autofocus onfocus=alert(1)><button>x</button></form>',
    '<a href="javascript:alert(1)">x</a><a href="data:text/html,<script>alert(1)</script>">y</a>',
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<body onload=alert(1)><video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
    "<!--><img src=x onerror=alert(1)>--><![CDATA[<img src=x onerror=alert(1)>]]>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    '<p hx-get="/tickets/" hx-trigger="load" data-hx-post="/stuck/1/again/" hx-on:load=alert(1)>',
    '<p hx-get="https://evil.invalid/x" hx-trigger="load" hx-target="body">x</p>',
    f'<img src="{OUT}" srcset="{OUT} 2x"><picture><source srcset="{OUT}"></picture>',
    "{{ 7|add:7 }}{% debug %}${7*7}",
    "</title></textarea></style></script></pre></article><script>alert(1)</script>",
    "' onmouseover='alert(1)' x='",
    "\u202e<script>alert(1)</script>\u2066",
]


@pytest.fixture
def hostile(shop, eva, settings, tmp_path, monkeypatch):
    """A mail for each payload, in all that a stranger can write; the pages that show them."""
    storage = Attachment._meta.get_field("file").storage
    monkeypatch.setattr(storage, "location", str(tmp_path / "attachments"))
    at, pages = now() - timedelta(hours=1), []
    for n, payload in enumerate(PAYLOADS):
        raw = mail(payload, html=f"<p>{payload}</p>", sender=f"a{n}@example.com")
        contact = arrive(raw, now=at + timedelta(seconds=n)).interaction
        # Past the reading of mails, which would have taken some of it away.
        Interaction.objects.filter(pk=contact.pk).update(
            subject=payload[:255], remarks=[payload], whole_text=payload, is_verified=False
        )
        Ticket.objects.filter(pk=contact.ticket_id).update(subject=payload[:120])
        type(contact.contact_point).objects.filter(pk=contact.contact_point_id).update(
            signed=payload[:120]
        )
        Attachment.objects.create(
            interaction=contact,
            name=payload[:150],
            size=1,
            sha256="x",
            file=ContentFile(b"x", name="file"),
        )
        arrive(payload.encode(), now=at)
        pages.append(reverse("ticket", args=[contact.ticket_id]))
        pages.append(reverse("message", args=[contact.ticket_id, contact.pk]))
    Arrival.objects.filter(verdict="quarantined").update(because="<img src=x onerror=alert(1)>")
    aside = Arrival.objects.filter(verdict="quarantined").values_list("pk", flat=True)
    pages += [reverse("arrival", args=[pk]) for pk in aside]
    lists = ["/", "/tickets/", "/arrivals/", "/arrivals/?verdict=all", "/stuck/?what=strangers"]
    return [*pages, *lists]


@pytest.fixture
def session(eva):
    client = Client()
    client.force_login(eva)
    return client.cookies["session"].value


def test_nothing_that_strangers_send_runs_or_calls_home(live_server, hostile, session, chromium):
    context = chromium.new_context(base_url=live_server.url)
    context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    page, happened = context.new_page(), []

    def dialog(box):
        happened.append(f"{page.url}: dialog {box.message}")
        box.dismiss()

    def asked(request):
        # Ours, and by the page itself: nothing a mail says may ask for anything, even here.
        is_ours = request.url.startswith(live_server.url)
        is_script = request.resource_type in {"xhr", "fetch"}
        if not is_ours or (is_script and not BY_ITSELF.search(request.url)):
            happened.append(f"{page.url}: asked {request.url}")

    page.on("dialog", dialog)
    page.on("request", asked)
    page.on("console", lambda said: happened.append(f"{page.url}: {said.text}"))
    page.on("pageerror", lambda error: happened.append(f"{page.url}: {error}"))
    page.on("popup", lambda other: happened.append(f"{page.url}: opened {other.url}"))
    for address in hostile:
        page.goto(address)
        if page.url != live_server.url + address:
            happened.append(f"{address}: led to {page.url}")
        page.mouse.move(300, 400)
    context.close()

    assert len(hostile) > 3 * len(PAYLOADS)
    assert happened == []
