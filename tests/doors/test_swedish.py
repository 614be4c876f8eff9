"""Every word on every page goes through the catalogue, and has its word in Swedish.

The catalogue is exchanged for one that puts marks around what it is asked for: what stands outside
of the marks, and is in no row of the database, was never asked for.
"""

import re
from pathlib import Path

import pytest
from babel import dates
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import ngettext
from django.utils.translation.trans_real import DjangoTranslation
from holidays import country_holidays
from lxml import html

import policies.wording
from helpdesk.management.commands import catalogue
from helpdesk.templatetags import desk
from policies.models import Calendar
from tests.browser.pages import addresses, sessions
from tests.doors.test_statements import furnished  # noqa: F401 - a fixture
from tickets.models import Customer

pytestmark = pytest.mark.django_db

# Countries, currencies and time zones have their names from the world's own list of them.
NAMED_ELSEWHERE = {"zone", "country", "region", "currency"}
OPENS, CLOSES = "⟦", "⟧"
ASKED_FOR = re.compile(f"{OPENS}[^{OPENS}{CLOSES}]*{CLOSES}")
WORD = re.compile(r"[^\W\d_]{2,}")
READ_OUT = ("aria-label", "placeholder", "title", "alt", "aria-description", "data-confirm")
# What is written alike everywhere: names of things, of formats, of keys and units.
ALIKE = {
    "zzzz",  # what is looked for, and not found
    *("Helpdesk", "PDF", "CSV", "XLSX", "Excel", "JSON", "API", "SMS", "QR", "URL", "ID", "CC"),
    *("Ctrl", "Enter", "Esc", "USD", "SEK", "EUR", "kr", "AM", "PM", "TOTP", "IMAP", "SMTP"),
    *("UTC", "min", "Kannel", "Twilio", "png", "zip", "html", "txt", "jpg", "KB", "MB", "kB"),
}


def marked(message):
    """Put marks around what is asked for; an empty text is the catalogue's own head."""
    words = message.rpartition("\x04")[2]
    return f"{OPENS}{words}{CLOSES}" if words else ""


@pytest.fixture
def marks(monkeypatch):
    """Speak in texts with marks around them."""
    monkeypatch.setattr(DjangoTranslation, "gettext", lambda _self, message: marked(message))
    monkeypatch.setattr(
        DjangoTranslation,
        "ngettext",
        lambda _self, one, many, n: marked(one if n == 1 else many),
    )


def said(page):
    """Yield all that a page shows or reads out."""
    tree = html.fromstring(page)
    for element in tree.iter():
        if not isinstance(element.tag, str) or _is_unsaid(element):
            if element.tail:
                yield element.tail
            continue
        around = (element, *element.iterancestors())
        lang = next((it.get("lang") for it in around if it.get("lang")), "")
        is_a_name = element.tag in {"kbd", "code", "input", "textarea"}
        yield from (element.get(name) or "" for name in READ_OUT)
        if element.tag == "input" and element.get("type") in {"submit", "button"}:
            yield element.get("value") or ""
        if not is_a_name and lang in {"", "sv"}:
            yield element.text or ""
        yield element.tail or ""


def _is_unsaid(element):
    """Tell what is no text of ours: code, initials, a mail as written, bytes as they came."""
    around = " ".join(it.get("class") or "" for it in (element, *element.iterancestors())).split()
    is_listed = element.tag == "option" and element.getparent().get("name") in NAMED_ELSEWHERE
    is_code = element.tag in {"script", "style", "pre", "code"}
    return is_code or is_listed or not {"initials", "as-sent"}.isdisjoint(around)


def kept():
    """Return every word that stands in some row."""
    words = set()
    for model in apps.get_models():
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._default_manager.values_list(*fields) if fields else ():
            words.update(WORD.findall(" ".join(str(value) for value in row)))
    return words


def written():
    """Return every word of the texts the shop sends, which have files and a module of their own."""
    texts = (settings.ROOT / "templates" / "messages" / "sv").rglob("*.txt")
    wording = Path(policies.wording.__file__)
    names = (dates.get_day_names(locale="sv"), dates.get_month_names(locale="sv"))
    calendar = [name for each in names for name in each.values()]
    # Holidays are called what their country calls them.
    holidays = [name for year in (0, 1) for name in _holidays(now().year + year)]
    said = [*(it.read_text() for it in (*texts, wording)), *calendar, *holidays]
    return set(WORD.findall(" ".join(said)))


