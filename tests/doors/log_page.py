"""The page on which calls are logged, read as a browser would and sent as it was filled in."""

from datetime import timedelta
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.urls import reverse

from helpdesk import journey
from helpdesk.web import calls
from tests.conftest import boston
from tickets.models import ContactPoint

HTMX = {"HX-Request": "true"}


class Page(HTMLParser):
    """What a browser would send of the form as it stands; `fields` may be changed before."""

    def __init__(self, response):
        super().__init__()
        self.html = response.content.decode()
        self.status = response.status_code
        self.fields, self.choices, self.read, self.errors = {}, {}, [], []
        self._inside, self._select, self._text = None, None, []
        self._is_part, self._form = 'id="log"' not in self.html, ""
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        given = {name: value if value is not None else "" for name, value in attrs}
        name, value = given.get("name"), given.get("value", "")
        if tag == "form":
            self._form = given.get("id", "")
        if not (self._is_part or "log" in {self._form, given.get("form")}):
            return  # the shell has fields of its own
        if tag == "input" and name == "read":
            self.read.append(value)
        elif tag == "input" and given.get("type") in {"radio", "checkbox"}:
            self.choices.setdefault(name, []).append(value)
            if "checked" in given:
                self.fields[name] = value
        elif tag == "input" and name:
            self.fields[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in given or self._select not in self.fields:
                self.fields[self._select] = value
        elif tag == "textarea" or given.get("class") == "error":
            self._inside, self._text = (tag, name), []

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = ""
        if self._inside and tag == self._inside[0]:
            said = "".join(self._text).removeprefix("\n")
            if tag == "textarea":
                self.fields[self._inside[1]] = said
            else:
                self.errors.append(" ".join(said.split()))
            self._inside = None

    def handle_data(self, data):
        if self._inside:
            self._text.append(data)


class Log:
    """Somebody logged in, with the page before them."""

    def __init__(self, client):
        self.client = client

    def open(self, **query):
        return Page(self.client.get(reverse("log-call"), query))

    def send(self, page, button="save", **changes):
        """Send the page as it stands, with no word from the server since it was opened."""
        fields = page.fields | {"read": page.read, button: ""} | changes
        return self.client.post(reverse("log-call"), fields)

    def change(self, page, **changes):
        """Fill in the page; as htmx does, ask for the sentences that now hold."""
        page.fields |= changes
        response = self.client.get(reverse("log-call-offers"), page.fields, headers=HTMX)
        assert response.status_code == 200
        page.read = Page(response).read
        return page

    def log(self, changes, **query):
        page = self.change(self.open(**query), **changes)
        response = self.send(page)
        assert response.status_code == 302, Page(response).errors
        return page


@pytest.fixture
def clock(monkeypatch, monday_nine):
    """What the page takes for now: Monday at nine, until a test sets `at`."""
    clock = SimpleNamespace(at=monday_nine)
    monkeypatch.setattr(calls, "now", lambda: clock.at)
    return clock


@pytest.fixture
def desk(client, clock, sara):
    """Sara, logged in."""
    client.force_login(sara)
    return Log(client)


@pytest.fixture
def ticket(sara, ingrid, monday_nine):
    """Ingrid brought something in an hour ago."""
    contact = journey.Contact(
        "walk_in", "in", "Laptop is slow", heard_at=monday_nine - timedelta(hours=1)
    )
    return journey.contact_logged(
        contact, by=sara, now=contact.heard_at, customer=ingrid, point=ContactPoint.objects.get()
    ).ticket


@pytest.fixture
def promised(ticket, sara):
    """Ingrid was promised a call back at eight: by noon."""
    return journey.callback_promised(ticket, by=sara, now=boston(2026, 3, 2, 8))
