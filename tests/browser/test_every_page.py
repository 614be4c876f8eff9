"""Every page in a real browser: WCAG 2.2 A and AA by axe, a silent console, nothing cut off."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse

from helpdesk import duties, journey
from tests.conftest import boston
from tests.doors import correspondence
from tickets.models import Arrival, Service, Ticket

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
SCREENS = [(1440, "light"), (390, "dark")]


@pytest.fixture
def pages(shop, eva, ingrid, missed, spoken):
    """A shop with something on every page; each page by its name."""
    at = boston(2026, 3, 2, 9)
    missed(now=at, number="+16175550177")
    waiting = Ticket.objects.get()
    journey.quoted(waiting, Service.objects.first(), by=eva, now=at, accepted_how="phone")
    journey.customer_identified(waiting, ingrid)
    missed(now=at, number="anonymous", call_id="nobody")
    done = spoken(now=at, call_id="done", number="+16175550178").ticket
    journey.customer_identified(done, ingrid)
    done.refresh_from_db()
    journey.ticket_closed(done, charge="free", by=eva, now=at)
    duties.swept(now=at + timedelta(hours=1))
    reference = done.invoices.get().reference
    rich = correspondence.rich(ingrid, eva, now=at)
    mail = rich.interactions.filter(direction="in").earliest("pk")
    task = rich.follow_ups.get(rule="satisfaction")
    correspondence.mailboxes(now=at)
    correspondence.put_aside(1, now=at)
    correspondence.given_up(1, now=at)
    aside = Arrival.objects.get(verdict="quarantined")
    return {
        "ticket, written about": reverse("ticket", args=[rich.pk]),
        "ticket, asking": reverse("ticket", args=[rich.pk]) + f"?do=happy&task={task.pk}",
        "mail as it was sent": reverse("message", args=[rich.pk, mail.pk]),
        "what came in": reverse("arrivals"),
        "all that came in": reverse("arrivals") + "?verdict=all",
        "nothing of the kind": reverse("arrivals") + "?verdict=delivery",
        "as it came": reverse("arrival", args=[aside.pk]),
        "not sent": reverse("stuck"),
        "tasks": reverse("stuck") + "?what=tasks",
        "strangers": reverse("stuck") + "?what=strangers",
        "work that stopped": reverse("stuck") + "?what=work",
        "a link that opens nothing": reverse("invoice-link", args=["nothing"]),
        "today": reverse("today"),
        "log a call": reverse("log-call"),
        "log a call, somebody found": reverse("log-call") + "?q=Ingrid",
        "tickets": reverse("tickets"),
        "no tickets": reverse("tickets") + "?q=zzzz",
        "ticket": reverse("ticket", args=[waiting.pk]),
        "ticket, closing": reverse("ticket", args=[waiting.pk]) + "?do=close",
        "ticket, closed": reverse("ticket", args=[done.pk]),
        "customers": reverse("customers"),
        "new customer": reverse("customer-new"),
        "customer": reverse("customer", args=[ingrid.pk]),
        "invoice": reverse("invoice", args=[reference]),
        "report": reverse("report", args=["gifts"]),
        "report by customer": reverse("report", args=["gifts"]) + "?cut=customer",
        "change password": reverse("account_change_password"),
    }


@pytest.fixture
def session(eva):
    client = Client()
    client.force_login(eva)
    return client.cookies["session"].value


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_every_page_is_for_everyone(live_server, pages, session, chromium, width, scheme):
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=live_server.url
    )
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    found = {}

    def look(name, address):
        page.goto(address)
        result = Axe().run(page, options=RULES)
        if result.violations_count:
            found[name] = [
                (rule["id"], [node["html"] for node in rule["nodes"]])
                for rule in result.response["violations"]
            ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[f"{name} is cut off"] = width

    look("log-in", "/accounts/login/")
    context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    for name, address in pages.items():
        look(name, address)
    context.close()

    assert found == {}
    # Of a page that is not found the browser says so itself.
    assert [words for words in said if "/i/nothing/" not in words] == []
