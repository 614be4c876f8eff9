"""What is refused below the doors, where nobody knows a catalogue, is said in Swedish on a page."""

import ast
import html
import re
import tomllib

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from policies.calendars import BadHours, NeverOpen
from tests.conftest import boston
from tests.doors.mails import unreadable
from tests.doors.test_invoices import bill  # noqa: F401 - a fixture
from tickets.models import User
from tickets.sentences import in_words

TEN = boston(2026, 3, 2, 10)
SAID_ON_PAGES = {"BadAmount", "BadHours", "NeverOpen", "Unreadable"}
RATE = {"hourly": "120", "minimum_fee": "", "rounding_minutes": "15", "do": "save"}
WEEK = {
    **{"name": "Bench", "zone": "America/New_York", "country": "US", "subdivision": "MA"},
    **{f"day{day}": "9-17" for day in range(7)},
}


@pytest.fixture
def owner(client, eva):
    User.objects.update(language="sv")
    client.force_login(eva)
    return client


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def without_django():
    """Yield the files that may not import it."""
    contracts = tomllib.loads((settings.ROOT / "pyproject.toml").read_text())["tool"][
        "importlinter"
    ]
    [pure] = [it for it in contracts["contracts"] if "know no database" in it["name"]]
    for module in pure["source_modules"]:
        place = settings.ROOT / module.replace(".", "/")
        yield from place.glob("*.py") if place.is_dir() else [place.with_suffix(".py")]


def test_whatever_they_say_is_listed_for_translation():
    unlisted = []
    for file in without_django():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAID_ON_PAGES:
                plain = isinstance(node.args[0], ast.Constant | ast.JoinedStr)
                unlisted += [(file.name, node.lineno)] if plain else []

    assert unlisted == []


def test_it_is_english_for_programs_and_swedish_for_who_reads_it():
    template = "There is no time zone “%(name)s”. Use a name such as Europe/Stockholm."
    error = BadHours(template, name="%s")

    with translation.override("sv"):
        assert str(error) == "There is no time zone “%s”. Use a name such as Europe/Stockholm."
        assert in_words(error).startswith("Det finns ingen tidszon som heter ”%s”.")
        assert in_words(NeverOpen("100 % open")) == "100 % open"
        assert in_words(KeyError("hourly")) == "'hourly'"
        assert in_words(BadHours()) == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("abc", "”abc” är inget belopp; skriv det som 45,00 US$."),
        ("12,345", "”12,345”: USD har 2 decimaler."),
        ("9" * 30, "Det är för mycket; högst 10 000 000 000,00 US$ går att skriva."),
        ("-0", "Noll kan inte vara negativt; skriv 0."),
    ],
)
def test_an_amount_that_is_none(owner, typed, said):
    response = owner.post("/setup/services/rates/new/", {**RATE, "hourly": typed})

    assert said in read(response)


def test_a_payment_that_is_none(owner, bill):  # noqa: F811
    invoice = bill()
    paid = {"amount": "abc", "kind": "card", "due": invoice.total}

    response = owner.post(reverse("invoice-pay", args=[invoice.reference]), paid)

    assert "”abc” är inget belopp" in read(response)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"subdivision": "ZZ"}, "Vi känner inte till några egna helgdagar för ”ZZ” i US."),
        ({"country": "", "subdivision": "MA"}, "Vilket land hör ”MA” till?"),
        ({"day0": "9-9"}, "Öppnar och stänger ni kl. 09:00 blir det ingen tid kvar."),
    ],
)
def test_a_week_that_is_none(owner, given, said):
    assert said in read(owner.post("/setup/calendars/new/", {**WEEK, **given}))


def test_a_week_with_too_little_time(owner):
    day = {f"day{day}": "" for day in range(7)}

    response = owner.post("/setup/calendars/new/", {**WEEK, **day, "day0": "9-9:01"}, follow=True)

    assert "Det finns inte tillräckligt med arbetstid under det kommande året." in read(response)


def test_a_mail_that_cannot_be_read(owner):
    arrival = unreadable(TEN)

    for page in ("/arrivals/", f"/arrivals/{arrival.pk}/"):
        assert "Det här är inget mejl: det börjar inte med ett mejlhuvud." in read(owner.get(page))