def _holidays(year):
    shops = Calendar.objects.earliest("pk")
    found = country_holidays(shops.country, subdiv=shops.subdivision or None, years=year)
    return found.values()


def outside(text):
    """Return the words that stand outside of all marks, and are no part of an address."""
    text = re.sub(r"https?://\S+", " ", text)
    while ASKED_FOR.search(text):
        text = ASKED_FOR.sub(" ", text)
    return set(WORD.findall(text))


def test_every_word_is_asked_for(furnished, marks, shop):  # noqa: F811
    shop.languages = ["sv"]
    shop.takes_web_messages = True
    shop.save()
    Customer.objects.update(language="sv")
    keys, seen = sessions(), {}
    for name, (address, role) in addresses().items():
        client = Client(headers={"Accept-Language": "sv"})
        if role:
            client.cookies["session"] = keys[role]
        page = client.get(address).content.decode()
        seen[name] = outside("\n".join(said(page)))

    data = kept() | written() | ALIKE
    assert {name: words - data for name, words in seen.items() if words - data} == {}


def test_every_text_has_its_word_in_swedish():
    call_command("catalogue", check=True)


def test_a_guess_is_no_translation():
    """What is compiled leaves it out."""
    assert catalogue._is_told(Message("Closed", "Stängt"))
    assert not catalogue._is_told(Message("Closed", "Stängt", flags={"fuzzy"}))


def test_each_thing_has_one_name():
    with (settings.LOCALE_PATHS[0] / "sv/LC_MESSAGES/django.po").open("rb") as written:
        known = read_po(written)
    told = {message.id: message.string for message in known if isinstance(message.id, str)}

    assert {it for it in told if "“" in told[it] or re.search("reception", told[it], re.I)} == set()
    tokens = [it for it in told if re.search(r"\btoken", it, re.I)]
    assert [it for it in tokens if not re.search("API-nyck|create_token", told[it])] == []
    page = told["Who saw and changed what"]
    assert [it for it in told if "“Who saw and" in it and f"”{page}”" not in told[it]] == []


def test_somebodys_words_have_the_marks_of_who_reads():
    with translation.override("sv"):
        assert desk.quoted("Vänta <här>") == "”Vänta <här>”"
    assert desk.quoted("Wait") == "“Wait”"


def test_one_promise_is_no_several(shop, eva, client):
    shop.languages = ["sv"]
    shop.save()
    client.force_login(eva)

    with translation.override("sv"):
        words = [ngettext("promised and open", "promised and open", n) for n in (0, 1, 2)]
    assert words == ["lovade och öppna", "lovat och öppet", "lovade och öppna"]
    assert f"<b>0</b> {words[0]}" in client.get("/").content.decode()


def test_what_comes_with_a_library_has_its_word_too(furnished, monkeypatch, shop):  # noqa: F811
    """Django's and the log-in's own texts: those asked for on some page."""
    shop.languages = ["sv"]
    shop.save()
    real, missing = DjangoTranslation.gettext, set()

    def asked(self, message):
        if translation.get_language() == "sv" and message not in self._catalog:
            missing.add(message)
        return real(self, message)

    monkeypatch.setattr(DjangoTranslation, "gettext", asked)
    keys = sessions()
    for address, role in addresses().values():
        client = Client(headers={"Accept-Language": "sv"})
        if role:
            client.cookies["session"] = keys[role]
        page = client.get(address)
        assert page.status_code in {200, 404}
        assert "---------" not in page.content.decode()  # how Django says "none"

    missing.discard("exact")  # what a filter is called by its library, which no page shows
    assert {message for message in missing if WORD.search(message)} == set()


def test_numbers_dates_and_money_are_written_as_in_sweden(client, eva, shop):
    shop.languages, shop.currency = ["sv"], "SEK"
    shop.save()
    client.force_login(eva)

    page = client.get("/reports/gifts/").content.decode()

    assert re.search(r"0,00\s?kr|0\s?kr", page)
    assert now().strftime("%B") not in page or now().month in {4, 9, 11, 12}


def test_who_is_not_in_yet_reads_what_their_browser_asks_for(client, shop):
    swedish = {"Accept-Language": "sv-SE,sv;q=0.9"}
    page = client.get("/accounts/login/", headers=swedish)

    assert 'lang="sv"' in page.content.decode()
    assert "Accept-Language" in page["Vary"]
    assert 'lang="en"' in client.get("/accounts/login/").content.decode()
    asked = client.get("/api/v1/tickets/", headers=swedish).json()
    assert asked["detail"] == client.get("/api/v1/tickets/").json()["detail"]
