"""Turnarounds by version: seen before they are made, and never changed."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from helpdesk import journey
from helpdesk.models import AuditEntry
from policies.models import Calendar, Promise, Turnaround
from tests.conftest import boston
from tickets.models import Service

LIST, NEW = "/setup/turnarounds/", "/setup/turnarounds/new/"
ELEVEN = boston(2026, 3, 2, 11)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def owner(client, eva, monkeypatch):
    for door in ("setup.turnarounds", "public.shop"):
        monkeypatch.setattr(f"helpdesk.web.{door}.now", lambda: ELEVEN)
    client.force_login(eva)
    return client


@pytest.fixture
def repair(shop):
    return Service.objects.get(name="Laptop repair")


@pytest.fixture
def terms(repair):
    return {
        **{"service": repair.pk, "days": "5", "target_days": "3", "risks": "parts"},
        **{"calendar": Calendar.objects.get().pk, "begins_at": ""},
        **{"why": "Parts are slow.", "wording": ""},
    }


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_it_is_seen_before_it_is_made(owner, terms, repair, ticket, make_ticket, eva):
    journey.quoted(ticket, repair, by=eva, now=ELEVEN, accepted_how="phone")
    journey.quoted(make_ticket("Other"), repair, by=eva, now=ELEVEN)

    response = owner.post(NEW, {**terms, "do": "preview"})

    assert (response.status_code, Turnaround.objects.count()) == (200, 2)
    first = response.context["samples"][0]
    assert (first.before, first.after) == (boston(2026, 3, 5, 17), boston(2026, 3, 9, 17))
    said = read(response)
    assert "1 is being worked on: it keeps the day it was promised." in said
    assert "1 quote waits to be accepted, and keeps its days." in said
    assert "Laptop repair usually takes 5 working days." in said
    assert "5 arbetsdagar" in said
    assert "3 working days" not in said  # neither what it was, nor our own target


def test_then_it_is_put_in_force_and_promises_keep_their_day(owner, terms, repair, ticket, eva):
    journey.quoted(ticket, repair, by=eva, now=ELEVEN - MINUTE, accepted_how="phone")

    response = owner.post(NEW, {**terms, "do": "save"})

    made = Turnaround.in_force(ELEVEN, repair)
    assert response["Location"] == LIST
    assert (made.days, made.target_days, made.risks, made.made_by) == (5, 3, "parts", eva)
    assert Promise.objects.get().due_at == boston(2026, 3, 5, 17)
    assert "5 working days" in read(Client().get("/policies/"))
    assert AuditEntry.objects.get(action="turnaround-new").changes["days"] == [None, 5]


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"days": ""}, "days", "This field is required."),
        ({"days": "0"}, "days", "greater than or equal to 1"),
        ({"days": "4000"}, "days", "less than or equal to 3650"),
        ({"target_days": "6"}, "target_days", "Our target is not later"),
        ({"service": "99"}, "service", "Select a valid choice."),
        ({"begins_at": "2020-01-01T00:00"}, "begins_at", "has gone by"),
        ({"risks": "x" * 301}, "risks", "at most 300 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(owner, terms, given, field, said):
    response = owner.post(NEW, {**terms, **given, "do": "save"})

    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert "Parts are slow." in read(response)
    assert Turnaround.objects.count() == 2


def test_it_begins_as_a_copy(owner, repair):
    old = Turnaround.objects.get(service=repair)

    form = owner.get(NEW, {"like": old.pk}).context["form"]

    assert (form["days"].value(), form["target_days"].value(), form["risks"].value()) == (
        3,
        2,
        "parts",
    )
    assert form["begins_at"].value() is None


def test_what_is_to_come_is_taken_back_by_what_is_before_it(owner, repair, terms):
    later = {"begins_at": "2026-03-02T12:00", "do": "save"}
    owner.post(NEW, {**terms, **later})
    link = re.search(rf'"({NEW}[^"]+instead=[^"]+)"', read(owner.get(LIST)))[1]
    form = owner.get(link).context["form"]
    shown = {field.name: field.value() for field in form}

    assert "Taken back" in read(owner.post(link, {**shown, **later}, follow=True))

    assert Turnaround.in_force(boston(2026, 3, 2, 12), repair).days == 3
    assert "Take it back" not in read(owner.get(LIST))


def test_a_service_without_one_is_asked_for(owner):
    Service.objects.create(name="Screen")

    said = read(owner.get(LIST))

    assert "No turnaround is set: it cannot be quoted." in said
    assert f"{NEW}?service={Service.objects.get(name='Screen').pk}" in said


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_it_asks_as_many_questions_however_many_there_were(
    owner, eva, rows, django_assert_num_queries
):
    calendar = Calendar.objects.get()
    for n in range(rows):
        Turnaround.objects.create(
            service=Service.objects.create(name=f"Service {n}"),
            **{"calendar": calendar, "days": 3, "target_days": 2},
            **{"valid_from": ELEVEN, "made_at": ELEVEN, "made_by": eva},
        )

    with django_assert_num_queries(5):
        owner.get(LIST)
